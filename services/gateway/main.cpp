#include <iostream>
#include <string_view>

#include "gateway/service.hpp"

int main(int argc, char** argv) {
    using namespace loan_manager;
    if (argc == 2 && std::string_view(argv[1]) == "--openapi") {
        // For docs/openapi.json and client generators: needs no settings and no running service.
        std::cout << gateway::openapi_document() << '\n';
        return 0;
    }
    gateway::Settings settings;
    runtime::ProcessSpec spec;
    spec.program = "loan-manager-gateway";
    spec.service = "gateway";
    spec.summary = "HTTP front door of the loan manager: checks every request and passes it on to the services.";
    spec.defaults = {.port = 8000, .admin_port = 9100};
    spec.add_settings = [&](runtime::SettingsTable& table) { gateway::add_settings(table, settings); };
    spec.start = [&](runtime::Process& process) { return gateway::start(process, settings); };
    return runtime::run(spec, argc, argv);
}
