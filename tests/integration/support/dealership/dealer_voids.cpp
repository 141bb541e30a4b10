// Sales taken back, within a day and later (S3 to S6, D-509, D-510, D-810).
#include "support/dealership/dealer.hpp"

namespace loan_manager::testing::dealership {

/// Time passes: the sale was recorded more than a day ago.
void Dealer::age(Sale& sale) {
    if (sale.old) return;
    const auto done = [&] {
        try {
            client_.market().suite.database().rows(
                "update fleet.sales set recorded_at = recorded_at - interval '25 hours' where id = '" + sale.id + "'");
            return true;
        } catch (const std::exception&) {
            if (!client_.market().turbulence) throw;
            return false;
        }
    };
    sale.old = eventually(done, std::chrono::seconds(60));
}

/// The code D-509 refuses a void with, or "".
std::string Dealer::void_refused(const Bike& bike, const Sale& sale) const {
    for (const Job& job : bike.jobs) {
        if (job.open()) return "OPEN_JOB";
    }
    for (const Bike& other : bikes_) {
        if (!bike.plate.empty() && other.live() && other.id != bike.id && other.plate == bike.plate) return "DUPLICATE";
    }
    for (const Bike& other : bikes_) {
        if (other.id == sale.trade_in_bike && other.status != "IN_STOCK") return "TRADE_IN_NOT_RETURNABLE";
    }
    return {};
}

void Dealer::void_sale(Bike& bike, Sale& sale) {
    const std::string path = "/v1/sales/" + sale.id;
    const std::string refused = void_refused(bike, sale);
    if (sale.status == "ACTIVE") {
        const Reply reply = client_.perform(
            client_.post("admin", path + "/void", {{"reason", "The customer brought it back"}}, client_.etag(path)));
        if (!refused.empty()) {
            client_.expect(reply, 409, "D-509 void", refused);
            return;
        }
        if (!sale.old) {
            if (client_.expect(reply, 200, "S3 void within a day")) voided(bike, sale);
            return;
        }
        if (!client_.expect(reply, 202, "S4 void after a day")) return;
        sale.status = "VOID_PENDING";
        if (reply.text("status") != sale.status) client_.found("S4 " + path + " is " + reply.text("status"));
        return compare(bike, client_.get("admin", bike.path()), "S4");
    }
    const std::string etag = client_.etag(path);
    if (dice().chance(30)) {
        const std::string user = dice().one_of<std::string>({"admin", "finance1", head(sale.branch)});
        const Reply reply =
            client_.perform(client_.post(user, path + "/void-reject", {{"reason", "A sale is a sale"}}, etag));
        if (client_.expect(reply, 200, "S6 keep the sale")) sale.status = "ACTIVE";
        return;
    }
    if (dice().chance(30)) {
        client_.expect(client_.perform(client_.post("admin", path + "/void-approve", {}, etag)), 403,
                       "S5 by the one who asked", "SELF_APPROVAL");
    }
    if (refused.empty() && dice().chance(25)) {
        const auto replies = client_.race({client_.post("finance1", path + "/void-approve", {}, etag),
                                           client_.post(head(sale.branch), path + "/void-approve", {}, etag)});
        const int winner = replies[0].status == 200 ? 0 : 1;
        client_.expect(replies[1 - winner], 412, "X-14 the other approver", "PRECONDITION_FAILED");
        if (client_.expect(replies[winner], 200, "X-14 one approver")) voided(bike, sale);
        return;
    }
    const Reply reply = client_.perform(client_.post("finance1", path + "/void-approve", {}, etag));
    if (!refused.empty()) {
        client_.expect(reply, 409, "D-509 second approval", refused);
        return;
    }
    if (client_.expect(reply, 200, "S5 second approval")) voided(bike, sale);
}

void Dealer::voided(Bike& bike, Sale& sale) {
    sale.status = "VOIDED";
    bike.status = "IN_STOCK";
    bike.numbers.back().release_reason.clear();
    ++bike.version;
    // D-810: what is not paid is reversed, what is paid is taken back by a row of its own.
    std::vector<Commission> counter_rows;
    for (Commission& commission : sale.commissions) {
        if (commission.status == "PENDING" || commission.status == "APPROVED") {
            commission.status = "REVERSED";
        } else if (commission.status == "PAID") {
            Commission counter = commission;
            counter.id.clear();
            counter.amount = -commission.amount;
            counter.status = "APPROVED";
            counter.period = month_of(today());
            counter.reverses = commission.id;
            counter_rows.push_back(counter);
        }
    }
    const Reply rows = client_.get("admin", "/v1/sales/" + sale.id + "/commissions");
    for (Commission& counter : counter_rows) {
        for (const json::value& item : rows.body.at("items").as_array()) {
            Reply row;
            row.body = item;
            if (row.text("reverses_id") == counter.reverses) counter.id = row.id();
        }
        if (counter.id.empty()) client_.found("D-810 no counter-row for " + counter.reverses);
        sale.commissions.push_back(counter);
    }
    compare(bike, client_.get("admin", bike.path()), "D-510");
    for (Bike& other : bikes_) {
        if (other.id != sale.trade_in_bike) continue;
        other.status = "WRITTEN_OFF";
        other.write_off_kind = "TRADE_IN_RETURNED";
        other.numbers.back().release_reason = "WRITTEN_OFF";
        ++other.version;
        compare(other, client_.get("admin", other.path()), "D-510 trade-in");
    }
}

}  // namespace loan_manager::testing::dealership
