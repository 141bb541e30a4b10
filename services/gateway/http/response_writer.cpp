#include "gateway/http/response_writer.hpp"

#include <boost/beast/http/status.hpp>

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace loan_manager::gateway::http {

namespace {

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 20> digits;
    const auto [end, ec] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    static_cast<void>(ec);  // 20 digits hold every 64-bit number
    out.append(digits.data(), end);
}

bool has_length(unsigned status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

std::string_view reason_phrase(unsigned status) {
    switch (status) {
        case 408:
            return "Request Timeout";
        case 422:
            return "Unprocessable Content";
        case 499:
            return "Client Closed Request";
        default: {
            const auto known = boost::beast::http::int_to_status(status);
            return known == boost::beast::http::status::unknown ? "Unknown"
                                                                : boost::beast::http::obsolete_reason(known);
        }
    }
}

bool sends_body(const Response& response, const Framing& framing) {
    return !framing.head_only && has_length(response.status());
}

void write_head(std::string& out, const Response& response, const Framing& framing, std::string_view date) {
    out.append("HTTP/1.1 ");
    append_number(out, response.status());
    out.push_back(' ');
    out.append(reason_phrase(response.status()));
    out.append("\r\nDate: ").append(date).append("\r\n");
    if (has_length(response.status())) {
        if (!response.content_type().empty()) {
            out.append("Content-Type: ").append(response.content_type()).append("\r\n");
        }
        out.append("Content-Length: ");
        append_number(out, response.body().size());
        out.append("\r\n");
    }
    if (framing.close) {
        out.append("Connection: close\r\n");
    } else if (framing.http_1_0) {
        out.append("Connection: keep-alive\r\n");
    }
    out.append(response.fields());
    out.append("\r\n");
}

std::string_view DateCache::at(std::chrono::system_clock::time_point now) {
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    if (second != second_ || text_.empty()) {
        second_ = second;
        const std::time_t time = std::chrono::system_clock::to_time_t(now);
        std::tm parts{};
        gmtime_r(&time, &parts);
        // Names are spelled here rather than by strftime: a process locale must not change the wire.
        static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
        static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        std::array<char, 64> text;
        const int length = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                         days[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                                         months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                                         parts.tm_hour, parts.tm_min, parts.tm_sec);
        text_.assign(text.data(), static_cast<std::size_t>(length));
    }
    return text_;
}

}  // namespace loan_manager::gateway::http
