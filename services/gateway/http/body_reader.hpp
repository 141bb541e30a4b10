// The body of a request, counted or chunked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gateway/http/message.hpp"
#include "gateway/http/parse_error.hpp"

namespace loan_manager::gateway::http {

/// Takes the bytes after a head, in any pieces, up to the end of the body and not one further. Memory follows the bytes
/// that really arrive, not what a head promises.
///
/// Chunked bodies are read by RFC 9112 7.1 to the letter: every line ends with CRLF, sizes are hexadecimal digits and
/// nothing else. Extensions and trailer fields are checked for their form and dropped.
class BodyReader {
public:
    /// What becomes of the content: it is appended to `request.body`, or thrown away as it comes.
    enum class Use { keep, discard };

    /// `limit`: largest content in bytes; `overhead`: largest sum of chunk extensions and trailer fields.
    BodyReader(Request& request, std::uint64_t limit, std::size_t overhead, Use use = Use::keep);

    /// Returns how many of the bytes belong to this body. After an error nothing more may be fed.
    std::size_t feed(std::string_view bytes, ParseError& error);

    [[nodiscard]] bool done() const { return state_ == State::done; }
    /// Bytes of content so far.
    [[nodiscard]] std::uint64_t taken() const { return taken_; }

private:
    enum class State {
        counted,        // content of a body with a length
        size_first,     // a chunk header begins
        size,           // its further digits
        extension,      // after them, up to CR
        size_end,       // LF of the chunk header
        data,           // content of a chunk
        data_cr,        // CR after the content
        data_end,       // LF after the content
        trailer_first,  // a trailer line begins, or the empty line that ends the body
        trailer_name,
        trailer_value,
        trailer_end,  // LF of a trailer line
        last_end,     // LF of the empty line
        done,
    };

    std::size_t take_content(std::string_view bytes, ParseError& error);
    ParseError take_framing(unsigned char c);
    ParseError end_of_size();
    ParseError spend_overhead();

    Request& request_;
    std::uint64_t limit_;
    std::size_t overhead_;
    Use use_;
    State state_;
    std::uint64_t taken_ = 0;
    std::uint64_t remaining_ = 0;  // of the content or of the chunk; while in a size: its value
    unsigned digits_ = 0;
};

}  // namespace loan_manager::gateway::http
