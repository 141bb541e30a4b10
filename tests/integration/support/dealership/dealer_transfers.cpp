// Transfers through all their states (T1 to T7).
#include <algorithm>

#include "support/dealership/dealer.hpp"

namespace loan_manager::testing::dealership {

namespace {

json::object request(const std::string& destination, const std::string& reason) {
    json::object body{{"to_branch_id", destination}, {"reason_code", reason}};
    if (reason == "OTHER") body["reason_note"] = "A customer waits there";
    return body;
}

}  // namespace

void Dealer::request_transfer(Bike& bike) {
    const Branch& destination = elsewhere(bike.branch);
    const std::string reason =
        destination.repair_center && dice().chance(70)
            ? "MAINTENANCE"
            : dice().one_of<std::string>({"STOCK_REBALANCING", "CUSTOMER_REQUEST", "CONSOLIDATION", "OTHER"});
    const std::string requester = dice().one_of<std::string>({manager(bike.branch), agent(bike.branch), "inventory1"});
    json::object body = request(destination.code, reason);
    if (dice().chance(30)) body["expected_delivery_date"] = iso(today() + 3);
    transfer_requested(bike, client_.perform(client_.post(requester, bike.path() + "/transfers", body)), requester);
}

void Dealer::transfer_requested(Bike& bike, const Reply& reply, const std::string& requester) {
    if (!client_.expect(reply, 201, "T1 request")) return;
    Transfer transfer;
    transfer.id = reply.id();
    transfer.number = reply.text("transfer_no");
    transfer.from = bike.branch;
    transfer.to = reply.text("to_branch_code");
    transfer.reason = reply.text("reason_code");
    transfer.requester = requester;
    transfer.from_stock_number = bike.numbers.back().text;
    if (reply.text("status") != "PENDING" || reply.text("from_branch_code") != bike.branch ||
        reply.text("from_stock_number") != transfer.from_stock_number || !reply.text("to_stock_number").empty()) {
        client_.found("T1 request of " + bike.path() + " answered " + reply.text("status") + " from " +
                      reply.text("from_branch_code") + " " + reply.text("from_stock_number"));
    }
    bike.transfers.push_back(transfer);
    bike.status_before = bike.status;
    bike.status = "ALLOCATED";
    bike.allocation = "TRANSFER";
    ++bike.version;
    compare(bike, client_.get("admin", bike.path()), "T1");
}

void Dealer::race_two_transfers(Bike& bike) {
    const Branch& first = elsewhere(bike.branch);
    const Branch& second = elsewhere(bike.branch);
    const std::string path = bike.path() + "/transfers";
    const std::string user = manager(bike.branch);
    const auto replies = client_.race({client_.post(user, path, request(first.code, "CONSOLIDATION")),
                                       client_.post(user, path, request(second.code, "CUSTOMER_REQUEST"))});
    const int winner = replies[0].status == 201 ? 0 : 1;
    client_.expect(replies[1 - winner], 409, "X-06 the second request", "OPEN_TRANSFER");
    transfer_requested(bike, replies[winner], user);
}

void Dealer::carry_on(Bike& bike, Transfer& transfer) {
    if (transfer.status == "PENDING") {
        switch (dice().weighted({70, 15, 15})) {
            case 0:
                return approve(bike, transfer);
            case 1:
                return reject(bike, transfer);
            default:
                return cancel(bike, transfer);
        }
    }
    if (transfer.status == "APPROVED") {
        switch (dice().weighted({80, 10, 10})) {
            case 0:
                return dispatch(bike, transfer);
            case 1:
                return reject(bike, transfer);
            default:
                return cancel(bike, transfer);
        }
    }
    return dice().chance(90) ? complete(bike, transfer) : cancel(bike, transfer);
}

void Dealer::approve(Bike& bike, Transfer& transfer) {
    const std::string path = "/v1/transfers/" + transfer.id;
    const std::string etag = client_.etag(path);
    // inventory1 requests, so only inventory2 approves without approving his own.
    const std::string approver = dice().one_of<std::string>({manager(transfer.to), "inventory2", head(transfer.to)});
    if (transfer.requester == "inventory1" && dice().chance(30)) {
        client_.expect(client_.perform(client_.post("inventory1", path + "/approve", {}, etag)), 403,
                       "T2 the own request", "SELF_APPROVAL");
    }
    json::object body;
    const bool at_once = dice().chance(60);
    if (!at_once)
        body["dispatch"] = false;
    else if (dice().chance(50))
        body["dispatch"] = true;
    const Reply reply = client_.perform(client_.post(approver, path + "/approve", body, etag));
    if (!client_.expect(reply, 200, "T2 approve")) return;
    transfer.status = at_once ? "IN_TRANSIT" : "APPROVED";
    if (reply.text("status") != transfer.status) client_.found("T2 " + path + " is " + reply.text("status"));
    if (at_once) {
        bike.status = "IN_TRANSIT";
        bike.allocation.clear();
        ++bike.version;
    }
    compare(bike, client_.get("admin", bike.path()), "T2");
}

void Dealer::dispatch(Bike& bike, Transfer& transfer) {
    const std::string path = "/v1/transfers/" + transfer.id;
    json::object body;
    const Reply reply =
        client_.perform(client_.post(manager(transfer.from), path + "/dispatch", body, client_.etag(path)));
    if (!client_.expect(reply, 200, "T3 dispatch")) return;
    transfer.status = "IN_TRANSIT";
    bike.status = "IN_TRANSIT";
    bike.allocation.clear();
    ++bike.version;
    compare(bike, client_.get("admin", bike.path()), "T3");
}

void Dealer::complete(Bike& bike, Transfer& transfer) {
    const std::string path = "/v1/transfers/" + transfer.id;
    json::object body;
    if (dice().chance(60)) body["delivered_on"] = iso(today());
    Cents cost = 0;
    if (dice().chance(70)) {
        const Cents fuel = dice().between(1, 200'000);
        const Cents fee = dice().between(0, 300'000);
        cost = fuel + fee;
        body["transfer_cost"] = text(cost);
        if (dice().chance(60))
            body["cost_breakdown"] = json::object{{"fuel", text(fuel)}, {"transport_fee", text(fee)}};
    }
    const std::string etag = client_.etag(path);
    const std::string user = manager(transfer.to);
    if (dice().chance(15)) {
        // completed twice, or completed and cancelled, with one tag.
        const Command twice = client_.post(user, path + "/complete", body, etag);
        const Command other = dice().chance(50)
                                  ? client_.post("inventory1", path + "/complete", body, etag)
                                  : client_.post("admin", path + "/cancel", {{"reason", "Not after all"}}, etag);
        const auto replies = client_.race({twice, other});
        const int winner = replies[0].status == 200 ? 0 : 1;
        client_.expect(replies[1 - winner], 412, "X-08 the second of two", "PRECONDITION_FAILED");
        if (!client_.expect(replies[winner], 200, "X-08 one of two")) return;
        if (replies[winner].text("status") == "CANCELLED") return transfer_closed(bike, transfer, "CANCELLED");
        transfer.cost = cost;
        return transfer_completed(bike, transfer, replies[winner]);
    }
    const Reply reply = client_.perform(client_.post(user, path + "/complete", body, etag));
    if (!client_.expect(reply, 200, "T4 complete")) return;
    transfer.cost = cost;
    transfer_completed(bike, transfer, reply);
}

void Dealer::transfer_completed(Bike& bike, Transfer& transfer, const Reply& reply) {
    bike.delivered = day_of(reply.text("delivered_on"));
    const Branch& destination = world_.branch(transfer.to);
    transfer.status = "COMPLETED";
    transfer.to_stock_number = reply.text("to_stock_number");
    if (!transfer.to_stock_number.starts_with(destination.company + "/" + destination.code + "/ST/") ||
        reply.text("transfer_cost") != text(transfer.cost) || reply.text("status") != "COMPLETED") {
        client_.found("T4 " + transfer.number + " answered " + reply.text("status") + " " + transfer.to_stock_number +
                      " cost " + reply.text("transfer_cost") + ", expected " + text(transfer.cost));
    }
    bike.numbers.back().release_reason = "TRANSFERRED_OUT";
    bike.numbers.push_back({transfer.to_stock_number, transfer.to, {}});
    bike.branch = transfer.to;
    bike.status = destination.repair_center && transfer.reason == "MAINTENANCE" ? "MAINTENANCE" : "IN_STOCK";
    bike.allocation.clear();
    bike.status_before.clear();
    ++bike.version;
    compare(bike, client_.get("admin", bike.path()), "T4");
}

void Dealer::transfer_closed(Bike& bike, Transfer& transfer, const std::string& status) {
    transfer.status = status;
    bike.status = bike.status_before;
    bike.status_before.clear();
    bike.allocation.clear();
    ++bike.version;
    compare(bike, client_.get("admin", bike.path()), "T5 to T7");
}

void Dealer::reject(Bike& bike, Transfer& transfer) {
    const std::string path = "/v1/transfers/" + transfer.id;
    const Reply reply = client_.perform(
        client_.post(manager(transfer.to), path + "/reject", {{"reason", "No room in the yard"}}, client_.etag(path)));
    if (client_.expect(reply, 200, "T5 reject")) transfer_closed(bike, transfer, "REJECTED");
}

void Dealer::cancel(Bike& bike, Transfer& transfer) {
    const std::string path = "/v1/transfers/" + transfer.id;
    // T6 by the requester or the source's manager while pending, T7 by an admin later.
    const std::string user = transfer.status != "PENDING" ? "admin"
                             : dice().chance(50)          ? transfer.requester
                                                          : manager(transfer.from);
    const Reply reply = client_.perform(
        client_.post(user, path + "/cancel", {{"reason", "The customer changed his mind"}}, client_.etag(path)));
    if (client_.expect(reply, 200, "T6 or T7 cancel")) transfer_closed(bike, transfer, "CANCELLED");
}

}  // namespace loan_manager::testing::dealership
