// Sales of every payment method, with trade-ins and losses (S1, S2, D-701, D-707 to D-709).
#include <algorithm>

#include "support/dealership/dealer.hpp"

namespace loan_manager::testing::dealership {

Dealer::Offer Dealer::offer(const Bike& bike, Cents price) {
    Offer wish;
    wish.price = price;
    const bool loss = price < bike.total_cost();
    wish.seller = loss || dice().chance(30) ? manager(bike.branch) : agent(bike.branch);
    wish.officer = wish.seller;
    const Day day = bike.sellable_from(day_);
    wish.body = {{"selling_price", text(price)},         {"customer_name", "Kamal Perera"},
                 {"customer_phone", "0712345678"},       {"customer_nic", "851234567v"},
                 {"customer_address", "12 Temple Road"}, {"sale_date", iso(day)}};
    if (dice().chance(40)) {
        wish.officer = agent(bike.branch, 2);
        wish.body["sold_by"] = user_id(wish.officer);
    }
    if (dice().chance(60)) {
        wish.warranty_months = static_cast<int>(dice().one_of<std::int64_t>({0, 1, 6, 60}));
        wish.body["warranty_months"] = wish.warranty_months;
    }
    if (dice().chance(30)) wish.body["delivery_date"] = iso(day + 2);
    if (loss) wish.body["acknowledge_loss"] = true;
    pay(wish.body, wish);
    return wish;
}

/// Splits the price over the amounts a method may hold (D-707).
void Dealer::pay(json::object& body, Offer& offer) {
    const Cents price = offer.price;
    const Cents part = dice().between(1, price - 1);
    switch (dice().weighted({30, 15, 20, 15, 20})) {
        case 0:
            body["payment_method"] = "CASH";
            if (dice().chance(50)) body["cash_amount"] = text(price);
            return;
        case 1:
            body["payment_method"] = dice().chance(50) ? "BANK" : "BANK_TRANSFER";
            if (dice().chance(50)) body["bank_amount"] = text(price);
            return;
        case 2:
            body["payment_method"] = dice().chance(50) ? "INSTALLMENT" : "FINANCE";
            body["financed_amount"] = text(price - part);
            body["down_payment"] = text(part);
            body["finance_institution"] = "Village Finance";
            return;
        case 3:
            body["payment_method"] = "TRADE_IN";
            offer.trade_in_value = part;
            body["trade_in_value"] = text(part);
            body["trade_in"] = old_bike();
            body["cash_amount"] = text(price - part);
            return;
        default:
            body["payment_method"] = "MIXED";
            if (dice().chance(50)) {
                body["bank_amount"] = text(part);
                body["cash_amount"] = text(price - part);
                return;
            }
            const Cents second = dice().between(0, price - part);
            offer.trade_in_value = part;
            body["trade_in_value"] = text(part);
            body["trade_in"] = old_bike();
            body["bank_amount"] = text(price - part - second);
            if (second > 0) {
                body["financed_amount"] = text(second);
                body["finance_institution"] = "Village Finance";
            }
    }
}

json::object Dealer::old_bike() {
    json::object bike{{"brand", "Hero"}, {"model", "Splendor"}, {"year", dice().between(1995, 2020)}};
    if (dice().chance(80)) bike["license_plate"] = plate();
    return bike;
}

void Dealer::sell(Bike& bike) {
    const Cents cost = bike.total_cost();
    const Cents price = std::max<Cents>(100, cost + cost * dice().between(-12, 35) / 100 + dice().between(-50, 50));
    if (dice().chance(20)) preview(bike, price);
    const Offer wish = offer(bike, price);
    const std::string path = bike.path() + "/sell";
    if (price < cost && dice().chance(30)) {
        client_.expect(client_.perform(client_.post(agent(bike.branch), path, wish.body)), 403, "S1 loss by an agent",
                       "LOSS_NEEDS_MANAGER");
        json::object silent = wish.body;
        silent.erase("acknowledge_loss");
        client_.expect(client_.perform(client_.post(wish.seller, path, silent)), 409, "S1 loss, not acknowledged",
                       "LOSS_NOT_ACKNOWLEDGED");
    }
    sold(bike, wish, client_.perform(client_.post(wish.seller, path, wish.body)));
}

void Dealer::preview(const Bike& bike, Cents price) {
    const Reply reply = client_.get(manager(bike.branch), bike.path() + "/sale-preview?selling_price=" + text(price));
    if (!client_.expect(reply, 200, "sale preview")) return;
    const Cents profit = price - bike.total_cost();
    if (reply.text("total_cost") != text(bike.total_cost()) || reply.text("profit") != text(profit) ||
        reply.text("margin_pct") != text(percent_of(profit, price)) ||
        reply.body.at("is_loss").as_bool() != (profit < 0)) {
        client_.found("sale preview of " + bike.path() + " at " + text(price) + ": " + reply.text("total_cost") + " " +
                      reply.text("profit") + " " + reply.text("margin_pct") + ", expected " + text(bike.total_cost()) +
                      " " + text(profit));
    }
}

void Dealer::sold(Bike& bike, const Offer& wish, const Reply& reply) {
    if (!client_.expect(reply, 201, "S1 sell")) return;
    Sale sale;
    sale.id = reply.id();
    sale.invoice = reply.text("invoice_no");
    sale.branch = bike.branch;
    sale.company = world_.branch(bike.branch).company;
    sale.officer = wish.officer;
    sale.recorded_by = wish.seller;
    sale.day = bike.sellable_from(day_);
    sale.price = wish.price;
    sale.cost = bike.total_cost();
    sale.warranty_months = wish.warranty_months;
    sale.stock_number = bike.numbers.back().text;
    sale.trade_in_bike = reply.text("trade_in_bicycle_id");

    // Agents see no costs (D-904): what was frozen is read as an admin.
    const Reply seen = client_.get("admin", "/v1/sales/" + sale.id);
    const Cents profit = sale.price - sale.cost;
    const auto differs = [&](const char* key, const std::string& expected) {
        if (seen.text(key) != expected) {
            client_.found("S1 " + sale.invoice + " of " + bike.path() + ": " + key + " is " + seen.text(key) +
                          ", expected " + expected);
        }
    };
    differs("status", "ACTIVE");
    differs("selling_price", text(sale.price));
    differs("total_cost", text(sale.cost));
    differs("profit", text(profit));
    differs("margin_pct", text(percent_of(profit, sale.price)));
    differs("markup_pct", text(percent_of(profit, sale.cost)));
    differs("sale_date", iso(sale.day));
    differs("selling_branch_code", sale.branch);
    differs("selling_company_code", sale.company);
    differs("stock_number_at_sale", sale.stock_number);
    differs("sold_by", user_id(sale.officer));
    differs("trade_in_value", text(wish.trade_in_value));
    differs("loss_acknowledged_by", profit < 0 ? user_id(sale.recorded_by) : std::string());
    const char* parts[] = {"cash_amount", "bank_amount", "down_payment", "financed_amount", "trade_in_value"};
    Cents paid = 0;
    for (const char* key : parts) paid += decimal(seen.text(key));
    if (paid != sale.price) client_.found("D-707 parts of " + sale.invoice + " add up to " + text(paid));
    if (sale.trade_in_bike.empty() != (wish.trade_in_value == 0)) client_.found("D-709 trade-in of " + sale.invoice);

    expect_commissions(bike, sale);
    bike.status = "SOLD";
    bike.allocation.clear();
    bike.numbers.back().release_reason = "SOLD";
    ++bike.version;
    bike.sales.push_back(sale);
    compare(bike, client_.get("admin", bike.path()), "S1");

    if (sale.trade_in_bike.empty()) return;
    const Reply old = client_.get("admin", "/v1/bikes/" + sale.trade_in_bike);
    Bike traded;
    traded.id = sale.trade_in_bike;
    traded.plate = old.text("license_plate");
    traded.branch = traded.acquisition_branch = sale.branch;
    traded.purchase = wish.trade_in_value;
    traded.procured = day_of(old.text("procurement_date"));
    traded.trade_in_sale = sale.id;
    traded.numbers.push_back({old.text("current_stock_number"), sale.branch, {}});
    bikes_.push_back(traded);
    compare(traded, old, "D-709");
    if (old.text("procurement_source") != "TRADE_IN") client_.found("D-709 source of " + traded.path());
}

/// Works out what the sale pays to whom (D-801 to D-806) and compares it with the rows.
void Dealer::expect_commissions(const Bike& bike, Sale& sale) {
    const Rule* rule = world_.rule(sale.company, sale.day);
    if (rule != nullptr) sale.shares = commissions_of(*rule, {sale.price, sale.cost, !bike.garages.empty()});
    const Reply rows = client_.get("admin", "/v1/sales/" + sale.id + "/commissions");
    if (!client_.expect(rows, 200, "commissions of a sale")) return;
    const json::array& items = rows.body.at("items").as_array();
    if (items.size() != sale.shares.amounts.size()) {
        client_.found("D-803 " + sale.invoice + " has " + std::to_string(items.size()) + " commissions, expected " +
                      std::to_string(sale.shares.amounts.size()));
    }
    for (const json::value& item : items) {
        Reply row;
        row.body = item;
        Commission commission;
        commission.id = row.id();
        commission.kind = row.text("kind");
        commission.period = month_of(sale.day);
        if (commission.kind == "SALES_OFFICER") commission.payee = sale.officer;
        commission.branch = commission.kind == "BUYER"    ? bike.acquisition_branch
                            : commission.kind == "GARAGE" ? (bike.garages.empty() ? std::string() : bike.garages.back())
                                                          : sale.branch;
        const auto found = sale.shares.amounts.find(commission.kind);
        commission.amount = found == sale.shares.amounts.end() ? 0 : found->second;
        const std::string payee = commission.payee.empty() ? std::string() : user_id(commission.payee);
        if (row.text("amount") != text(commission.amount) || row.text("branch_code") != commission.branch ||
            row.text("payee_user_id") != payee || row.text("status") != "PENDING" ||
            row.text("base_amount") != text(sale.shares.base) || row.text("pool_amount") != text(sale.shares.pool) ||
            row.text("pool_rate") != text(rule == nullptr ? 0 : rule->pool_rate) ||
            !row.text("period_month").starts_with(commission.period)) {
            client_.found("D-802 to D-807 " + sale.invoice + " " + commission.kind + " is " + row.text("amount") +
                          " to " + row.text("branch_code") + " of pool " + row.text("pool_amount") + " in " +
                          row.text("period_month") + ", expected " + text(commission.amount) + " to " +
                          commission.branch + " of pool " + text(sale.shares.pool) + " in " + commission.period);
        }
        sale.commissions.push_back(commission);
    }
}

void Dealer::race_sales(Bike& bike) {
    const Cents price = bike.total_cost() + dice().between(1, 5'000'000);
    std::vector<Offer> wishes;
    std::vector<Command> commands;
    for (int i = 0; i < 3; ++i) {
        wishes.push_back(offer(bike, price + i));
        commands.push_back(client_.post(wishes.back().seller, bike.path() + "/sell", wishes.back().body));
    }
    const auto replies = client_.race(commands);
    std::size_t winner = 0;
    while (winner < 2 && replies[winner].status != 201) ++winner;
    for (std::size_t i = 0; i < replies.size(); ++i) {
        if (i != winner) client_.expect(replies[i], 409, "X-04 a later buyer", "BIKE_SOLD");
    }
    sold(bike, wishes[winner], replies[winner]);
}

void Dealer::race_sale_and_expense(Bike& bike) {
    const Cents amount = dice().between(1, 100'000);
    const Offer wish = offer(bike, bike.total_cost() + amount + dice().between(1, 5'000'000));
    const auto replies = client_.race(
        {client_.post(manager(bike.branch), bike.path() + "/expenses",
                      {{"category", "CLEANING"}, {"description", "A last wash"}, {"amount", text(amount)}}),
         client_.post(wish.seller, bike.path() + "/sell", wish.body)});
    if (replies[0].status == 201) {
        bike.expenses.push_back({replies[0].id(), bike.branch, amount});
        ++bike.version;
    } else {
        client_.expect(replies[0], 409, "X-15 expense after the sale", "BIKE_SOLD");
    }
    sold(bike, wish, replies[1]);
}

void Dealer::race_sale_and_transfer(Bike& bike) {
    const Offer wish = offer(bike, bike.total_cost() + dice().between(1, 5'000'000));
    const std::string user = manager(bike.branch);
    const auto replies = client_.race(
        {client_.post(user, bike.path() + "/transfers",
                      {{"to_branch_id", elsewhere(bike.branch).code}, {"reason_code", "STOCK_REBALANCING"}}),
         client_.post(wish.seller, bike.path() + "/sell", wish.body)});
    if (replies[0].status == 201) {
        client_.expect(replies[1], 409, "X-05 sale of a bike on the move", "OPEN_TRANSFER");
        return transfer_requested(bike, replies[0], user);
    }
    client_.expect(replies[0], 409, "X-05 transfer of a sold bike", "BIKE_SOLD");
    sold(bike, wish, replies[1]);
}

void Dealer::edit_sale(Bike& bike, Sale& sale) {
    const std::string path = "/v1/sales/" + sale.id;
    const std::string etag = client_.etag(path);
    json::object body{{"notes", "Called on " + iso(day_)}, {"customer_name", "Nimal Silva"}};
    if (sale.status != "ACTIVE") {
        body["reason"] = "The customer asked for it";
        client_.expect(client_.perform(client_.patch("admin", path, body, etag)), 409, "S2 while a void is pending",
                       "INVALID_STATE");
        return;
    }
    if (sale.old) {
        client_.expect(client_.perform(client_.patch(manager(bike.branch), path, body, etag)), 403, "S2 after a day",
                       "EDIT_WINDOW_CLOSED");
        body["reason"] = "The customer asked for it";
        client_.expect(client_.perform(client_.patch("admin", path, body, etag)), 200, "S2 by an admin");
        return;
    }
    client_.expect(client_.perform(client_.patch(agent(bike.branch, 3), path, body, etag)), 403,
                   "S2 of somebody else's sale");
    const std::string user = dice().chance(50) ? sale.recorded_by : manager(bike.branch);
    client_.expect(client_.perform(client_.patch(user, path, body, etag)), 200, "S2 within a day");
}

}  // namespace loan_manager::testing::dealership
