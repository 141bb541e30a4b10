#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/http.hpp"
#include "testing/process.hpp"

namespace loan_manager::testing {

/// A blocking connection for looking into the database behind the suite's back.
class Database {
public:
    explicit Database(const std::string& url);
    /// All rows as text; throws on an SQL error.
    std::vector<std::vector<std::string>> rows(const std::string& sql);
    /// The first column of the first row, "" when there is none.
    std::string value(const std::string& sql);

private:
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

struct SuiteOptions {
    /// Added to the environment of the service named first.
    std::map<std::string, Environment> extra;
    /// Rate limits get in the way of tests that hammer.
    bool rate_limits = false;
    /// Address of the PostgreSQL to use; empty: the one all tests share, LM_TEST_POSTGRES.
    std::string cluster = {};
};

/// The four services on a database of their own with the demo data, with sockets and ports of their own.
class Suite {
public:
    explicit Suite(SuiteOptions options = {});
    ~Suite();

    /// The instance that tests share when they need nothing special.
    static Suite& shared();

    std::uint16_t gateway_port() const { return ports_.at("gateway"); }
    /// Of an instance of the gateway.
    std::uint16_t port(const std::string& instance) const { return ports_.at(instance); }
    /// Where the instances of a service listen, e.g. "auth"; "fleet-2" is `2.sock` in fleet's.
    std::filesystem::path sockets(const std::string& service) const { return run_ / service; }
    std::uint16_t admin_port(const std::string& instance) const { return admin_ports_.at(instance); }
    const std::string& database_url() const { return database_url_; }
    Database database() const { return Database(database_url_); }
    Process& process(const std::string& instance) { return processes_.at(instance); }
    const Environment& environment(const std::string& instance) const { return environments_.at(instance); }

    /// Starts service `service` under the name `instance` ("fleet", "fleet-2" …), where it was if it was before.
    void start(const std::string& instance);
    bool ready(const std::string& instance) const;
    void wait_ready(const std::string& instance) const;

    /// Requests through the gateway.
    HttpResponse get(const std::string& target, const std::string& token = {}, Headers headers = {}) const;
    HttpResponse post(const std::string& target, const std::string& body, const std::string& token = {},
                      Headers headers = {}) const;
    HttpResponse patch(const std::string& target, const std::string& body, const std::string& token,
                       const std::string& if_match) const;

    /// Password of a demo user; signs in once per user and remembers the token.
    std::string password(const std::string& username) const;
    std::string token(const std::string& username) const;
    /// The first demo user with this role (and branch code, if given).
    std::string user_with_role(const std::string& role, const std::string& branch_code = {}) const;

    /// Runs loan-managerctl against this suite.
    Output ctl(std::vector<std::string> arguments) const;
    /// Violations of the invariants; "" when none.
    std::string violations() const;

private:
    Environment environment_of(const std::string& instance, std::uint16_t admin) const;

    SuiteOptions options_;
    std::filesystem::path folder_;
    std::filesystem::path run_;
    std::string database_name_;
    std::string database_url_;
    std::map<std::string, std::uint16_t> ports_;
    std::map<std::string, std::uint16_t> admin_ports_;
    std::map<std::string, Environment> environments_;
    std::map<std::string, Process> processes_;
    boost::json::value users_;
    mutable std::map<std::string, std::string> tokens_;
};

/// A minimal valid procurement for branch `branch_code`; `extra` is inserted as further JSON members (", …").
std::string procurement(const std::string& branch_code, const std::string& extra = {});

}  // namespace loan_manager::testing
