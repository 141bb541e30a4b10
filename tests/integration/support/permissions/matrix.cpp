#include "support/permissions/matrix.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace loan_manager::testing::permissions {

namespace {

// The lines of the table, without the rule under its head.
std::vector<std::string> table_lines() {
    std::ifstream page(std::string(LM_SOURCE) + "/docs/business-rules.md");
    std::vector<std::string> lines;
    for (std::string line; std::getline(page, line);) {
        const bool starts = line.starts_with("| Permission |");
        if (lines.empty() ? starts : line.starts_with("| ")) {
            lines.push_back(line);
        } else if (!lines.empty() && !line.starts_with("|-")) {
            break;
        }
    }
    if (lines.empty()) throw std::runtime_error("docs/business-rules.md has no table of permissions");
    return lines;
}

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(' ');
    return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> found;
    std::istringstream rest(line.substr(1));
    for (std::string cell; std::getline(rest, cell, '|');) found.push_back(trimmed(cell));
    return found;
}

Grant grant_of(const std::string& cell) {
    if (cell.empty()) return Grant::no;
    if (cell == "●") return Grant::yes;
    if (cell == "own") return Grant::own;
    if (cell == "some") return Grant::some;
    throw std::runtime_error("unknown mark in the table of permissions: " + cell);
}

}  // namespace

Matrix::Matrix() {
    for (const std::string& line : table_lines()) {
        const std::vector<std::string> row = cells(line);
        if (roles_.empty()) {
            roles_.assign(row.begin() + 1, row.end());
            continue;
        }
        if (row.size() != roles_.size() + 1) throw std::runtime_error("malformed line of the table: " + line);
        // `bikes:read`, in backticks
        const std::string permission = row[0].substr(1, row[0].size() - 2);
        for (std::size_t i = 0; i < roles_.size(); ++i) {
            if (row[0] == "*reach*") {
                reach_[roles_[i]] = row[i + 1].at(0);
            } else {
                grants_[permission][roles_[i]] = grant_of(row[i + 1]);
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
    if (found == grants_.end()) throw std::runtime_error("the table has no permission " + permission);
    return found->second.at(role);
}

}  // namespace loan_manager::testing::permissions
