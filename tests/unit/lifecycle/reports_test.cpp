#include <doctest/doctest.h>

#include <optional>
#include <set>

#include "lifecycle-refresher/refresh/refresher.hpp"
#include "lifecycle-refresher/reports/branch_stock.hpp"
#include "lifecycle-refresher/reports/cost_summary.hpp"
#include "support/loop.hpp"
#include "support/scratch_database.hpp"
#include "testing/error_codes.hpp"

using namespace loan_manager;
using namespace loan_manager::lifecycle;
using namespace std::chrono_literals;
namespace v1 = loanmanager::lifecycle::v1;
using testing::Loop;
using testing::ScratchDatabase;
using testing::Session;

namespace {

struct Fixture {
    Fixture() {
        testing::add_organisation(session);
        testing::procure(session, "WW", 3, "100000.50");
        testing::procure(session, "MO", 2, "200000.00");
        testing::procure(session, "BD", 1, "300000.00");
        // Ages 0, 31, 61 and 100 days.
        session.rows(
            "UPDATE bicycles SET procurement_date = current_date - 31 WHERE current_stock_number = "
            "'MA/WW/ST/0001'; UPDATE bicycles SET procurement_date = current_date - 61 WHERE "
            "current_stock_number = 'MA/WW/ST/0002'; UPDATE bicycles SET procurement_date = current_date - 100 "
            "WHERE current_stock_number = 'MA/WW/ST/0003'");
        const auto connect = testing::connect_options(database.url_as("loan_manager_lifecycle"));
        postgres::PoolOptions options;
        options.connect = connect;
        std::vector<boost::asio::io_context*> contexts{&loop.context()};
        loop.call([&] { pools.emplace(contexts, options); });
        RefresherOptions refresher_options;
        refresher_options.connect = connect;
        refresher.emplace(loop.context(), refresher_options);
    }
    ~Fixture() {
        pools->close();
        loop.stop();
    }

    void refresh() {
        for (const ViewDefinition& view : views()) {
            loop.run(refresher->start(view, Trigger::manual, std::nullopt)).value();
        }
        REQUIRE(refresher->wait_idle(std::chrono::steady_clock::now() + 20s));
    }

    std::string branch(const std::string& code) {
        return session.value("SELECT id FROM branches WHERE code = '" + code + "'");
    }
    std::string company(const std::string& code) {
        return session.value("SELECT id FROM companies WHERE code = '" + code + "'");
    }

    rpc::CallContext as(std::vector<std::string> roles, std::vector<std::string> companies = {},
                        std::vector<std::string> branches = {}) {
        rpc::CallContext context;
        context.caller.user_id = "00000000-0000-7000-8000-000000000002";
        context.caller.username = "somebody";
        context.caller.roles = std::move(roles);
        for (const std::string& code : companies) {
            context.caller.company_scope.push_back(company(code));
        }
        for (const std::string& code : branches) {
            context.caller.branch_scope.push_back(branch(code));
        }
        context.deadline = std::chrono::steady_clock::now() + 20s;
        return context;
    }

    rpc::Result<v1::CostSummaryReport> cost(rpc::CallContext context, const v1::CostSummaryRequest& request = {}) {
        sql::Pages pages(*pools);
        return loop.run(cost_summary(*pools, pages, context, request));
    }
    rpc::Result<v1::BranchStockReport> stock(rpc::CallContext context, const v1::BranchStockRequest& request = {}) {
        sql::Pages pages(*pools);
        return loop.run(branch_stock(*pools, pages, context, request));
    }

    ScratchDatabase database;
    Session session{database.url()};
    Loop loop;
    std::optional<postgres::PoolGroup> pools;
    std::optional<Refresher> refresher;
};

}  // namespace

TEST_CASE("D-1001 before the first fill reports answer VIEW_NOT_READY") {
    Fixture f;
    CHECK(f.cost(f.as({"admin"})).error().code == "VIEW_NOT_READY");
    CHECK(f.stock(f.as({"admin"})).error().code == "VIEW_NOT_READY");
    CHECK(f.cost(f.as({"admin"})).error().retry_after_seconds > 0);
}

TEST_CASE("D-1005 cost-summary: rows, totals over the whole filter, pages without gaps") {
    Fixture f;
    f.refresh();
    const v1::CostSummaryReport whole = f.cost(f.as({"admin"})).value();
    CHECK(whole.items_size() == 6);
    CHECK(whole.total() == 6);
    CHECK_FALSE(whole.has_next_cursor());
    CHECK(whole.totals().count() == 6);
    CHECK(whole.totals().total_cost() == "1000001.50");
    CHECK(whole.totals().profit() == "0.00");

    std::set<std::string> seen;
    v1::CostSummaryRequest request;
    request.set_limit(4);
    v1::CostSummaryReport page = f.cost(f.as({"admin"}), request).value();
    for (;;) {
        for (const auto& row : page.items()) {
            CHECK(seen.insert(row.bicycle_id()).second);
        }
        CHECK(page.total() == 6);
        CHECK(page.totals().purchase_total() == "1000001.50");
        if (!page.has_next_cursor()) {
            break;
        }
        request.set_cursor(page.next_cursor());
        page = f.cost(f.as({"admin"}), request).value();
    }
    CHECK(seen.size() == 6);

    // A cursor is bound to its filters (D-213).
    request.set_branch_id("WW");
    CHECK(f.cost(f.as({"admin"}), request).error().code == "BAD_CURSOR");
    request.clear_cursor();
    CHECK(f.cost(f.as({"admin"}), request).value().total() == 3);
    request.set_branch_id(f.branch("WW"));
    CHECK(f.cost(f.as({"admin"}), request).value().items(0).branch_code() == "WW");
    request.set_branch_id("ZZ");
    const rpc::Error unknown = f.cost(f.as({"admin"}), request).error();
    CHECK(unknown.code == "VALIDATION");
    REQUIRE(unknown.details.size() == 1);
    CHECK(unknown.details[0] == rpc::FieldIssue{"branch_id", "not_found"});
}

TEST_CASE("D-1005 cost-summary filters") {
    Fixture f;
    f.session.rows(
        "UPDATE bicycles SET status = 'WRITTEN_OFF', current_stock_number = NULL, written_off_by = created_by,"
        " written_off_at = now(), write_off_kind = 'LOST', write_off_reason = 'lost on the way' WHERE "
        "current_stock_number = 'IN/BD/ST/0001'");
    f.refresh();
    v1::CostSummaryRequest request;
    request.add_status("WRITTEN_OFF");
    const v1::CostSummaryReport lost = f.cost(f.as({"admin"}), request).value();
    REQUIRE(lost.items_size() == 1);
    CHECK(lost.items(0).profit() == "-300000.00");
    CHECK_FALSE(lost.items(0).has_stock_number());
    CHECK_FALSE(lost.items(0).has_sale_date());
    request.Clear();
    request.set_profit_below("-299999.99");
    CHECK(f.cost(f.as({"admin"}), request).value().total() == 1);
    request.Clear();
    request.set_to(f.session.value("SELECT current_date - 31"));
    CHECK(f.cost(f.as({"admin"}), request).value().total() == 3);
    request.set_from(f.session.value("SELECT current_date - 61"));
    CHECK(f.cost(f.as({"admin"}), request).value().total() == 2);
    request.Clear();
    request.set_company_id("IN");
    request.set_with_total(false);
    const v1::CostSummaryReport in = f.cost(f.as({"admin"}), request).value();
    CHECK(in.items_size() == 1);
    CHECK_FALSE(in.has_total());
}

TEST_CASE("D-901 reports hold exactly the rows the caller reaches, D-904 and costs only with costs:read") {
    Fixture f;
    f.refresh();
    CHECK(f.cost(f.as({"branch_manager"}, {}, {"WW"})).value().total() == 3);
    CHECK(f.cost(f.as({"head_manager"}, {"MA"})).value().total() == 5);
    CHECK(f.cost(f.as({"branch_manager"}, {}, {})).value().total() == 0);
    v1::CostSummaryRequest other;
    other.set_branch_id("BD");
    CHECK(f.cost(f.as({"branch_manager"}, {}, {"WW"}), other).value().total() == 0);
    CHECK(f.cost(f.as({"sales_agent"}, {}, {"WW"})).error().code == "FORBIDDEN");

    const v1::BranchStockReport manager = f.stock(f.as({"branch_manager"}, {}, {"WW"})).value();
    REQUIRE(manager.items_size() == 1);
    CHECK(manager.items(0).cost_value() == "300001.50");
    CHECK_FALSE(manager.items(0).costs_hidden());
    const v1::BranchStockReport agent = f.stock(f.as({"sales_agent"}, {}, {"WW"})).value();
    REQUIRE(agent.items_size() == 1);
    CHECK(agent.items(0).bikes() == 3);
    CHECK(agent.items(0).costs_hidden());
    CHECK_FALSE(agent.items(0).has_cost_value());
    CHECK(agent.totals().costs_hidden());
    CHECK_FALSE(agent.totals().has_purchase_value());

    // Agent in one company's branch, manager of another: costs only where he is manager, and no mixed totals.
    rpc::CallContext both = f.as({"sales_agent", "head_manager"}, {"IN"}, {"WW"});
    const v1::BranchStockReport mixed = f.stock(both).value();
    REQUIRE(mixed.items_size() == 2);
    CHECK(mixed.items(0).branch_code() == "BD");
    CHECK_FALSE(mixed.items(0).costs_hidden());
    CHECK(mixed.items(1).costs_hidden());
    CHECK(mixed.totals().costs_hidden());
    CHECK(mixed.totals().bikes() == 4);
}

TEST_CASE("D-1005 branch-stock: live statuses by default, age buckets, slow stock, totals, pages") {
    Fixture f;
    f.refresh();
    const v1::BranchStockReport report = f.stock(f.as({"admin"})).value();
    REQUIRE(report.items_size() == 3);
    CHECK(report.items(0).branch_code() == "BD");
    const v1::BranchStockRow& ww = report.items(2);
    CHECK(ww.branch_code() == "WW");
    CHECK(ww.age_0_30() == 0);
    CHECK(ww.age_31_60() == 1);
    CHECK(ww.age_61_90() == 1);
    CHECK(ww.age_over_90() == 1);
    CHECK(ww.slow() == 2);
    CHECK(report.totals().bikes() == 6);
    CHECK(report.totals().age_0_30() == 3);
    CHECK(report.totals().purchase_value() == "1000001.50");
    CHECK(report.total() == 3);

    v1::BranchStockRequest request;
    request.set_age_over(60);
    CHECK(f.stock(f.as({"admin"}), request).value().totals().bikes() == 2);
    request.Clear();
    request.add_status("SOLD");
    const v1::BranchStockReport sold = f.stock(f.as({"admin"}), request).value();
    CHECK(sold.items_size() == 0);
    CHECK(sold.totals().cost_value() == "0.00");
    request.Clear();
    request.set_limit(2);
    const v1::BranchStockReport first = f.stock(f.as({"admin"}), request).value();
    REQUIRE(first.has_next_cursor());
    request.set_cursor(first.next_cursor());
    const v1::BranchStockReport second = f.stock(f.as({"admin"}), request).value();
    REQUIRE(second.items_size() == 1);
    CHECK(second.items(0).branch_code() == "WW");
    CHECK(second.total() == 3);
    CHECK(second.totals().bikes() == 6);
}

TEST_CASE("D-1004 reports say how fresh they are, and stale when a relevant change is not covered for a minute") {
    Fixture f;
    f.refresh();
    const v1::CostSummaryReport fresh = f.cost(f.as({"admin"})).value();
    CHECK(fresh.covers_seq() == 6);
    CHECK_FALSE(fresh.stale());
    CHECK(fresh.age_seconds() >= 0);
    CHECK(fresh.age_seconds() < 30);
    CHECK(fresh.as_of().seconds() > 0);
    f.session.rows(
        "INSERT INTO outbox (at, event_type, entity_type) VALUES (now() - interval '2 minutes', "
        "'user.created', 'user'), (now() - interval '50 seconds', 'bike.updated', 'bicycle')");
    CHECK_FALSE(f.cost(f.as({"admin"})).value().stale());
    f.session.rows(
        "INSERT INTO outbox (at, event_type, entity_type) VALUES (now() - interval '61 seconds', "
        "'bike.updated', 'bicycle')");
    CHECK(f.cost(f.as({"admin"})).value().stale());
    f.session.rows("UPDATE view_refreshes SET started_at = started_at - interval '1 hour'");
    CHECK(f.stock(f.as({"admin"})).value().age_seconds() >= 3600);
}
