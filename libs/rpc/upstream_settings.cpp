#include "rpc/upstream_settings.hpp"

#include <optional>
#include <stdexcept>

#include "rpc/credentials.hpp"
#include "rpc/targets.hpp"

namespace loan_manager::rpc {

void add_upstream_settings(runtime::SettingsTable& table, const std::string& name, const std::string& service,
                           UpstreamSettings& settings) {
    table
        .custom(name + "_ADDRESS", "unix:/directory", "must be unix:/directory",
                [&settings](std::string_view text) -> std::optional<std::string> {
                    try {
                        channel_credentials(parse_address(std::string(text)), nullptr);
                    } catch (const std::invalid_argument& error) {
                        return std::string("must be unix:/directory: ") + error.what();
                    }
                    settings.address = text;
                    return std::nullopt;
                })
        .default_value("unix:/run/loan-manager/" + service)
        .help("Where " + service + " listens: the directory of the sockets of its instances.");
    table.user(name + "_USER", settings.owner)
        .help("The user " + service +
              " runs as, by default that of this process. Where anybody else could listen nobody is called.");
}

}  // namespace loan_manager::rpc
