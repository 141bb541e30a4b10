#include "support/dealership/recount.hpp"

#include <boost/json/serialize.hpp>
#include <cctype>
#include <set>

namespace loan_manager::testing::dealership {

namespace {

const char* const counted_tables[] = {"bicycles",    "stock_numbers",    "expenses", "transfers",
                                      "repair_jobs", "repair_job_lines", "sales",    "commissions"};

struct Recount {
    Market& market;
    const World& world;
    Client client;
    std::map<std::string, int> rows;
    /// D-219, D-220: each change is in the audit log and announced, once.
    std::map<std::string, int> changes;
    std::map<std::string, std::set<int>> running_numbers;
    /// "INV-MA-26" → numbers; D-604.
    std::map<std::string, std::set<int>> documents;

    Recount(Market& the_market, const World& the_world)
        : market(the_market), world(the_world), client(the_market, "recount", 0) {}

    void differs(const std::string& what, const std::string& actual, const std::string& expected) {
        if (actual != expected) client.found(what + " is " + actual + ", expected " + expected);
    }

    void document(const std::string& number, const std::string& prefix, std::size_t digits) {
        const auto dash = number.rfind('-');
        if (dash == std::string::npos || !number.starts_with(prefix + "-") || number.size() - dash - 1 != digits) {
            client.found("D-604 document number " + number + ", expected " + prefix + "-YY-N");
            return;
        }
        const int running = std::stoi(number.substr(dash + 1));
        if (!documents[number.substr(0, dash)].insert(running).second) client.found("D-604 given out twice: " + number);
    }

    void bike(const Bike& bike) {
        const std::string what = bike.path() + " ";
        ++rows["bicycles"];
        ++changes["BIKE_PROCURED"];
        changes["BIKE_WRITTEN_OFF"] += bike.status == "WRITTEN_OFF" ? 1 : 0;
        const Reply row = client.get("auditor", bike.path());
        differs(what + "status", row.text("status"), bike.status);
        differs(what + "branch", row.text("current_branch_code"), bike.branch);
        differs(what + "version", std::to_string(row.number("version")), std::to_string(bike.version));
        cost_summary(bike, client.get("auditor", bike.path() + "/cost-summary"));
        history(bike, client.get("auditor", bike.path() + "/stock-history?limit=200"));
        ledger(bike, client.get("auditor", bike.path() + "/ledger?limit=200"));
        for (const Expense& expense : bike.expenses) {
            ++rows["expenses"];
            ++changes["EXPENSE_RECORDED"];
            changes["EXPENSE_VOIDED"] += expense.voided ? 1 : 0;
            const Reply found = client.get("auditor", "/v1/expenses/" + expense.id);
            differs("expense " + expense.id, found.text("amount"), text(expense.amount));
            differs("expense voided " + expense.id, found.text("voided_at").empty() ? "no" : "yes",
                    expense.voided ? "yes" : "no");
        }
        for (const Job& job : bike.jobs) {
            ++rows["repair_jobs"];
            ++changes["JOB_OPENED"];
            changes["JOB_COMPLETED"] += job.done() ? 1 : 0;
            changes["JOB_INVOICED"] += job.status == "INVOICED" ? 1 : 0;
            changes["JOB_CANCELLED"] += job.status == "CANCELLED" ? 1 : 0;
            rows["repair_job_lines"] += static_cast<int>(job.lines.size());
            document(job.number, "WO-" + job.branch, 5);
            const Reply found = client.get("auditor", "/v1/repair-jobs/" + job.id);
            differs(job.number + " status", found.text("status"), job.status);
            differs(job.number + " cost", found.text("total_cost"), text(job.cost()));
            differs(job.number + " price", found.text("total_price"), text(job.price()));
        }
        for (const Transfer& transfer : bike.transfers) {
            ++rows["transfers"];
            ++changes["TRANSFER_REQUESTED"];
            if (!transfer.open()) ++changes["TRANSFER_" + transfer.status];
            document(transfer.number, "TRF-" + transfer.from, 5);
            const Reply found = client.get("auditor", "/v1/transfers/" + transfer.id);
            differs(transfer.number + " status", found.text("status"), transfer.status);
            differs(transfer.number + " cost", found.text("transfer_cost"), text(transfer.cost));
            differs(transfer.number + " number", found.text("to_stock_number"), transfer.to_stock_number);
        }
        for (const Sale& one : bike.sales) sale(bike, one);
    }

    void cost_summary(const Bike& bike, const Reply& summary) {
        const std::string what = "cost-summary of " + bike.id + " ";
        differs(what + "purchase", summary.text("purchase_total"), text(bike.purchase_total()));
        differs(what + "expenses", summary.text("expense_total"), text(bike.expense_total()));
        differs(what + "repairs", summary.text("repair_total"), text(bike.repair_total()));
        differs(what + "transfers", summary.text("transfer_total"), text(bike.transfer_total()));
        differs(what + "total", summary.text("total_cost"), text(bike.total_cost()));
        differs(what + "after sale", summary.text("after_sale_total"), text(bike.after_sale_total()));
        if (const Sale* sale = bike.sale()) {
            differs(what + "price", summary.text("selling_price"), text(sale->price));
            differs(what + "profit", summary.text("profit"), text(sale->price - sale->cost));
            differs(what + "margin", summary.text("margin_pct"),
                    text(percent_of(sale->price - sale->cost, sale->price)));
        } else if (bike.status == "WRITTEN_OFF") {
            differs(what + "loss", summary.text("profit"), text(-bike.total_cost()));
        } else {
            differs(what + "profit", summary.text("profit"), "");
        }
    }

    void history(const Bike& bike, const Reply& list) {
        const json::array& items = list.body.at("items").as_array();
        rows["stock_numbers"] += static_cast<int>(bike.numbers.size());
        differs("numbers of " + bike.id, std::to_string(items.size()), std::to_string(bike.numbers.size()));
        // Newest first.
        for (std::size_t i = 0; i < std::min(items.size(), bike.numbers.size()); ++i) {
            const Number& number = bike.numbers[bike.numbers.size() - 1 - i];
            Reply row;
            row.body = items[i];
            differs("number " + std::to_string(i) + " of " + bike.id, row.text("number"), number.text);
            differs(number.text + " released", row.text("release_reason"), number.release_reason);
            differs(number.text + " branch", row.text("branch_code"), number.branch);
            const int running = std::stoi(number.text.substr(number.text.rfind('/') + 1));
            if (!running_numbers[number.branch].insert(running).second) {
                client.found("D-603 given out twice: " + number.text);
            }
        }
    }

    /// D-703: every fact has exactly one entry that is not reversed, of its amount, type and branch.
    void ledger(const Bike& bike, const Reply& list) {
        std::map<std::string, std::string> entries;
        std::map<std::string, std::string> reversed;
        for (const json::value& item : list.body.at("items").as_array()) {
            Reply row;
            row.body = item;
            if (!row.text("reverses_id").empty()) {
                reversed[row.text("reverses_id")] = row.text("amount");
            } else {
                entries[row.id()] = row.text("source_table") + " " + row.text("source_id") + " " +
                                    row.text("entry_type") + " " + row.text("amount") + " " + row.text("branch_code") +
                                    (item.at("post_sale").as_bool() ? " post-sale" : "");
            }
        }
        std::multiset<std::string> actual;
        for (const auto& [id, entry] : entries) {
            if (!reversed.contains(id)) actual.insert(entry);
        }
        std::multiset<std::string> expected;
        if (!bike.purchase_reversed()) {
            expected.insert("bicycles " + bike.id + " PURCHASE " + text(bike.purchase) + " " + bike.acquisition_branch);
        }
        for (const Expense& expense : bike.expenses) {
            if (expense.voided) continue;
            expected.insert("expenses " + expense.id + " EXPENSE " + text(expense.amount) + " " + expense.branch +
                            (expense.post_sale ? " post-sale" : ""));
        }
        for (const Job& job : bike.jobs) {
            if (job.status != "COMPLETED" || job.category == "CUSTOMER_REPAIR" || job.cost() == 0) continue;
            expected.insert("repair_jobs " + job.id + " REPAIR " + text(job.cost()) + " " + job.branch +
                            (job.category == "WARRANTY" ? " post-sale" : ""));
        }
        for (const Transfer& transfer : bike.transfers) {
            if (transfer.status != "COMPLETED" || transfer.cost == 0) continue;
            expected.insert("transfers " + transfer.id + " TRANSFER " + text(transfer.cost) + " " + transfer.to);
        }
        if (const Sale* sale = bike.sale()) {
            expected.insert("sales " + sale->id + " SALE " + text(sale->price) + " " + sale->branch);
        }
        if (actual == expected) return;
        std::string difference = "ledger of " + bike.path();
        for (const std::string& entry : expected) {
            if (!actual.contains(entry)) difference += "\n    missing " + entry;
        }
        for (const std::string& entry : actual) {
            if (!expected.contains(entry)) difference += "\n    surplus " + entry;
        }
        client.found(difference);
    }

    void sale(const Bike& bike, const Sale& sale) {
        ++rows["sales"];
        ++changes["SALE_RECORDED"];
        changes["SALE_VOIDED"] += sale.status == "VOIDED" ? 1 : 0;
        document(sale.invoice, "INV-" + sale.company, 6);
        const Reply row = client.get("auditor", "/v1/sales/" + sale.id);
        const Cents profit = sale.price - sale.cost;
        differs(sale.invoice + " status", row.text("status"), sale.status);
        differs(sale.invoice + " bike", row.text("bicycle_id"), bike.id);
        differs(sale.invoice + " cost", row.text("total_cost"), text(sale.cost));
        differs(sale.invoice + " profit", row.text("profit"), text(profit));
        differs(sale.invoice + " margin", row.text("margin_pct"), text(percent_of(profit, sale.price)));
        differs(sale.invoice + " markup", row.text("markup_pct"), text(percent_of(profit, sale.cost)));
        const Reply list = client.get("auditor", "/v1/sales/" + sale.id + "/commissions");
        std::multiset<std::string> actual;
        for (const json::value& item : list.body.at("items").as_array()) {
            Reply one;
            one.body = item;
            actual.insert(one.text("kind") + " " + one.text("branch_code") + " " + one.text("payee_user_id") + " " +
                          one.text("amount") + " " + one.text("period_month").substr(0, 7) + " " + one.text("status"));
        }
        std::multiset<std::string> expected;
        for (const Commission& one : sale.commissions) {
            ++rows["commissions"];
            if (one.status == "PAID" || one.status == "REJECTED") ++changes["COMMISSION_" + one.status];
            expected.insert(one.kind + " " + one.branch + " " +
                            (one.payee.empty() ? std::string() : market.user_ids.at(one.payee)) + " " +
                            text(one.amount) + " " + one.period + " " + one.status);
        }
        if (actual == expected) return;
        std::string difference = "commissions of " + sale.invoice;
        for (const std::string& one : expected) difference += "\n    expected " + one;
        for (const std::string& one : actual) difference += "\n    found    " + one;
        client.found(difference);
    }
};

}  // namespace

Baseline::Baseline(Suite& suite) {
    auto database = suite.database();
    for (const auto& row : database.rows("select b.code, c.last_number from fleet.stock_counters c "
                                         "join fleet.branches b on b.id = c.branch_id")) {
        stock_counters[row[0]] = std::stoi(row[1]);
    }
    for (const auto& row : database.rows("select action, count(*) from fleet.audit_log group by 1 "
                                         "union all select event_type, count(*) from fleet.outbox group by 1")) {
        journal[row[0]] = std::stoi(row[1]);
    }
    for (const char* table : counted_tables) {
        rows[table] = std::stoi(database.value(std::string("select count(*) from fleet.") + table));
    }
}

void recount(Market& market, const World& world, const Baseline& before, const std::vector<const Bikes*>& books) {
    Recount recount(market, world);
    for (const Bikes* bikes : books) {
        for (const Bike& bike : *bikes) recount.bike(bike);
    }
    const Baseline after(market.suite);
    // Nothing acknowledged is lost, nothing happened twice.
    for (const char* table : counted_tables) {
        recount.differs(std::string("new rows in ") + table,
                        std::to_string(after.rows.at(table) - before.rows.at(table)),
                        std::to_string(recount.rows[table]));
    }
    for (auto [action, count] : recount.changes) {
        std::string event = action;
        for (char& letter : event) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
        event[event.find('_')] = '.';
        for (const std::string& name : {action, event}) {
            const auto former = before.journal.find(name);
            const auto latter = after.journal.find(name);
            const int added = (latter == after.journal.end() ? 0 : latter->second) -
                              (former == before.journal.end() ? 0 : former->second);
            recount.differs(name + " in the journal", std::to_string(added), std::to_string(count));
        }
    }
    // D-602: each branch has given out every number between its counters, once.
    for (const Branch& branch : world.branches) {
        const int first = before.stock_counters.at(branch.code);
        std::set<int> expected;
        for (int n = first + 1; n <= after.stock_counters.at(branch.code); ++n) expected.insert(n);
        if (recount.running_numbers[branch.code] != expected) {
            recount.client.found("D-602 numbers of " + branch.code + " are not those from " +
                                 std::to_string(first + 1) + " to " +
                                 std::to_string(after.stock_counters.at(branch.code)));
        }
    }
    for (const auto& [series, numbers] : recount.documents) {
        if (*numbers.begin() != 1 || *numbers.rbegin() != static_cast<int>(numbers.size())) {
            recount.client.found("D-604 " + series + " runs from " + std::to_string(*numbers.begin()) + " to " +
                                 std::to_string(*numbers.rbegin()) + " in " + std::to_string(numbers.size()) +
                                 " documents");
        }
    }
}

}  // namespace loan_manager::testing::dealership
