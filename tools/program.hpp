#pragma once

#include <span>
#include <string>

#include "tools/commands/command.hpp"

namespace loan_manager::ctl {

/// Words after the program's name → what to do. Pure. Throws Failure (usage) naming what is wrong.
Command parse_command_line(std::span<const std::string> words);

}  // namespace loan_manager::ctl
