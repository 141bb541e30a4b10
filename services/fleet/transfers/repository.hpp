#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "commands/unit.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/transfers/transfer_row.hpp"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"
#include "rpc/error.hpp"

/// All SQL of single transfers (lists: list_query.hpp). add_… puts a statement into a batch, read_… reads its result.
namespace loan_manager::fleet::transfers {

namespace v1 = loanmanager::fleet::v1;

void add_find(postgres::Batch& batch, const std::string& id);
/// NOT_FOUND if there is no such transfer, covered or not.
rpc::Result<StoredTransfer> read_found(const postgres::Rows& rows);

/// A transfer and its bike, both locked.
struct Locked : StoredTransfer {
    v1::Bike bike;
};
/// Locks the bike of a transfer, then the transfer (D-218): two results.
inline constexpr std::size_t lock_results = 2;
void add_lock(postgres::Batch& batch, const std::string& id);
/// Reads the first two results. NOT_FOUND if there is no such transfer.
rpc::Result<Locked> read_locked(const std::vector<postgres::Rows>& results);

/// The branch a transfer leads to, locked against being deactivated meanwhile; bikes::read_branch() reads the result.
void add_destination(postgres::Batch& batch, const std::string& transfer_id);

/// With the commit.
void insert(commands::Unit& unit, const v1::Transfer& transfer);
/// What commands change, as the next version: raises `version` and stamps `updated_*` in the message too.
void save(commands::Unit& unit, v1::Transfer& transfer);

/// Audit row and event of a state change. `before` is empty for a new transfer; `branch_id`: the end that acted.
void record(commands::Unit& unit, const char* action, const std::string& branch_id, boost::json::object before,
            const v1::Transfer& transfer);

/// Which business error a violated constraint means.
std::optional<rpc::Error> refuse(const postgres::Error& error);

}  // namespace loan_manager::fleet::transfers
