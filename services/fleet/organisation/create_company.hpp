#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/organisation.pb.h"

namespace loan_manager::fleet::organisation {

/// A new company of the group.
class CreateCompany final
    : public commands::Command<loanmanager::fleet::v1::CreateCompanyRequest, loanmanager::fleet::v1::Company> {
public:
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
    std::optional<rpc::Error> refuse(const postgres::Error& error) override;
};

}  // namespace loan_manager::fleet::organisation
