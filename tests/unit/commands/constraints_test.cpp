#include "commands/constraints.hpp"

#include <doctest/doctest.h>

#include <array>

#include "loanmanager/fleet/v1/expenses.pb.h"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "validate/issue.hpp"

using namespace loan_manager;
namespace v1 = loanmanager::fleet::v1;

namespace {

constexpr std::array known{
    commands::Constraint{"things_name_key", "DUPLICATE", "name", validate::issue::duplicate, "There is one already."},
    commands::Constraint{"things_open_key", "OPEN_TRANSFER"},
};

postgres::Error violation(std::string_view sqlstate, std::string constraint) {
    postgres::Error error(postgres::Error::Kind::server, "refused");
    error.sqlstate = sqlstate;
    error.constraint = std::move(constraint);
    return error;
}

}  // namespace

TEST_CASE("D-211 a violated constraint means what its table says") {
    const auto named = commands::meaning_of(violation("23505", "things_name_key"), known);
    REQUIRE(named.has_value());
    CHECK(named->code == "DUPLICATE");
    CHECK(named->message == "There is one already.");
    REQUIRE(named->details.size() == 1);
    CHECK(named->details.front() == rpc::FieldIssue("name", "duplicate"));
    // Whatever kind of constraint it is.
    const auto plain = commands::meaning_of(violation("23P01", "things_open_key"), known);
    REQUIRE(plain.has_value());
    CHECK(plain->code == "OPEN_TRANSFER");
    CHECK(plain->message == rpc::Error("OPEN_TRANSFER").message);
    CHECK(plain->details.empty());

    CHECK_FALSE(commands::meaning_of(violation("23505", "others_key"), known).has_value());
    CHECK_FALSE(commands::meaning_of(violation("23505", ""), known).has_value());
    CHECK_FALSE(commands::meaning_of(violation("40001", "things_name_key"), known).has_value());
}

TEST_CASE("D-211 a sum that outgrows its column names the amounts of the request") {
    v1::SellBikeRequest sale;
    sale.set_selling_price("1.00");
    sale.set_cash_amount("1.00");
    sale.set_customer_name("Nimal");
    const auto error = commands::total_too_large(sale);
    CHECK(error.code == "VALIDATION");
    CHECK(error.details ==
          std::vector<rpc::FieldIssue>{{"selling_price", "out_of_range"}, {"cash_amount", "out_of_range"}});

    v1::UpdateExpenseRequest patch;
    patch.set_id("0190a000-0000-7000-8000-0000000000b1");
    patch.mutable_expense()->set_amount("999999999999.99");
    CHECK(commands::total_too_large(patch).details == std::vector<rpc::FieldIssue>{{"amount", "out_of_range"}});

    CHECK(commands::total_too_large(v1::GetExpenseRequest()).details ==
          std::vector<rpc::FieldIssue>{{"total_cost", "out_of_range"}});
}
