#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "commands/unit.hpp"
#include "fleet/organisation/rules.hpp"
#include "loanmanager/fleet/v1/organisation.pb.h"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"
#include "rpc/error.hpp"

/// All SQL that locks and changes companies and branches. Every command that puts something into a branch holds a
/// shared lock on it (bikes::add_branch); changing the branch waits for them, and then sees what they did.
namespace loan_manager::fleet::organisation {

namespace v1 = loanmanager::fleet::v1;

/// Read with read_company(), read_branch().
void add_company_lock(postgres::Batch& batch, const std::string& id_or_code);
void add_branch_lock(postgres::Batch& batch, const std::string& id_or_code);
/// The company named, or the one of the branch named, held active until the commit.
void add_owner(postgres::Batch& batch, const std::string& company_id_or_code);
void add_owner_of(postgres::Batch& batch, const std::string& branch_id_or_code);
std::optional<v1::Company> read_owner(const postgres::Rows& rows);

/// After the lock, in the same batch.
void add_company_use(postgres::Batch& batch, const std::string& id_or_code);
void add_branch_use(postgres::Batch& batch, const std::string& id_or_code);
CompanyUse read_company_use(const postgres::Rows& rows);
BranchUse read_branch_use(const postgres::Rows& rows);

/// With the commit, as version 1 of now.
void insert(commands::Unit& unit, v1::Company& company);
void insert(commands::Unit& unit, v1::Branch& branch);
/// With the commit, as the next version.
void save(commands::Unit& unit, v1::Company& company);
void save(commands::Unit& unit, v1::Branch& branch);

/// Audit row and event; `before` is empty for a new row.
void record(commands::Unit& unit, const char* action, const v1::Company& company, boost::json::object before,
            boost::json::object after);
void record(commands::Unit& unit, const char* action, const v1::Branch& branch, boost::json::object before,
            boost::json::object after);

/// DUPLICATE for a code that another row has.
std::optional<rpc::Error> refuse(const postgres::Error& error);

}  // namespace loan_manager::fleet::organisation
