#include "commands/journal.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

#include "runtime/uuid.hpp"
#include "validate/readable.hpp"

namespace loan_manager::commands {
namespace {

constexpr postgres::Statement insert_audit{
    "commands.insert_audit",
    "INSERT INTO fleet.audit_log (id, at, user_id, username, roles, action, entity_type, entity_id, entity_no, "
    "branch_id, old, new, reason, ip, user_agent, request_id) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"};

constexpr postgres::Statement insert_outbox{
    "commands.insert_outbox",
    "INSERT INTO fleet.outbox (at, event_type, entity_type, entity_id, bicycle_id, payload) "
    "VALUES ($1, $2, $3, $4, $5, $6)"};

constexpr postgres::Statement notify{"commands.notify", "SELECT pg_notify($1, $2)"};

constexpr std::size_t max_user_agent = 500;

std::optional<std::string> or_null(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<std::string> or_null(const boost::json::object& object) {
    return object.empty() ? std::nullopt : std::optional(boost::json::serialize(object));
}

// The gateway passes on what it saw; a plain gRPC client may send anything, which must not fail the command.
std::optional<std::string> as_address(const std::string& text) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(text, error);
    return error ? std::nullopt : std::optional(address.to_string());
}

}  // namespace

void add_journal(postgres::Batch& batch, const rpc::CallContext& context, runtime::WallTime now,
                 const std::vector<Change>& changes, const std::vector<Event>& events, const std::string& channel) {
    const auto& caller = context.caller;
    std::set<std::string> told;
    const auto add_event = [&](const std::string& type, const std::string& entity_type, const std::string& entity_id,
                               const std::string& bicycle_id, const boost::json::object& payload) {
        batch.add(insert_outbox, postgres::Params(now, type, entity_type, or_null(entity_id), or_null(bicycle_id),
                                                  boost::json::serialize(payload)));
        told.insert(type);
    };
    for (const auto& change : changes) {
        batch.add(
            insert_audit,
            postgres::Params(runtime::new_uuid().to_string(), now, or_null(caller.user_id), caller.username,
                             caller.roles, change.action, change.entity_type, or_null(change.entity_id),
                             or_null(change.entity_no), or_null(change.branch_id), or_null(change.old_values),
                             or_null(change.new_values), or_null(change.reason), as_address(context.client_ip),
                             or_null(validate::readable(context.user_agent, max_user_agent)), context.request_id));
        if (change.with_event) {
            add_event(event_type_of(change.action), change.entity_type, change.entity_id, change.bicycle_id,
                      change.payload);
        }
    }
    for (const auto& event : events) {
        add_event(event.event_type, event.entity_type, event.entity_id, event.bicycle_id, event.payload);
    }
    if (!channel.empty()) {
        for (const auto& type : told) {
            batch.add(notify, postgres::Params(channel, type));
        }
    }
}

}  // namespace loan_manager::commands
