// Buying, holding, correcting and writing off (B1 to B3, B10, B13, D-501 to D-504).
#include "support/dealership/dealer.hpp"

namespace loan_manager::testing::dealership {

void Dealer::procure(const std::string& same_plate) {
    const Branch& branch = dice().one_of(world_.branches);
    Bike bike;
    bike.branch = bike.acquisition_branch = branch.code;
    bike.purchase = dice().between(4'000'000, 30'000'000);
    bike.procured = day_;
    bike.plate = same_plate.empty() ? plate() : same_plate;
    // A plate still on a live bike cannot be bought again (D-208), one that was sold can.
    bool plate_taken = false;
    for (const Bike& other : bikes_) plate_taken = plate_taken || (other.live() && other.plate == bike.plate);

    json::object body{{"branch_id", branch.code},
                      {"brand", "Honda"},
                      {"model", "CB 125F"},
                      {"year", dice().between(2005, 2025)},
                      {"purchase_price", text(bike.purchase)},
                      {"procurement_date", iso(day_)},
                      {"procurement_source", dice().one_of<std::string>({"CUSTOMER", "AUCTION", "DEALER", "OTHER"})},
                      {"license_plate", dice().chance(20) ? "WP " + bike.plate : bike.plate}};
    if (dice().chance(50)) body["asking_price"] = text(bike.purchase + dice().between(100'000, 5'000'000));
    if (dice().chance(30)) body["hand_amount"] = text(dice().between(0, 1'000'000));
    const std::string buyer =
        dice().one_of<std::string>({branch.person("agent1"), branch.person("manager"), "inventory1"});
    const Reply reply = client_.perform(client_.post(buyer, "/v1/bikes/procure", body));
    if (plate_taken) {
        client_.expect(reply, 409, "B1 plate of a live bike", "DUPLICATE");
        return;
    }
    if (!client_.expect(reply, 201, "B1 procure")) return;
    bike.id = reply.id();
    bike.numbers.push_back({reply.text("current_stock_number"), branch.code, {}});
    if (!bike.numbers.back().text.starts_with(branch.company + "/" + branch.code + "/ST/")) {
        client_.found("D-601 number " + bike.numbers.back().text + " in branch " + branch.code);
    }
    bikes_.push_back(bike);
    // An agent does not see costs (D-904).
    const bool agent = buyer == branch.person("agent1");
    if (agent && !reply.text("purchase_price").empty())
        client_.found("D-904 an agent was told the price of " + bike.id);
    compare(bike, agent ? client_.get("admin", bike.path()) : reply, "B1");
}

void Dealer::reserve(Bike& bike) {
    json::object body{{"reserved_for", "Somebody " + std::to_string(plates_)}};
    if (dice().chance(60)) body["reserved_until"] = iso(today() + dice().between(0, 30));
    if (dice().chance(40)) body["reserved_phone"] = "0771234567";
    const Reply reply =
        client_.perform(client_.post(manager(bike.branch), bike.path() + "/reserve", body, client_.etag(bike.path())));
    if (!client_.expect(reply, 200, "B2 reserve")) return;
    bike.status = "ALLOCATED";
    bike.allocation = "CUSTOMER";
    ++bike.version;
    compare(bike, reply, "B2");
}

void Dealer::release(Bike& bike) {
    const Reply reply =
        client_.perform(client_.post(manager(bike.branch), bike.path() + "/release", {}, client_.etag(bike.path())));
    if (!client_.expect(reply, 200, "B3 release")) return;
    bike.status = "IN_STOCK";
    bike.allocation.clear();
    ++bike.version;
    compare(bike, reply, "B3");
}

void Dealer::return_to_stock(Bike& bike) {
    const Reply reply = client_.perform(
        client_.post(manager(bike.branch), bike.path() + "/return-to-stock", {}, client_.etag(bike.path())));
    if (!client_.expect(reply, 200, "B10 return to stock")) return;
    bike.status = "IN_STOCK";
    ++bike.version;
    compare(bike, reply, "B10");
}

void Dealer::correct_price(Bike& bike) {
    const Cents price = bike.purchase + dice().between(1, 500'000);
    const json::object body{{"purchase_price", text(price)}, {"reason", "The paper said otherwise"}};
    const Reply reply =
        client_.perform(client_.patch(manager(bike.branch), bike.path(), body, client_.etag(bike.path())));
    if (!bike.trade_in_sale.empty()) {
        client_.expect(reply, 409, "D-502 price of a trade-in bike", "INVALID_STATE");
        return;
    }
    if (!client_.expect(reply, 200, "D-502 correct the price")) return;
    bike.purchase = price;
    bike.price_corrected = true;
    ++bike.version;
    compare(bike, reply, "D-502");
}

void Dealer::describe(Bike& bike) {
    const json::object body{
        {"description", "Seen on " + iso(day_) + " " + std::to_string(dice().between(1, 1'000'000))}};
    const Reply reply =
        client_.perform(client_.patch(manager(bike.branch), bike.path(), body, client_.etag(bike.path())));
    if (!client_.expect(reply, 200, "D-501 describe")) return;
    ++bike.version;
    compare(bike, reply, "D-501");
}

void Dealer::write_off(Bike& bike) {
    const std::string kind = dice().chance(35) && !bike.price_corrected
                                 ? "DATA_ENTRY_ERROR"
                                 : dice().one_of<std::string>({"LOST", "STOLEN", "SCRAPPED"});
    const json::object body{{"kind", kind}, {"reason", "It is gone for good"}};
    const bool asked = dice().chance(60);
    if (asked) {
        const Reply reply = client_.perform(
            client_.post(manager(bike.branch), bike.path() + "/write-off-request", body, client_.etag(bike.path())));
        if (!client_.expect(reply, 200, "D-504 ask for a write-off")) return;
        ++bike.version;
        compare(bike, reply, "D-504");
        if (dice().chance(50)) {
            const Reply refused = client_.perform(client_.post("admin", bike.path() + "/write-off-reject",
                                                               {{"reason", "Look again, please"}}, reply.etag));
            if (!client_.expect(refused, 200, "D-504 refuse a write-off")) return;
            ++bike.version;
            return compare(bike, refused, "D-504");
        }
    }
    // Only a bike on which nothing else was ever booked may have been entered by mistake.
    bool only_purchase = bike.sales.empty() && bike.expenses.empty() && bike.transfer_total() == 0;
    for (const Job& job : bike.jobs) only_purchase = only_purchase && !(job.done() && job.cost() > 0);
    const Reply reply =
        client_.perform(client_.post("admin", bike.path() + "/write-off", body, client_.etag(bike.path())));
    if (kind == "DATA_ENTRY_ERROR" && !only_purchase) {
        client_.expect(reply, 409, "D-504 entered by mistake, with costs", "INVALID_STATE");
        return;
    }
    if (!client_.expect(reply, 200, "B13 write off")) return;
    bike.status = "WRITTEN_OFF";
    bike.write_off_kind = kind;
    bike.numbers.back().release_reason = "WRITTEN_OFF";
    ++bike.version;
    compare(bike, reply, "B13");
}

}  // namespace loan_manager::testing::dealership
