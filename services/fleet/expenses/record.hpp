#pragma once

#include "commands/runner.hpp"
#include "loanmanager/fleet/v1/expenses.pb.h"

namespace loan_manager::fleet::expenses {

/// D-705: books an expense to a bike; the bike's costs grow with it.
class Record final
    : public commands::Command<loanmanager::fleet::v1::RecordExpenseRequest, loanmanager::fleet::v1::Expense> {
public:
    void prepare(commands::Unit& unit, const request_type& request, postgres::Batch& reads) override;
    boost::asio::awaitable<rpc::Result<response_type>> execute(commands::Unit& unit, const request_type& request,
                                                               std::vector<postgres::Rows>& reads) override;
};

}  // namespace loan_manager::fleet::expenses
