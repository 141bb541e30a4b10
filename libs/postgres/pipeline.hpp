#pragma once

// Internal to lm_postgres: statements and their preparation on top of a Session.

#include "postgres/batch.hpp"
#include "postgres/session.hpp"

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace loan_manager::postgres::detail {

/// One statement of an exchange. Without a name it is parsed anew.
struct Command {
    Command(const Statement& statement, const Params& command_params)
        : name(statement.name), sql(statement.sql), params(&command_params), planning(statement.planning) {}
    Command(std::string_view unnamed_sql, const Params& command_params)
        : sql(unnamed_sql), params(&command_params), planning(Planning::by_value) {}

    std::string_view name;
    std::string_view sql;  // NUL-terminated
    const Params* params;
    Planning planning;
};

class Pipeline {
public:
    Pipeline(std::shared_ptr<Session> session, std::size_t max_statements)
        : session_(std::move(session)), max_statements_(max_statements) {}

    /// Sends all commands and one sync, and collects one Rows each. Statements that this connection does not know yet
    /// are prepared on the way, in the place of those used least recently when there are too many. After an error
    /// `rows` holds what came before it and `failed` its index.
    boost::asio::awaitable<Result<void>> exchange(std::span<const Command> commands, Deadline deadline,
                                                  boost::container::small_vector_base<Rows>& rows, int& failed);

    /// Simple protocol.
    boost::asio::awaitable<Result<void>> script(const std::string& sql, Deadline deadline);

    /// To be called when answers were thrown away: it is not known which statements got prepared.
    void after_interruption() {
        forget_statements();
        planning_.reset();
    }

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
    };
    struct Prepared {
        std::string sql;
        std::uint64_t last_used;  // by which exchange
    };
    using Statements = std::unordered_map<std::string, Prepared, Hash, std::equal_to<>>;  // by name

    enum class Answer { forget_all, forget_one, prepare, plan, command };
    struct Expected {
        Answer answer;
        int command;
        Statements::node_type forgotten{};  // to be known again if the server never came to forget it
    };
    using Expectations = boost::container::small_vector<Expected, 16>;

    Result<void> check(std::span<const Command> commands) const;
    Result<void> send(std::span<const Command> commands, Expectations& expected);
    bool send_command(const Command& command);
    bool prepare(const Command& command, int index, Expectations& expected);
    bool make_room(Expectations& expected);
    bool choose_planning(std::span<const Command> commands, Expectations& expected);
    void forget_statements();
    Result<void> sending_failed();

    std::shared_ptr<Session> session_;
    std::size_t max_statements_;
    Statements prepared_;
    std::uint64_t exchange_ = 0;
    bool deallocate_all_ = false;
    std::optional<Planning> planning_ = Planning::generic;  // the session's; absent: not known
};

}  // namespace loan_manager::postgres::detail
