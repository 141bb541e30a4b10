// D-904: an order tells as much as the column it follows, and so does a cursor.
#include <doctest/doctest.h>

#include <boost/json/serialize.hpp>
#include <set>
#include <vector>

#include "support/answers.hpp"
#include "support/suite.hpp"
#include "token/base64url.hpp"

using namespace loan_manager;
using namespace loan_manager::testing;

namespace {

/// Somebody who sees the costs of one company, and sells for a branch of the other.
std::string mixed_token(const Suite& suite) {
    suite.database().value(
        "insert into auth.users (id, username, full_name, password_hash, roles, company_scope, branch_scope, "
        "created_by,"
        " updated_by) select gen_random_uuid(), 'guarded.order', 'Guarded Order', password_hash,"
        " array['head_manager', 'sales_agent'], array[(select id from fleet.companies where code = 'IN')],"
        " array[(select id from fleet.branches where code = 'WW')], created_by, updated_by from auth.users"
        " where username = 'auditor' on conflict do nothing returning id");
    const boost::json::object credentials{{"username", "guarded.order"}, {"password", suite.password("auditor")}};
    const auto login = http(suite.gateway_port(), "POST", "/v1/auth/login", {}, boost::json::serialize(credentials));
    REQUIRE(login.status == 200);
    return text(login.json(), "access_token");
}

struct Walk {
    std::vector<boost::json::object> items;
    std::vector<std::string> cursors;
};
Walk walk(const Suite& suite, const std::string& path, const std::string& token) {
    Walk all;
    std::string target = path;
    for (;;) {
        const auto answer = suite.get(target, token);
        REQUIRE(answer.status == 200);
        const auto body = answer.json();
        for (const auto& item : body.at("items").as_array()) {
            all.items.push_back(item.as_object());
        }
        if (body.at("next_cursor").is_null()) {
            return all;
        }
        all.cursors.push_back(text(body, "next_cursor"));
        target = path + "&cursor=" + all.cursors.back();
    }
}

std::multiset<std::string> ids_with(const Walk& walk, const std::string& column, bool present) {
    std::multiset<std::string> ids;
    for (const auto& item : walk.items) {
        if (item.contains(column) == present) {
            ids.insert(std::string(item.at("id").as_string()));
        }
    }
    return ids;
}

/// Lists of the whole suite, with the columns one may sort them by.
std::vector<std::pair<std::string, std::set<std::string>>> sortable_lists(const Suite& suite) {
    std::vector<std::pair<std::string, std::set<std::string>>> lists;
    const auto document = suite.get("/v1/openapi.json").json();
    for (const auto& [path, item] : document.at("paths").as_object()) {
        const auto* get = item.as_object().if_contains("get");
        if (get == nullptr || get->as_object().if_contains("parameters") == nullptr) {
            continue;
        }
        for (const auto& parameter : get->at("parameters").as_array()) {
            if (parameter.as_object().contains("name") && parameter.at("name") == "sort") {
                std::set<std::string> columns;
                for (const auto& value : parameter.at("schema").at("enum").as_array()) {
                    const std::string name(value.as_string());
                    columns.insert(name.starts_with('-') ? name.substr(1) : name);
                }
                lists.emplace_back(std::string(path), std::move(columns));
            }
        }
    }
    return lists;
}

}  // namespace

TEST_CASE("D-904 D-213 a list sorted by a hidden column holds only the rows whose column its reader may see") {
    const Suite& suite = Suite::shared();
    const auto token = mixed_token(suite);
    int guarded = 0;
    int lists = 0;
    for (const auto& [path, columns] : sortable_lists(suite)) {
        CAPTURE(path);
        if (suite.get(path + "?limit=1", token).status == 403) {
            continue;
        }
        ++lists;
        const auto everything = walk(suite, path + "?limit=150", token);
        for (const auto& column : columns) {
            CAPTURE(column);
            const auto shown = ids_with(everything, column, true);
            const auto hidden = ids_with(everything, column, false);
            for (const std::string& sort : {column, "-" + column}) {
                const auto sorted = walk(suite, path + "?limit=7&sort=" + sort, token);
                CHECK(ids_with(sorted, column, false).empty());
                if (!shown.empty() && !hidden.empty()) {
                    ++guarded;
                    CHECK(ids_with(sorted, column, true) == shown);
                }
                for (std::size_t page = 0; page < sorted.cursors.size(); ++page) {
                    const auto bytes = token::base64url_decode(sorted.cursors[page]);
                    REQUIRE(bytes.has_value());
                    const std::string plain(bytes->begin(), bytes->end());
                    const auto& last = sorted.items.at((page + 1) * 7 - 1);
                    CHECK(plain.find(last.at("id").as_string()) == std::string::npos);
                    CHECK(plain.find(boost::json::serialize(last.at(column))) == std::string::npos);
                }
            }
        }
    }
    CHECK(lists >= 5);
    CHECK(guarded >= 2);  // bikes by purchase price, up and down
}

TEST_CASE("D-904 without costs:read anywhere a hidden order is refused") {
    const Suite& suite = Suite::shared();
    const auto agent = suite.token(suite.user_with_role("sales_agent"));
    check_error(suite.get("/v1/bikes?sort=purchase_price", agent), 403, "FORBIDDEN");
}

TEST_CASE("D-213 a cursor that was altered, or belongs to another order, is no cursor") {
    const Suite& suite = Suite::shared();
    const auto token = suite.token(suite.user_with_role("admin"));
    const auto first = suite.get("/v1/bikes?limit=2&sort=brand", token).json();
    const auto cursor = text(first, "next_cursor");
    CHECK(suite.get("/v1/bikes?limit=5&sort=brand&cursor=" + cursor, token).status == 200);
    check_error(suite.get("/v1/bikes?limit=2&sort=-brand&cursor=" + cursor, token), 400, "BAD_CURSOR");
    for (std::size_t at = 0; at < cursor.size(); at += 7) {
        std::string altered = cursor;
        altered[at] = altered[at] == 'A' ? 'B' : 'A';
        check_error(suite.get("/v1/bikes?limit=2&sort=brand&cursor=" + altered, token), 400, "BAD_CURSOR");
    }
}
