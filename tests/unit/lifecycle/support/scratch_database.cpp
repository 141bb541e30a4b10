#include "scratch_database.hpp"

#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace loan_manager::testing {
namespace {

std::string server_url() {
    const char* url = std::getenv("LM_TEST_POSTGRES");
    if (url == nullptr) {
        throw std::runtime_error("LM_TEST_POSTGRES is not set; run the tests through ./dev test");
    }
    return url;
}

/// postgresql://user[:password]@host:port/database with another database and user.
std::string url_of(const std::string& database, const std::string& user = "") {
    std::string url = server_url();
    url.replace(url.rfind('/') + 1, std::string::npos, database);
    if (!user.empty()) {
        const std::size_t begin = url.find("//") + 2;
        url.replace(begin, url.find('@') - begin, user + ":test-password");
    }
    return url;
}

/// The migrated original of all copies.
struct Template {
    std::string name = "lm_unit_template_" + std::to_string(::getpid());

    Template() {
        Session admin(server_url());
        admin.rows("CREATE DATABASE " + name);
        const std::string command =
            std::string(LM_SOURCE) + "/database/apply.sh '" + url_of(name) + "' >/dev/null 2>&1";
        if (std::system(command.c_str()) != 0) {
            throw std::runtime_error("the migration failed: " + command);
        }
        for (const char* role : {"loan_manager_auth", "loan_manager_fleet", "loan_manager_lifecycle"}) {
            admin.rows(std::string("ALTER ROLE ") + role + " PASSWORD 'test-password'");
        }
    }
    ~Template() {
        try {
            Session(server_url()).rows("DROP DATABASE " + name + " WITH (FORCE)");
        } catch (const std::exception&) {
            // The server is a throw-away.
        }
    }
};

}  // namespace

Session::Session(const std::string& url) : connection_(PQconnectdb(url.c_str()), &PQfinish) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
        throw std::runtime_error(PQerrorMessage(connection_.get()));
    }
}

std::vector<std::vector<std::string>> Session::rows(const std::string& sql) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection_.get(), sql.c_str()), &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        throw std::runtime_error(sql + ": " + PQresultErrorMessage(result.get()));
    }
    std::vector<std::vector<std::string>> rows;
    for (int row = 0; row != PQntuples(result.get()); ++row) {
        rows.emplace_back();
        for (int column = 0; column != PQnfields(result.get()); ++column) {
            rows.back().emplace_back(PQgetvalue(result.get(), row, column));
        }
    }
    return rows;
}

std::string Session::value(const std::string& sql) {
    const auto all = rows(sql);
    return all.empty() || all[0].empty() ? std::string() : all[0][0];
}

ScratchDatabase::ScratchDatabase() {
    static const Template original;
    static int counter = 0;
    name_ = "lm_unit_" + std::to_string(::getpid()) + "_" + std::to_string(++counter);
    Session(server_url()).rows("CREATE DATABASE " + name_ + " TEMPLATE " + original.name);
    url_ = url_of(name_);
    // Settings of a database are not copied with it.
    Session(server_url()).rows("ALTER DATABASE " + name_ + " SET search_path = fleet, auth, lifecycle, public");
}

ScratchDatabase::~ScratchDatabase() {
    try {
        Session(server_url()).rows("DROP DATABASE " + name_ + " WITH (FORCE)");
    } catch (const std::exception&) {
        // As above.
    }
}

std::string ScratchDatabase::url_as(const std::string& role) const { return url_of(name_, role); }

void add_organisation(Session& session) {
    session.rows(R"(
        WITH s AS (SELECT id FROM users WHERE username = 'system'), c AS (
            INSERT INTO companies (id, code, name, district, created_by, updated_by)
            SELECT gen_random_uuid(), code, 'Company ' || code, 'Monaragala', s.id, s.id
            FROM s, unnest(ARRAY['MA', 'IN']) AS code RETURNING id, code), b AS (
            INSERT INTO branches (id, code, name, company_id, district, created_by, updated_by)
            SELECT gen_random_uuid(), x.code, 'Branch ' || x.code, c.id, 'Monaragala', s.id, s.id
            FROM s, (VALUES ('WW', 'MA'), ('MO', 'MA'), ('BD', 'IN')) AS x (code, company)
            JOIN c ON c.code = x.company RETURNING id)
        INSERT INTO stock_counters (branch_id) SELECT id FROM b)");
}

void procure(Session& session, const std::string& branch_code, int count, const std::string& price) {
    for (int i = 0; i != count; ++i) {
        session.rows(
            "BEGIN; CREATE TEMP TABLE new_bike ON COMMIT DROP AS WITH counter AS (UPDATE stock_counters SET "
            "last_number = last_number + 1 WHERE branch_id = (SELECT id FROM branches WHERE code = '" +
            branch_code +
            "') RETURNING branch_id, last_number) SELECT gen_random_uuid() AS id, b.id AS branch_id, "
            "b.company_id, n.last_number AS number, c.code || '/' || b.code || '/ST/' || "
            "lpad(n.last_number::text, 4, '0') AS full_number, s.id AS by, " +
            price +
            " AS price FROM counter n JOIN branches b ON b.id = n.branch_id JOIN companies c ON c.id = "
            "b.company_id, users s WHERE s.username = 'system'; "
            "INSERT INTO bicycles (id, title, brand, model, year, company_id, current_branch_id, "
            "acquisition_company_id, acquisition_branch_id, current_stock_number, purchase_price, "
            "purchase_total, procurement_date, created_by, updated_by) SELECT id, 'Hero Splendor 2019', 'Hero', "
            "'Splendor', 2019, company_id, branch_id, company_id, branch_id, full_number, price, price, "
            "current_date, by, by FROM new_bike; "
            "INSERT INTO stock_numbers (id, bicycle_id, company_id, branch_id, running_number, full_number, "
            "assigned_by, assign_reason) SELECT gen_random_uuid(), id, company_id, branch_id, number, "
            "full_number, by, 'PURCHASE' FROM new_bike; "
            "INSERT INTO cost_ledger (id, bicycle_id, branch_id, entry_type, amount, entry_date, source_table, "
            "source_id, source_version, description, created_by) SELECT gen_random_uuid(), id, branch_id, "
            "'PURCHASE', price, current_date, 'bicycles', id, 1, 'Purchase', by FROM new_bike; "
            "INSERT INTO audit_log (id, username, action, entity_type, entity_id, request_id) SELECT "
            "gen_random_uuid(), 'system', 'BIKE_PROCURED', 'bicycle', id, 'test' FROM new_bike; "
            "INSERT INTO outbox (event_type, entity_type, entity_id, bicycle_id) SELECT 'bike.procured', "
            "'bicycle', id, id FROM new_bike; NOTIFY fleet_changes, 'bike.procured'; COMMIT");
    }
}

}  // namespace loan_manager::testing
