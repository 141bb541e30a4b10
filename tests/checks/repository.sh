# The repository stands alone: no machine path, no registry host, no unfinished promise.
set -euo pipefail
cd "$1"
failed=0
complain() {
    [ -z "$2" ] || { printf '%s:\n%s\n' "$1" "$2"; failed=1; }
}
sources=$(git ls-files -co --exclude-standard | grep -vE '^(tests/checks/repository.sh|docs/openapi.json)$')
# shellcheck disable=SC2086
complain "unfinished" "$(grep -nEw 'TODO|FIXME|XXX' $sources | head || true)"
# shellcheck disable=SC2086
complain "absolute path of a machine" "$(grep -nE '(/home/[a-z]|/root/|/work/)' $sources | head || true)"
# Every rule library and service has a README of its own.
for folder in libs/*/ services/*/; do
    [ -f "$folder/README.md" ] || complain "missing" "$folder/README.md"
done
# SQL stands with the rows of an area: rules, handlers and commands (whoever includes its commands.hpp) hold none.
above_rows=$(
    git ls-files -co --exclude-standard 'services/*/*/rules.cpp' 'services/*/*/handlers.cpp'
    git ls-files -co --exclude-standard 'services/*/*/*.cpp' | xargs -r grep -lE 'include ".*/commands\.hpp"'
)
# shellcheck disable=SC2086
complain "SQL outside of the rows" "$(grep -nE '"(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH) ' $above_rows | head || true)"
exit $failed
