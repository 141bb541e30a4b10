#include "support/permissions/matrix.hpp"

#include <sstream>
#include <stdexcept>

namespace loan_manager::testing::permissions {

namespace {

// Word for word, footnote marks included.
// clang-format off
constexpr const char* table = R"(
| Permission | admin | head_manager | branch_manager | inventory_manager | sales_agent | workshop_manager | mechanic | finance_officer | auditor | viewer |
| *reach* | A | C | B | A | B | B | S | A | A | A |
| companies:manage, branches:manage, users:manage, views:refresh, transfers:cancel_any, sales:void, bikes:write_off | ● | | | | | | | | | |
| bikes:read | ● | ● | ● | ● | ● | ● | ● | ● | ● | ● |
| costs:read | ● | ● | ● | ● | | | | ● | ● | ● |
| bikes:procure, transfers:request | ● | | ● | ● | ● | | | | | |
| bikes:update, bikes:write_off_request, transfers:move | ● | | ● | ● | | | | | | |
| bikes:reserve, sales:record | ● | | ● | | ● | | | | | |
| sales:approve_loss | ● | | ● | | | | | | | |
| sales:update | ● | | ● | | own¹ | | | | | |
| sales:read | ● | ● | ● | ● | ● | | | ● | ● | ● |
| sales:void_approve | ● | ● | | | | | | ● | | |
| transfers:read, expenses:read | ● | ● | ● | ● | transfers | ● | | ● | ● | ● |
| transfers:approve | ● | ● | ● | ● | | | | | | |
| expenses:record | ● | | ● | | | ● | | ● | | |
| expenses:update | ● | | ● | | | | | ● | | |
| repairs:read | ● | ● | ● | ● | | ● | ● | ● | ● | ● |
| repairs:open, repairs:work | ● | | ● | | | ● | own² | | | |
| repairs:manage | ● | | ● | | | ● | | | | |
| repairs:invoice | ● | | | | | ● | | ● | | |
| commission_rules:read, commissions:read³ | ● | ● | ● | | | | | ● | ● | ● |
| commission_rules:manage, commissions:pay, expenses:record_post_sale | ● | | | | | | | ● | | |
| commissions:approve | ● | ● | ● | | | | | ● | | |
| reports:view | ● | ● | ● | ● | some⁴ | some⁴ | | ● | ● | ● |
| reports:export | ● | ● | ● | ● | | some⁴ | | ● | ● | |
| imports:run | ● | | | ● | | | | | | |
| users:read; audit:read | ● | audit | | | | | | | ● | |
)";
// clang-format on

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(' ');
    return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::string without_footnotes(std::string text) {
    for (const char* mark : {"¹", "²", "³", "⁴"}) {
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark)) {
            text.erase(at, std::string(mark).size());
        }
    }
    return text;
}

std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> found;
    std::istringstream rest(line.substr(1));
    for (std::string cell; std::getline(rest, cell, '|');) found.push_back(trimmed(without_footnotes(cell)));
    return found;
}

std::vector<std::string> names(const std::string& cell) {
    std::vector<std::string> found;
    std::string name;
    for (char letter : cell + ",") {
        if (letter != ',' && letter != ';') {
            name += letter;
        } else {
            found.push_back(trimmed(name));
            name.clear();
        }
    }
    return found;
}

/// "●", "", "own", "some", or the entity of the one permission of the line that is meant ("transfers", "audit").
Grant grant_of(const std::string& cell, const std::string& permission) {
    if (cell.empty()) return Grant::no;
    if (cell == "●") return Grant::yes;
    if (cell == "own") return Grant::own;
    if (cell == "some") return Grant::some;
    return permission.starts_with(cell + ":") ? Grant::yes : Grant::no;
}

}  // namespace

Matrix::Matrix() {
    std::istringstream lines(table);
    for (std::string line; std::getline(lines, line);) {
        if (line.empty()) continue;
        const std::vector<std::string> row = cells(line);
        if (roles_.empty()) {
            roles_.assign(row.begin() + 1, row.end());
            continue;
        }
        if (row.size() != roles_.size() + 1) throw std::runtime_error("malformed line of §9: " + line);
        for (std::size_t i = 0; i < roles_.size(); ++i) {
            if (row[0] == "*reach*") {
                reach_[roles_[i]] = row[i + 1].at(0);
                continue;
            }
            for (const std::string& permission : names(row[0])) {
                grants_[permission][roles_[i]] = grant_of(row[i + 1], permission);
            }
        }
    }
}

const Matrix& Matrix::shared() {
    static const Matrix matrix;
    return matrix;
}

char Matrix::reach(const std::string& role) const { return reach_.at(role); }

Grant Matrix::grant(const std::string& permission, const std::string& role) const {
    const auto found = grants_.find(permission);
    if (found == grants_.end()) throw std::runtime_error("§9 has no permission " + permission);
    return found->second.at(role);
}

}  // namespace loan_manager::testing::permissions
