#!/usr/bin/env bash
# D-211: a misspelt error code or issue token does not compile – neither where an error is made nor where it is compared.
set -euo pipefail
source_dir=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compiles() {
    printf '#include "errors/code.hpp"\n#include "validate/issue.hpp"\nusing namespace loan_manager;\n%s\n' "$1" >"$work/case.cpp"
    "${CXX:-g++}" -std=c++20 -fsyntax-only -I "$source_dir/libs" "$work/case.cpp" 2>"$work/errors"
}

while IFS= read -r line; do
    compiles "$line" || { cat "$work/errors"; echo "does not compile, but should: $line"; exit 1; }
done <<'CASES'
errors::Code code = "BIKE_SOLD"; bool same(errors::Code c) { return c == "BIKE_SOLD"; }
validate::IssueToken token = "format"; validate::Issue issue("year", "out_of_range");
CASES

while IFS= read -r line; do
    ! compiles "$line" || { echo "compiles, but should not: $line"; exit 1; }
    grep -q 'there is no such' "$work/errors" || { cat "$work/errors"; echo "fails for another reason: $line"; exit 1; }
done <<'CASES'
errors::Code code = "BIKE_SODL";
errors::Code code = "";
bool same(errors::Code c) { return c == "bike_sold"; }
validate::IssueToken token = "formt";
validate::Issue issue("year", "OUT_OF_RANGE");
CASES

while IFS= read -r line; do
    ! compiles "$line" || { echo "compiles, but should not: $line"; exit 1; }
done <<'CASES'
errors::Code code(const char* name) { return name; }
errors::Code code(std::string_view name) { return errors::Code(name); }
validate::Issue issue(std::string token) { return validate::Issue("year", token); }
CASES
