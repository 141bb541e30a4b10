#include "gateway/http/head_scan.hpp"

namespace loan_manager::gateway::http {

namespace {

// Visible ASCII, space, tab and (in field values only) bytes above ASCII, which RFC 9110 calls obs-text.
bool allowed(unsigned char c, bool request_line) {
    if (c >= 0x80) {
        return !request_line;
    }
    return (c >= 0x20 && c != 0x7f) || (c == '\t' && !request_line);
}

}  // namespace

HeadState HeadScan::advance(std::string_view buffer) {
    while (position_ < buffer.size()) {
        const auto c = static_cast<unsigned char>(buffer[position_]);
        const std::size_t column = position_ - line_start_;
        if (after_cr_) {
            if (c != '\n') {
                return HeadState::malformed;
            }
            ++position_;
            const bool empty = column == 1;
            after_cr_ = false;
            line_start_ = position_;
            if (empty) {
                return lines_ == 0 ? HeadState::malformed : HeadState::complete;
            }
            ++lines_;
            // The request line is line 1; everything after it is a field.
            if (lines_ > limits_.fields + 1) {
                return HeadState::head_too_long;
            }
            continue;
        }
        if (c == '\r') {
            after_cr_ = true;
        } else {
            if (!allowed(c, lines_ == 0)) {
                return HeadState::malformed;
            }
            if (column == 0 && (c == ' ' || c == '\t')) {
                return HeadState::malformed;
            }
            if (lines_ == 0 && column >= limits_.request_line) {
                return HeadState::line_too_long;
            }
        }
        if (++position_ > limits_.head) {
            return HeadState::head_too_long;
        }
    }
    return HeadState::incomplete;
}

void HeadScan::reset() {
    position_ = 0;
    line_start_ = 0;
    lines_ = 0;
    after_cr_ = false;
}

}  // namespace loan_manager::gateway::http
