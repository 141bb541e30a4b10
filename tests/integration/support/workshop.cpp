#include "support/workshop.hpp"

#include <doctest/doctest.h>

namespace loan_manager::testing {

const std::string done = R"({"work_performed":"Replaced the chain"})";

std::string Workshop::bike(const std::string& extra, const std::string& branch) const {
    auto answer = suite_.post("/v1/bikes/procure", procurement(branch, extra), admin_);
    REQUIRE_MESSAGE(answer.status == 201, answer.body);
    return text(answer.json(), "id");
}

std::string Workshop::sell(const std::string& bike, const std::string& extra) const {
    auto answer = suite_.post("/v1/bikes/" + bike + "/sell",
                              R"({"selling_price":"195000.00","payment_method":"CASH","customer_name":"A. Perera",)"
                              R"("customer_phone":"0771234567","customer_nic":"901234567V",)"
                              R"("customer_address":"1 Main Street")" +
                                  extra + "}",
                              suite_.token(suite_.user_with_role("branch_manager", "BRC")));
    REQUIRE_MESSAGE(answer.status == 201, answer.body);
    return text(answer.json(), "id");
}

std::string Workshop::job(const std::string& bike, const std::string& extra) const {
    auto answer = open(bike, extra);
    REQUIRE_MESSAGE(answer.status == 201, answer.body);
    return text(answer.json(), "id");
}

std::string Workshop::started(const std::string& bike, const std::string& extra) const {
    auto id = job(bike, R"(,"mechanic_id":")" + user_id(mechanic()) + "\"" + extra);
    REQUIRE(command(id, "start").status == 200);
    return id;
}

HttpResponse Workshop::open(const std::string& bike, const std::string& extra, const std::string& token) const {
    std::string body = R"({"bicycle_id":")" + bike + "\"" + extra;
    if (extra.find("\"branch_id\"") == std::string::npos) body += R"(,"branch_id":"BRC")";
    if (extra.find("\"job_type\"") == std::string::npos) body += R"(,"job_type":"SERVICE")";
    return suite_.post("/v1/repair-jobs", body + "}", or_admin(token));
}

HttpResponse Workshop::command(const std::string& job, const std::string& verb, const std::string& body,
                               const std::string& token, std::string etag) const {
    if (etag.empty()) etag = this->etag(job);
    return suite_.post("/v1/repair-jobs/" + job + "/" + verb, body, or_admin(token), {{"if-match", etag}});
}

HttpResponse Workshop::patch(const std::string& job, const std::string& body, const std::string& token) const {
    return suite_.patch("/v1/repair-jobs/" + job, body, or_admin(token), etag(job));
}

HttpResponse Workshop::add_line(const std::string& job, const std::string& kind, const std::string& members,
                                const std::string& token) const {
    return suite_.post("/v1/repair-jobs/" + job + "/lines",
                       R"({"kind":")" + kind + R"(","description":"Some work",)" + members + "}", or_admin(token));
}

HttpResponse Workshop::patch_line(const std::string& job, const std::string& line, const std::string& body,
                                  const std::string& etag) const {
    return suite_.patch("/v1/repair-jobs/" + job + "/lines/" + line, body, admin_, etag);
}

HttpResponse Workshop::delete_line(const std::string& job, const std::string& line, const std::string& etag) const {
    return http(suite_.gateway_port(), "DELETE", "/v1/repair-jobs/" + job + "/lines/" + line,
                {{"authorization", "Bearer " + admin_}, {"if-match", etag}});
}

boost::json::value Workshop::get(const std::string& job) const {
    auto answer = suite_.get("/v1/repair-jobs/" + job, admin_);
    REQUIRE_MESSAGE(answer.status == 200, answer.body);
    return answer.json();
}

std::string Workshop::etag(const std::string& job) const { return tag(get(job)); }

std::string Workshop::of_bike(const std::string& bike, const char* key) const {
    return text(suite_.get("/v1/bikes/" + bike, admin_).json(), key);
}

std::string Workshop::ledger(const std::string& job) const {
    return suite_.database().value(
        "select string_agg(concat_ws(' ', l.entry_type, l.amount, l.post_sale, r.code, l.meta->>'parts', "
        "l.meta->>'labour', l.meta->>'overhead'), ', ') from cost_ledger l join branches r on r.id = l.branch_id "
        "where source_table = 'repair_jobs' and source_id = '" +
        job + "'");
}

std::string Workshop::user_id(const std::string& username) const {
    return suite_.database().value("select id from auth.users where username = '" + username + "'");
}

}  // namespace loan_manager::testing
