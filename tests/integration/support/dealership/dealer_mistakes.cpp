// What people do wrong: the wrong role, the wrong branch, yesterday's ETag, the wrong moment, sums that do not add up.
// Every one of them is refused with the code the specification names, and changes nothing.
#include <boost/json/serialize.hpp>

#include "support/dealership/dealer.hpp"

namespace loan_manager::testing::dealership {

void Dealer::blunder(Bike& bike) {
    const std::string path = bike.path();
    const auto refused = [&](Command command, int status, const std::string& what, const std::string& code) {
        command.stale = true;
        client_.expect(client_.perform(command), status, what + " while " + bike.status, code);
    };
    const json::object note{{"description", "Not mine to say"}};
    const json::object spent{{"category", "OTHER"}, {"description", "Not mine to spend"}, {"amount", "1.00"}};
    switch (dice().between(0, 11)) {
        case 0:  // a role without the permission, whatever else is wrong with the request (D-212)
            refused(client_.post("viewer1", "/v1/bikes/procure", {{"year", "x"}}), 403, "viewer buys", "FORBIDDEN");
            refused(client_.patch(agent(bike.branch), path, note, "\"1\""), 403, "agent edits", "FORBIDDEN");
            refused(client_.post("auditor", path + "/expenses", spent), 403, "auditor spends", "FORBIDDEN");
            break;
        case 1: {  // another branch's manager, even with a stale tag (D-902)
            const std::string stranger = manager(elsewhere(bike.branch).code);
            const Transfer* transfer = bike.open_transfer();
            if (transfer != nullptr && manager(transfer->to) == stranger) return;
            refused(client_.patch(stranger, path, note, "\"999999\""), 403, "another branch edits", "OUT_OF_SCOPE");
            client_.expect(client_.get(stranger, path), 404, "another branch looks", "NOT_FOUND");
            break;
        }
        case 2:  // yesterday's ETag, none, or none that is one
            refused(client_.patch("admin", path, note, "\"" + std::to_string(bike.version - 1) + "\""), 412,
                    "stale tag", "PRECONDITION_FAILED");
            refused(client_.patch("admin", path, note, {}), 428, "no tag", "PRECONDITION_REQUIRED");
            refused(client_.patch("admin", path, note, "*"), 400, "any tag", "BAD_IF_MATCH");
            break;
        case 3:  // what no client may set (D-501)
            refused(client_.patch("admin", path, {{"status", "IN_STOCK"}}, client_.etag(path)), 400, "status by hand",
                    "UNKNOWN_FIELD");
            break;
        case 4: {  // parts that do not add up (D-707), an unknown officer (D-808)
            if (bike.status != "IN_STOCK") return;
            Offer wish = offer(bike, bike.total_cost() + 100'000);
            wish.body["selling_price"] = text(wish.price + 1);
            wish.body["cash_amount"] = text(wish.price);
            refused(client_.post(wish.seller, path + "/sell", wish.body), 422, "parts that do not add up",
                    "VALIDATION");
            Offer other = offer(bike, bike.total_cost() + 100'000);
            other.body["sold_by"] = user_id(agent(elsewhere(bike.branch).code));
            refused(client_.post(other.seller, path + "/sell", other.body), 422, "officer of another branch",
                    "VALIDATION");
            break;
        }
        case 5: {  // selling at the wrong moment
            if (bike.status == "IN_STOCK" || bike.allocation == "CUSTOMER") return;
            const Offer wish = offer(bike, bike.total_cost() + 100'000);
            const std::string code = bike.status == "SOLD"             ? "BIKE_SOLD"
                                     : bike.open_transfer() != nullptr ? "OPEN_TRANSFER"
                                     : bike.has_open_stock_job()       ? "OPEN_JOB"
                                                                       : "INVALID_STATE";
            refused(client_.post(wish.seller, path + "/sell", wish.body), 409, "sale", code);
            break;
        }
        case 6: {  // moving at the wrong moment
            if (bike.status == "IN_STOCK" || (bike.status == "MAINTENANCE" && !bike.has_open_stock_job())) return;
            const std::string code = bike.status == "SOLD"             ? "BIKE_SOLD"
                                     : bike.open_transfer() != nullptr ? "OPEN_TRANSFER"
                                     : bike.has_open_stock_job()       ? "OPEN_JOB"
                                                                       : "INVALID_STATE";
            refused(client_.post(manager(bike.branch), path + "/transfers",
                                 {{"to_branch_id", elsewhere(bike.branch).code}, {"reason_code", "CONSOLIDATION"}}),
                    409, "transfer", code);
            break;
        }
        case 7:  // releasing what is not held
            if (bike.allocation == "CUSTOMER") return;
            refused(client_.post(manager(bike.branch), path + "/release", {}, client_.etag(path)), 409, "release",
                    bike.status == "SOLD"             ? "BIKE_SOLD"
                    : bike.open_transfer() != nullptr ? "OPEN_TRANSFER"
                                                      : "INVALID_STATE");
            break;
        case 8:  // spending at the wrong moment (D-705)
            if (bike.live()) {
                json::object late = spent;
                late["post_sale"] = true;
                refused(client_.post("finance1", path + "/expenses", late), 409, "post-sale expense", "INVALID_STATE");
                refused(client_.post(manager(bike.branch), path + "/expenses", late), 403, "post-sale by a manager",
                        "FORBIDDEN");
            } else {
                refused(client_.post("finance1", path + "/expenses", spent), 409, "expense",
                        bike.status == "SOLD" ? "BIKE_SOLD" : "INVALID_STATE");
            }
            break;
        case 9: {  // money that is none (D-201)
            json::object wrong = spent;
            wrong["amount"] = 12.5;
            refused(client_.post("admin", path + "/expenses", wrong), 422, "a number for money", "VALIDATION");
            wrong["amount"] = "1.005";
            refused(client_.post("admin", path + "/expenses", wrong), 422, "half a cent", "VALIDATION");
            wrong["amount"] = "0.00";
            refused(client_.post("admin", path + "/expenses", wrong), 422, "nothing spent", "VALIDATION");
            break;
        }
        case 10: {  // a frozen cost (D-705)
            if (bike.status != "SOLD") return;
            for (const Expense& expense : bike.expenses) {
                if (expense.post_sale || expense.voided) continue;
                const std::string expense_path = "/v1/expenses/" + expense.id;
                refused(client_.post("admin", expense_path + "/void", {{"reason", "Too late for that"}},
                                     client_.etag(expense_path)),
                        409, "voiding a frozen expense", "BIKE_SOLD");
                return;
            }
            break;
        }
        default: {  // transfers to nowhere
            if (bike.status != "IN_STOCK") return;
            const std::string target = path + "/transfers";
            const std::string user = manager(bike.branch);
            refused(client_.post(user, target, {{"to_branch_id", bike.branch}, {"reason_code", "CONSOLIDATION"}}), 422,
                    "transfer to where it stands", "VALIDATION");
            refused(client_.post(user, target, {{"to_branch_id", "ZZZ"}, {"reason_code", "CONSOLIDATION"}}), 422,
                    "transfer to nowhere", "VALIDATION");
            refused(
                client_.post(user, target, {{"to_branch_id", elsewhere(bike.branch).code}, {"reason_code", "OTHER"}}),
                422, "another reason without a note", "VALIDATION");
        }
    }
    compare(bike, client_.get("admin", path), "after a mistake");
}

}  // namespace loan_manager::testing::dealership
