#!/usr/bin/env bash
# Every rule of docs/business-rules.md is named by at least one test case, and tests name no rule that the page lacks.
set -euo pipefail
cd "$(dirname "$0")/../.."

# "B4, B5" and "X-05, X-06" in the first column name several; D-505 stands in a sentence.
ruled=$(grep -oE '^(\| )?([BCJST][0-9]+|[DX]-[0-9]+)(, ([BCJST][0-9]+|[DX]-[0-9]+))*( \||:)' docs/business-rules.md |
    grep -oE '[BCJST][0-9]+|[DX]-[0-9]+' | sort -u)
named=$(grep -rhE '(TEST_CASE|SUBCASE)\(|^ +"' tests --include='*_test.cpp' | grep -oE '\b([BCJST][0-9]{1,2}|[DX]-[0-9]{2,4})\b' | sort -u)

status=0
for rule in $(comm -23 <(echo "$ruled") <(echo "$named")); do
    echo "docs/business-rules.md: no test names $rule"
    status=1
done
for rule in $(comm -13 <(echo "$ruled") <(echo "$named") | grep -E '^[DX]-' || true); do
    echo "tests: $rule is not a rule of docs/business-rules.md"
    status=1
done
exit "$status"
