#pragma once

#include <google/protobuf/message.h>
#include <optional>
#include <span>
#include <string_view>

#include "postgres/error.hpp"
#include "rpc/error.hpp"

namespace loan_manager::commands {

/// What it means to a caller that the database refused a row: a row of the table that each area keeps beside its SQL. A
/// service gives the tables of all its areas to its Runner, so that no command has to remember them. A test compares
/// them with the catalogue of the database: every constraint has a row here or a reason why no input reaches it.
struct Constraint {
    std::string_view name;          ///< Of the constraint, or of the unique index.
    std::string_view code;          ///< Of the answer (D-211).
    std::string_view field = {};    ///< Of the request; empty: none is to blame.
    std::string_view issue = {};    ///< With the field, what is wrong with it.
    std::string_view message = {};  ///< Empty: the standard message of the code.
};

using Constraints = std::span<const Constraint>;

/// The answer when a sum has outgrown its column: every single amount has been checked, so all that the request holds
/// are to blame. VALIDATION naming each as out_of_range; `total_cost` if it holds none.
rpc::Error total_too_large(const google::protobuf::Message& request);

/// The answer to a violated constraint; nothing if the error is none, or none of these.
std::optional<rpc::Error> meaning_of(const postgres::Error& error, Constraints known);

}  // namespace loan_manager::commands
