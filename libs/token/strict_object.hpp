// JSON as security decisions need it: one meaning per text.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "token/error.hpp"

namespace loan_manager::token {

/// An object as libs/strict_json reads it, nesting at most 8; otherwise Errc::malformed.
result<boost::json::object> parse_strict_object(std::string_view text);

}  // namespace loan_manager::token
