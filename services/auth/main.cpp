#include <cstring>

#include "auth/keys/rotation.hpp"
#include "auth/service.hpp"

int main(int argc, char** argv) {
    using namespace loan_manager;
    if (argc > 1 && std::strcmp(argv[1], "rotate-key") == 0) {
        return auth::keys::rotate_key_command(argc - 1, argv + 1);
    }
    auth::Settings settings;
    runtime::ProcessSpec spec;
    spec.program = "loan-manager-auth";
    spec.service = "auth";
    spec.summary = "Users, sessions and signing keys. `loan-manager-auth rotate-key` makes a new signing key.";
    spec.defaults = {.admin_port = 9101, .instance_dir = "/run/loan-manager/auth"};
    spec.add_settings = [&](runtime::SettingsTable& table) { auth::add_settings(table, settings); };
    spec.database = &settings.database;
    spec.start = [&](runtime::Process& process) { return auth::start(process, settings); };
    return runtime::run(spec, argc, argv);
}
