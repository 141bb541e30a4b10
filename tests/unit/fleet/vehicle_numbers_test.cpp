// The rule of vehicle numbers in SQL is that in C++, and the migration that brought it leaves no bike behind.
#include "validate/vehicle_number.hpp"

#include <doctest/doctest.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "fixture.hpp"
#include "testing/process.hpp"
#include "testing/spellings.hpp"
#include "validate/unicode.hpp"

using namespace loan_manager::fleet::testing;
using namespace loan_manager::testing;
namespace validate = loan_manager::validate;

namespace {

/// A PostgreSQL array of texts, safe in a statement.
std::string sql_array(const std::vector<std::string>& texts) {
    std::string out = "ARRAY[";
    for (const auto& text : texts) {
        out += out.size() > 6 ? ",'" : "'";
        for (const char c : text) {
            out += c == '\'' ? "''" : std::string(1, c);
        }
        out += '\'';
    }
    return out + "]::text[]";
}

/// What the database makes of each text, "plate|key|unusual|number".
std::vector<std::string> by_sql(const std::vector<std::string>& typed) {
    return Fleet::instance().sql(
        "SELECT concat_ws('|', coalesce(p, ''), coalesce(fleet.plate_key(p), ''), "
        "coalesce(fleet.is_unusual_plate_key(fleet.plate_key(p)), false)::text, "
        "coalesce(fleet.normal_vehicle_number(t), '')) FROM unnest(" +
        sql_array(typed) +
        ") WITH ORDINALITY AS x (t, place), LATERAL (SELECT fleet.normal_plate(t) AS p) y ORDER BY place");
}

std::string by_code(const std::string& typed) {
    const auto plate = validate::normalise_plate(typed);
    return plate.text + '|' + plate.key + '|' + (plate.unusual ? "true" : "false") + '|' +
           validate::normalise_vehicle_number(typed);
}

void check_equal(const std::vector<std::string>& typed) {
    const auto found = by_sql(typed);
    REQUIRE(found.size() == typed.size());
    for (std::size_t i = 0; i < typed.size(); ++i) {
        CAPTURE(typed[i]);
        CHECK(found[i] == by_code(typed[i]));
    }
}

/// A database of its own, at an earlier schema.
class OldDatabase {
public:
    OldDatabase() : name_("lm_numbers_test_" + std::to_string(getpid())) {
        const char* server = std::getenv("LM_TEST_POSTGRES");
        if (server == nullptr) {
            throw std::runtime_error("LM_TEST_POSTGRES names no PostgreSQL server: run the tests with ./dev test");
        }
        admin_ = server;
        url_ = admin_.substr(0, admin_.rfind('/') + 1) + name_;
        execute(admin_, "CREATE DATABASE " + name_);
        deploy("--to fleet_audit_chain");
    }
    ~OldDatabase() { execute(admin_, "DROP DATABASE " + name_ + " WITH (FORCE)"); }
    OldDatabase(const OldDatabase&) = delete;
    OldDatabase& operator=(const OldDatabase&) = delete;

    /// What the deployment said.
    std::string deploy(const std::string& arguments) const {
        const auto result =
            run({"/bin/sh", "-c",
                 "cd '" + std::string(LM_SOURCE_DIR) +
                     "/database' && SQITCH_FULLNAME=test SQITCH_EMAIL=test@localhost sqitch deploy --verify " +
                     arguments + " 'db:pg:" + url_.substr(url_.find("://") + 1) + "' 2>&1"},
                {{"HOME", "/tmp"}});
        INFO(result.text);
        REQUIRE(result.exit_code == 0);
        return result.text;
    }
    /// The rows, columns joined by " | ".
    std::vector<std::string> rows(const std::string& sql) const { return execute(url_, sql); }

private:
    static std::vector<std::string> execute(const std::string& url, const std::string& sql) {
        const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url.c_str()), PQfinish);
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()), PQclear);
        const auto status = PQresultStatus(result.get());
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
            throw std::runtime_error(PQerrorMessage(connection.get()) + sql);
        }
        std::vector<std::string> lines;
        for (int row = 0; row < PQntuples(result.get()); ++row) {
            std::string line;
            for (int column = 0; column < PQnfields(result.get()); ++column) {
                line += (column > 0 ? " | " : "") + std::string(PQgetvalue(result.get(), row, column));
            }
            lines.push_back(line);
        }
        return lines;
    }

    std::string name_, admin_, url_;
};

// Bikes as the former rule stored them: only spaces and hyphens were separators.
constexpr const char* bikes_of_before = R"(
    INSERT INTO fleet.companies (id, code, name, district, created_by, updated_by)
    SELECT '00000000-0000-7000-8000-0000000000a1', 'MA', 'Management', 'Monaragala', id, id FROM auth.users;
    INSERT INTO fleet.branches (id, code, name, company_id, district, created_by, updated_by)
    SELECT '00000000-0000-7000-8000-0000000000b1', 'WW', 'Walasmulla', '00000000-0000-7000-8000-0000000000a1',
           'Hambantota', id, id FROM auth.users;
    BEGIN;
    INSERT INTO fleet.bicycles (id, title, brand, model, year, license_plate, plate_key, plate_unusual, frame_number,
                                engine_number, company_id, current_branch_id, acquisition_company_id,
                                acquisition_branch_id, current_stock_number, purchase_price, procurement_date,
                                purchase_total, created_by, updated_by, created_at)
    SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, 'Bike ' || n, 'B', 'M', 2020, plate, key, unusual, frame,
           engine, c.id, b.id, c.id, b.id, 'MA/WW/ST/000' || n, 1, '2020-01-01', 1, b.created_by, b.created_by,
           now() + n * interval '1 second'
      FROM fleet.companies c, fleet.branches b,
           (VALUES (1, 'WP-CAB-1234', 'CAB-1234', false, 'F1', NULL),
                   (2, 'WPCAB1234', 'WPCAB1234', true, 'MD2.A11', NULL),
                   (3, 'WP.CAB.5678', 'WP.CAB.5678', true, 'F/3', 'N/A'),
                   (4, 'N/A', 'N/A', true, 'MD2A11', 'E.4'),
                   (5, 'WP_CAB_5678', 'WP_CAB_5678', true, NULL, U&'\00C95'),
                   (6, U&'CAB\00A01', U&'CAB\00A01', true, NULL, NULL),
                   (7, '5-1234', '5-1234', true, NULL, NULL)) AS v (n, plate, key, unusual, frame, engine);
    INSERT INTO fleet.stock_numbers (id, bicycle_id, company_id, branch_id, running_number, full_number, assigned_by,
                                     assign_reason)
    SELECT gen_random_uuid(), id, company_id, current_branch_id, right(current_stock_number, 4)::int,
           current_stock_number, created_by, 'PURCHASE' FROM fleet.bicycles;
    COMMIT)";

}  // namespace

TEST_CASE("D-207 D-208 the rule in SQL is the rule in C++, on every spelling we know") {
    std::vector<std::string> typed;
    for (const auto& spelling : plate_spellings()) typed.push_back(spelling.typed);
    for (const auto& spelling : number_spellings()) typed.push_back(spelling.typed);
    REQUIRE(typed.size() > 1000);
    check_equal(typed);
}

TEST_CASE("D-207 D-208 the rule in SQL is the rule in C++, on every character of the first plane") {
    std::vector<std::string> typed;
    std::string text;
    int pieces = 0;
    for (char32_t c = 1; c < 0xFFFE; ++c) {
        if (c >= 0xD800 && c < 0xE000) continue;  // surrogates are no characters
        validate::append_utf8(text, c);
        text += 'B';
        if (++pieces == 50) {
            typed.push_back(std::exchange(text, {}));
            pieces = 0;
        }
    }
    typed.push_back(text);
    check_equal(typed);
}

TEST_CASE("D-207 D-208 bikes recorded before are brought to one form; what collides is named and kept") {
    const OldDatabase database;
    database.rows(bikes_of_before);
    const auto said = database.deploy("");
    for (const char* line : {"bike MA/WW/ST/0002 has the plate \"WPCAB1234\", which is that of bike MA/WW/ST/0001",
                             "bike MA/WW/ST/0002 has the frame number \"MD2.A11\", which is that of bike MA/WW/ST/0004",
                             "bike MA/WW/ST/0005 has the plate \"WP_CAB_5678\", which is that of bike MA/WW/ST/0003",
                             "3 numbers keep the key they had"}) {
        CAPTURE(line);
        CHECK(said.find(line) != std::string::npos);
    }
    CHECK(database.rows("SELECT right(current_stock_number, 1), license_plate, plate_key, plate_unusual, frame_number, "
                        "engine_number, version FROM fleet.bicycles ORDER BY 1") ==
          std::vector<std::string>{
              "1 | WP-CAB-1234 | CAB-1234 | f | F1 |  | 1",
              "2 | WP-CAB-1234 | WPCAB1234 | t | MD2.A11 |  | 2",
              "3 | WP-CAB-5678 | CAB-5678 | f | F3 |  | 2",
              "4 |  |  | f | MD2A11 | E4 | 2",
              "5 | WP-CAB-5678 | WP_CAB_5678 | t |  | \u00C95 | 2",
              "6 | CAB-1 | CAB-1 | t |  |  | 2",
              "7 | 5-1234 | 5-1234 | f |  |  | 2",
          });
    const std::string open =
        "SELECT right(stock_number, 1), field, rightful, right(other_stock_number, 1) "
        "FROM fleet.vehicle_number_collisions ORDER BY 1, 2";
    CHECK(database.rows(open) == std::vector<std::string>{"2 | frame_number | MD2A11 | 4",
                                                          "2 | license_plate | CAB-1234 | 1",
                                                          "5 | license_plate | CAB-5678 | 3"});
    // Each change is in the audit trail and in the change sequence, as one of the system.
    CHECK(database.rows("SELECT count(*), count(DISTINCT entity_id), min(action), min(username), max(action) "
                        "FROM fleet.audit_log") ==
          std::vector<std::string>{"6 | 6 | BIKE_UPDATED | system | BIKE_UPDATED"});
    CHECK(database.rows("SELECT count(*) FROM fleet.outbox WHERE event_type = 'bike.updated'") ==
          std::vector<std::string>{"6"});
    CHECK(database.rows("SELECT old, new FROM fleet.audit_log WHERE entity_no = 'MA/WW/ST/0007'") ==
          std::vector<std::string>{R"({"plate_unusual": true} | {"plate_unusual": false})"});

    // Corrected, it is a collision no more.
    database.rows("UPDATE fleet.bicycles SET frame_number = NULL WHERE current_stock_number = 'MA/WW/ST/0002'");
    CHECK(database.rows(open).size() == 2);
    CHECK(database.rows("SELECT 1 FROM fleet.bicycles WHERE search_text LIKE '%wpcab1234%'").size() == 2);
}
