#include "support/suite.hpp"

#include <signal.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/contract.hpp"

namespace loan_manager::testing {

namespace {

std::string cluster_url() {
    const char* url = std::getenv("LM_TEST_POSTGRES");
    if (url == nullptr) throw std::runtime_error("LM_TEST_POSTGRES is not set; run the tests through ./dev test");
    return url;
}

/// The address of a cluster with another database, and user and password replaced when given.
std::string url_of(const std::string& cluster, const std::string& database, const std::string& role = {}) {
    std::string url = cluster;
    auto slash = url.rfind('/');
    url = url.substr(0, slash + 1) + database;
    if (!role.empty()) {
        auto authority = url.find("//") + 2;
        url = url.substr(0, authority) + role + ":test-password@" + url.substr(url.find('@') + 1);
    }
    return url;
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void must(const Output& output, const std::string& what) {
    if (output.exit_code != 0) throw std::runtime_error(what + " failed:\n" + output.text);
}

std::string binary(const std::string& name) { return std::string(LM_BINARIES) + "/" + name; }

/// Migrated and seeded once per run and cluster; every suite starts from a copy.
struct Template {
    std::string cluster;
    std::string database = "lm_template_" + std::to_string(::getpid());
    std::filesystem::path folder;
    boost::json::value users;

    Template(const std::string& of_cluster, int number)
        : cluster(of_cluster),
          folder(std::filesystem::temp_directory_path() /
                 ("lm-integration-" + std::to_string(::getpid()) + "-" + std::to_string(number))) {
        std::filesystem::create_directories(folder);
        Database admin(cluster);
        admin.rows("create database " + database);
        const std::string url = url_of(cluster, database);
        Environment environment{{"HOME", folder.string()}, {"DATABASE_URL", url}};
        must(run({std::string(LM_SOURCE) + "/database/apply.sh", url}, environment), "migration");
        for (const auto* role : {"loan_manager_auth", "loan_manager_fleet", "loan_manager_lifecycle"}) {
            admin.rows(std::string("alter role ") + role + " password 'test-password'");
        }
        auto passwords = folder / "users.json";
        must(run({binary("loan-managerctl"), "seed", "base"}, environment), "seed base");
        must(run({binary("loan-managerctl"), "seed", "demo", "--passwords-file", passwords.string()}, environment),
             "seed demo");
        users = boost::json::parse(read_file(passwords));
    }
    ~Template() {
        try {
            Database(cluster).rows("drop database " + database + " with (force)");
        } catch (const std::exception&) {
            // The cluster is a throw-away; nothing else to do.
        }
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
};

Template& template_of(const std::string& cluster) {
    static std::map<std::string, Template> instances;
    const int number = static_cast<int>(instances.size());
    return instances.try_emplace(cluster, cluster, number).first->second;
}

std::string service_of(const std::string& instance) {
    auto dash = instance.rfind('-');
    bool numbered = dash != std::string::npos && std::isdigit(static_cast<unsigned char>(instance[dash + 1]));
    return numbered ? instance.substr(0, dash) : instance;
}

}  // namespace

Database::Database(const std::string& url) : connection_(PQconnectdb(url.c_str()), &PQfinish) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection_.get()));
}

std::vector<std::vector<std::string>> Database::rows(const std::string& sql) {
    std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection_.get(), sql.c_str()), &PQclear);
    auto status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        throw std::runtime_error(sql + ": " + PQresultErrorMessage(result.get()));
    }
    std::vector<std::vector<std::string>> rows;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
        rows.emplace_back();
        for (int column = 0; column < PQnfields(result.get()); ++column) {
            rows.back().emplace_back(PQgetvalue(result.get(), row, column));
        }
    }
    return rows;
}

std::string Database::value(const std::string& sql) {
    auto all = rows(sql);
    return all.empty() || all[0].empty() ? std::string() : all[0][0];
}

Suite::Suite(SuiteOptions options) : options_(std::move(options)) {
    static int counter = 0;
    if (options_.cluster.empty()) options_.cluster = cluster_url();
    auto& base = template_of(options_.cluster);
    database_name_ = "lm_suite_" + std::to_string(::getpid()) + "_" + std::to_string(++counter);
    folder_ = base.folder / database_name_;
    std::filesystem::create_directories(folder_);
    // The path of a socket has to be short.
    std::string run = "/tmp/lm-run-XXXXXX";
    if (mkdtemp(run.data()) == nullptr) throw std::runtime_error("cannot create " + run);
    run_ = run;
    Database(options_.cluster).rows("create database " + database_name_ + " template " + base.database);
    database_url_ = url_of(options_.cluster, database_name_);
    // Database settings are not copied from a template.
    Database(options_.cluster)
        .rows("alter database " + database_name_ + " set search_path = fleet, auth, lifecycle, public");
    users_ = base.users;
    for (const auto* service : {"auth", "fleet", "lifecycle-refresher", "gateway"}) start(service);
    for (const auto* service : {"auth", "fleet", "lifecycle-refresher", "gateway"}) wait_ready(service);
}

Suite::~Suite() {
    for (auto& [name, process] : processes_) process.signal(SIGTERM);
    for (auto& [name, process] : processes_) process.wait();
    try {
        Database(options_.cluster).rows("drop database " + database_name_ + " with (force)");
    } catch (const std::exception&) {
        // A test may have broken the cluster on purpose.
    }
    std::error_code ignored;
    std::filesystem::remove_all(run_, ignored);
}

Suite& Suite::shared() {
    // The template must outlive the suite, so it is made first.
    template_of(cluster_url());
    static Suite suite;
    return suite;
}

Environment Suite::environment_of(const std::string& instance, std::uint16_t admin) const {
    const std::string service = service_of(instance);
    Environment environment{{"ADMIN_PORT", std::to_string(admin)}, {"LOG_FORMAT", "json"}, {"ENVIRONMENT", "test"}};
    if (service == "gateway") {
        environment["PORT"] = std::to_string(ports_.at(instance));
    } else {
        environment["INSTANCE_DIR"] = sockets(service).string();
        environment["INSTANCE"] = instance == service ? "1" : instance.substr(service.size() + 1);
    }
    if (service != "auth") environment["AUTH_ADDRESS"] = "unix:" + sockets("auth").string();
    if (service == "auth") {
        environment["DATABASE_URL"] = url_of(options_.cluster, database_name_, "loan_manager_auth");
        environment["KEY_DIRECTORY"] = (folder_ / "keys").string();
        // All tests sign in from one address.
        environment["LOGIN_ATTEMPTS_PER_MINUTE"] = "0";
    } else if (service == "fleet") {
        environment["DATABASE_URL"] = url_of(options_.cluster, database_name_, "loan_manager_fleet");
    } else if (service == "lifecycle-refresher") {
        environment["DATABASE_URL"] = url_of(options_.cluster, database_name_, "loan_manager_lifecycle");
        environment["SECRET_KEY"] = "integration-test-operator-secret-0123456789";
    } else {
        environment["FLEET_ADDRESS"] = "unix:" + sockets("fleet").string();
        environment["LIFECYCLE_ADDRESS"] = "unix:" + sockets("lifecycle-refresher").string();
        environment["CORS_ORIGINS"] = R"(["https://app.example.test"])";
        environment["RATE_LIMIT_ENABLED"] = options_.rate_limits ? "true" : "false";
    }
    if (auto found = options_.extra.find(service); found != options_.extra.end()) {
        for (const auto& [name, value] : found->second) environment[name] = value;
    }
    return environment;
}

void Suite::start(const std::string& instance) {
    if (!environments_.contains(instance)) {
        if (service_of(instance) == "gateway") ports_[instance] = free_port();
        admin_ports_[instance] = free_port();
        environments_[instance] = environment_of(instance, admin_ports_.at(instance));
    }
    if (service_of(instance) == "gateway") contract::watch(ports_.at(instance));
    processes_[instance] = Process({binary("loan-manager-" + service_of(instance))}, environments_.at(instance),
                                   folder_ / (instance + ".log"));
}

bool Suite::ready(const std::string& instance) const {
    try {
        return http(admin_ports_.at(instance), "GET", "/health/ready").status == 200;
    } catch (const boost::system::system_error&) {
        return false;
    }
}

void Suite::wait_ready(const std::string& instance) const {
    if (!eventually([&] { return ready(instance); }, std::chrono::seconds(30))) {
        throw std::runtime_error(instance + " did not become ready:\n" + processes_.at(instance).output());
    }
}

HttpResponse Suite::get(const std::string& target, const std::string& token, Headers headers) const {
    if (!token.empty()) headers["authorization"] = "Bearer " + token;
    return http(gateway_port(), "GET", target, headers);
}

HttpResponse Suite::post(const std::string& target, const std::string& body, const std::string& token,
                         Headers headers) const {
    if (!token.empty()) headers["authorization"] = "Bearer " + token;
    if (!headers.contains("idempotency-key")) headers["idempotency-key"] = fresh_key();
    return http(gateway_port(), "POST", target, headers, body);
}

HttpResponse Suite::patch(const std::string& target, const std::string& body, const std::string& token,
                          const std::string& if_match) const {
    Headers headers{{"authorization", "Bearer " + token}};
    if (!if_match.empty()) headers["if-match"] = if_match;
    return http(gateway_port(), "PATCH", target, headers, body);
}

std::string Suite::password(const std::string& username) const {
    for (const auto& user : users_.as_array()) {
        if (user.at("username").as_string() == username) return std::string(user.at("password").as_string());
    }
    throw std::runtime_error("no demo user " + username);
}

std::string Suite::token(const std::string& username) const {
    auto found = tokens_.find(username);
    if (found != tokens_.end()) return found->second;
    boost::json::object body{{"username", username}, {"password", password(username)}};
    auto answer = http(gateway_port(), "POST", "/v1/auth/login", {}, boost::json::serialize(body));
    if (answer.status != 200) throw std::runtime_error("sign-in of " + username + " failed: " + answer.body);
    return tokens_[username] = std::string(answer.json().at("access_token").as_string());
}

std::string Suite::user_with_role(const std::string& role, const std::string& branch_code) const {
    for (const auto& user : users_.as_array()) {
        bool has_role = false;
        for (const auto& one : user.at("roles").as_array()) has_role = has_role || one.as_string() == role;
        bool in_branch = branch_code.empty();
        for (const auto& one : user.at("branch_codes").as_array()) {
            in_branch = in_branch || one.as_string() == branch_code;
        }
        if (has_role && in_branch) return std::string(user.at("username").as_string());
    }
    throw std::runtime_error("no demo user with role " + role + " " + branch_code);
}

Output Suite::ctl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), binary("loan-managerctl"));
    return run(arguments, {{"DATABASE_URL", database_url_},
                           {"SECRET_KEY", "integration-test-operator-secret-0123456789"},
                           {"LIFECYCLE_ADDRESS", "unix:" + sockets("lifecycle-refresher").string()},
                           {"LIFECYCLE_USER", std::to_string(geteuid())}});
}

std::string Suite::violations() const {
    auto output = ctl({"check"});
    return output.exit_code == 0 ? std::string() : output.text;
}

std::string procurement(const std::string& branch_code, const std::string& extra) {
    return R"({"branch_id":")" + branch_code +
           R"(","brand":"Bajaj","model":"Pulsar 150","year":2019,"purchase_price":"150000.00")" + extra + "}";
}

}  // namespace loan_manager::testing
