#include "fleet/organisation/rules.hpp"
#include "testing/error_codes.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace loan_manager::fleet::organisation;

namespace {

std::string code_of(const loan_manager::rpc::Result<void>& result) {
    return result ? "" : std::string(result.error().code.name());
}

v1::Company company(bool is_active = true) {
    v1::Company row;
    row.set_id("c");
    row.set_code("MA");
    row.set_is_active(is_active);
    return row;
}

v1::Branch branch(bool is_active = true) {
    v1::Branch row;
    row.set_id("r");
    row.set_code("WW");
    row.set_company_id("c");
    row.set_is_active(is_active);
    return row;
}

}  // namespace

TEST_CASE("D-301 what holds a branch as it is") {
    auto recoded = branch();
    recoded.set_code("XX");
    auto moved = branch();
    moved.set_company_id("d");
    auto renamed = branch();
    renamed.set_name("Elsewhere");
    const auto closed = branch(false);

    const BranchUse unused;
    BranchUse numbered;
    numbered.has_numbers = true;
    BranchUse full = numbered;
    full.has_bikes = true;
    BranchUse awaiting;
    awaiting.awaits_bikes = true;

    struct Row {
        const v1::Branch& after;
        const BranchUse& use;
        const char* code;
    };
    const Row rows[] = {
        {recoded, unused, ""},       {moved, unused, ""},    {closed, unused, ""},     {recoded, numbered, "IN_USE"},
        {moved, numbered, "IN_USE"}, {closed, numbered, ""}, {closed, full, "IN_USE"}, {closed, awaiting, "IN_USE"},
        {recoded, awaiting, ""},     {renamed, full, ""},
    };
    for (const auto& row : rows) {
        CHECK(code_of(check_change(branch(), row.after, row.use, company())) == row.code);
    }
    // One that is inactive already is not deactivated again.
    CHECK(code_of(check_change(branch(false), closed, full, company())) == "");
}

TEST_CASE("D-301 an active branch belongs to an active company") {
    CHECK(code_of(check_owner(branch(), company())) == "");
    CHECK(code_of(check_owner(branch(), company(false))) == "INVALID_STATE");
    CHECK(code_of(check_owner(branch(false), company(false))) == "");
    CHECK(code_of(check_change(branch(false), branch(), {}, company(false))) == "INVALID_STATE");
    CHECK(code_of(check_change(branch(), branch(false), {}, company(false))) == "");
}

TEST_CASE("D-301 what holds a company as it is") {
    auto recoded = company();
    recoded.set_code("XX");
    CompanyUse numbered;
    numbered.has_numbers = true;
    CompanyUse open;
    open.has_active_branches = true;
    CHECK(code_of(check_change(company(), recoded, {})) == "");
    CHECK(code_of(check_change(company(), recoded, open)) == "");
    CHECK(code_of(check_change(company(), recoded, numbered)) == "IN_USE");
    CHECK(code_of(check_change(company(), company(false), numbered)) == "");
    CHECK(code_of(check_change(company(), company(false), open)) == "IN_USE");
}
