// What the table of permissions and the REST contract demand of every route: which permission, which row or branch
// decides, and a request to try it with.
#pragma once

#include <string>
#include <vector>

namespace loan_manager::testing::permissions {

/// What decides beside the permission, and how a refusal and a success look (D-902, D-212).
enum class How {
    /// Works without a token.
    open_to_all,
    /// Any signed-in user.
    signed_in,
    /// The permission alone.
    flat,
    /// GET of a row: 404 when it is not covered, else 200.
    row,
    /// GET of a list: 200 with exactly the covered rows, which a test case of its own compares with the database.
    list,
    /// As `row` for what belongs to a company: covered by whoever covers one of its branches.
    company_row,
    /// As `row`, but everybody has the permission for rows that pay himself (footnote 3).
    row_or_payee,
    /// Command on a row: 403 OUT_OF_SCOPE when it is not covered, else 412, for the tag sent with it is stale.
    command,
    /// Command that needs the permission alone, else 412.
    flat_command,
    /// Creation that names a row or branch: 403 OUT_OF_SCOPE when it is not covered, else whatever comes after that.
    create,
};

struct Expectation {
    /// "GET /v1/bikes/{id}"
    std::string route;
    /// Of the table; "" for any signed-in user.
    std::string permission;
    How how;
    /// The row of the world that `{id}` (or `{bicycle_id}`) stands for.
    std::string row = {};
    /// Body or query. `$name` stands for a row or value of the world, `$branch` for its branch.
    std::string body = {};
    /// Roles whose cell says "some" and to whom this route belongs (footnote 4).
    std::vector<std::string> some = {};
};

/// One line for each route of the contract.
const std::vector<Expectation>& expectations();

}  // namespace loan_manager::testing::permissions
