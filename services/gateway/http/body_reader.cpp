#include "gateway/http/body_reader.hpp"

#include <algorithm>
#include <cctype>

namespace loan_manager::gateway::http {

namespace {

// Sizes beyond 15 digits are beyond every limit and would overflow.
constexpr unsigned max_digits = 15;

int hex_value(unsigned char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const int lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_text(unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7f); }

bool is_token(unsigned char c) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return std::isalnum(c) != 0 || (c != 0 && marks.find(static_cast<char>(c)) != std::string_view::npos);
}

}  // namespace

BodyReader::BodyReader(Request& request, std::uint64_t limit, std::size_t overhead, Use use)
    : request_(request), limit_(limit), overhead_(overhead), use_(use), state_(State::done) {
    if (request.chunked) {
        state_ = State::size_first;
    } else if (request.content_length.value_or(0) > 0) {
        state_ = State::counted;
        remaining_ = *request.content_length;
    }
}

std::size_t BodyReader::feed(std::string_view bytes, ParseError& error) {
    std::size_t used = 0;
    error = state_ == State::counted && remaining_ > limit_ ? ParseError::body_too_large : ParseError::ok;
    while (error == ParseError::ok && state_ != State::done && used < bytes.size()) {
        if (state_ == State::counted || state_ == State::data) {
            used += take_content(bytes.substr(used), error);
        } else {
            error = take_framing(static_cast<unsigned char>(bytes[used]));
            ++used;
        }
    }
    return used;
}

std::size_t BodyReader::take_content(std::string_view bytes, ParseError& error) {
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), remaining_));
    if (n > limit_ - taken_) {
        error = ParseError::body_too_large;
        return 0;
    }
    if (use_ == Use::keep) {
        request_.body.append(bytes.substr(0, n));
    }
    taken_ += n;
    remaining_ -= n;
    if (remaining_ == 0) {
        state_ = state_ == State::counted ? State::done : State::data_cr;
    }
    return n;
}

ParseError BodyReader::take_framing(unsigned char c) {
    const auto expect = [&](unsigned char wanted, State next) {
        state_ = next;
        return c == wanted ? ParseError::ok : ParseError::bad_request;
    };
    switch (state_) {
        case State::size_first:
            digits_ = 0;
            remaining_ = 0;
            state_ = State::size;
            [[fallthrough]];
        case State::size:
            if (const int value = hex_value(c); value >= 0) {
                remaining_ = remaining_ * 16 + static_cast<unsigned>(value);
                return ++digits_ <= max_digits ? ParseError::ok : ParseError::bad_request;
            }
            if (digits_ == 0) {
                return ParseError::bad_request;
            }
            if (c == ';') {
                state_ = State::extension;
                return spend_overhead();
            }
            return expect('\r', State::size_end);
        case State::extension:
            return is_text(c) ? spend_overhead() : expect('\r', State::size_end);
        case State::size_end:
            return c == '\n' ? end_of_size() : ParseError::bad_request;
        case State::data_cr:
            return expect('\r', State::data_end);
        case State::data_end:
            return expect('\n', State::size_first);
        case State::trailer_first:
            if (c == '\r') {
                return expect('\r', State::last_end);
            }
            state_ = State::trailer_name;
            return is_token(c) ? spend_overhead() : ParseError::bad_request;
        case State::trailer_name:
            if (c == ':') {
                state_ = State::trailer_value;
                return spend_overhead();
            }
            return is_token(c) ? spend_overhead() : ParseError::bad_request;
        case State::trailer_value:
            return is_text(c) ? spend_overhead() : expect('\r', State::trailer_end);
        case State::trailer_end:
            return expect('\n', State::trailer_first);
        case State::last_end:
            return expect('\n', State::done);
        case State::counted:
        case State::data:
        case State::done:
            break;
    }
    return ParseError::bad_request;
}

ParseError BodyReader::end_of_size() {
    state_ = remaining_ == 0 ? State::trailer_first : State::data;
    return remaining_ > limit_ - taken_ ? ParseError::body_too_large : ParseError::ok;
}

ParseError BodyReader::spend_overhead() {
    if (overhead_ == 0) {
        return ParseError::bad_request;
    }
    --overhead_;
    return ParseError::ok;
}

}  // namespace loan_manager::gateway::http
