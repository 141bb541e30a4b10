#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/unit.hpp"
#include "fleet/commissions/commission_row.hpp"
#include "loanmanager/fleet/v1/commissions.pb.h"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "postgres/batch.hpp"
#include "postgres/rows.hpp"

/// All SQL of single commissions (rules: rule_repository.hpp; lists: list_query.hpp; what a sale needs: of_sale.hpp).
namespace loan_manager::fleet::commissions {

namespace v1 = loanmanager::fleet::v1;

void add_find(postgres::Batch& batch, const std::string& id);
std::optional<StoredCommission> read_found(const postgres::Rows& rows);

/// The sale of a commission, as far as its commissions need it.
struct SaleRef {
    std::string id;
    std::string bicycle_id;
    std::string invoice_no;
    std::string sale_date;  ///< YYYY-MM-DD
    v1::SaleStatus status = v1::SALE_STATUS_UNSPECIFIED;
};
/// Locks the sale of a commission (shared, so that its commissions do not wait for each other but a void does), then
/// the commission (D-218): two results.
void add_lock(postgres::Batch& batch, const std::string& id);
SaleRef read_locked_sale(const postgres::Rows& rows);

/// Locks the commissions of a sale in the order of their ids (D-218). After the lock on the sale.
void add_lock_all(postgres::Batch& batch, const std::string& sale_id);
std::vector<StoredCommission> read_all(const postgres::Rows& rows);

/// With the commit.
void insert(commands::Unit& unit, const v1::Commission& commission);
/// Stores status and who decided, as the next version: raises `version` and stamps `updated_*` in the message too.
void save(commands::Unit& unit, v1::Commission& commission);

/// Audit row and event of a commission. `before` is empty for a new one.
void record(commands::Unit& unit, const char* action, const SaleRef& sale, const v1::Commission& commission,
            boost::json::object before, boost::json::object after, const std::string& reason = {});

}  // namespace loan_manager::fleet::commissions
