#include "fleet/service.hpp"

int main(int argc, char** argv) {
    using namespace loan_manager;
    fleet::Settings settings;
    runtime::ProcessSpec spec;
    spec.program = "loan-manager-fleet";
    spec.service = "fleet";
    spec.summary = "Companies, branches, bikes and everything that happens to them.";
    spec.defaults = {.admin_port = 9102, .instance_dir = "/run/loan-manager/fleet"};
    spec.add_settings = [&](runtime::SettingsTable& table) { fleet::add_settings(table, settings); };
    spec.database = &settings.database;
    spec.start = [&](runtime::Process& process) { return fleet::start(process, settings); };
    return runtime::run(spec, argc, argv);
}
