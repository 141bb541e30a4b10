// Finds the end of a request head and refuses what lenient parsers disagree about.
#pragma once

#include "gateway/http/limits.hpp"

#include <cstddef>
#include <string_view>

namespace loan_manager::gateway::http {

/// What the bytes seen so far are.
enum class HeadState {
    incomplete,
    complete,
    /// Bare CR or LF, a control character, a folded field, a byte outside ASCII in the request line.
    malformed,
    line_too_long,
    head_too_long,
};

/// Looks at the bytes of a head exactly once each, however they arrive.
///
/// Request smuggling lives on two parsers seeing different ends of a line: a bare LF, a bare CR, a folded
/// field, a NUL. Beast accepts some of them by design. Here all are refused before Beast sees the head.
class HeadScan {
public:
    explicit HeadScan(const Limits& limits) : limits_(limits) {}

    /// `buffer` begins at the first byte of the head and only ever grows between calls.
    HeadState advance(std::string_view buffer);

    /// Bytes of the head including the empty line; meaningful once `complete`.
    [[nodiscard]] std::size_t size() const { return position_; }

    void reset();

private:
    const Limits& limits_;
    std::size_t position_ = 0;
    std::size_t line_start_ = 0;
    std::size_t lines_ = 0;
    bool after_cr_ = false;
};

}  // namespace loan_manager::gateway::http
