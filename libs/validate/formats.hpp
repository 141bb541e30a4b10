// The value formats of Field.Format as functions: each checks a text and rewrites it to its stored form.
// They return nothing (an empty token) when the text is fine, else the token to report.
#pragma once

#include <string>

#include "validate/issue.hpp"

namespace loan_manager::validate {

/// 8-4-4-4-12 hexadecimal digits; rewritten to lower case.
IssueToken check_uuid(std::string& text);
/// A UUID, or a company or branch code: 2 to 10 upper-case letters.
IssueToken check_uuid_or_code(std::string& text);
/// YYYY-MM-DD, an existing day.
IssueToken check_date(std::string& text);
/// YYYY-MM.
IssueToken check_month(std::string& text);

// Numbers in text are judged as typed (D-201): digits 0 to 9, nothing around them.

/// Decimal LKR, up to 12 digits before and 2 after the point; rewritten with exactly 2 decimals.
/// Well-formed but with a sign, too many digits, or zero where `positive`: out_of_range.
IssueToken check_money(std::string& text, bool positive);
/// The same with a minus in front of it, if it is not zero: for profits, which may be losses.
IssueToken check_signed_money(std::string& text);
/// 0 to 100, otherwise as money; rewritten with exactly 2 decimals.
IssueToken check_percent(std::string& text);
/// Pieces or hours, up to 8 digits before and 2 after the point; rewritten with exactly 2 decimals.
IssueToken check_quantity(std::string& text);

/// `0` and 9 digits (Sri Lanka) or `+` and 8 to 15 digits; rewritten to E.164 (D-209). No country code begins with 0,
/// and a number of Sri Lanka has nine digits, the first not 0, after its +94.
IssueToken check_phone(std::string& text);
/// Exactly one `@` with something on both sides, nothing invisible, at most 200 characters (D-209).
IssueToken check_email(std::string& text);
/// National identity card (9 digits with V or X, or 12 digits) or passport (6 to 12 letters and digits with at least
/// one letter); rewritten to upper case (D-209).
IssueToken check_nic(std::string& text);

}  // namespace loan_manager::validate
