#include "access/reach.hpp"

#include <algorithm>
#include <initializer_list>

namespace loan_manager::access {
namespace {

bool contains(const std::vector<std::string>& sorted, std::string_view id) {
    return !id.empty() && std::binary_search(sorted.begin(), sorted.end(), id, std::less<>{});
}

void add(std::vector<std::string>& to, const std::vector<std::string>& ids) {
    to.insert(to.end(), ids.begin(), ids.end());
}

void sort_unique(std::vector<std::string>& ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

Reach reach_of_any(const Identity& identity, std::initializer_list<Permission> permissions) {
    Reach result;
    result.user_id = identity.user_id;
    for (const std::string& name : identity.roles) {
        const std::optional<Role> role = role_from(name);
        if (!role || std::none_of(permissions.begin(), permissions.end(),
                                  [&](Permission permission) { return grants(*role, permission); })) {
            continue;
        }
        switch (reach_of(*role)) {
            case ReachKind::all:
                result.all = true;
                break;
            case ReachKind::companies:
                add(result.companies, identity.company_scope);
                break;
            case ReachKind::branches:
                add(result.branches, identity.branch_scope);
                break;
            case ReachKind::self:
                result.self = !identity.user_id.empty();
                break;
        }
    }
    if (result.all) {
        result.companies.clear();
        result.branches.clear();
        result.self = false;
    }
    sort_unique(result.companies);
    sort_unique(result.branches);
    return result;
}

}  // namespace

bool Reach::covers(std::string_view branch_id, std::string_view company_id) const {
    return all || contains(branches, branch_id) || contains(companies, company_id);
}

bool Reach::covers(std::string_view branch_id, std::string_view company_id, std::string_view assigned_to) const {
    return covers(branch_id, company_id) || (self && !assigned_to.empty() && assigned_to == user_id);
}

bool has_role(const Identity& identity, Role role) {
    return std::find(identity.roles.begin(), identity.roles.end(), to_string(role)) != identity.roles.end();
}

bool allowed(const Identity& identity, Permission permission) {
    return std::any_of(identity.roles.begin(), identity.roles.end(), [permission](const std::string& name) {
        const std::optional<Role> role = role_from(name);
        return role && grants(*role, permission);
    });
}

Reach reach(const Identity& identity, Permission permission) { return reach_of_any(identity, {permission}); }

Reach reach(const Identity& identity, Permission permission, Permission or_permission) {
    return reach_of_any(identity, {permission, or_permission});
}

}  // namespace loan_manager::access
