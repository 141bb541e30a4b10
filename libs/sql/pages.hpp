#pragma once

#include <google/protobuf/message.h>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <memory>

#include "paging/page.hpp"
#include "paging/seal.hpp"
#include "postgres/pool.hpp"
#include "rpc/error.hpp"

namespace loan_manager::sql {

/// Reads limit, cursor and with_total of list requests. Cursors are sealed with a key that lies in the database, so
/// that every instance of every service opens those of every other; it is read when the first list is asked for. One
/// per process, used by all loops.
class Pages {
public:
    /// The pools must outlive it.
    explicit Pages(postgres::PoolGroup& pools) : pools_(pools) {}

    /// BAD_CURSOR if the cursor is not one of ours, or belongs to other filters or another sort.
    boost::asio::awaitable<rpc::Result<paging::PageRequest>> read(const google::protobuf::Message& request,
                                                                  postgres::OptionalDeadline deadline);

private:
    postgres::PoolGroup& pools_;
    std::atomic<std::shared_ptr<const paging::Seal>> seal_;
};

}  // namespace loan_manager::sql
