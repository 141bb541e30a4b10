#include "auth/users/lists.hpp"

#include "access/permission.hpp"
#include "auth/users/account_repository.hpp"

namespace loan_manager::auth::users {
namespace {

namespace asio = boost::asio;
namespace v1 = loanmanager::auth::v1;
using postgres::Batch;
using postgres::Params;
using postgres::Statement;

// LIKE wildcards in the text are escaped by the caller.
#define LM_AUTH_USER_FILTER                                                                     \
    " FROM auth.users u WHERE ($1::text IS NULL OR $1 = ANY (u.roles))"                         \
    " AND ($2::text IS NULL OR u.branch_scope && ARRAY"                                         \
    "(SELECT b.id FROM fleet.branches b WHERE b.id::text = $2 OR b.code = $2))"                 \
    " AND ($3::text IS NULL OR u.username LIKE lower($3) OR lower(u.full_name) LIKE lower($3))" \
    " AND ($4::boolean IS NULL OR u.is_active = $4)"

constexpr Statement select_page{"auth.users.list", "SELECT " LM_AUTH_ACCOUNT_COLUMNS LM_AUTH_USER_FILTER
                                                   " AND ($5 = '' OR (u.username, u.id) > ($5, $6::uuid))"
                                                   " ORDER BY u.username, u.id LIMIT $7"};

constexpr Statement select_page_descending{"auth.users.list_desc",
                                           "SELECT " LM_AUTH_ACCOUNT_COLUMNS LM_AUTH_USER_FILTER
                                           " AND ($5 = '' OR (u.username, u.id) < ($5, $6::uuid))"
                                           " ORDER BY u.username DESC, u.id DESC LIMIT $7"};

constexpr Statement count_users{"auth.users.count",
                                "SELECT count(*) FROM (SELECT 1" LM_AUTH_USER_FILTER " LIMIT $5) counted"};

constexpr Statement branch_exists{"auth.users.branch_exists",
                                  "SELECT EXISTS (SELECT FROM fleet.branches b WHERE b.id::text = $1 OR b.code = $1)"};

std::optional<std::string> like_pattern(const std::optional<std::string>& text) {
    if (!text || text->empty()) return std::nullopt;
    std::string pattern = "%";
    for (const char c : *text) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern + '%';
}

}  // namespace

asio::awaitable<rpc::Result<UserPage>> find_page(postgres::Pool& pool, const ListFilter& filter,
                                                 const paging::PageRequest& page, postgres::OptionalDeadline deadline) {
    const std::optional<std::string> pattern = like_pattern(filter.text);
    const std::string after_username = page.cursor ? page.cursor->key : std::string();
    const std::optional<std::string> after_id =
        page.cursor ? std::optional<std::string>(page.cursor->id) : std::nullopt;

    Batch batch;
    batch.add(branch_exists, Params(filter.branch_id))
        .add(
            filter.descending ? select_page_descending : select_page,
            Params(filter.role, filter.branch_id, pattern, filter.is_active, after_username, after_id, page.limit + 1));
    if (page.count) {
        batch.add(count_users, Params(filter.role, filter.branch_id, pattern, filter.is_active, paging::total_cap + 1));
    }
    const std::vector<postgres::Rows> results = (co_await pool.run(batch, deadline)).value();

    std::vector<rpc::FieldIssue> issues;
    if (filter.role && !access::role_from(*filter.role)) {
        validate::add_issue(issues, "role", validate::issue::not_allowed);
    }
    if (filter.branch_id && !results[0].front().get<bool>(0)) {
        validate::add_issue(issues, "branch_id", validate::issue::not_found);
    }
    if (!issues.empty()) co_return rpc::validation(std::move(issues));

    UserPage found;
    for (const postgres::Row row : results[1]) found.users.push_back(read_account<v1::User>(row));
    if (page.count) found.counted = results[2].front().get<std::int64_t>(0);
    co_return found;
}

}  // namespace loan_manager::auth::users
