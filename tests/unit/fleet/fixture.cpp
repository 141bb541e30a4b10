#include "fixture.hpp"

#include <libpq-fe.h>
#include <unistd.h>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "loanmanager/common/v1/error.pb.h"
#include "runtime/uuid.hpp"
#include "token/access_token.hpp"
#include "token/key.hpp"

namespace loan_manager::fleet::testing {
namespace {

constexpr const char* secret = "a secret of the tests, longer than 32 bytes";

std::string uuid(const std::string& tail) {
    return "00000000-0000-7000-8000-" + std::string(12 - tail.size(), '0') + tail;
}

struct User {
    std::string id;
    std::string name;
    std::string role;
    std::vector<std::string> companies;
    std::vector<std::string> branches;
};

// Companies a1 MA, a2 IN; branches b1 WW and b2 MO of MA, b3 BD of IN, b4 ZZ of MA (inactive).
const std::map<std::string, User>& users() {
    static const std::map<std::string, User> all = [] {
        std::map<std::string, User> map;
        const auto add = [&](const std::string& tail, const std::string& name, const std::string& role,
                             std::vector<std::string> companies, std::vector<std::string> branches) {
            map[name] = User{uuid(tail), name, role, std::move(companies), std::move(branches)};
        };
        add("c1", "admin", "admin", {}, {});
        add("c2", "head", "head_manager", {uuid("a2")}, {});
        add("c3", "manager-ww", "branch_manager", {}, {uuid("b1")});
        add("c4", "manager-mo", "branch_manager", {}, {uuid("b2")});
        add("c5", "agent-ww", "sales_agent", {}, {uuid("b1")});
        add("c6", "mechanic", "mechanic", {}, {uuid("b1")});
        add("c7", "viewer", "viewer", {}, {});
        return map;
    }();
    return all;
}

std::string array(const std::vector<std::string>& items) {
    std::string text = "'{";
    for (const auto& item : items) {
        text += (text.size() > 2 ? "," : "") + item;
    }
    return text + "}'";
}

// scheme://user@host:port/name with another name, or user.
std::string with(const std::string& url, const std::string& name, const std::string& user) {
    const auto scheme = url.find("://") + 3;
    const auto slash = url.find('/', scheme);
    const auto at = url.find('@', scheme);
    const std::string host = url.substr(at == std::string::npos || at > slash ? scheme : at + 1,
                                        slash - (at == std::string::npos || at > slash ? scheme : at + 1));
    const std::string account = user.empty() ? url.substr(scheme, at - scheme) : user;
    return url.substr(0, scheme) + account + "@" + host + "/" + name;
}

std::vector<std::string> run_sql(const std::string& url, const std::string& text) {
    PGconn* connection = PQconnectdb(url.c_str());
    PGresult* result = PQexec(connection, text.c_str());
    const auto status = PQresultStatus(result);
    std::vector<std::string> values;
    for (int row = 0; status == PGRES_TUPLES_OK && row < PQntuples(result); ++row) {
        values.emplace_back(PQgetvalue(result, row, 0));
    }
    const std::string problem = PQerrorMessage(connection);
    PQclear(result);
    PQfinish(connection);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY) {
        throw std::runtime_error(problem + text);
    }
    return values;
}

}  // namespace

Fleet::Process::Process(const std::string& database_url, const std::map<std::string, std::string>& settings) {
    std::string folder = (std::filesystem::temp_directory_path() / "lm-fleet-test-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) {
        throw std::runtime_error("mkdtemp");
    }
    folder_ = folder;
    const std::filesystem::path socket = folder_ / "fleet" / "1.sock";
    loan_manager::testing::Environment environment{
        {"DATABASE_URL", database_url},
        {"ALGORITHM", "HS256"},
        {"JWT_SECRET_KEY", secret},
        {"LOG_LEVEL", "error"},
        {"THREADS", "2"},
        {"DB_POOL_SIZE", "16"},
        {"ADMIN_PORT", "0"},
        {"INSTANCE_DIR", socket.parent_path().string()},
        {"AUTH_ADDRESS", "unix:" + (folder_ / "no-auth").string()},
    };
    for (const auto& [name, value] : settings) {
        environment[name] = value;
    }
    process_ = loan_manager::testing::Process({LM_FLEET_BINARY}, environment, folder_ / "log");
    if (!loan_manager::testing::eventually([&] { return std::filesystem::exists(socket) || !process_.running(); },
                                           std::chrono::seconds(30)) ||
        !process_.running()) {
        throw std::runtime_error("the fleet service does not get ready:\n" + process_.output());
    }
    channel_ = grpc::CreateChannel("unix:" + socket.string(), grpc::InsecureChannelCredentials());
}

Fleet::Process::~Process() {
    channel_.reset();
    process_.stop();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

Fleet& Fleet::instance() {
    static Fleet fleet;
    return fleet;
}

Fleet::Fleet() {
    const char* server = std::getenv("LM_TEST_POSTGRES");
    if (server == nullptr) {
        throw std::runtime_error("LM_TEST_POSTGRES names no PostgreSQL server: run the tests with ./dev test");
    }
    name_ = "lm_fleet_test_" + std::to_string(getpid());
    admin_url_ = server;
    owner_url_ = with(admin_url_, name_, "");
    service_url_ = with(admin_url_, name_, "loan_manager_fleet");
    run_sql(admin_url_, "CREATE DATABASE " + name_);
    const std::string apply = std::string(LM_SOURCE_DIR) + "/database/apply.sh '" + owner_url_ + "' > /dev/null";
    if (std::system(apply.c_str()) != 0) {
        throw std::runtime_error("the schema cannot be applied");
    }
    seed();
    process_ = std::make_unique<Process>(service_url_, std::map<std::string, std::string>());
}

Fleet::~Fleet() {
    process_.reset();
    run_sql(admin_url_, "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
}

void Fleet::seed() const {
    for (const auto& [name, user] : users()) {
        run_sql(owner_url_,
                "INSERT INTO auth.users (id, username, full_name, password_hash, roles, company_scope, "
                "branch_scope, created_by, updated_by) VALUES ('" +
                    user.id + "', '" + name + "', '" + name + "', '!', '{" + user.role + "}', " +
                    array(user.companies) + ", " + array(user.branches) + ", '" + user.id + "', '" + user.id + "')");
    }
    const std::string by = "'" + users().at("admin").id + "'";
    const auto company = [&](const std::string& tail, const std::string& code) {
        run_sql(owner_url_, "INSERT INTO fleet.companies (id, code, name, district, created_by, updated_by) VALUES ('" +
                                uuid(tail) + "', '" + code + "', 'Company " + code + "', 'Badulla', " + by + ", " + by +
                                ")");
    };
    const auto branch = [&](const std::string& tail, const std::string& code, const std::string& owner, bool active) {
        run_sql(owner_url_,
                "INSERT INTO fleet.branches (id, code, name, company_id, district, is_active, created_by, "
                "updated_by) VALUES ('" +
                    uuid(tail) + "', '" + code + "', 'Branch " + code + "', '" + uuid(owner) + "', 'Badulla', " +
                    (active ? "true, " : "false, ") + by + ", " + by +
                    "); "
                    "INSERT INTO fleet.stock_counters (branch_id) VALUES ('" +
                    uuid(tail) + "')");
    };
    company("a1", "MA");
    company("a2", "IN");
    branch("b1", "WW", "a1", true);
    branch("b2", "MO", "a1", true);
    branch("b3", "BD", "a2", true);
    branch("b4", "ZZ", "a1", false);
    branch("b5", "FEW", "a1", true);
    branch("b6", "ONE", "a1", true);
    branch("b7", "TWO", "a1", true);
}

std::vector<std::string> Fleet::sql(const std::string& text) const { return run_sql(owner_url_, text); }

std::string Fleet::value(const std::string& text) const {
    const auto values = sql(text);
    return values.empty() ? std::string() : values.front();
}

void Fleet::prepare(grpc::ClientContext& context, const Call& call) const {
    const auto& user = users().at(call.user);
    token::AccessToken access;
    access.user_id = user.id;
    access.username = user.name;
    access.roles = {user.role};
    access.company_scope = user.companies;
    access.branch_scope = user.branches;
    access.version = 1;
    access.id = runtime::new_uuid().to_string();
    access.issued_at = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    access.expires_at = access.issued_at + std::chrono::minutes(30);
    context.AddMetadata("authorization",
                        "Bearer " + token::sign_access_token(access, token::Key::hs256(secret).value()).value());
    if (!call.key.empty()) {
        context.AddMetadata("idempotency-key", call.key == "new" ? runtime::new_uuid().to_string() : call.key);
    }
    if (!call.if_match.empty()) {
        context.AddMetadata("if-match", call.if_match);
    }
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
}

Outcome Fleet::read(const grpc::Status& status, const grpc::ClientContext& context) {
    Outcome outcome;
    outcome.replayed = context.GetServerInitialMetadata().count("idempotency-replayed") > 0;
    if (!status.ok()) {
        loanmanager::common::v1::ErrorDetail detail;
        detail.ParseFromString(status.error_details());
        outcome.code = detail.code().empty() ? "status " + std::to_string(status.error_code()) : detail.code();
        for (const auto& issue : detail.details()) {
            outcome.issues.push_back(issue.field() + ": " + issue.issue());
        }
    }
    return outcome;
}

Outcome Fleet::procure(const v1::ProcureBikeRequest& request, const Call& call, v1::Bike& bike,
                       std::shared_ptr<grpc::Channel> other) const {
    grpc::ClientContext context;
    prepare(context, call);
    const auto stub = v1::BikeService::NewStub(other ? other : channel());
    const auto status = stub->ProcureBike(&context, request, &bike);
    return read(status, context);
}

Outcome Fleet::update(const v1::UpdateBikeRequest& request, const Call& call, v1::Bike& bike) const {
    grpc::ClientContext context;
    prepare(context, call);
    const auto status = v1::BikeService::NewStub(channel())->UpdateBike(&context, request, &bike);
    return read(status, context);
}

Outcome Fleet::get(const std::string& id, const Call& call, v1::Bike& bike) const {
    grpc::ClientContext context;
    prepare(context, call);
    v1::GetBikeRequest request;
    request.set_id(id);
    const auto status = v1::BikeService::NewStub(channel())->GetBike(&context, request, &bike);
    return read(status, context);
}

Outcome Fleet::list(const v1::ListBikesRequest& request, const Call& call, v1::BikeList& list) const {
    grpc::ClientContext context;
    prepare(context, call);
    const auto status = v1::BikeService::NewStub(channel())->ListBikes(&context, request, &list);
    return read(status, context);
}

std::vector<std::string> Fleet::broken_invariants() const {
    std::vector<std::string> broken;
    for (const auto& entry : std::filesystem::directory_iterator(std::string(LM_SOURCE_DIR) + "/database/invariants")) {
        // I-28 speaks of a view that only the refresher fills.
        if (entry.path().extension() != ".sql" || entry.path().stem() == "I-28") {
            continue;
        }
        std::ifstream file(entry.path());
        std::stringstream text;
        text << file.rdbuf();
        if (!sql(text.str()).empty()) {
            broken.push_back(entry.path().stem());
        }
    }
    return broken;
}

v1::ProcureBikeRequest purchase(const std::string& branch) {
    v1::ProcureBikeRequest request;
    request.set_branch_id(branch);
    request.set_brand("Bajaj");
    request.set_model("Pulsar 150");
    request.set_year(2021);
    request.set_purchase_price("150000");
    return request;
}

std::string fresh_plate() {
    static std::atomic<int> next{1};
    const std::string number = std::to_string(next++);
    return "WP ABC-" + std::string(4 - number.size(), '0') + number;
}

}  // namespace loan_manager::fleet::testing
