#include "fleet/transfers/transfer_row.hpp"

#include <boost/json/parse.hpp>

#include "fleet/transfers/rules.hpp"
#include "fleet/values/row_reader.hpp"

namespace loan_manager::fleet::transfers {

StoredTransfer read_transfer(const postgres::Row& row) {
    StoredTransfer stored;
    auto& transfer = stored.transfer;
    RowReader in(row);
    transfer.set_id(in.text());
    transfer.set_transfer_no(in.text());
    transfer.set_bicycle_id(in.text());
    transfer.set_from_branch_id(in.text());
    transfer.set_from_branch_code(in.text());
    transfer.set_to_branch_id(in.text());
    transfer.set_to_branch_code(in.text());
    transfer.set_status(in.token<v1::TransferStatus>());
    transfer.set_reason_code(in.token<v1::TransferReason>());
    in.if_set([&](auto v) { transfer.set_reason_note(std::move(v)); });
    in.if_set([&](auto v) { transfer.set_reference_doc_no(std::move(v)); });
    in.if_set([&](auto v) { transfer.set_expected_delivery_date(std::move(v)); });
    transfer.set_transfer_cost(in.text());
    in.if_set(
        [&](const auto& v) { *transfer.mutable_cost_breakdown() = to_breakdown(boost::json::parse(v).as_object()); });
    transfer.set_from_stock_number(in.text());
    in.if_set([&](auto v) { transfer.set_to_stock_number(std::move(v)); });
    transfer.set_is_inter_company(in.next<bool>());
    transfer.set_requested_by(in.text());
    assign(*transfer.mutable_requested_at(), in.time());
    in.if_set([&](auto v) { transfer.set_approved_by(std::move(v)); });
    in.if_time([&] { return transfer.mutable_approved_at(); });
    transfer.set_self_approved(in.next<bool>());
    in.if_set([&](auto v) { transfer.set_dispatched_by(std::move(v)); });
    in.if_time([&] { return transfer.mutable_dispatched_at(); });
    in.if_set([&](auto v) { transfer.set_completed_by(std::move(v)); });
    in.if_time([&] { return transfer.mutable_completed_at(); });
    in.if_set([&](auto v) { transfer.set_delivered_on(std::move(v)); });
    in.if_set([&](auto v) { transfer.set_rejected_by(std::move(v)); });
    in.if_time([&] { return transfer.mutable_rejected_at(); });
    in.if_set([&](auto v) { transfer.set_cancelled_by(std::move(v)); });
    in.if_time([&] { return transfer.mutable_cancelled_at(); });
    in.if_set([&](auto v) { transfer.set_close_reason(std::move(v)); });
    in.if_set([&](auto v) { transfer.set_notes(std::move(v)); });
    transfer.set_version(in.next<std::int32_t>());
    assign(*transfer.mutable_created_at(), in.time());
    transfer.set_created_by(in.text());
    assign(*transfer.mutable_updated_at(), in.time());
    transfer.set_updated_by(in.text());
    transfer.set_is_demo(in.next<bool>());
    stored.from_company_id = in.text();
    stored.to_company_id = in.text();
    return stored;
}

}  // namespace loan_manager::fleet::transfers
