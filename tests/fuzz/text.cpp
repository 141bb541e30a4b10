// Text normalisation and the formats: what was made canonical stays as it is.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "validate/formats.hpp"
#include "validate/text.hpp"

using namespace loan_manager::validate;

namespace {

template <class Check>
void stays(const std::string& text, Check check) {
    std::string once = text;
    if (!check(once).empty()) return;
    std::string twice = once;
    if (!check(twice).empty() || once != twice) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    for (const bool multiline : {false, true}) {
        std::string once = text;
        std::size_t length = 0;
        if (normalise_text(once, multiline, length) != TextProblem::none) continue;
        if (!is_valid_utf8(once) || count_code_points(once) != length) std::abort();
        std::string twice = once;
        std::size_t again = 0;
        if (normalise_text(twice, multiline, again) != TextProblem::none || once != twice || length != again)
            std::abort();
    }
    stays(text, check_uuid);
    stays(text, check_uuid_or_code);
    stays(text, check_date);
    stays(text, check_month);
    stays(text, [](std::string& t) { return check_money(t, true); });
    stays(text, [](std::string& t) { return check_money(t, false); });
    stays(text, check_percent);
    stays(text, check_phone);
    stays(text, check_email);
    stays(text, check_nic);
    return 0;
}
