#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "commands/command_context.hpp"
#include "commands/constraints.hpp"
#include "fleet/organisation/rules.hpp"
#include "loanmanager/fleet/v1/organisation.pb.h"
#include "rpc/error.hpp"
#include "sql/round_trip.hpp"
#include "sql/table.hpp"

/// Rows of fleet.companies (alias `c`) and fleet.branches (alias `r`): columns, locks, and what commands leave behind.
/// They are master data, readable by everybody who is signed in (D-905). Every command that puts something into a
/// branch holds a shared lock on it (held_branch.hpp); changing the branch waits for them, and then sees what they
/// did.
namespace loan_manager::fleet::organisation {

namespace v1 = loanmanager::fleet::v1;

const sql::TableOf<v1::Company>& company_table();
const sql::TableOf<v1::Branch>& branch_table();

/// NOT_FOUND, also of one whose administration is not the caller's (D-902).
rpc::Error no_such_company();
rpc::Error no_such_branch();

/// By id or code (D-203). NOT_FOUND.
sql::Handle<rpc::Result<v1::Company>> add_find_company(sql::RoundTrip& trip, const std::string& id_or_code);
sql::Handle<rpc::Result<v1::Branch>> add_find_branch(sql::RoundTrip& trip, const std::string& id_or_code);
/// The same, locked until the transaction ends.
sql::Handle<rpc::Result<v1::Company>> add_lock_company(sql::RoundTrip& trip, const std::string& id_or_code);
sql::Handle<rpc::Result<v1::Branch>> add_lock_branch(sql::RoundTrip& trip, const std::string& id_or_code);
/// The company named, or the one of the branch named, held as it is until the commit.
sql::Handle<std::optional<v1::Company>> add_owner(sql::RoundTrip& trip, const std::string& company_id_or_code);
sql::Handle<std::optional<v1::Company>> add_owner_of(sql::RoundTrip& trip, const std::string& branch_id_or_code);

/// What holds them as they are. After the lock, in the same trip; a row that does not exist has no use.
sql::Handle<CompanyUse> add_company_use(sql::RoundTrip& trip, const std::string& id_or_code);
sql::Handle<BranchUse> add_branch_use(sql::RoundTrip& trip, const std::string& id_or_code);

/// With the commit.
void insert(commands::CommandContext& command, v1::Company& company);
void insert(commands::CommandContext& command, v1::Branch& branch);
/// As the next version.
void save(commands::CommandContext& command, v1::Company& company);
void save(commands::CommandContext& command, v1::Branch& branch);

/// Audit row and event of a new row, of a change, or of a branch whose stock counter was raised.
void record_new(commands::CommandContext& command, const v1::Company& company);
void record_new(commands::CommandContext& command, const v1::Branch& branch);
void record(commands::CommandContext& command, const char* action, const v1::Company& before, const v1::Company& after);
void record(commands::CommandContext& command, const char* action, const v1::Branch& before, const v1::Branch& after);
void record_raised(commands::CommandContext& command, const v1::Branch& branch, std::int32_t from, std::int32_t to);

inline constexpr std::array constraints{
    commands::Constraint{"companies_code_key", "DUPLICATE", "code", validate::issue::duplicate,
                         "Another record has the same code."},
    commands::Constraint{"branches_code_key", "DUPLICATE", "code", validate::issue::duplicate,
                         "Another record has the same code."},
};

}  // namespace loan_manager::fleet::organisation
