#pragma once

#include <sys/types.h>

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loan_manager::runtime {

/// One thing wrong with the settings.
struct SettingIssue {
    std::string setting;  ///< the name, e.g. PORT
    std::string value;    ///< as given; `***` if the setting is secret; empty if none was given
    std::string reason;   ///< e.g. "must be a whole number from 0 to 65535"
    std::string source;   ///< e.g. "environment", "--port"; empty if none was given
};

/// Everything wrong with the settings, found in one go.
class SettingsErrors {
public:
    void add(std::string setting, std::string reason);
    void add(SettingIssue issue);
    const std::vector<SettingIssue>& issues() const { return issues_; }
    bool empty() const { return issues_.empty(); }
    /// One line per issue.
    std::string text() const;

private:
    std::vector<SettingIssue> issues_;
};

[[noreturn]] void throw_exception_from_error(const SettingsErrors& errors, const boost::source_location& location);

using Environment = std::map<std::string, std::string, std::less<>>;
Environment process_environment();

/// What the command line asked for.
enum class ParseAction { run, help, version, settings_markdown };

/// A row of the table. The setters return the row, so that a declaration reads as one sentence.
class Setting {
public:
    /// Reads a text into the target. Returns what is wrong with it, as a sentence beginning with "must", or nothing.
    using Reader = std::function<std::optional<std::string>(std::string_view)>;

    Setting(std::string group, std::string name, std::string type, std::string rule);

    /// The text that is read when nothing is given; it is shown in the help, and must pass the constraints.
    /// Without a default the target keeps its value when nothing is given.
    Setting& default_value(std::string_view text);
    Setting& default_value(std::integral auto number) {
        return default_value(std::string_view(std::to_string(number)));
    }
    /// Not giving it is an error.
    Setting& required();
    /// The value never appears in errors, help or logs.
    Setting& secret();
    Setting& help(std::string_view text);

    /// Numbers and durations (in the setting's unit): smallest and largest allowed value.
    Setting& range(std::int64_t min, std::int64_t max);
    /// Texts: the allowed values; compared without regard to case, stored as spelled here.
    Setting& one_of(std::vector<std::string> values);
    /// Texts: the smallest allowed length in bytes of a value that is given.
    Setting& min_length(std::size_t bytes);

private:
    friend class SettingsTable;
    /// The whole sentence that says what is allowed, "must be …".
    std::string constraint() const;
    std::string flag_name() const;
    std::string shown_default() const;

    std::string group_, name_, type_, rule_, help_;
    Reader reader_;
    std::optional<std::string> default_;
    bool required_ = false;
    bool secret_ = false;
    std::optional<std::int64_t> min_, max_;
    std::vector<std::string> one_of_;
    std::size_t min_length_ = 0;
};

/// The settings of a program, declared once: from the table come reading, --help, docs/configuration.md and the errors.
///
/// A value comes from the first of: the flag (`--admin-port 9100` or `--admin-port=9100` for ADMIN_PORT), the file
/// `$CREDENTIALS_DIRECTORY/ADMIN_PORT`, the file named by ADMIN_PORT_FILE (or `--admin-port-file`), the environment
/// variable ADMIN_PORT, the default. An environment variable that is empty counts as not given. One line end at the end
/// of a file is cut off.
class SettingsTable {
public:
    explicit SettingsTable(std::string program, std::string version = {}, std::string summary = {});
    SettingsTable(const SettingsTable&) = delete;
    SettingsTable& operator=(const SettingsTable&) = delete;

    /// The settings declared from here on are listed under this heading.
    void group(std::string_view heading);

    Setting& text(std::string_view name, std::string& target);
    /// true or false (also 1 or 0, any case); on the command line the name alone means true.
    Setting& flag(std::string_view name, bool& target);
    /// A whole number that fits the target.
    template <std::integral T>
    requires(!std::same_as<T, bool>) Setting& number(std::string_view name, T& target) {
        return whole(name, [&target](std::int64_t value) { target = static_cast<T>(value); })
            .range(lowest<T>(), highest<T>());
    }
    Setting& decimal(std::string_view name, double& target);
    /// For names that say the unit: a whole number of seconds or minutes.
    Setting& seconds(std::string_view name, std::chrono::seconds& target);
    Setting& minutes(std::string_view name, std::chrono::minutes& target);
    /// A whole number with its unit: `500ms`, `30s`, `5m`, `1h`, `7d`. The range is in milliseconds.
    Setting& duration(std::string_view name, std::chrono::milliseconds& target);
    /// A JSON list of strings: `["https://x.lk","https://y.lk"]`.
    Setting& list(std::string_view name, std::vector<std::string>& target);
    /// A PostgreSQL URL or DSN in the form libpq understands, see normalise_database_url. Secret.
    Setting& database_url(std::string_view name, std::string& target);
    /// The name (or number) of a system user of this machine.
    Setting& user(std::string_view name, uid_t& target);
    /// One that may not be given, though people might expect that: `why` is told to whoever does.
    Setting& refused(std::string_view name, std::string_view why);
    /// Any other type. `rule` says what is allowed, as a sentence that begins with "must".
    Setting& custom(std::string_view name, std::string_view type, std::string_view rule, Setting::Reader reader);

    /// A rule between settings, checked when each of them is good by itself.
    void rule(std::function<void(SettingsErrors&)> check);
    /// Words that are not flags are collected here instead of being errors.
    void positionals(std::vector<std::string>& target, std::string_view help);

    /// Reads everything into the targets, or says everything that is wrong. `arguments` are without the program's name.
    boost::system::result<ParseAction, SettingsErrors> parse(std::span<const std::string> arguments,
                                                             const Environment& environment);
    boost::system::result<ParseAction, SettingsErrors> parse(int argc, char** argv,
                                                             const Environment& environment = process_environment());

    std::string help_text() const;
    std::string version_text() const;
    /// A Markdown section on this program: tables of name, type, default, constraint and meaning.
    std::string markdown() const;

private:
    struct Given {
        std::string value;
        std::string source;
    };
    using Sink = std::function<void(std::int64_t)>;

    template <typename T>
    static constexpr std::int64_t lowest() {
        return static_cast<std::int64_t>(std::numeric_limits<T>::min());
    }
    template <typename T>
    static constexpr std::int64_t highest() {
        return std::cmp_less(std::numeric_limits<std::int64_t>::max(), std::numeric_limits<T>::max())
                   ? std::numeric_limits<std::int64_t>::max()
                   : static_cast<std::int64_t>(std::numeric_limits<T>::max());
    }

    Setting& add(std::string_view name, std::string_view type, std::string_view rule);
    Setting& whole(std::string_view name, Sink sink);
    Setting* find(std::string_view name);
    ParseAction read_arguments(std::span<const std::string> arguments, SettingsErrors& errors);
    std::optional<Given> look_up(const Setting& row, const Environment& environment, SettingsErrors& errors) const;

    std::string program_, version_, summary_, group_;
    std::deque<Setting> rows_;  // the rows' readers refer to their rows
    std::map<std::string, Given, std::less<>> flags_;
    std::vector<std::function<void(SettingsErrors&)>> rules_;
    std::vector<std::string>* positionals_ = nullptr;
    std::string positionals_help_;
};

/// The form libpq understands of a PostgreSQL address: `postgresql://…`. Also accepts `postgres://`, SQLAlchemy's
/// `postgresql+driver://` (its `ssl=` becomes `sslmode=`) and `key=value` DSNs. Nothing if it is none of these.
std::optional<std::string> normalise_database_url(std::string_view url);

/// The address without its password, for logs.
std::string mask_database_url(std::string_view url);

}  // namespace loan_manager::runtime
