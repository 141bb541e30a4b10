#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "runtime/log.hpp"
#include "tools/commands/run.hpp"
#include "tools/program.hpp"
#include "tools/support/exit_code.hpp"
#include "tools/support/settings.hpp"

int main(int argc, char** argv) {
    using namespace loan_manager;
    try {
        const std::vector<std::string> words(argv + 1, argv + argc);
        const ctl::Command command = ctl::parse_command_line(words);
        const ctl::Settings settings = ctl::read_settings(runtime::process_environment());
        return std::visit([&](const auto& chosen) { return ctl::run(chosen, settings); }, command);
    } catch (const ctl::Failure& failure) {
        std::cerr << "loan-managerctl: " << failure.what() << '\n';
        return failure.code();
    } catch (const std::exception& error) {
        std::cerr << "loan-managerctl: " << error.what() << '\n';
        return ctl::exit_failed;
    }
}
