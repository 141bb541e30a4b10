// Where D-901 asks for more than a permission and a branch: the two ends of a transfer, own sales and jobs, own
// commissions, after-sale expenses.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "support/permissions/matrix.hpp"
#include "support/permissions/world.hpp"

using namespace loan_manager::testing;
using namespace loan_manager::testing::permissions;

namespace {

World& world() { return World::shared(); }

}  // namespace

TEST_CASE("D-505 the destination of an open transfer sees the bike, and only sees it") {
    auto& suite = world().suite();
    const auto token = world().token("branch_manager");
    const std::string path = "/v1/bikes/" + world().at(Place::own, "coming_bike");
    CHECK(suite.get(path, token).status == 200);
    CHECK(suite.get(path + "/transfers", token).status == 200);
    const auto edit = suite.patch(path, R"({"color":"red"})", token, "\"1\"");
    CHECK(edit.status == 403);
    CHECK(edit.code() == "OUT_OF_SCOPE");
    CHECK(suite.get("/v1/bikes/" + world().at(Place::sister, "coming_bike"), token).status == 404);
    // Once the transfer is refused the bike is gone from sight, the transfer is not.
    const auto bike = world().made("/v1/bikes/procure", procurement("EL"));
    const std::string id(bike.at("id").as_string());
    const auto transfer =
        world().made("/v1/bikes/" + id + "/transfers", R"({"to_branch_id":"BT","reason_code":"CONSOLIDATION"})");
    const std::string transfer_path = "/v1/transfers/" + std::string(transfer.at("id").as_string());
    CHECK(suite.get("/v1/bikes/" + id, token).status == 200);
    CHECK(
        suite.post(transfer_path + "/reject", R"({"reason":"No room here"})", token, {{"if-match", "\"1\""}}).status ==
        200);
    CHECK(suite.get("/v1/bikes/" + id, token).status == 404);
    CHECK(suite.get(transfer_path, token).status == 200);
}

TEST_CASE("T2, T3, T4 the wrong end of a transfer is OUT_OF_SCOPE, though it may read it") {
    auto& suite = world().suite();
    const auto token = world().token("branch_manager");
    const auto refused = [&](const std::string& row, const char* step, const char* body) {
        const std::string path = "/v1/transfers/" + world().at(Place::own, row);
        CHECK(suite.get(path, token).status == 200);
        const auto answer = suite.post(path + step, body, token, {{"if-match", "\"1\""}});
        CAPTURE(step);
        CHECK(answer.status == 403);
        CHECK(answer.code() == "OUT_OF_SCOPE");
    };
    refused("outbound", "/approve", "{}");
    refused("outbound", "/reject", R"({"reason":"No room here"})");
    refused("outbound", "/complete", "{}");
    refused("inbound", "/dispatch", "{}");
}

TEST_CASE("T6, T7 who may cancel") {
    auto& suite = world().suite();
    const auto requested_by = [&](const std::string& role) {
        const auto bike = world().made("/v1/bikes/procure", procurement("BT"));
        const auto answer = suite.post("/v1/bikes/" + std::string(bike.at("id").as_string()) + "/transfers",
                                       R"({"to_branch_id":"EL","reason_code":"CONSOLIDATION"})", world().token(role));
        REQUIRE(answer.status == 201);
        return std::string(answer.json().at("id").as_string());
    };
    const auto cancel = [&](const std::string& id, const std::string& role, const std::string& tag) {
        return suite.post("/v1/transfers/" + id + "/cancel", R"({"reason":"Not after all"})", world().token(role),
                          {{"if-match", tag}});
    };
    const std::string own = requested_by("sales_agent");
    CHECK(cancel(own, "auditor", "\"1\"").code() == "FORBIDDEN");
    CHECK(cancel(own, "sales_agent", "\"1\"").status == 200);
    const std::string others = requested_by("branch_manager");
    CHECK(cancel(others, "sales_agent", "\"1\"").status == 403);
    CHECK(cancel(others, "branch_manager", "\"1\"").status == 200);
    // Once approved only transfers:cancel_any may.
    const std::string approved = requested_by("branch_manager");
    const auto approval = suite.post("/v1/transfers/" + approved + "/approve", R"({"dispatch":false})", world().admin(),
                                     {{"if-match", "\"1\""}});
    REQUIRE(approval.status == 200);
    const std::string tag = approval.header("etag");
    CHECK(cancel(approved, "branch_manager", tag).code() == "FORBIDDEN");
    CHECK(cancel(approved, "inventory_manager", tag).code() == "FORBIDDEN");
    CHECK(cancel(approved, "admin", tag).status == 200);
}

TEST_CASE("D-901 a sales agent edits the sales he recorded, not those of others") {
    auto& suite = world().suite();
    const auto token = world().token("sales_agent");
    const auto bike = world().made("/v1/bikes/procure", procurement("BT"));
    const auto sale = world().made(
        "/v1/bikes/" + std::string(bike.at("id").as_string()) + "/sell",
        world().filled(
            R"({"selling_price":"200000.00","payment_method":"CASH","customer_name":"K","customer_phone":"0771234567",)"
            R"("customer_nic":"851234567V","customer_address":"A","sold_by":"$officer"})",
            Place::own));
    const std::string path = "/v1/sales/" + std::string(sale.at("id").as_string());
    CHECK(suite.get(path, token).status == 200);
    CHECK(suite.patch(path, R"({"notes":"A note"})", token, "\"1\"").status == 403);
    CHECK(suite.patch("/v1/sales/" + world().at(Place::own, "sale"), R"({"notes":"A note"})", token, "\"1\"").status ==
          200);
}

TEST_CASE("D-901 a mechanic opens for himself, and works on what is assigned to him") {
    auto& suite = world().suite();
    const auto token = world().token("mechanic");
    const std::string bike(world().made("/v1/bikes/procure", procurement("BT")).at("id").as_string());
    const auto body = [&](const std::string& mechanic) {
        return R"({"bicycle_id":")" + bike + R"(","branch_id":"BT","job_type":"SERVICE","mechanic_id":")" + mechanic +
               "\"}";
    };
    const std::string colleague = suite.database().value("select id from auth.users where username = 'bt.mechanic1'");
    CHECK(suite.post("/v1/repair-jobs", body(colleague), token).status == 403);
    CHECK(suite.get("/v1/bikes/" + bike, token).status == 404);
    const std::string job(world().made("/v1/repair-jobs", body(colleague)).at("id").as_string());
    CHECK(suite.get("/v1/repair-jobs/" + job, token).status == 404);
    CHECK(suite.get("/v1/bikes/" + bike, token).status == 404);
    const auto start = suite.post("/v1/repair-jobs/" + job + "/start", "{}", token, {{"if-match", "\"1\""}});
    CHECK(start.status == 403);
    CHECK(start.code() == "OUT_OF_SCOPE");
    CHECK(suite.post("/v1/repair-jobs", body(world().user_id("mechanic")), token).status == 201);
    CHECK(suite.get("/v1/bikes/" + bike, token).status == 200);
    // He works, he does not manage: the job keeps its mechanic.
    const std::string own = "/v1/repair-jobs/" + world().at(Place::own, "job");
    const std::string tag = suite.get(own, token).header("etag");
    CHECK(suite.patch(own, R"({"mechanic_id":")" + colleague + "\"}", token, tag).status == 403);
    CHECK(suite.patch(own, R"({"diagnosis":"The bulb"})", token, tag).status == 200);
}

TEST_CASE("D-901 everybody reads the commissions that pay him") {
    auto& suite = world().suite();
    for (const std::string& role : Matrix::shared().roles()) {
        CAPTURE(role);
        const auto own = world().listed("/v1/commissions?payee=me", role);
        const auto expected = suite.database().value("select count(*) from fleet.commissions where payee_user_id = '" +
                                                     world().user_id(role) + "'");
        CHECK(std::to_string(own.size()) == expected);
    }
    const auto token = world().token("sales_agent");
    const std::string path = "/v1/commissions/" + world().at(Place::own, "officer_commission");
    CHECK(suite.get(path, token).status == 200);
    CHECK(suite.get(path + "/explanation", token).status == 200);
    CHECK(suite.get("/v1/commissions/" + world().at(Place::own, "commission"), token).status == 404);
}

TEST_CASE("D-705 post-sale expenses need their own permission") {
    const std::string path = "/v1/bikes/" + world().at(Place::own, "sold_bike") + "/expenses";
    const std::string body = R"({"category":"OTHER","description":"After the sale","amount":"1.00","post_sale":true})";
    for (const std::string& role : Matrix::shared().roles()) {
        CAPTURE(role);
        const auto answer = world().suite().post(path, body, world().token(role));
        if (Matrix::shared().grant("expenses:record_post_sale", role) == Grant::yes)
            CHECK(answer.status == 201);
        else
            CHECK(outcome(answer) == "403 FORBIDDEN");
    }
}

TEST_CASE("D-706, D-901 an expense of another branch on a bike of the own") {
    auto& suite = world().suite();
    const std::string bike(world().made("/v1/bikes/procure", procurement("BT")).at("id").as_string());
    const std::string body = R"({"category":"OTHER","description":"Elsewhere","amount":"1.00","branch_id":"DY"})";
    const auto refused = suite.post("/v1/bikes/" + bike + "/expenses", body, world().token("branch_manager"));
    CHECK(outcome(refused) == "403 OUT_OF_SCOPE");
    const auto expense = suite.post("/v1/bikes/" + bike + "/expenses", body, world().token("finance_officer"));
    REQUIRE(expense.status == 201);
    const auto seen = suite.get("/v1/bikes/" + bike + "/expenses", world().token("branch_manager"));
    CHECK(seen.json().at("items").as_array().empty());
    CHECK(suite.get("/v1/bikes/" + bike + "/expenses", world().token("auditor")).json().at("items").as_array().size() ==
          1);
    CHECK(suite.get("/v1/expenses/" + std::string(expense.json().at("id").as_string()), world().token("branch_manager"))
              .status == 404);
}
