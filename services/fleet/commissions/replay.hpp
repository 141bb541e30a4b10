#pragma once

#include <map>
#include <string>

#include "fleet/commissions/calculation.hpp"
#include "loanmanager/fleet/v1/commissions.pb.h"
#include "money/money.hpp"

/// A proposed rule over past sales against what was recorded then: pure.
namespace loan_manager::fleet::commissions {

namespace v1 = loanmanager::fleet::v1;

struct PastSale {
    std::string id;
    std::string invoice_no;
    std::string sale_date;
    SaleFacts facts;
    std::map<v1::CommissionKind, money::Money> recorded;  ///< As the sale made them, whatever became of them.
};

/// Adds up one sale after the other.
class Replay {
public:
    static constexpr int max_items = 1000;

    explicit Replay(Terms terms) : terms_(std::move(terms)) {}

    void add(const PastSale& sale);
    v1::CommissionReplay result() const;

private:
    struct Tally {
        std::int32_t proposed_rows = 0;
        money::Money proposed;
        std::int32_t recorded_rows = 0;
        money::Money recorded;
    };

    Terms terms_;
    std::map<v1::CommissionKind, Tally> by_kind_;
    v1::CommissionReplay answer_;
};

}  // namespace loan_manager::fleet::commissions
