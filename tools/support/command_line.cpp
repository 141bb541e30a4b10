#include "tools/support/command_line.hpp"

#include <algorithm>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>
#include <sstream>

#include "tools/support/exit_code.hpp"

namespace loan_manager::ctl {
namespace {

namespace po = boost::program_options;
using Words = std::vector<std::string>;

constexpr const char* overview =
    "loan-managerctl – operates the loan manager.\n"
    "\n"
    "Usage: loan-managerctl COMMAND [options]\n"
    "\n"
    "  refresh               refresh materialized views through the lifecycle-refresher\n"
    "  migrate               bring the database to the newest schema\n"
    "  check                 check every invariant of the data, and the audit log\n"
    "  audit verify          check that nobody has altered the audit log\n"
    "  seed base             load the organisation: companies, branches, counters, commission rules\n"
    "  seed demo             the same, plus demo users and bikes\n"
    "  user create           create a user with a one-time password\n"
    "  user reset-password   give a user a one-time password\n"
    "\n"
    "loan-managerctl COMMAND --help tells more. `refresh` talks to the running service (LIFECYCLE_ADDRESS,\n"
    "SECRET_KEY); everything else works on the database alone (DATABASE_URL or --database-url), also while the\n"
    "services are down. Settings may come from files: X_FILE, or systemd credentials.\n"
    "\n";

/// A command's options, what they are for, and how it is called.
class CommandOptions {
public:
    CommandOptions(std::string usage, std::string summary)
        : usage_(std::move(usage)), summary_(std::move(summary)), options_("Options", 110) {}

    po::options_description& options() { return options_; }

    void add_database_url(std::string& target) {
        options_.add_options()("database-url", po::value(&target)->value_name("URL"),
                               "the database, e.g. postgresql://user@host/loan_manager; default: DATABASE_URL");
    }

    /// False: help was asked for, see text().
    bool parse(const Words& words) {
        options_.add_options()("help,h", "show this text");
        po::variables_map values;
        try {
            const po::positional_options_description none;
            po::store(po::command_line_parser(words).options(options_).positional(none).run(), values);
            if (values.count("help") != 0) {
                return false;
            }
            po::notify(values);
        } catch (const po::error& error) {
            throw Failure(exit_usage, std::string(error.what()) + "\n\n" + text());
        }
        return true;
    }

    std::string text() const {
        std::ostringstream out;
        out << "Usage: loan-managerctl " << usage_ << "\n\n" << summary_ << "\n" << options_ << "\n" << exit_code_help;
        return out.str();
    }

    [[noreturn]] void refuse(const std::string& problem) const { throw Failure(exit_usage, problem + "\n\n" + text()); }

private:
    std::string usage_;
    std::string summary_;
    po::options_description options_;
};

Command parse_refresh(const Words& words) {
    Refresh command;
    bool all = false;
    int timeout = 600;
    CommandOptions options("refresh --all | --view NAME…",
                           "Refreshes materialized views and waits for the end. A refresh that is already running is\n"
                           "joined, not doubled. Needs the SECRET_KEY of the lifecycle-refresher.\n");
    options.options().add_options()("all", po::bool_switch(&all), "every view")(
        "view", po::value(&command.views)->value_name("NAME"), "this view; may be repeated")(
        "address", po::value(&command.address)->value_name("ADDRESS"),
        "where the lifecycle-refresher listens: unix:/directory; default: LIFECYCLE_ADDRESS or "
        "unix:/run/loan-manager/lifecycle-refresher")("timeout", po::value(&timeout)->value_name("SECONDS"),
                                                      "how long to wait; default 600")(
        "nightly", po::bool_switch(&command.nightly),
        "record it as the nightly run, so that the service does not make one of its own");
    if (!options.parse(words)) {
        return ShowText{options.text()};
    }
    if (all == !command.views.empty()) {
        options.refuse("give either --all or --view");
    }
    if (timeout < 1 || timeout > 86'400) {
        options.refuse("--timeout must be from 1 to 86400 seconds");
    }
    command.timeout = std::chrono::seconds{timeout};
    return command;
}

Command parse_migrate(const Words& words) {
    Migrate command;
    CommandOptions options("migrate",
                           "Deploys and verifies every change of the sqitch project that the database lacks.\n"
                           "Safe to repeat. The database user must own the database.\n");
    options.add_database_url(command.database_url);
    options.options().add_options()("directory", po::value(&command.directory)->value_name("PATH"),
                                    "the sqitch project; default: the installed one");
    if (!options.parse(words)) {
        return ShowText{options.text()};
    }
    return command;
}

Command parse_check(const Words& words) {
    Check command;
    CommandOptions options("check",
                           "Runs every invariant of the data in one snapshot and shows what violates them; then looks\n"
                           "whether the audit log was altered, like `audit verify`.\n"
                           "Changes nothing. Ends with 1 if something is violated.\n");
    options.add_database_url(command.database_url);
    options.options().add_options()("json", po::bool_switch(&command.json), "answer as one JSON document");
    if (!options.parse(words)) {
        return ShowText{options.text()};
    }
    return command;
}

std::optional<AuditHead> parse_head(const std::string& text) {
    const auto colon = text.find(':');
    if (colon == 0 || colon > 18 || text.size() != colon + 65) {
        return std::nullopt;
    }
    const std::string digits = text.substr(0, colon);
    AuditHead head{0, text.substr(colon + 1)};
    if (digits.find_first_not_of("0123456789") != std::string::npos ||
        head.hash.find_first_not_of("0123456789abcdef") != std::string::npos) {
        return std::nullopt;
    }
    head.position = std::stoll(digits);
    return head;
}

Command parse_audit(const Words& words) {
    const std::string what = words.empty() ? "" : words.front();
    const Words rest(words.begin() + (words.empty() ? 0 : 1), words.end());
    AuditVerify command;
    std::string head;
    CommandOptions options(
        "audit verify [--head POSITION:HASH]",
        "Walks the hash chain over the audit log and names what was altered, removed or inserted\n"
        "behind its back. With a head from the log of the fleet service (\"audit log sealed\") it also\n"
        "notices that the end of the log was cut off. Changes nothing. Ends with 1 if it finds anything.\n");
    options.add_database_url(command.database_url);
    options.options().add_options()("head", po::value(&head)->value_name("POSITION:HASH"),
                                    "a head that was written down: the chain must still contain it")(
        "json", po::bool_switch(&command.json), "answer as one JSON document");
    if (what == "--help" || what == "-h") {
        return ShowText{options.text()};
    }
    if (what != "verify") {
        options.refuse("there is only `audit verify`");
    }
    if (!options.parse(rest)) {
        return ShowText{options.text()};
    }
    if (!head.empty()) {
        command.head = parse_head(head);
        if (!command.head) {
            options.refuse("--head must be a position and 64 hexadecimal digits, e.g. 4711:9f86d0…");
        }
    }
    return command;
}

Command parse_seed(const Words& words) {
    const std::string what = words.empty() ? "" : words.front();
    const Words rest(words.begin() + (words.empty() ? 0 : 1), words.end());
    if (what == "base") {
        SeedBase command;
        CommandOptions options("seed base",
                               "Loads the two companies, their 19 branches with counters, and one commission\n"
                               "rule each. What exists is left alone.\n");
        options.add_database_url(command.database_url);
        if (!options.parse(rest)) {
            return ShowText{options.text()};
        }
        return command;
    }
    if (what == "demo") {
        SeedDemo command;
        CommandOptions options("seed demo",
                               "Loads the organisation, users of every role with generated passwords, and 190 bikes.\n"
                               "What exists is left alone: a second run changes nothing. For demonstrations only.\n");
        options.add_database_url(command.database_url);
        options.options().add_options()(
            "passwords-file", po::value(&command.passwords_file)->required()->value_name("PATH"),
            "write users and passwords here (JSON, mode 0600); passwords already in the file are kept")(
            "threads", po::value(&command.threads)->value_name("N"),
            "threads that hash passwords; default: all processors");
        if (!options.parse(rest)) {
            return ShowText{options.text()};
        }
        return command;
    }
    const std::string text =
        "Usage: loan-managerctl seed base|demo [options]\n\nSee loan-managerctl seed demo --help.\n";
    if (what == "--help" || what == "-h") {
        return ShowText{text};
    }
    throw Failure(exit_usage, text);
}

Command parse_user(const Words& words) {
    const std::string what = words.empty() ? "" : words.front();
    const Words rest(words.begin() + (words.empty() ? 0 : 1), words.end());
    if (what == "create") {
        UserCreate command;
        CommandOptions options(
            "user create --username NAME --role ROLE… [--company CODE…] [--branch CODE…]",
            "Creates a user and prints a one-time password, once. It has to be changed at the first sign-in.\n"
            "Roles: admin, head_manager, branch_manager, inventory_manager, sales_agent, workshop_manager, mechanic,\n"
            "finance_officer, auditor, viewer.\n");
        options.add_database_url(command.database_url);
        options.options().add_options()("username", po::value(&command.username)->required()->value_name("NAME"),
                                        "name to sign in with")(
            "full-name", po::value(&command.full_name)->value_name("TEXT"), "default: the username")(
            "role", po::value(&command.roles)->value_name("ROLE"), "may be repeated")(
            "company", po::value(&command.companies)->value_name("CODE"),
            "company the user is responsible for; may be repeated")(
            "branch", po::value(&command.branches)->value_name("CODE"), "branch the user belongs to; may be repeated")(
            "first-admin", po::bool_switch(&command.first_admin),
            "make it an admin, but only if the installation has none yet");
        if (!options.parse(rest)) {
            return ShowText{options.text()};
        }
        if (command.first_admin && command.roles.empty()) {
            command.roles = {"admin"};
        }
        if (command.roles.empty()) {
            options.refuse("give at least one --role");
        }
        if (command.first_admin && std::ranges::find(command.roles, "admin") == command.roles.end()) {
            options.refuse("--first-admin makes an admin; leave out --role");
        }
        return command;
    }
    if (what == "reset-password") {
        UserResetPassword command;
        CommandOptions options("user reset-password --username NAME",
                               "Gives an active user a one-time password, printed once, and ends its sessions.\n");
        options.add_database_url(command.database_url);
        options.options().add_options()("username", po::value(&command.username)->required()->value_name("NAME"),
                                        "name to sign in with");
        if (!options.parse(rest)) {
            return ShowText{options.text()};
        }
        return command;
    }
    const std::string text =
        "Usage: loan-managerctl user create|reset-password [options]\n\nSee loan-managerctl user create --help.\n";
    if (what == "--help" || what == "-h") {
        return ShowText{text};
    }
    throw Failure(exit_usage, text);
}

}  // namespace

Command parse_command_line(std::span<const std::string> words) {
    const std::string help = std::string(overview) + exit_code_help;
    if (words.empty()) {
        throw Failure(exit_usage, help);
    }
    const std::string& name = words.front();
    const Words rest(words.begin() + 1, words.end());
    if (name == "help" || name == "--help" || name == "-h") {
        return ShowText{help};
    }
    if (name == "--version" || name == "version") {
        return ShowText{"loan-managerctl " LM_VERSION "\n"};
    }
    if (name == "refresh") {
        return parse_refresh(rest);
    }
    if (name == "migrate") {
        return parse_migrate(rest);
    }
    if (name == "check") {
        return parse_check(rest);
    }
    if (name == "audit") {
        return parse_audit(rest);
    }
    if (name == "seed") {
        return parse_seed(rest);
    }
    if (name == "user") {
        return parse_user(rest);
    }
    throw Failure(exit_usage, "there is no command \"" + name + "\"\n\n" + help);
}

}  // namespace loan_manager::ctl
