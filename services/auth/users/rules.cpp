#include "auth/users/rules.hpp"

#include <algorithm>

#include "access/permission.hpp"
#include "auth/passwords/one_time.hpp"
#include "auth/users/provision.hpp"
#include "validate/formats.hpp"
#include "validate/text.hpp"

namespace loan_manager::auth {
namespace {

namespace issue = validate::issue;

constexpr std::size_t max_full_name = 200;
constexpr std::size_t max_staff_no = 50;

std::string_view check_text(std::string& text, std::size_t max_length) {
    std::size_t length = 0;
    if (validate::normalise_text(text, false, length) != validate::TextProblem::none) return issue::format;
    if (length == 0) return issue::required;
    return length > max_length ? issue::too_long : std::string_view{};
}

// Empty optional text is absent (D-206).
void drop_empty(std::optional<std::string>& text) {
    if (text && text->empty()) text.reset();
}

void check_scope(std::vector<std::string>& scope, std::string_view field, std::vector<validate::Issue>& issues) {
    for (std::string& id : scope) {
        if (!validate::check_uuid(id).empty()) validate::add_issue(issues, field, issue::format);
    }
    std::sort(scope.begin(), scope.end());
    scope.erase(std::unique(scope.begin(), scope.end()), scope.end());
}

}  // namespace

std::string normalise_username(std::string_view typed) {
    const auto first = typed.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    std::string name(typed.substr(first, typed.find_last_not_of(" \t\r\n") - first + 1));
    for (char& c : name) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return name;
}

bool is_username(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    };
    return name.size() >= 3 && name.size() <= 50 && std::all_of(name.begin(), name.end(), allowed);
}

Grants effective_grants(const User& user) {
    if (user.must_change_password) return {};
    return {user.roles, user.company_scope, user.branch_scope};
}

std::vector<validate::Issue> check_new_user(NewUser& user) {
    std::vector<validate::Issue> issues;
    const auto report = [&](std::string_view field, std::string_view what) {
        if (!what.empty()) validate::add_issue(issues, field, what);
    };
    user.username = normalise_username(user.username);
    if (!is_username(user.username)) report("username", user.username.empty() ? issue::required : issue::format);
    report("full_name", check_text(user.full_name, max_full_name));
    drop_empty(user.staff_no);
    drop_empty(user.email);
    drop_empty(user.phone);
    if (user.staff_no) report("staff_no", check_text(*user.staff_no, max_staff_no));
    if (user.email) report("email", validate::check_email(*user.email));
    if (user.phone) report("phone", validate::check_phone(*user.phone));
    for (const std::string& role : user.roles) {
        if (!access::role_from(role)) report("roles", issue::not_allowed);
    }
    check_scope(user.company_scope, "company_scope", issues);
    check_scope(user.branch_scope, "branch_scope", issues);
    if (user.password) report("password", passwords::password_issue(*user.password));
    return issues;
}

}  // namespace loan_manager::auth
