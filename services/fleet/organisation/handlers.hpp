#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/organisation.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/server.hpp"
#include "sql/pages.hpp"

namespace loan_manager::fleet::organisation {

namespace v1 = loanmanager::fleet::v1;

/// OrganisationService, which everybody may read, and OrganisationAdminService. One per process, used by all loops.
class OrganisationHandlers {
public:
    /// Everything must outlive the handlers.
    OrganisationHandlers(postgres::PoolGroup& pools, sql::Pages& pages, commands::Runner& runner,
                         std::int32_t stock_number_max)
        : pools_(pools), pages_(pages), runner_(runner), stock_number_max_(stock_number_max) {}

    void register_with(rpc::Server& server);

private:
    boost::asio::awaitable<rpc::Result<v1::Company>> get_company(rpc::CallContext& call,
                                                                 const v1::GetCompanyRequest& request);
    boost::asio::awaitable<rpc::Result<v1::Branch>> get_branch(rpc::CallContext& call,
                                                               const v1::GetBranchRequest& request);
    boost::asio::awaitable<rpc::Result<v1::StockCounter>> stock_counter(rpc::CallContext& call,
                                                                        const v1::GetStockCounterRequest& request);

    postgres::PoolGroup& pools_;
    sql::Pages& pages_;
    commands::Runner& runner_;
    std::int32_t stock_number_max_;
};

}  // namespace loan_manager::fleet::organisation
