#pragma once

#include "money/money.hpp"
#include "postgres/codec.hpp"

/// Money as numeric(14,2) parameters and columns.
template <>
struct loan_manager::postgres::TextCodec<loan_manager::money::Money> {
    static std::string to_text(const money::Money& value) { return value.to_string(); }
    static std::optional<money::Money> from_text(std::string_view text) { return money::Money::parse_signed(text); }
};
