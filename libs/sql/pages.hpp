#pragma once

#include <google/protobuf/message.h>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "paging/page.hpp"
#include "paging/seal.hpp"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/error.hpp"
#include "sql/keyset_query.hpp"

namespace loan_manager::sql {

/// Composes a list: its order, its reach and its filters.
template <class Request, class... Args>
using ListQuery = rpc::Result<KeysetQuery> (*)(const Request&, paging::PageRequest, const access::Identity&, Args...);

/// Reads limit, cursor and with_total of list requests, and answers them. Cursors are sealed with a key that lies in
/// the database, so that every instance of every service opens those of every other; it is read when the first list is
/// asked for. One per process, used by all loops.
class Pages {
public:
    /// The pools must outlive it.
    explicit Pages(postgres::PoolGroup& pools) : pools_(pools) {}

    /// BAD_CURSOR if the cursor is not one of ours, or belongs to other filters or another sort.
    boost::asio::awaitable<rpc::Result<paging::PageRequest>> read(const google::protobuf::Message& request,
                                                                  postgres::OptionalDeadline deadline);

    /// The handler of a list: `service.query("ListExpenses", pages_.list<v1::ExpenseList>(&list, &read_item))`. `item`
    /// turns a row into an item; it is asked with the row, or with the row and the caller where not everybody may see
    /// all of it. What a query takes by reference must outlive the server.
    template <class List, class Item, class Request, class... Args>
    auto list(ListQuery<Request, Args...> query, Item item, std::type_identity_t<Args>... args) {
        return [this, query, item, bound = std::tuple<Args...>(std::forward<Args>(args)...)](rpc::CallContext& call,
                                                                                             const Request& request) {
            return std::apply([&](auto&&... each) { return answer<List>(call, request, query, item, each...); }, bound);
        };
    }

private:
    template <class List, class Item, class Request, class... Args>
    boost::asio::awaitable<rpc::Result<List>> answer(rpc::CallContext& call, const Request& request,
                                                     ListQuery<Request, Args...> compose, Item item,
                                                     std::type_identity_t<Args>... args) {
        auto page = co_await read(request, call.deadline);
        if (!page) {
            co_return page.error();
        }
        auto query = compose(request, std::move(*page), call.caller, args...);
        if (!query) {
            co_return query.error();
        }
        RoundTrip trip;
        query->add_to(trip);
        co_await trip.run(pools_.local(), call.deadline);
        if (auto sound = query->check(trip); !sound) {
            co_return sound.error();
        }
        co_return query->template read<List>(trip, [&](const postgres::Row& row) {
            if constexpr (std::is_invocable_v<Item, const postgres::Row&>) {
                return item(row);
            } else {
                return item(row, call.caller);
            }
        });
    }

    postgres::PoolGroup& pools_;
    std::atomic<std::shared_ptr<const paging::Seal>> seal_;
};

}  // namespace loan_manager::sql
