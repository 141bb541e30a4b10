#include "support/permissions/world.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cctype>
#include <stdexcept>

#include "support/permissions/matrix.hpp"

namespace loan_manager::testing::permissions {

const char* to_string(Place place) {
    return place == Place::own ? "own branch" : place == Place::sister ? "other branch, own company" : "other company";
}

std::string World::branch(Place place) const {
    return place == Place::own ? "BT" : place == Place::sister ? "WL" : "DY";
}

World::World(Suite& suite) : suite_(suite) {
    make_users();
    for (Place place : places) make_rows(place);
}

void World::make_users() {
    auto database = suite_.database();
    // Users of the test have the password of a demo user, so that nobody has to change one at the first sign-in.
    for (const std::string& role : Matrix::shared().roles()) {
        user_ids_[role] = database.value(
            "insert into auth.users (id, username, full_name, password_hash, roles, company_scope, branch_scope,"
            " created_by, updated_by) select gen_random_uuid(), 'perm." +
            role + "', 'P ' || '" + role + "', password_hash, array['" + role +
            "'], array[(select id from fleet.companies where code = 'MA')],"
            " array[(select id from fleet.branches where code = '" +
            branch(Place::own) + "')], created_by, updated_by from auth.users where username = 'auditor' returning id");
        const auto login = http(suite_.gateway_port(), "POST", "/v1/auth/login", {},
                                boost::json::serialize(boost::json::object{{"username", "perm." + role},
                                                                           {"password", suite_.password("auditor")}}));
        if (login.status != 200) throw std::runtime_error("sign-in of " + role + ": " + login.body);
        tokens_[role] = std::string(login.json().at("access_token").as_string());
    }
}

boost::json::value World::made(const std::string& path, const std::string& body, const std::string& if_match) const {
    Headers headers;
    if (!if_match.empty()) headers["if-match"] = if_match;
    const auto answer = suite_.post(path, body, admin(), headers);
    if (answer.status / 100 != 2) throw std::runtime_error(path + " " + body + ": " + answer.body);
    return answer.json();
}

void World::make_rows(Place place) {
    auto& rows = rows_[place];
    auto database = suite_.database();
    const std::string code = branch(place);
    const bool own = place == Place::own;
    const auto id = [](const boost::json::value& row) { return std::string(row.at("id").as_string()); };
    const auto user = [&](const std::string& name) {
        return database.value("select id from auth.users where username = '" + name + "'");
    };
    std::string prefix;
    for (char letter : code) prefix += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));

    rows["branch"] = code;
    rows["company"] = place == Place::foreign ? "IN" : "MA";
    rows["far"] = "EL";
    rows["user"] = user("viewer2");
    rows["mechanic"] = own ? user_ids_.at("mechanic") : user(prefix + ".mechanic1");
    rows["officer"] = own ? user_ids_.at("sales_agent") : user(prefix + ".agent1");
    rows["rule"] = database.value(
        "select r.id from fleet.commission_rules r join fleet.companies c on c.id = r.company_id"
        " where c.code = '" +
        rows.at("company") + "'");

    // A bike in repair, with an expense.
    const auto bike = made("/v1/bikes/procure", procurement(code, R"(,"hand_amount":"17391.37")"));
    rows["bike"] = id(bike);
    rows["number"] = std::string(bike.at("current_stock_number").as_string());
    rows["expense"] = id(made("/v1/bikes/" + rows.at("bike") + "/expenses",
                              R"({"category":"CLEANING","description":"A wash","amount":"100.00"})"));
    rows["job"] =
        id(made("/v1/repair-jobs", filled(R"({"bicycle_id":"$bike","branch_id":"$branch","job_type":"SERVICE",)"
                                          R"("mechanic_id":"$mechanic"})",
                                          place)));
    rows["line"] = id(made("/v1/repair-jobs/" + rows.at("job") + "/lines",
                           R"({"kind":"PART","description":"A bulb","unit_cost":"10.00"})"));
    rows["stock_bike"] = id(made("/v1/bikes/procure", procurement(code)));

    // A sold bike with its commissions; at the own branch sold by the agent of the test.
    rows["sold_bike"] = id(made("/v1/bikes/procure", procurement(code)));
    const std::string sell = filled(
        R"({"selling_price":"200000.00","payment_method":"CASH","customer_name":"K","customer_phone":"0771234567",)"
        R"("customer_nic":"851234567V","customer_address":"A","sold_by":"$officer"})",
        place);
    const auto sold =
        suite_.post("/v1/bikes/" + rows.at("sold_bike") + "/sell", sell, own ? tokens_.at("sales_agent") : admin());
    if (sold.status != 201) throw std::runtime_error("sale: " + sold.body);
    rows["sale"] = id(sold.json());
    const auto commission = [&](const std::string& kind) {
        return database.value("select id from fleet.commissions where sale_id = '" + rows.at("sale") +
                              "' and kind = '" + kind + "'");
    };
    rows["commission"] = commission("SELLER");
    rows["officer_commission"] = commission("SALES_OFFICER");

    // Transfers between here and the far branch.
    const auto leaving = id(made("/v1/bikes/procure", procurement(code)));
    rows["outbound"] =
        id(made("/v1/bikes/" + leaving + "/transfers", R"({"to_branch_id":"EL","reason_code":"CONSOLIDATION"})"));
    rows["coming_bike"] = id(made("/v1/bikes/procure", procurement("EL")));
    rows["inbound"] = id(made("/v1/bikes/" + rows.at("coming_bike") + "/transfers",
                              filled(R"({"to_branch_id":"$branch","reason_code":"CONSOLIDATION"})", place)));
}

std::string World::filled(std::string text, Place place) const {
    for (auto at = text.find('$'); at != std::string::npos; at = text.find('$', at)) {
        auto end = at + 1;
        while (end < text.size() && (std::islower(static_cast<unsigned char>(text[end])) || text[end] == '_')) ++end;
        const std::string& value = rows_.at(place).at(text.substr(at + 1, end - at - 1));
        text.replace(at, end - at, value);
        at += value.size();
    }
    return text;
}

std::multiset<std::string> World::listed(const std::string& path, const std::string& role) const {
    std::multiset<std::string> ids;
    std::string cursor;
    do {
        const auto answer = suite_.get(path + (path.find('?') == std::string::npos ? "?" : "&") + "limit=200" +
                                           (cursor.empty() ? "" : "&cursor=" + cursor),
                                       token(role));
        if (answer.status != 200) throw std::runtime_error(path + " for " + role + ": " + answer.body);
        const auto body = answer.json();
        for (const auto& item : body.at("items").as_array()) ids.insert(std::string(item.at("id").as_string()));
        const auto& next = body.at("next_cursor");
        cursor = next.is_null() ? std::string() : std::string(next.as_string());
    } while (!cursor.empty());
    return ids;
}

World& World::shared() {
    static World world(Suite::shared());
    return world;
}

std::string outcome(const HttpResponse& answer) {
    return std::to_string(answer.status) + (answer.status == 403 ? " " + answer.code() : std::string());
}

}  // namespace loan_manager::testing::permissions
