#include "tools/seed/demo_users.hpp"

#include <algorithm>
#include <cstdio>

#include "tools/seed/names.hpp"
#include "tools/seed/organisation.hpp"
#include "tools/seed/random.hpp"

namespace loan_manager::ctl {
namespace {

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    return text;
}

class Staff {
public:
    void add(std::string username, std::string role, std::vector<std::string> companies = {},
             std::vector<std::string> branches = {}) {
        DemoUser user;
        user.username = std::move(username);
        user.full_name = person_name(random_);
        char number[16];
        std::snprintf(number, sizeof number, "SK-%04d", static_cast<int>(users_.size()) + 1);
        user.staff_no = number;
        user.roles = {std::move(role)};
        user.company_codes = std::move(companies);
        user.branch_codes = std::move(branches);
        users_.push_back(std::move(user));
    }

    std::vector<DemoUser> take() { return std::move(users_); }

private:
    Random random_{42};
    std::vector<DemoUser> users_;
};

}  // namespace

std::string branch_username(std::string branch_code, int person) {
    return lower(std::move(branch_code)) + (person == 0 ? ".manager" : ".agent" + std::to_string(person));
}

std::vector<DemoUser> demo_users() {
    Staff staff;
    staff.add("admin", "admin");
    for (const SeedCompany& company : seed_companies()) {
        const std::string code(company.code);
        staff.add("head." + lower(code), "head_manager", {code});
    }
    const auto several = [&staff](const std::string& name, const std::string& role, int count) {
        for (int i = 1; i <= count; ++i) {
            staff.add(name + std::to_string(i), role);
        }
    };
    several("inventory", "inventory_manager", 2);
    several("finance", "finance_officer", 3);
    staff.add("auditor", "auditor");
    several("viewer", "viewer", 2);
    for (const SeedBranch& branch : seed_branches()) {
        const std::string code(branch.code);
        staff.add(branch_username(code, 0), "branch_manager", {}, {code});
        for (int i = 1; i <= 4; ++i) {
            staff.add(branch_username(code, i), "sales_agent", {}, {code});
        }
        if (branch.is_repair_center) {
            staff.add(lower(code) + ".workshop", "workshop_manager", {}, {code});
        }
        for (int i = 1; i <= (branch.is_repair_center ? 12 : 2); ++i) {
            staff.add(lower(code) + ".mechanic" + std::to_string(i), "mechanic", {}, {code});
        }
    }
    return staff.take();
}

}  // namespace loan_manager::ctl
