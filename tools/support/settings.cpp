#include "tools/support/settings.hpp"

#include <array>
#include <string_view>
#include <vector>

#include "runtime/users.hpp"
#include "tools/support/exit_code.hpp"

namespace loan_manager::ctl {
namespace {

constexpr const char* refresher_user = "loan-manager-refresher";

}  // namespace

Settings read_settings(const runtime::Environment& environment) {
    runtime::Environment relevant;
    for (const std::string_view name : {"DATABASE_URL", "SECRET_KEY", "LIFECYCLE_ADDRESS", "LIFECYCLE_USER"}) {
        for (const std::string& key : {std::string(name), std::string(name) + "_FILE"}) {
            if (const auto found = environment.find(key); found != environment.end()) {
                relevant.insert(*found);
            }
        }
    }
    if (const auto found = environment.find("CREDENTIALS_DIRECTORY"); found != environment.end()) {
        relevant.insert(*found);
    }
    Settings settings;
    runtime::SettingsTable table("loan-managerctl");
    table.database_url("DATABASE_URL", settings.database_url);
    table.text("SECRET_KEY", settings.secret_key).secret();
    rpc::add_upstream_settings(table, "LIFECYCLE", "lifecycle-refresher", settings.lifecycle);
    // On a host with the suite installed, whoever runs this program expects to find the service's own user there.
    settings.lifecycle.owner = runtime::user_id(refresher_user).value_or(settings.lifecycle.owner);
    const std::vector<std::string> no_arguments;
    const auto parsed = table.parse(no_arguments, relevant);
    if (!parsed) {
        throw Failure(exit_usage, parsed.error().text());
    }
    return settings;
}

std::string database_url(const Settings& settings, const std::string& option) {
    if (option.empty()) {
        if (settings.database_url.empty()) {
            throw Failure(exit_usage, "which database? Give --database-url or set DATABASE_URL");
        }
        return settings.database_url;
    }
    const auto normal = runtime::normalise_database_url(option);
    if (!normal) {
        throw Failure(exit_usage, "--database-url must be postgresql://user:password@host:port/database");
    }
    return *normal;
}

}  // namespace loan_manager::ctl
