#pragma once

#include "support/sales.hpp"

/// What tests of commissions and of their rules have in common.
namespace loan_manager::testing {

inline std::string finance_officer(Suite& suite) { return suite.user_with_role("finance_officer"); }
inline std::string branch_manager(Suite& suite, const std::string& branch) {
    return suite.user_with_role("branch_manager", branch);
}

inline void check_refused(const HttpResponse& answer, int status, const std::string& code) {
    INFO(answer.body);
    CHECK(answer.status == status);
    CHECK(answer.code() == code);
}

}  // namespace loan_manager::testing
