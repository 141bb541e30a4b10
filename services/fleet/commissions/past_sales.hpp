#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fleet/commissions/explanation.hpp"
#include "fleet/commissions/replay.hpp"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"

/// SQL that reads back what commissions of recorded sales were calculated from: for explanations and replays.
namespace loan_manager::fleet::commissions {

/// Rule and sale behind a commission: two results. The commission itself: add_find().
void add_frozen(postgres::Batch& batch, const std::string& commission_id);
/// `first`: the rule. There must be such a commission.
Frozen read_frozen(const std::vector<postgres::Rows>& results, std::size_t first, const v1::Commission& commission);

/// Where a page of past sales ended.
struct After {
    std::string sale_date;
    std::string id;
};
inline constexpr int past_sales_page = 500;
/// Up to `past_sales_page` sales of a company that are not voided, by date and id, after `after`.
void add_past_sales(postgres::Batch& batch, const std::string& company_id, const std::string& to, const After& after);
std::vector<PastSale> read_past_sales(const postgres::Rows& rows);

}  // namespace loan_manager::fleet::commissions
