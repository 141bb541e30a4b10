#pragma once

#include <string>

#include "access/reach.hpp"
#include "loanmanager/fleet/v1/transfers.pb.h"
#include "postgres/rows.hpp"

/// A row of fleet.transfers ↔ the Transfer message.
namespace loan_manager::fleet::transfers {

namespace v1 = loanmanager::fleet::v1;

/// Select list over transfer_tables: the columns of the message, then the companies of both ends.
inline constexpr const char* transfer_columns =
    "t.id, t.transfer_no, t.bicycle_id, t.from_branch_id, s.code, t.to_branch_id, d.code, t.status, t.reason_code, "
    "t.reason_note, t.reference_doc_no, t.expected_delivery_date::text, t.transfer_cost::text, "
    "t.cost_breakdown::text, t.from_stock_number, t.to_stock_number, t.is_inter_company, t.requested_by, "
    "t.requested_at, t.approved_by, t.approved_at, t.self_approved, t.dispatched_by, t.dispatched_at, "
    "t.completed_by, t.completed_at, t.delivered_on::text, t.rejected_by, t.rejected_at, t.cancelled_by, "
    "t.cancelled_at, t.close_reason, t.notes, t.version, t.created_at, t.created_by, t.updated_at, t.updated_by, "
    "t.is_demo, s.company_id, d.company_id";
inline constexpr const char* transfer_tables =
    "fleet.transfers t JOIN fleet.branches s ON s.id = t.from_branch_id "
    "JOIN fleet.branches d ON d.id = t.to_branch_id";

/// A transfer and the companies of its ends, which decide who covers it (D-903).
struct StoredTransfer {
    v1::Transfer transfer;
    std::string from_company_id;
    std::string to_company_id;

    bool source_within(const access::Reach& reach) const {
        return reach.covers(transfer.from_branch_id(), from_company_id);
    }
    bool destination_within(const access::Reach& reach) const {
        return reach.covers(transfer.to_branch_id(), to_company_id);
    }
    /// D-505: either end.
    bool within(const access::Reach& reach) const { return source_within(reach) || destination_within(reach); }
};
/// Reads a row that begins with transfer_columns.
StoredTransfer read_transfer(const postgres::Row& row);

}  // namespace loan_manager::fleet::transfers
