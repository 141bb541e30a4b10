#pragma once

#include <google/protobuf/empty.pb.h>

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/repairs.pb.h"

namespace loan_manager::fleet::repairs {

/// Removes a line of an open job (D-205, D-507).
class DeleteLine final
    : public commands::Command<loanmanager::fleet::v1::DeleteRepairJobLineRequest, google::protobuf::Empty> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
};

}  // namespace loan_manager::fleet::repairs
