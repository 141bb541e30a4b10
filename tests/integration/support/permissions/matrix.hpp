// The table of permissions in docs/business-rules.md, which the services do not read.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace loan_manager::testing::permissions {

/// One cell.
enum class Grant {
    no,
    yes,
    /// "own": only rows of the caller.
    own,
    /// "some": only part of what the permission stands for.
    some,
};

class Matrix {
public:
    /// Reads the table; throws when it is malformed.
    Matrix();
    static const Matrix& shared();

    const std::vector<std::string>& roles() const { return roles_; }
    /// 'A', 'C', 'B' or 'S' (D-901).
    char reach(const std::string& role) const;
    /// Throws for a permission or role that the table does not know.
    Grant grant(const std::string& permission, const std::string& role) const;

private:
    std::vector<std::string> roles_;
    std::map<std::string, char> reach_;
    std::map<std::string, std::map<std::string, Grant>> grants_;
};

}  // namespace loan_manager::testing::permissions
