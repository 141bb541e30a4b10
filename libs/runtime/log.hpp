#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

/// Structured logs. One line per event, as a JSON object or readable on a console:
///
///     log::info("bike procured", {{"request_id", id}, {"bike_id", bike}, {"ms", 3}});
///
/// Any thread may log. A line is formatted by the caller and written by one background thread from a bounded queue:
/// a slow disk costs old lines (they are counted and reported), never the time of a request.
/// Values are escaped and invalid UTF-8 is replaced, so nothing a client sends can forge a line. Values of fields whose
/// name speaks of a secret (password, secret, token, authorization, cookie, private key) are masked.
namespace loan_manager::runtime::log {

enum class Level { debug, info, warning, error, off };
enum class Format { json, console };

/// A named value of a line. It refers to its text: use it only as an argument.
class Field {
public:
    Field(std::string_view key, std::string_view value) : key_(key), value_(value) {}
    Field(std::string_view key, const std::string& value) : key_(key), value_(std::string_view(value)) {}
    Field(std::string_view key, const char* value) : key_(key), value_(std::string_view(value)) {}
    Field(std::string_view key, bool value) : key_(key), value_(value) {}
    Field(std::string_view key, std::floating_point auto value) : key_(key), value_(static_cast<double>(value)) {}
    Field(std::string_view key, std::signed_integral auto value)
        : key_(key), value_(static_cast<std::int64_t>(value)) {}
    Field(std::string_view key, std::unsigned_integral auto value) requires(!std::same_as<decltype(value), bool>)
        : key_(key), value_(static_cast<std::uint64_t>(value)) {}

    using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;
    std::string_view key() const { return key_; }
    const Value& value() const { return value_; }

private:
    std::string_view key_;
    Value value_;
};

using Fields = std::initializer_list<Field>;

void debug(std::string_view message, Fields fields = {});
void info(std::string_view message, Fields fields = {});
void warning(std::string_view message, Fields fields = {});
void error(std::string_view message, Fields fields = {});
void write(Level level, std::string_view message, Fields fields = {});

/// Whether lines of that level are written at present: for when computing the fields costs something.
bool enabled(Level level);

struct Options {
    std::string service;  ///< the `service` of every line
    Level level = Level::info;
    Format format = Format::json;
    std::filesystem::path file;  ///< empty: standard error. Otherwise this file, and warnings on standard error too
    std::uint64_t max_bytes =
        std::uint64_t{10} * 1024 * 1024;  ///< rotate to file.1, file.2 … before the file grows beyond this; 0: never
    unsigned backups = 5;                 ///< how many rotated files are kept
};

/// Installs the process's log; before it lines of `warning` and above go to standard error. Throws std::system_error
/// when the file cannot be opened. Called by `run`; tests may call it again.
void open(const Options& options);

/// Opens the file anew under its name, as logrotate's `create` expects after SIGHUP. Returns at once; the writer does
/// it.
void reopen();

/// Writes out what is queued and waits for it; later lines go to standard error unqueued.
void close();

/// Lines lost because the writer could not keep up or the file could not be written.
std::uint64_t lost_lines();

}  // namespace loan_manager::runtime::log
