#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/unit.hpp"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"
#include "rpc/error.hpp"

/// All SQL of single sales (lists: list_query.hpp). add_… puts a statement into a batch, read_… reads its result.
namespace loan_manager::fleet::sales {

namespace v1 = loanmanager::fleet::v1;

void add_find(postgres::Batch& batch, const std::string& id);
/// Locks the sale; after its bikes where a command needs those too (D-218).
void add_lock(postgres::Batch& batch, const std::string& id);
/// Reads either, with every cost, whoever asks: hide_costs_from() decides about the answer. NOT_FOUND.
rpc::Result<v1::Sale> read_sale(const postgres::Rows& rows);

/// An active user, as far as it matters to whom a sale is credited (D-808).
struct Officer {
    std::vector<std::string> branches;  ///< Those he is of.
};
void add_officer(postgres::Batch& batch, const std::string& user_id);
/// Nothing: there is no such user, or he is not active.
std::optional<Officer> read_officer(const postgres::Rows& rows);
/// Why he cannot be credited with a sale of this branch, as an issue of `sold_by`; empty if he can.
validate::IssueToken officer_issue(const std::optional<Officer>& officer, const std::string& branch_id);

/// With the commit.
void insert(commands::Unit& unit, const v1::Sale& sale);
/// The facts a PATCH may change (S2), and status and people of the void, as the sale's next version: both raise
/// `version` and stamp `updated_*` in the message too.
void save_facts(commands::Unit& unit, v1::Sale& sale);
void save_state(commands::Unit& unit, v1::Sale& sale);

}  // namespace loan_manager::fleet::sales
