#include <iostream>

#include "tools/commands/run.hpp"

namespace loan_manager::ctl {

int run(const ShowText& command, const Settings&) {
    std::cout << command.text;
    return 0;
}

}  // namespace loan_manager::ctl
