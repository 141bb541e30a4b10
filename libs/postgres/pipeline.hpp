#pragma once

// Internal to lm_postgres: statements and their preparation on top of a Session.

#include "postgres/batch.hpp"
#include "postgres/session.hpp"

#include <boost/container/small_vector.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace loan_manager::postgres::detail {

/// One statement of an exchange. Without a name it is parsed anew.
struct Command {
    Command(std::string_view command_name, std::string_view command_sql, const Params& command_params)
        : name(command_name), sql(command_sql), params(&command_params) {}

    std::string_view name;
    std::string_view sql;  // NUL-terminated
    const Params* params;
};

class Pipeline {
public:
    explicit Pipeline(std::shared_ptr<Session> session) : session_(std::move(session)) {}

    /// Sends all commands and one sync, and collects one Rows each. Statements that this connection does not know yet
    /// are prepared on the way. After an error `rows` holds what came before it and `failed` its index.
    boost::asio::awaitable<Result<void>> exchange(std::span<const Command> commands, Deadline deadline,
                                                  boost::container::small_vector_base<Rows>& rows, int& failed);

    /// Simple protocol.
    boost::asio::awaitable<Result<void>> script(const std::string& sql, Deadline deadline);

    /// To be called when answers were thrown away: it is not known which statements got prepared.
    void after_interruption() { forget_statements(); }

private:
    enum class Answer { forget_all, prepare, command };
    struct Expected {
        Answer answer;
        int command;
    };
    using Expectations = boost::container::small_vector<Expected, 16>;

    Result<void> check(std::span<const Command> commands) const;
    Result<void> send(std::span<const Command> commands, Expectations& expected);
    bool send_command(const Command& command);
    void forget_statements();
    Result<void> sending_failed();

    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
    };

    std::shared_ptr<Session> session_;
    std::unordered_map<std::string, std::string, Hash, std::equal_to<>> prepared_;  // name → SQL
    bool deallocate_all_ = false;
};

}  // namespace loan_manager::postgres::detail
