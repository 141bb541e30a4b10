#include "lifecycle-refresher/service.hpp"

int main(int argc, char** argv) {
    using namespace loan_manager;
    lifecycle::Settings settings;
    runtime::ProcessSpec spec;
    spec.program = "loan-manager-lifecycle-refresher";
    spec.service = "lifecycle-refresher";
    spec.summary = "Keeps the materialized views fresh and answers the reports read from them.";
    spec.defaults = {.admin_port = 9103, .instance_dir = "/run/loan-manager/lifecycle-refresher"};
    spec.add_settings = [&](runtime::SettingsTable& table) { lifecycle::add_settings(table, settings); };
    spec.database = &settings.database;
    spec.start = [&](runtime::Process& process) { return lifecycle::start(process, settings); };
    return runtime::run(spec, argc, argv);
}
