#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"

namespace loan_manager::fleet::bikes {

/// PATCH of a bike's facts (D-501) and, with a reason, of its purchase price (D-502).
class Update final : public commands::Command<loanmanager::fleet::v1::UpdateBikeRequest, loanmanager::fleet::v1::Bike> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
    std::optional<rpc::Error> refuse(const postgres::Error& error) override;

private:
    void record(commands::Unit& unit, const response_type& before, const response_type& after,
                const std::string& reason) const;
};

}  // namespace loan_manager::fleet::bikes
