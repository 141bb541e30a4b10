#include "tools/program.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "runtime/colombo_time.hpp"
#include "tools/audit/head_log.hpp"
#include "tools/support/exit_code.hpp"

namespace loan_manager::ctl {
namespace {

constexpr const char* overview =
    "loan-managerctl – operates the loan manager.\n"
    "\n"
    "`refresh` talks to the running service (LIFECYCLE_ADDRESS, SECRET_KEY); everything else works on the database\n"
    "alone (DATABASE_URL or --database-url), also while the services are down. Settings may come from files: X_FILE, "
    "or\n"
    "systemd credentials.";

/// Usage first, then what it is for; lists show every command with the first line of its description.
class Help final : public CLI::Formatter {
public:
    Help() { column_width(30); }

    std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
        if (mode == CLI::AppFormatMode::Sub) {
            return lines_of(*app, app->get_name());
        }
        return make_usage(app, std::move(name)) + '\n' + app->get_description() + '\n' + make_groups(app, mode) +
               make_subcommands(app, mode) + make_footer(app);
    }
    std::string make_subcommand(const CLI::App* command) const override {
        return lines_of(*command, command->get_name());
    }

private:
    static std::string lines_of(const CLI::App& command, const std::string& name) {
        const auto children = command.get_subcommands([](const CLI::App* app) { return !app->get_name().empty(); });
        std::string text;
        for (const CLI::App* child : children) {
            text += lines_of(*child, name + ' ' + child->get_name());
        }
        const std::string& description = command.get_description();
        return children.empty() ? "  " + name + std::string(24 - std::min<std::size_t>(name.size(), 23), ' ') +
                                      description.substr(0, description.find('\n')) + '\n'
                                : text;
    }
};

/// Option of one value each time it is given.
CLI::Option* add_list(CLI::App& command, const std::string& name, std::vector<std::string>& target,
                      const std::string& description) {
    return command.add_option(name, target, description)->expected(1)->allow_extra_args(false)->take_all();
}

/// The program's command line, and what it asked for once it has been parsed.
class Program {
public:
    Program() : app_(overview, "loan-managerctl") {
        app_.footer(exit_code_help);
        app_.set_version_flag("--version", "loan-managerctl " LM_VERSION);
        app_.require_subcommand(1);
        app_.formatter(std::make_shared<Help>());
        add_refresh();
        add_migrate();
        add_check();
        add_audit();
        add_seed();
        add_user();
        add_words();
    }

    Command parse(std::span<const std::string> words) {
        std::vector<std::string> reversed(words.rbegin(), words.rend());
        try {
            check_names(words);
            app_.parse(std::move(reversed));
        } catch (const CLI::CallForHelp&) {
            return ShowText{app_.help()};
        } catch (const CLI::CallForVersion& version) {
            return ShowText{std::string(version.what()) + '\n'};
        } catch (const CLI::ParseError& error) {
            throw Failure(exit_usage, std::string(error.what()) + "\n\n" + app_.help());
        }
        return std::move(chosen_);
    }

private:
    /// CLI11 would only say that a command is missing.
    void check_names(std::span<const std::string> words) const {
        const CLI::App* group = &app_;
        for (const std::string& word : words) {
            const auto named = [&](const CLI::App* command) { return command->get_name() == word; };
            if (word.starts_with('-') || !group->get_require_subcommand_min()) {
                return;
            }
            const auto found = group->get_subcommands(named);
            if (found.empty()) {
                throw CLI::ParseError("there is no command \"" + word + '"', exit_usage);
            }
            group = found.front();
        }
    }

    /// `target` lives as long as the program; it is what was asked for if this command is named.
    template <class Chosen>
    CLI::App& add(CLI::App& parent, const std::string& name, const std::string& description, Chosen& target) {
        CLI::App& command = *parent.add_subcommand(name, description);
        command.final_callback([this, &target] { chosen_ = std::move(target); });
        return command;
    }

    template <class Chosen>
    static void add_database_url(CLI::App& command, Chosen& target) {
        command
            .add_option("--database-url", target.database_url,
                        "the database, e.g. postgresql://user@host/loan_manager; default: DATABASE_URL")
            ->type_name("URL");
    }

    template <class Chosen>
    static void add_logs(CLI::App& command, Chosen& target) {
        add_list(command, "--log", target.logs,
                 "where the fleet services log: a file, a folder of fleet*.log* files, or - for standard input; may\n"
                 "be repeated; default: /var/log/loan-manager")
            ->type_name("PATH");
        command
            .add_option("--log-since", target.logged_since,
                        "leave out heads logged before, e.g. 2026-11-25T18:00:00Z: after a restore the chain has not\n"
                        "got the heads that are newer than the backup")
            ->type_name("TIME")
            ->check([](const std::string& text) {
                const bool is_time = runtime::parse_rfc3339(text).has_value();
                return is_time ? std::string() : "must be a time like 2026-11-25T18:00:00Z";
            });
    }

    void add_refresh() {
        CLI::App& command =
            add(app_, "refresh",
                "Refresh materialized views through the lifecycle-refresher.\n"
                "Waits for the end. A refresh that is already running is joined, not doubled. Needs the SECRET_KEY of\n"
                "the lifecycle-refresher.",
                refresh_);
        CLI::Option_group& which = *command.add_option_group("One of");
        which.add_flag("--all", all_views_, "every view");
        add_list(which, "--view", refresh_.views, "this view; may be repeated")->type_name("NAME");
        which.require_option(1);
        command
            .add_option("--address", refresh_.address,
                        "where the lifecycle-refresher listens: unix:/directory; default: LIFECYCLE_ADDRESS or "
                        "unix:/run/loan-manager/lifecycle-refresher")
            ->type_name("ADDRESS");
        command
            .add_option_function<int>(
                "--timeout", [this](int seconds) { refresh_.timeout = std::chrono::seconds{seconds}; },
                "how long to wait; default 600")
            ->type_name("SECONDS")
            ->check(CLI::Range(1, 86'400).description(""));
        command.add_flag("--nightly", refresh_.nightly,
                         "record it as the nightly run, so that the service does not make one of its own");
    }

    void add_migrate() {
        CLI::App& command = add(app_, "migrate",
                                "Bring the database to the newest schema.\n"
                                "Deploys and verifies every change of the sqitch project that it lacks. Safe to\n"
                                "repeat. The database user must own the database.",
                                migrate_);
        add_database_url(command, migrate_);
        command.add_option("--directory", migrate_.directory, "the sqitch project; default: the installed one")
            ->type_name("PATH");
    }

    void add_check() {
        CLI::App& command = add(
            app_, "check",
            "Check every invariant of the data, and the audit log.\n"
            "Looks at one snapshot and shows what violates the invariants; then looks whether the audit log was\n"
            "altered, like `audit verify`, and whether it and the outbox tell of the same changes. Changes nothing.\n"
            "Ends with 1 if something is violated.",
            check_);
        add_database_url(command, check_);
        add_logs(command, check_);
        command.add_flag("--json", check_.json, "answer as one JSON document");
    }

    void add_audit() {
        CLI::App& audit = *app_.add_subcommand("audit", "The audit log.");
        audit.require_subcommand(1);
        CLI::App& command = add(
            audit, "verify",
            "Check that nobody has altered the audit log.\n"
            "Walks the hash chain over it and names what was altered, removed or inserted behind its back. With the\n"
            "heads that the fleet services logged (\"audit log sealed\") it also notices that its end was cut off, or\n"
            "everything rewritten. Says what is proved and what is not. Changes nothing. Ends with 1 if it finds\n"
            "anything.",
            verify_);
        add_database_url(command, verify_);
        command
            .add_option_function<std::string>(
                "--head",
                [this](const std::string& text) {
                    try {
                        verify_.head = parse_head(text);
                    } catch (const std::invalid_argument& wrong) {
                        throw CLI::ValidationError("--head", wrong.what());
                    }
                },
                "a head that was written down: the chain must still contain it")
            ->type_name("POSITION:HASH");
        add_logs(command, verify_);
        command.add_flag("--json", verify_.json, "answer as one JSON document");
    }

    void add_seed() {
        CLI::App& seed = *app_.add_subcommand("seed", "Load master or demo data.");
        seed.require_subcommand(1);
        CLI::App& base =
            add(seed, "base",
                "Load the organisation: companies, branches, counters, commission rules.\n"
                "The two companies, their 19 branches, and one commission rule each. What exists is left alone.",
                base_);
        add_database_url(base, base_);
        CLI::App& demo =
            add(seed, "demo",
                "The same, plus demo users and bikes.\n"
                "Users of every role with generated passwords, and 190 bikes. What exists is left alone: a second run\n"
                "changes nothing. For demonstrations only.",
                demo_);
        add_database_url(demo, demo_);
        demo.add_option("--passwords-file", demo_.passwords_file,
                        "write users and passwords here (JSON, mode 0600); passwords already in the file are kept")
            ->type_name("PATH")
            ->required();
        demo.add_option("--threads", demo_.threads, "threads that hash passwords; default: all processors")
            ->type_name("N");
    }

    void add_user() {
        CLI::App& user = *app_.add_subcommand("user", "Users and their one-time passwords.");
        user.require_subcommand(1);
        CLI::App& create =
            add(user, "create",
                "Create a user with a one-time password.\n"
                "It is printed once and has to be changed at the first sign-in.\n"
                "Roles: admin, head_manager, branch_manager, inventory_manager, sales_agent, workshop_manager,\n"
                "mechanic, finance_officer, auditor, viewer.",
                create_);
        add_database_url(create, create_);
        create.add_option("--username", create_.username, "name to sign in with")->type_name("NAME")->required();
        create.add_option("--full-name", create_.full_name, "default: the username")->type_name("TEXT");
        add_list(create, "--role", create_.roles, "may be repeated")->type_name("ROLE");
        add_list(create, "--company", create_.companies, "company the user is responsible for; may be repeated")
            ->type_name("CODE");
        add_list(create, "--branch", create_.branches, "branch the user belongs to; may be repeated")
            ->type_name("CODE");
        create.add_flag("--first-admin", create_.first_admin,
                        "make it an admin, but only if the installation has none yet");
        create.final_callback([this] {
            complete_roles();
            chosen_ = std::move(create_);
        });
        CLI::App& reset = add(user, "reset-password",
                              "Give a user a one-time password.\n"
                              "It is printed once. The user must be active; its sessions end.",
                              reset_);
        add_database_url(reset, reset_);
        reset.add_option("--username", reset_.username, "name to sign in with")->type_name("NAME")->required();
    }

    void complete_roles() {
        if (create_.first_admin && create_.roles.empty()) {
            create_.roles = {"admin"};
        }
        if (create_.roles.empty()) {
            throw CLI::RequiredError("at least one --role");
        }
        if (create_.first_admin && std::ranges::find(create_.roles, "admin") == create_.roles.end()) {
            throw CLI::ValidationError("--first-admin", "makes an admin; leave out --role");
        }
    }

    /// `help` and `version` beside the flags.
    void add_words() {
        app_.add_subcommand("help", "Show this text.")->final_callback([this] {
            chosen_ = ShowText{app_.get_formatter()->make_help(&app_, app_.get_name(), CLI::AppFormatMode::Normal)};
        });
        app_.add_subcommand("version", "Show the version.")->final_callback([this] {
            chosen_ = ShowText{app_.version() + '\n'};
        });
    }

    CLI::App app_;
    Command chosen_;
    bool all_views_ = false;
    Refresh refresh_;
    Migrate migrate_;
    Check check_;
    AuditVerify verify_;
    SeedBase base_;
    SeedDemo demo_;
    UserCreate create_;
    UserResetPassword reset_;
};

}  // namespace

Command parse_command_line(std::span<const std::string> words) { return Program().parse(words); }

}  // namespace loan_manager::ctl
