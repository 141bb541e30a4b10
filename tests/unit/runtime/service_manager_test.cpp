#include "runtime/service_manager.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace loan_manager::runtime;

TEST_CASE("without systemd nobody watches") {
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    CHECK_FALSE(service_manager::watchdog_interval());
    service_manager::ready();
    service_manager::status("two\nlines");
}
