/// Settings as people read them: errors, help, the page of the documentation.
#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "runtime/settings.hpp"

namespace loan_manager::runtime {
namespace {

/// A value on one line and not too long, whatever was given.
std::string printable(std::string_view text) {
    constexpr std::size_t max_shown = 120;
    std::string out;
    for (const char c : text.substr(0, max_shown)) {
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    }
    return text.size() > max_shown ? out + "…" : out;
}

/// "from 0 to 65535" of "must be a whole number from 0 to 65535".
std::string allowed(std::string_view constraint) {
    for (const std::string_view start : {"must be ", "must "}) {
        if (constraint.starts_with(start)) {
            return std::string(constraint.substr(start.size()));
        }
    }
    return std::string(constraint);
}

std::string escape_cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') {
            out += '\\';
        }
        out += c;
    }
    return out;
}

}  // namespace

void SettingsErrors::add(std::string setting, std::string reason) {
    add({std::move(setting), {}, std::move(reason), {}});
}

void SettingsErrors::add(SettingIssue issue) { issues_.push_back(std::move(issue)); }

std::string SettingsErrors::text() const {
    std::string out;
    for (const SettingIssue& issue : issues_) {
        out += "  " + printable(issue.setting);
        if (!issue.source.empty()) {
            out += fmt::format(" = \"{}\" (from {})", printable(issue.value), printable(issue.source));
        }
        out += ": " + issue.reason + "\n";
    }
    return out;
}

void throw_exception_from_error(const SettingsErrors& errors, const boost::source_location&) {
    throw std::runtime_error("bad settings:\n" + errors.text());
}

std::string Setting::flag_name() const {
    std::string flag = "--";
    for (const char c : name_) {
        flag += c == '_' ? '-' : (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    }
    return flag;
}

std::string Setting::shown_default() const {
    if (required_) {
        return "required";
    }
    return default_ && !default_->empty() ? *default_ : "none";
}

std::string SettingsTable::version_text() const { return program_ + " " + version_ + "\n"; }

std::string SettingsTable::help_text() const {
    std::string out =
        fmt::format("Usage: {} [--setting value]…{}\n", program_, positionals_ != nullptr ? " [word]…" : "");
    if (!summary_.empty()) {
        out += "\n" + summary_ + "\n";
    }
    if (!positionals_help_.empty()) {
        out += "\n" + positionals_help_ + "\n";
    }
    out +=
        "\nEach setting can be given as a flag, as a file named in NAME_FILE or found in $CREDENTIALS_DIRECTORY,\n"
        "or as the environment variable NAME; the first of these counts.\n";
    std::string group;
    for (const Setting& row : rows_) {
        if (row.group_ != group) {
            group = row.group_;
            out += "\n" + group + "\n";
        }
        out += fmt::format("  {} <{}>  ({})\n      {} Default: {}. Allowed: {}.\n", row.flag_name(), row.type_,
                           row.name_, row.help_, row.shown_default(), allowed(row.constraint()));
    }
    out +=
        "\nOther\n"
        "  --help               this text\n"
        "  --version            the version\n"
        "  --settings-markdown  the settings as a section of docs/configuration.md\n";
    return out;
}

std::string SettingsTable::markdown() const {
    std::string out = "## " + program_ + "\n";
    if (!summary_.empty()) {
        out += "\n" + summary_ + "\n";
    }
    std::string group;
    for (const Setting& row : rows_) {
        if (row.group_ != group) {
            group = row.group_;
            out += "\n### " + group + "\n\n| setting | default | allowed | meaning |\n|---|---|---|---|\n";
        }
        const std::string shown = row.shown_default();
        const bool is_word = shown == "required" || shown == "none";
        out += fmt::format("| `{}` | {} | {} | {}{} |\n", row.name_, is_word ? shown : "`" + escape_cell(shown) + "`",
                           escape_cell(allowed(row.constraint())), escape_cell(row.help_),
                           row.secret_ ? " Secret: give it as a file." : "");
    }
    return out;
}

}  // namespace loan_manager::runtime
