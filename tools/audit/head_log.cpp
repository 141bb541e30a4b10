#include "tools/audit/head_log.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "runtime/colombo_time.hpp"

namespace loan_manager::ctl {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::string_view message = "audit log sealed";

std::optional<LoggedHead> head_of(const std::string& at, const std::string& text) {
    try {
        return LoggedHead{parse_head(text), at, {}};
    } catch (const std::invalid_argument&) {
        return std::nullopt;
    }
}

std::optional<LoggedHead> read_json_line(const std::string& line) {
    boost::system::error_code failed;
    const json::value value = json::parse(line, failed);
    if (failed || !value.is_object()) {
        return std::nullopt;
    }
    const auto text = [&](std::string_view key) -> std::string {
        const json::value* found = value.get_object().if_contains(key);
        return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
    };
    return text("message") == message ? head_of(text("ts"), text("head")) : std::nullopt;
}

// "2026-11-25T19:18:12.523Z INFO    fleet: audit log sealed rows=3 position=7 head=7:9f86d0…"
std::optional<LoggedHead> read_console_line(const std::string& line) {
    const std::size_t service = line.find_first_not_of(' ', std::min(line.find(' ', line.find(' ') + 1), line.size()));
    const std::size_t colon = line.find(": ", std::min(service, line.size()));
    if (colon == std::string::npos || line.find(' ', service) < colon ||
        line.compare(colon + 2, message.size() + 1, std::string(message) + ' ') != 0) {
        return std::nullopt;
    }
    constexpr std::string_view key = " head=";
    const std::size_t head = line.find(key, colon);
    if (head == std::string::npos) {
        return std::nullopt;
    }
    const std::size_t begin = head + key.size();
    return head_of(line.substr(0, line.find(' ')), line.substr(begin, line.find(' ', begin) - begin));
}

// "fleet.log", "fleet@2.log", "fleet.log.1", "fleet.log-20261125", also compressed.
bool is_log_of_fleet(const std::string& name) {
    const std::size_t end = name.find(".log");
    return name.starts_with("fleet") && end != std::string::npos &&
           (end + 4 == name.size() || name[end + 4] == '.' || name[end + 4] == '-');
}

bool is_compressed(const std::string& path) {
    return path.ends_with(".gz") || path.ends_with(".xz") || path.ends_with(".bz2") || path.ends_with(".zst");
}

std::string last_error() { return std::strerror(errno); }

class Reader {
public:
    explicit Reader(const std::string& since) {
        if (const auto time = runtime::parse_rfc3339(since)) {
            since_ = runtime::format_rfc3339(*time);
        }
    }

    void read(const std::string& path) {
        std::error_code failed;
        if (path == "-") {
            take(std::cin, "standard input");
        } else if (fs::is_directory(path, failed)) {
            read_folder(path);
        } else {
            read_file(path);
        }
    }

    HeadLog take_all() { return std::move(log_); }

private:
    void read_folder(const std::string& path) {
        std::error_code failed;
        std::vector<std::string> files;
        for (fs::directory_iterator entry(path, failed), end; !failed && entry != end; entry.increment(failed)) {
            if (is_log_of_fleet(entry->path().filename().string())) {
                files.push_back(entry->path().string());
            }
        }
        if (failed) {
            note(path, failed.message());
        } else if (files.empty()) {
            note(path, "no fleet*.log in it");
        }
        std::sort(files.begin(), files.end());
        for (const std::string& file : files) {
            read_file(file);
        }
    }

    void read_file(const std::string& path) {
        if (is_compressed(path)) {
            note(path, "compressed; unpack it into --log -");
            return;
        }
        errno = 0;
        std::ifstream file(path);
        if (!file) {
            note(path, last_error());
            return;
        }
        take(file, path);
    }

    void take(std::istream& in, const std::string& source) {
        errno = 0;
        std::vector<LoggedHead> heads = read_heads(in, source);
        std::erase_if(heads, [this](const LoggedHead& head) { return head.at < since_; });
        note(source, in.bad() ? last_error() : std::string(), heads.size());
        std::move(heads.begin(), heads.end(), std::back_inserter(log_.heads));
    }

    void note(const std::string& path, const std::string& problem, std::size_t heads = 0) {
        log_.sources.push_back({path, heads, problem});
    }

    std::string since_;
    HeadLog log_;
};

}  // namespace

AuditHead parse_head(const std::string& text) {
    const auto colon = text.find(':');
    const std::string digits = text.substr(0, colon);
    const std::string hash = colon == std::string::npos ? std::string() : text.substr(colon + 1);
    if (digits.empty() || digits.size() > 18 || digits.find_first_not_of("0123456789") != std::string::npos ||
        hash.size() != 64 || hash.find_first_not_of("0123456789abcdef") != std::string::npos) {
        throw std::invalid_argument("must be a position and 64 hexadecimal digits, e.g. 4711:9f86d0…");
    }
    return AuditHead{std::stoll(digits), hash};
}

std::string to_string(const AuditHead& head) { return std::to_string(head.position) + ':' + head.hash; }

std::vector<LoggedHead> read_heads(std::istream& log, const std::string& source) {
    std::vector<LoggedHead> heads;
    for (std::string line; std::getline(log, line);) {
        if (line.find(message) == std::string::npos) {
            continue;
        }
        std::optional<LoggedHead> found = line.starts_with('{') ? read_json_line(line) : read_console_line(line);
        if (found) {
            found->source = source;
            heads.push_back(*std::move(found));
        }
    }
    return heads;
}

HeadLog read_heads(const std::vector<std::string>& paths, const std::string& since) {
    Reader reader(since);
    if (paths.empty()) {
        reader.read(default_log_folder);
    }
    for (const std::string& path : paths) {
        reader.read(path);
    }
    return reader.take_all();
}

}  // namespace loan_manager::ctl
