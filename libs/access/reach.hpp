#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/identity.hpp"
#include "access/permission.hpp"

namespace loan_manager::access {

/// The rows a caller covers for one permission: the union over those of his roles that grant it (D-901).
///
/// libs/sql/scope turns this into a condition, once:
///   all  OR  company_id = ANY(companies)  OR  branch_id = ANY(branches)  OR  (self AND assigned to user_id)
struct Reach {
    bool all = false;
    std::vector<std::string> companies;  ///< UUIDs; sorted, unique. Empty when `all`.
    std::vector<std::string> branches;   ///< UUIDs; sorted, unique. Empty when `all`.
    bool self = false;                   ///< Also rows assigned to `user_id`. False when `all`.
    std::string user_id;

    /// Every row: for work that does not ask on behalf of a caller.
    static Reach everything() {
        Reach reach;
        reach.all = true;
        return reach;
    }

    /// No row can be covered: the caller has no role with the permission, or its scope lists are empty.
    bool nothing() const noexcept { return !all && companies.empty() && branches.empty() && !self; }

    /// Whether a row of this branch (of this company) is covered by role reach alone, leaving `self` aside.
    bool covers(std::string_view branch_id, std::string_view company_id) const;

    /// As above for a row that is assigned to a person (empty: to nobody), counting `self`.
    bool covers(std::string_view branch_id, std::string_view company_id, std::string_view assigned_to) const;
};

/// Whether the caller has this role: for the few rules that name one.
bool has_role(const Identity& identity, Role role);

/// Whether one of the caller's roles grants the permission, whatever its reach.
bool allowed(const Identity& identity, Permission permission);

/// Union of the reach of all roles that grant `permission`.
Reach reach(const Identity& identity, Permission permission);

/// Union of the reach of all roles that grant any of the two: for routes where a narrower right suffices.
Reach reach(const Identity& identity, Permission permission, Permission or_permission);

}  // namespace loan_manager::access
