#pragma once

#include "commands/admit.hpp"
#include "commands/command_context.hpp"
