#include "commands/system_call.hpp"

#include <utility>

#include "runtime/uuid.hpp"

namespace loan_manager::commands {

rpc::CallContext system_call(std::string method, std::chrono::milliseconds budget) {
    rpc::CallContext context;
    context.method = std::move(method);
    context.request_id = runtime::new_uuid().to_string();
    context.deadline = rpc::CallContext::Clock::now() + budget;
    context.deadline.is_command = true;
    context.caller.user_id = system_user_id;
    context.caller.username = "system";
    return context;
}

}  // namespace loan_manager::commands
