#include "auth/users/rules.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

#include "access/permission.hpp"
#include "auth/passwords/one_time.hpp"
#include "auth/users/provision.hpp"
#include "validate/formats.hpp"
#include "validate/text.hpp"

namespace loan_manager::auth {
namespace {

namespace issue = validate::issue;
namespace v1 = loanmanager::auth::v1;

constexpr std::size_t max_full_name = 200;
constexpr std::size_t max_staff_no = 50;

validate::IssueToken check_text(std::string& text, std::size_t max_length) {
    std::size_t length = 0;
    switch (validate::normalise_text(text, validate::TextRules{validate::TextLimit{max_length}}, length)) {
        case validate::TextProblem::not_text:
            return issue::format;
        case validate::TextProblem::too_long:
            return issue::too_long;
        case validate::TextProblem::none:
            break;
    }
    return length == 0 ? issue::required : validate::IssueToken{};
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

bool has_expired(const User& user, std::chrono::hours one_time_password_life,
                 std::chrono::system_clock::time_point now) {
    return user.must_change_password && now >= user.password_changed_at + one_time_password_life;
}

std::vector<std::string> without_repetition(std::vector<std::string> names) {
    std::vector<std::string> once;
    for (std::string& name : names) {
        if (std::find(once.begin(), once.end(), name) == once.end()) once.push_back(std::move(name));
    }
    return once;
}

bool are_roles(const std::vector<std::string>& names) {
    return std::all_of(names.begin(), names.end(),
                       [](const std::string& name) { return access::role_from(name).has_value(); });
}

bool is_active_admin(const v1::User& user) {
    return user.is_active() && std::find(user.roles().begin(), user.roles().end(), "admin") != user.roles().end();
}

std::vector<validate::Issue> check_new_user(NewUser& user) {
    std::vector<validate::Issue> issues;
    const auto report = [&](std::string_view field, validate::IssueToken what) {
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
    if (!are_roles(user.roles)) report("roles", issue::not_allowed);
    check_scope(user.company_scope, "company_scope", issues);
    check_scope(user.branch_scope, "branch_scope", issues);
    if (user.password) report("password", passwords::password_issue(*user.password));
    return issues;
}

}  // namespace loan_manager::auth
