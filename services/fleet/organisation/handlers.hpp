#pragma once

#include <boost/asio/awaitable.hpp>

#include "loanmanager/fleet/v1/organisation.grpc.pb.h"
#include "postgres/pool.hpp"
#include "rpc/context.hpp"
#include "rpc/server.hpp"
#include "sql/pages.hpp"

namespace loan_manager::fleet::organisation {

namespace v1 = loanmanager::fleet::v1;

/// OrganisationService: reading. One per process, used by all loops.
class OrganisationHandlers {
public:
    /// They must outlive the handlers.
    OrganisationHandlers(postgres::PoolGroup& pools, sql::Pages& pages) : pools_(pools), pages_(pages) {}

    void register_with(rpc::Server& server);

    boost::asio::awaitable<rpc::Result<v1::CompanyList>> list_companies(rpc::CallContext& context,
                                                                        const v1::ListCompaniesRequest& request);
    boost::asio::awaitable<rpc::Result<v1::Company>> get_company(rpc::CallContext& context,
                                                                 const v1::GetCompanyRequest& request);
    boost::asio::awaitable<rpc::Result<v1::BranchList>> list_branches(rpc::CallContext& context,
                                                                      const v1::ListBranchesRequest& request);
    boost::asio::awaitable<rpc::Result<v1::Branch>> get_branch(rpc::CallContext& context,
                                                               const v1::GetBranchRequest& request);

private:
    postgres::PoolGroup& pools_;
    sql::Pages& pages_;
};

}  // namespace loan_manager::fleet::organisation
