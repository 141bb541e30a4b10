#include "runtime/settings.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

extern char** environ;

namespace loan_manager::runtime {
namespace {

// Longer than any secret or list; keeps a wrong file name from filling the memory.
constexpr std::size_t max_file_bytes = std::size_t{1024} * 1024;

struct FileText {
    std::string text;
    std::string error;  ///< empty when the file was read
};

FileText read_file(const std::filesystem::path& path) {
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    FileText file;
    file.text.resize(max_file_bytes + 1);
    if (!in || !in.read(file.text.data(), static_cast<std::streamsize>(file.text.size())).eof()) {
        const int error = in ? EFBIG : (errno != 0 ? errno : EIO);
        return {{}, "cannot read " + path.string() + ": " + std::generic_category().message(error)};
    }
    file.text.resize(static_cast<std::size_t>(in.gcount()));
    if (file.text.ends_with('\n')) {
        file.text.pop_back();
        if (file.text.ends_with('\r')) {
            file.text.pop_back();
        }
    }
    return file;
}

/// PORT for --port.
std::string setting_name(std::string_view flag) {
    std::string name;
    for (const char c : flag) {
        name += c == '-' ? '_' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
    }
    return name;
}

const std::string* find_in(const Environment& environment, std::string_view name) {
    const auto found = environment.find(name);
    return found == environment.end() || found->second.empty() ? nullptr : &found->second;
}

}  // namespace

Environment process_environment() {
    Environment environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        if (const auto equals = text.find('='); equals != std::string_view::npos) {
            environment.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return environment;
}

Setting::Setting(std::string group, std::string name, std::string type, std::string rule)
    : group_(std::move(group)), name_(std::move(name)), type_(std::move(type)), rule_(std::move(rule)) {}

Setting& Setting::default_value(std::string_view text) {
    default_ = std::string(text);
    return *this;
}

Setting& Setting::required() {
    required_ = true;
    return *this;
}

Setting& Setting::secret() {
    secret_ = true;
    return *this;
}

Setting& Setting::help(std::string_view text) {
    help_ = text;
    return *this;
}

Setting& Setting::range(std::int64_t min, std::int64_t max) {
    min_ = min;
    max_ = max;
    return *this;
}

Setting& Setting::one_of(std::vector<std::string> values) {
    one_of_ = std::move(values);
    return *this;
}

Setting& Setting::min_length(std::size_t bytes) {
    min_length_ = bytes;
    return *this;
}

SettingsTable::SettingsTable(std::string program, std::string version, std::string summary)
    : program_(std::move(program)), version_(std::move(version)), summary_(std::move(summary)), group_("Settings") {}

void SettingsTable::group(std::string_view heading) { group_ = heading; }

void SettingsTable::rule(std::function<void(SettingsErrors&)> check) { rules_.push_back(std::move(check)); }

void SettingsTable::positionals(std::vector<std::string>& target, std::string_view help) {
    positionals_ = &target;
    positionals_help_ = help;
}

Setting* SettingsTable::find(std::string_view name) {
    for (Setting& row : rows_) {
        if (row.name_ == name) {
            return &row;
        }
    }
    return nullptr;
}

ParseAction SettingsTable::read_arguments(std::span<const std::string> arguments, SettingsErrors& errors) {
    ParseAction action = ParseAction::run;
    flags_.clear();
    bool only_words = false;
    for (std::size_t index = 0; index != arguments.size(); ++index) {
        const std::string& argument = arguments[index];
        if (only_words || !argument.starts_with('-') || argument == "-") {
            if (positionals_ != nullptr) {
                positionals_->push_back(argument);
            } else {
                errors.add({argument, {}, "is not expected here; settings are given as --name value", {}});
            }
            continue;
        }
        const std::string_view flag = std::string_view(argument).substr(0, argument.find('='));
        if (flag == "--") {
            only_words = true;
        } else if (flag == "--help" || flag == "-h") {
            action = ParseAction::help;
        } else if (flag == "--version") {
            action = ParseAction::version;
        } else if (flag == "--settings-markdown") {
            action = ParseAction::settings_markdown;
        } else {
            // `--password-file x` gives PASSWORD_FILE, the file PASSWORD is read from.
            std::string name = flag.starts_with("--") ? setting_name(flag.substr(2)) : std::string();
            Setting* row = find(name);
            const bool names_file = row == nullptr && name.ends_with("_FILE") &&
                                    find(std::string_view(name).substr(0, name.size() - 5)) != nullptr;
            if (row == nullptr && !names_file) {
                errors.add({std::string(flag), {}, "is not a known flag; --help lists them", {}});
                continue;
            }
            std::string value;
            if (flag.size() != argument.size()) {
                value = argument.substr(flag.size() + 1);
            } else if (row != nullptr && row->type_ == "true or false") {
                const bool told = index + 1 != arguments.size() &&
                                  (arguments[index + 1] == "true" || arguments[index + 1] == "false");
                value = told ? arguments[++index] : "true";
            } else if (index + 1 != arguments.size()) {
                value = arguments[++index];
            } else {
                errors.add({std::string(flag), {}, "needs a value", {}});
                continue;
            }
            flags_.insert_or_assign(std::move(name), Given{std::move(value), std::string(flag)});
        }
    }
    return action;
}

std::optional<SettingsTable::Given> SettingsTable::look_up(const Setting& row, const Environment& environment,
                                                           SettingsErrors& errors) const {
    if (const auto flag = flags_.find(row.name_); flag != flags_.end()) {
        return flag->second;
    }
    const auto from_file = [&](const std::filesystem::path& path) -> std::optional<Given> {
        FileText file = read_file(path);
        if (!file.error.empty()) {
            errors.add({row.name_, {}, std::move(file.error), {}});
            return std::nullopt;
        }
        return Given{std::move(file.text), "file " + path.string()};
    };
    if (const auto flag = flags_.find(row.name_ + "_FILE"); flag != flags_.end()) {
        return from_file(flag->second.value);
    }
    if (const std::string* directory = find_in(environment, "CREDENTIALS_DIRECTORY")) {
        const auto path = std::filesystem::path(*directory) / row.name_;
        std::error_code error;
        if (std::filesystem::exists(path, error)) {
            return from_file(path);
        }
    }
    if (const std::string* path = find_in(environment, row.name_ + "_FILE")) {
        return from_file(*path);
    }
    if (const std::string* value = find_in(environment, row.name_)) {
        return Given{*value, "environment"};
    }
    return std::nullopt;
}

boost::system::result<ParseAction, SettingsErrors> SettingsTable::parse(std::span<const std::string> arguments,
                                                                        const Environment& environment) {
    SettingsErrors errors;
    const ParseAction action = read_arguments(arguments, errors);
    if (action != ParseAction::run) {
        return action;
    }
    std::map<std::string, Given, std::less<>> given;
    const auto shown = [&](const Setting& row, const Given& value) { return row.secret_ ? "***" : value.value; };
    for (const Setting& row : rows_) {
        const std::size_t errors_before = errors.issues().size();
        auto value = look_up(row, environment, errors);
        if (errors.issues().size() != errors_before) {
            continue;
        }
        if (value) {
            if (auto problem = row.reader_(value->value)) {
                errors.add({row.name_, shown(row, *value), std::move(*problem), value->source});
            }
            given.emplace(row.name_, std::move(*value));
        } else if (row.default_) {
            if (row.reader_(*row.default_)) {
                throw std::logic_error("the default of " + row.name_ + " does not pass its own constraint");
            }
        } else if (row.required_) {
            errors.add({row.name_,
                        {},
                        "is required: set " + row.name_ + ", " + row.name_ + "_FILE or " + row.flag_name(),
                        {}});
        }
    }
    if (errors.empty()) {
        SettingsErrors broken;
        for (const auto& rule : rules_) {
            rule(broken);
        }
        for (SettingIssue issue : broken.issues()) {
            const auto value = given.find(issue.setting);
            const Setting* row = find(issue.setting);
            if (row != nullptr && value != given.end()) {
                issue.value = shown(*row, value->second);
                issue.source = value->second.source;
            }
            errors.add(std::move(issue));
        }
    }
    if (!errors.empty()) {
        return errors;
    }
    return ParseAction::run;
}

boost::system::result<ParseAction, SettingsErrors> SettingsTable::parse(int argc, char** argv,
                                                                        const Environment& environment) {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    return parse(arguments, environment);
}

}  // namespace loan_manager::runtime
