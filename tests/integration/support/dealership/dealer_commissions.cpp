// Review and payment of commissions (C2 to C5, X-12).
#include "support/dealership/dealer.hpp"

namespace loan_manager::testing::dealership {

void Dealer::review(Sale& sale) {
    if (sale.commissions.empty()) return;
    Commission& row = sale.commissions[static_cast<std::size_t>(
        dice().between(0, static_cast<std::int64_t>(sale.commissions.size()) - 1))];
    const std::string path = "/v1/commissions/" + row.id;
    const std::string etag = client_.etag(path);
    const bool frozen = sale.status == "VOID_PENDING";
    if (row.status == "PENDING") {
        if (row.payee == manager(sale.branch)) {
            client_.expect(client_.perform(client_.post(row.payee, path + "/approve", {}, etag)), 403,
                           "C2 the own commission", "SELF_APPROVAL");
        }
        const bool approve = dice().chance(85);
        const std::string user = row.payee == manager(row.branch) ? head(row.branch)
                                 : dice().chance(60)              ? manager(row.branch)
                                                                  : "finance1";
        const Reply reply =
            client_.perform(approve ? client_.post(user, path + "/approve", {}, etag)
                                    : client_.post(user, path + "/reject", {{"reason", "Not earned"}}, etag));
        if (frozen) {
            client_.expect(reply, 409, "C2 while a void is pending", "SALE_VOID_PENDING");
            return;
        }
        if (!client_.expect(reply, 200, "C2 or C4")) return;
        row.status = approve ? "APPROVED" : "REJECTED";
    } else if (row.status == "APPROVED") {
        const json::object body{{"payment_reference", "PV-" + std::to_string(++invoices_)}};
        const Reply reply = client_.perform(client_.post("finance2", path + "/pay", body, etag));
        if (frozen && row.reverses.empty()) {
            client_.expect(reply, 409, "C3 while a void is pending", "SALE_VOID_PENDING");
            return;
        }
        if (!client_.expect(reply, 200, "C3 pay")) return;
        row.status = "PAID";
    } else {
        const Reply reply =
            client_.perform(client_.post("finance2", path + "/pay", {{"payment_reference", "again"}}, etag));
        client_.expect(reply, 409, "C3 of a row that is " + row.status,
                       frozen ? std::string() : std::string("INVALID_STATE"));
    }
}

void Dealer::race_void_and_payment(Bike& bike, Sale& sale) {
    if (sale.status != "ACTIVE" || sale.old || !void_refused(bike, sale).empty()) return;
    for (Commission& row : sale.commissions) {
        if (row.status != "APPROVED") continue;
        const std::string path = "/v1/commissions/" + row.id;
        const std::string sale_path = "/v1/sales/" + sale.id;
        const auto replies = client_.race(
            {client_.post("finance2", path + "/pay", {{"payment_reference", "PV-X12"}}, client_.etag(path)),
             client_.post("admin", sale_path + "/void", {{"reason", "The customer brought it back"}},
                          client_.etag(sale_path))});
        if (replies[0].status == 200) {
            row.status = "PAID";
        } else {
            client_.expect(replies[0], 412, "X-12 payment after the void", "PRECONDITION_FAILED");
        }
        if (client_.expect(replies[1], 200, "X-12 void")) voided(bike, sale);
        return;
    }
}

}  // namespace loan_manager::testing::dealership
