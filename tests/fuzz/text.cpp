// Text normalisation and the formats: what was made canonical stays as it is.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "validate/formats.hpp"
#include "validate/text.hpp"
#include "validate/unicode.hpp"
#include "validate/vehicle_number.hpp"

using namespace loan_manager::validate;

namespace {

template <class Check>
void stays(const std::string& text, Check check) {
    std::string once = text;
    if (!check(once).empty()) return;
    std::string twice = once;
    if (!check(twice).empty() || once != twice) std::abort();
}

void demand(bool holds) {
    if (!holds) std::abort();
}

// Steps a byte of the limit, however long the text is; see tests/unit/transcode/bounds_test.cpp.
constexpr std::uint64_t steps_per_byte = 32;

void normalising_is_bounded(const std::string& text, bool multiline) {
    for (const std::size_t limit : {1, 50, 2000}) {
        const TextRules rules{TextLimit{limit}, multiline};
        std::string once = text;
        std::size_t length = 0;
        const auto before = text_steps();
        const auto problem = normalise_text(once, rules, length);
        demand(text_steps() - before <= steps_per_byte * rules.limit.bytes());
        if (problem != TextProblem::none) continue;
        demand(is_valid_utf8(once) && count_code_points(once) == length && length <= limit);
        std::string twice = once;
        std::size_t again = 0;
        demand(normalise_text(twice, rules, again) == TextProblem::none && once == twice && length == again);
    }
}

void numbers_have_one_form(const std::string& text) {
    const auto before = text_steps();
    const auto plate = normalise_plate(text);
    const auto number = normalise_vehicle_number(text);
    const auto search = as_searched(text);
    // Compatibility composing makes up to eighteen code points of one; each of the three looks at them a few times.
    demand(text_steps() - before <= 3 * 18 * steps_per_byte * TextLimit{100}.bytes());
    demand(is_valid_utf8(plate.text) && is_valid_utf8(number) && is_valid_utf8(search.plate));
    demand(plate.text.empty() == plate.key.empty() && plate.text.ends_with(plate.key));
    demand(!plate.text.starts_with('-') && !plate.text.ends_with('-') && plate.text.find("--") == std::string::npos);
    // One form: what is stored stays as it is, unless it grew beyond what a field takes.
    if (is_within(plate.text, TextLimit{100}))
        demand(plate.text.empty() || normalise_plate(plate.text).text == plate.text);
    if (is_within(number, TextLimit{100})) demand(normalise_vehicle_number(number) == number);
    // A number is found as it was typed.
    if (!plate.text.empty()) {
        std::string compact = plate.text;
        std::erase(compact, '-');
        demand(compact == search.plate);
    }
    demand(number.empty() || number == search.number);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    for (const bool multiline : {false, true}) normalising_is_bounded(text, multiline);
    numbers_have_one_form(text);
    stays(text, check_uuid);
    stays(text, check_uuid_or_code);
    stays(text, check_date);
    stays(text, check_month);
    stays(text, [](std::string& t) { return check_money(t, true); });
    stays(text, [](std::string& t) { return check_money(t, false); });
    stays(text, check_signed_money);
    stays(text, check_percent);
    stays(text, check_quantity);
    stays(text, check_phone);
    stays(text, check_email);
    stays(text, check_nic);
    return 0;
}
