#include <doctest/doctest.h>

#include "access/reach.hpp"

using namespace loan_manager::access;

namespace {

const std::string company_1 = "01900000-0000-7000-8000-000000000001";
const std::string company_2 = "01900000-0000-7000-8000-000000000002";
const std::string branch_1 = "01900000-0000-7000-8000-00000000000a";
const std::string branch_2 = "01900000-0000-7000-8000-00000000000b";
const std::string user = "01900000-0000-7000-8000-0000000000ff";

Identity with_roles(std::vector<std::string> roles) {
    Identity identity;
    identity.user_id = user;
    identity.roles = std::move(roles);
    return identity;
}

}  // namespace

TEST_CASE("D-901 reach A covers every row") {
    const Reach all = reach(with_roles({"inventory_manager"}), Permission::bikes_read);
    CHECK(all.all);
    CHECK(all.covers(branch_1, company_1));
    CHECK_FALSE(all.nothing());
}

TEST_CASE("D-901 reach C covers the branches of the companies in company_scope") {
    Identity identity = with_roles({"head_manager"});
    identity.company_scope = {company_1};
    identity.branch_scope = {branch_2};  // means nothing to this role
    const Reach some = reach(identity, Permission::bikes_read);
    CHECK(some.covers(branch_1, company_1));
    CHECK_FALSE(some.covers(branch_2, company_2));
    CHECK(some.branches.empty());
}

TEST_CASE("D-901 reach B covers the branches in branch_scope") {
    Identity identity = with_roles({"branch_manager"});
    identity.branch_scope = {branch_1, branch_1};
    const Reach some = reach(identity, Permission::bikes_update);
    CHECK(some.branches == std::vector<std::string>{branch_1});
    CHECK(some.covers(branch_1, company_1));
    CHECK_FALSE(some.covers(branch_2, company_1));
    CHECK_FALSE(some.covers("", ""));
}

TEST_CASE("D-901 reach S covers rows assigned to the user") {
    const Reach own = reach(with_roles({"mechanic"}), Permission::repairs_read);
    CHECK(own.self);
    CHECK_FALSE(own.covers(branch_1, company_1));
    CHECK(own.covers(branch_1, company_1, user));
    CHECK_FALSE(own.covers(branch_1, company_1, ""));
    CHECK_FALSE(own.covers(branch_1, company_1, company_1));
}

TEST_CASE("D-901 only roles that have the permission widen its reach") {
    Identity identity = with_roles({"viewer", "branch_manager"});
    identity.branch_scope = {branch_1};
    CHECK(reach(identity, Permission::bikes_read).all);
    const Reach update = reach(identity, Permission::bikes_update);
    CHECK_FALSE(update.all);
    CHECK(update.covers(branch_1, company_1));
    CHECK_FALSE(update.covers(branch_2, company_1));
}

TEST_CASE("D-901 several roles add their reach") {
    Identity identity = with_roles({"head_manager", "branch_manager", "mechanic"});
    identity.company_scope = {company_2};
    identity.branch_scope = {branch_1};
    const Reach read = reach(identity, Permission::bikes_read);
    CHECK(read.covers(branch_1, company_1));
    CHECK(read.covers(branch_2, company_2));
    CHECK(read.self);
    const Reach jobs = reach(identity, Permission::repairs_open, Permission::repairs_open_own);
    CHECK(jobs.self);
    CHECK(jobs.covers(branch_1, company_1));
    CHECK_FALSE(jobs.covers(branch_2, company_2));
}

TEST_CASE("D-902 without the permission or without scope nothing is covered") {
    CHECK(reach(with_roles({"mechanic"}), Permission::sales_read).nothing());
    CHECK(reach(with_roles({"branch_manager"}), Permission::sales_read).nothing());
    CHECK(reach(with_roles({"unheard_of"}), Permission::bikes_read).nothing());
    CHECK(reach(Identity(), Permission::bikes_read).nothing());
    CHECK_FALSE(allowed(with_roles({"mechanic"}), Permission::sales_read));
    CHECK(allowed(with_roles({"mechanic"}), Permission::bikes_read));
}

TEST_CASE("D-903 a transfer is covered by either end") {
    Identity identity = with_roles({"branch_manager"});
    identity.branch_scope = {branch_2};
    const Reach move = reach(identity, Permission::transfers_move);
    CHECK((move.covers(branch_1, company_1) || move.covers(branch_2, company_2)));
}

TEST_CASE("D-904 costs:read belongs to managers, finance, audit and viewers") {
    for (const char* role : {"sales_agent", "workshop_manager", "mechanic"}) {
        CHECK_FALSE(allowed(with_roles({role}), Permission::costs_read));
    }
    for (const char* role :
         {"admin", "head_manager", "branch_manager", "inventory_manager", "finance_officer", "auditor", "viewer"}) {
        CHECK(allowed(with_roles({role}), Permission::costs_read));
    }
}

TEST_CASE("D-905 reading master data needs no permission: no such name exists") {
    CHECK_FALSE(permission_from("companies:read"));
    CHECK_FALSE(permission_from("branches:read"));
    CHECK_FALSE(permission_from("staff:read"));
}
