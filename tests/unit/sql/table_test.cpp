#include "sql/table.hpp"

#include <doctest/doctest.h>
#include <libpq-fe.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "loanmanager/fleet/v1/expenses.pb.h"
#include "postgres/error.hpp"

using namespace loan_manager;
namespace v1 = loanmanager::fleet::v1;

namespace {

const sql::TableOf<v1::Expense>& expenses() {
    static const sql::TableOf<v1::Expense> table(
        sql::Layout{.table = "fleet.expenses",
                    .alias = "e",
                    .computed = {{"branch_code", "r.code"}},
                    .converted = {{"description", "upper(e.description)", "left($, 500)"}},
                    .generated = {"amount"},
                    .absent = {"is_demo"},
                    .unaudited = {"notes"}});
    return table;
}

struct Value {
    unsigned type;
    const char* text;  ///< Null: NULL.
};
constexpr unsigned text = 25, integer = 23, boolean = 16, instant = 1184;

// A row as the server would answer it.
postgres::Rows row_of(const std::vector<Value>& values) {
    pg_result* result = PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < values.size(); ++i) {
        names.push_back("c" + std::to_string(i));
    }
    std::vector<PGresAttDesc> columns(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        columns[i].name = names[i].data();
        columns[i].typid = values[i].type;
        columns[i].typlen = -1;
        columns[i].atttypmod = -1;
    }
    PQsetResultAttrs(result, static_cast<int>(columns.size()), columns.data());
    for (std::size_t i = 0; i < values.size(); ++i) {
        std::string copy = values[i].text != nullptr ? values[i].text : "";
        PQsetvalue(result, 0, static_cast<int>(i), values[i].text != nullptr ? copy.data() : nullptr,
                   values[i].text != nullptr ? static_cast<int>(copy.size()) : -1);
    }
    return postgres::Rows(result);
}

std::vector<Value> an_expense() {
    const Value null{text, nullptr};
    return {{text, "id"},
            {text, "bike"},
            {text, "branch"},
            {text, "WW"},
            {text, "2026-01-02"},
            {text, "TRANSPORT"},
            {text, "PETROL"},
            {text, "10.00"},
            null,
            null,
            null,
            {boolean, "t"},
            null,
            {instant, nullptr},
            null,
            {integer, "3"},
            {instant, "2026-01-02 03:04:05+00"},
            {text, "me"},
            {instant, "2026-01-02 03:04:05+00"},
            {text, "me"}};
}

std::string problem_of(const std::vector<Value>& values) {
    const auto rows = row_of(values);
    try {
        static_cast<void>(expenses().read(rows.front()));
    } catch (const postgres::Failure& failure) {
        CHECK(failure.error().kind == postgres::Error::Kind::conversion);
        return failure.error().message;
    }
    return {};
}

}  // namespace

TEST_CASE("A table's statements follow from its message, field by field") {
    CHECK(expenses().columns() ==
          "e.id, e.bicycle_id, e.branch_id, r.code AS branch_code, e.expense_date, e.category, upper(e.description) AS "
          "description, e.amount, e.invoice_no, e.vendor_name, e.notes, e.post_sale, e.voided_by, e.voided_at, "
          "e.void_reason, e.version, e.created_at, e.created_by, e.updated_at, e.updated_by");
    CHECK(
        std::string(expenses().insert().sql) ==
        "INSERT INTO fleet.expenses (id, bicycle_id, branch_id, expense_date, category, description, invoice_no, "
        "vendor_name, notes, post_sale, voided_by, voided_at, void_reason, version, created_at, created_by, "
        "updated_at, updated_by) VALUES ($1, $2, $3, $4, $5, left($6, 500), $7, $8, $9, $10, $11, $12, $13, $14, $15, "
        "$16, $17, $18)");
    CHECK(std::string(expenses().update().sql) ==
          "UPDATE fleet.expenses SET bicycle_id = $2, branch_id = $3, expense_date = $4, category = $5, description = "
          "left($6, 500), invoice_no = $7, vendor_name = $8, notes = $9, post_sale = $10, voided_by = $11, voided_at = "
          "$12, void_reason = $13, version = $14, updated_at = $15, updated_by = $16 WHERE id = $1");
    const v1::Expense expense;
    CHECK(expenses().insert_values(expense).size() == 18);
    CHECK(expenses().update_values(expense).size() == 16);
}

TEST_CASE("A row is read into its message; what is NULL stays unset") {
    const auto rows = row_of(an_expense());
    const v1::Expense expense = expenses().read(rows.front());
    CHECK(expense.branch_code() == "WW");
    CHECK(expense.category() == v1::EXPENSE_CATEGORY_TRANSPORT);
    CHECK(expense.post_sale());
    CHECK(expense.version() == 3);
    CHECK(expense.created_at().seconds() == 1'767'323'045);
    CHECK_FALSE(expense.has_notes());
    CHECK_FALSE(expense.has_voided_at());
}

TEST_CASE("What does not fit is an error that names the column, never left out") {
    CHECK(problem_of(an_expense()).empty());
    auto unknown = an_expense();
    unknown[5].text = "BRIBES";
    CHECK(problem_of(unknown).find("category") != std::string::npos);
    auto missing = an_expense();
    missing[15].text = nullptr;
    CHECK(problem_of(missing).find("NULL") != std::string::npos);
    auto other_type = an_expense();
    other_type[15] = {boolean, "t"};
    CHECK_FALSE(problem_of(other_type).empty());
    auto short_row = an_expense();
    short_row.pop_back();
    CHECK_FALSE(problem_of(short_row).empty());
}

TEST_CASE("A layout that does not fit its message cannot be made") {
    using Table = sql::TableOf<v1::Expense>;
    CHECK_THROWS_AS(Table(sql::Layout{.table = "t", .alias = "t", .absent = {"colour"}}), std::logic_error);
    CHECK_THROWS_AS(Table(sql::Layout{.table = "t", .alias = "t", .computed = {{"colour", "1"}}}), std::logic_error);
    CHECK_THROWS_AS(sql::TableOf<v1::ExpenseList>(sql::Layout{.table = "t", .alias = "t"}), std::logic_error);
}

TEST_CASE("D-219 an audit row holds every audited column that differs, and nothing else") {
    v1::Expense before;
    before.set_id("1");
    before.set_description("Petrol");
    before.set_version(1);
    v1::Expense after = before;
    CHECK(expenses().compare(before, after).empty());
    after.set_description("Diesel");
    after.set_void_reason("typed twice");
    after.set_notes("not shown");
    after.set_version(2);
    const auto difference = expenses().compare(before, after);
    CHECK(difference.before == boost::json::object{{"description", "Petrol"}, {"void_reason", nullptr}});
    CHECK(difference.after == boost::json::object{{"description", "Diesel"}, {"void_reason", "typed twice"}});
    const auto created = expenses().created(after).after;
    CHECK(created.contains("void_reason"));
    CHECK_FALSE(created.contains("vendor_name"));
    CHECK_FALSE(created.contains("notes"));
    CHECK_FALSE(created.contains("id"));
    CHECK_FALSE(created.contains("version"));
}
