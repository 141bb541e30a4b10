// Lists of users in the order of their usernames: the staff picker, and the accounts of the administration (D-213).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loanmanager/auth/v1/auth.pb.h"
#include "paging/page.hpp"
#include "postgres/pool.hpp"
#include "rpc/error.hpp"

namespace loan_manager::auth::users {

/// Absent filters do not filter.
struct ListFilter {
    std::optional<std::string> role;
    std::optional<std::string> branch_id;  ///< UUID or code; users whose branch_scope holds it
    std::optional<std::string> text;       ///< part of username or full name, any case
    std::optional<bool> is_active;
    bool descending = false;
};

/// The filters that both lists know.
template <class Request>
ListFilter read_filter(const Request& request) {
    ListFilter filter;
    if (request.has_role()) filter.role = request.role();
    if (request.has_branch_id()) filter.branch_id = request.branch_id();
    if (request.has_q()) filter.text = request.q();
    return filter;
}

struct UserPage {
    std::vector<loanmanager::auth::v1::User> users;  ///< one more than the limit if another page follows
    std::optional<std::int64_t> counted;
};

/// VALIDATION if there is no such role or branch. Throws postgres::Failure.
boost::asio::awaitable<rpc::Result<UserPage>> find_page(postgres::Pool& pool, const ListFilter& filter,
                                                        const paging::PageRequest& page,
                                                        postgres::OptionalDeadline deadline);

/// The answer of a list; `convert` turns a user into an item.
template <class List, class Convert>
List to_list(const UserPage& found, const paging::PageRequest& page, Convert convert) {
    List list;
    std::optional<paging::Cursor> last;
    for (const loanmanager::auth::v1::User& user : found.users) {
        if (list.items_size() == page.limit) {
            const auto& shown = found.users[static_cast<std::size_t>(page.limit) - 1];
            last.emplace();
            last->key = shown.username();
            last->id = shown.id();
            break;
        }
        *list.add_items() = convert(user);
    }
    paging::finish_page(list, page, std::move(last), found.counted);
    return list;
}

}  // namespace loan_manager::auth::users
