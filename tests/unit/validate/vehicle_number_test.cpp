#include "validate/vehicle_number.hpp"

#include <doctest/doctest.h>

#include <string>

#include "testing/spellings.hpp"
#include "validate/unicode.hpp"

using namespace loan_manager::validate;
using loan_manager::testing::number_spellings;
using loan_manager::testing::plate_spellings;

TEST_CASE("D-207 one plate, however typed") {
    for (const auto& spelling : plate_spellings()) {
        CAPTURE(spelling.typed);
        const auto plate = normalise_plate(spelling.typed);
        CHECK(plate.text == spelling.stored);
        CHECK(plate.key == spelling.key);
        CHECK(plate.unusual == spelling.unusual);
        const auto again = normalise_plate(plate.text);
        CHECK(again.text == plate.text);
        CHECK(again.key == plate.key);
    }
}

TEST_CASE("D-208 one frame or engine number, however typed") {
    for (const auto& spelling : number_spellings()) {
        CAPTURE(spelling.typed);
        CHECK(normalise_vehicle_number(spelling.typed) == spelling.stored);
        CHECK(normalise_vehicle_number(spelling.stored) == spelling.stored);
    }
}

TEST_CASE("D-208 part of a number is searched without its separators") {
    const auto plate_of = [](std::string_view typed) { return as_searched(typed).plate; };
    CHECK(plate_of("wp cab 12") == "WPCAB12");
    CHECK(plate_of("-cab-") == "CAB");
    CHECK(plate_of("na") == "NA");
    CHECK(plate_of("n/a") == "NA");
    CHECK(plate_of(" \u2013 ").empty());
    CHECK(as_searched("MD2-A11 CZ84").number == "MD2A11CZ84");
    CHECK(as_searched("caf\u00E9 1").number == "CAF\u00C91");
}

TEST_CASE("text that no field takes is no number, and costs nothing") {
    for (const std::string& huge : {std::string(100'000, 'A'), std::string(100'000, '-')}) {
        const auto before = text_steps();
        CHECK(normalise_plate(huge).text.empty());
        CHECK(normalise_vehicle_number(huge).empty());
        CHECK(as_searched(huge).plate.empty());
        CHECK(text_steps() == before);
    }
    CHECK(normalise_plate("\xFF").text.empty());
    std::string marks = "A";
    for (int i = 0; i < 31; ++i) marks += "\u0301";
    CHECK(normalise_plate(marks).text.empty());
}
