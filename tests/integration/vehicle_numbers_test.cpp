// One motorcycle, however its numbers are typed: procurement, PATCH, trade-in, void and search go by one rule.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "support/answers.hpp"
#include "support/sales.hpp"
#include "support/suite.hpp"
#include "testing/spellings.hpp"

using namespace loan_manager::testing;

namespace {

/// A JSON string; controls are what a client may not send anyway.
std::string json_text(const std::string& value) {
    std::string out = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string member(const char* name, const std::string& value) {
    return std::string(",\"") + name + "\":" + json_text(value);
}

std::string url_text(const std::string& value) {
    std::string out;
    for (const unsigned char c : value) {
        char escaped[4];
        std::snprintf(escaped, sizeof escaped, "%%%02X", c);
        out += escaped;
    }
    return out;
}

std::string serial() {
    static int next = 0;
    char text[8];
    std::snprintf(text, sizeof text, "%04d", ++next);
    return text;
}

/// What a field takes at all: tabs are control characters and line separators would be trimmed at the ends.
std::vector<std::string> typed_separators() {
    auto all = separators();
    std::erase(all, "\t");
    return all;
}

bool finds(Suite& suite, const std::string& query, const std::string& bike, const std::string& token) {
    const auto answer = suite.get("/v1/bikes?limit=200&" + query, token);
    REQUIRE(answer.status == 200);
    const auto body = answer.json();
    const auto& items = body.at("items").as_array();
    return std::any_of(items.begin(), items.end(), [&](const auto& item) { return text(item, "id") == bike; });
}

/// The one detail of a DUPLICATE.
boost::json::value only_detail(const HttpResponse& answer) {
    check_error(answer, 409, "DUPLICATE");
    const auto body = answer.json();
    REQUIRE(body.at("details").as_array().size() == 1);
    return body.at("details").at(0);
}

}  // namespace

TEST_CASE("D-207 D-208 every spelling of a live bike's numbers is a DUPLICATE that names the bike") {
    auto& suite = Suite::shared();
    const auto token = suite.token("admin");
    const auto number = serial();
    const auto owner = suite.post(
        "/v1/bikes/procure",
        procurement("TN", member("license_plate", "WP QAB-" + number) + member("frame_number", "MD2-A11 CZ" + number) +
                              member("engine_number", "DHZ WFA" + number)),
        token);
    REQUIRE(owner.status == 201);
    const auto bike = owner.json();
    CHECK(text(bike, "frame_number") == "MD2A11CZ" + number);

    const auto check_twin = [&](const std::string& extra, const char* field) {
        const auto detail = only_detail(suite.post("/v1/bikes/procure", procurement("EL", extra), token));
        CHECK(text(detail, "field") == field);
        CHECK(text(detail, "issue") == "duplicate");
        CHECK(text(detail, "bicycle_id") == text(bike, "id"));
        CHECK(text(detail, "stock_number") == text(bike, "current_stock_number"));
    };
    for (const auto& s : typed_separators()) {
        CAPTURE(s);
        check_twin(member("license_plate", "wp" + s + "qab" + s + number), "license_plate");
        check_twin(member("license_plate", "QAB" + s + s + number + s), "license_plate");
    }
    for (const char* s : {"-", " ", "\u00A0", "\u2013", ".", "/", "\u200B", "\uFEFF"}) {
        CAPTURE(s);
        check_twin(member("frame_number", "md2" + std::string(s) + "a11" + s + "CZ" + number), "frame_number");
        check_twin(member("engine_number", "DHZ" + std::string(s) + "WFA" + s + number), "engine_number");
    }
    for (const std::string& typed :
         std::vector<std::string>{"WPQAB" + number, "qab" + number, "SP QAB" + number, "WPQAB-" + number}) {
        CAPTURE(typed);
        check_twin(member("license_plate", typed), "license_plate");
    }

    // Several at once are all named.
    const auto both = suite.post(
        "/v1/bikes/procure",
        procurement("EL", member("license_plate", "QAB " + number) + member("frame_number", "md2a11cz" + number)),
        token);
    CHECK(issues(both) == std::set<std::string>{"license_plate:duplicate", "frame_number:duplicate"});
}

TEST_CASE("D-208 the bike in the way is named only within the caller's reach") {
    auto& suite = Suite::shared();
    const auto plate = fresh_plate();
    const auto bike = bike_at(suite, "WW", member("license_plate", plate));
    const auto body = procurement("BD", member("license_plate", "WP " + plate));
    const auto foreign =
        only_detail(suite.post("/v1/bikes/procure", body, suite.token(suite.user_with_role("branch_manager", "BD"))));
    CHECK(text(foreign, "issue") == "duplicate");
    CHECK_FALSE(foreign.as_object().contains("bicycle_id"));
    CHECK_FALSE(foreign.as_object().contains("stock_number"));
    const auto reached = only_detail(suite.post("/v1/bikes/procure", body, suite.token("admin")));
    CHECK(text(reached, "bicycle_id") == bike);
}

TEST_CASE("D-207 D-208 a PATCH, a trade-in and a void go by the same rule") {
    auto& suite = Suite::shared();
    const auto token = suite.token("admin");
    const auto number = serial();
    const auto taken = bike_at(suite, "TN", member("license_plate", "WP QAC-" + number));

    const auto other = bike_at(suite, "TN");
    for (const std::string& typed :
         std::vector<std::string>{"QAC\u2011" + number, "wpqac" + number, "WP\u3000QAC\uFF0F" + number}) {
        CAPTURE(typed);
        const auto detail = only_detail(
            suite.patch("/v1/bikes/" + other, "{" + member("license_plate", typed).substr(1) + "}", token, "\"1\""));
        CHECK(text(detail, "bicycle_id") == taken);
    }
    const auto manager = suite.user_with_role("branch_manager", "TN");
    const auto traded =
        sell(suite, other, manager,
             sale_body("195000.00", R"("payment_method":"TRADE_IN","cash_amount":"95000.00",)"
                                    R"("trade_in_value":"100000.00","trade_in":{"brand":"Honda","model":)"
                                    R"("CB","year":2015,"license_plate":)" +
                                        json_text("qac\u2009" + number) + "}"));
    CHECK(text(only_detail(traded), "field") == "trade_in.license_plate");
    CHECK(text(only_detail(traded), "bicycle_id") == taken);

    // Sold, bought back under another spelling: the void finds it.
    const auto sold = sell(suite, taken, manager, sale_body("195000.00"));
    REQUIRE(sold.status == 201);
    const auto back = bike_at(suite, "TN", member("license_plate", "qac." + number));
    const auto voided = only_detail(
        command(suite, text(sold.json(), "id"), "void", "admin", 1, R"({"reason":"Sold to the wrong person"})"));
    CHECK(text(voided, "field") == "license_plate");
    CHECK(text(voided, "bicycle_id") == back);
    CHECK(suite.violations() == "");
}

TEST_CASE("D-207 what says that there is no number leaves the next bike without one alone") {
    auto& suite = Suite::shared();
    const auto token = suite.token("admin");
    for (const char* none : {"-", "--", "N/A", "n.a.", "NIL", "\u2014", "unregistered", "\u200B-", "TBC"}) {
        CAPTURE(none);
        for (int i = 0; i < 2; ++i) {
            const auto answer =
                suite.post("/v1/bikes/procure",
                           procurement("TN", member("license_plate", none) + member("frame_number", none) +
                                                 member("engine_number", none)),
                           token);
            REQUIRE(answer.status == 201);
            for (const char* field : {"license_plate", "plate_key", "frame_number", "engine_number"}) {
                CHECK(answer.json().at(field).is_null());
            }
            CHECK_FALSE(answer.json().at("plate_unusual").as_bool());
        }
    }
}

TEST_CASE("D-208 searches find a number as it is printed, and part of it") {
    auto& suite = Suite::shared();
    const auto token = suite.token("admin");
    const auto number = serial();
    const auto bike =
        bike_at(suite, "TN",
                member("license_plate", "WP QAD-" + number) + member("frame_number", "MD2A11QD" + number) +
                    member("engine_number", "DHZ-WFB" + number));
    for (const std::string& typed : std::vector<std::string>{
             "MD2-A11 QD" + number, "md2 a11 qd" + number, "A11-QD" + number, "dhz wfb" + number, "DHZWFB" + number,
             "WPQAD" + number, "wp qad " + number, "QAD\u2013" + number, "WP\u200BQAD", "pqad" + number.substr(0, 2),
             "WP-QAD-" + number, "\uFF31\uFF21\uFF24" + number}) {
        CAPTURE(typed);
        CHECK(finds(suite, "q=" + url_text(typed), bike, token));
    }
    for (const std::string& typed :
         std::vector<std::string>{"WPQAD" + number, "wp qad " + number, "QAD." + number, "qad", "WP\u3000QAD/" + number,
                                  "pqad" + number.substr(0, 2), "-QAD-"}) {
        CAPTURE(typed);
        CHECK(finds(suite, "license_plate=" + url_text(typed), bike, token));
    }
    CHECK_FALSE(finds(suite, "license_plate=" + url_text("MD2A11QD" + number), bike, token));
    CHECK_FALSE(finds(suite, "license_plate=" + url_text("-"), bike, token));
    CHECK_FALSE(finds(suite, "q=" + url_text("MD2-A11 QE" + number), bike, token));
}
