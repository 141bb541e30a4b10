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
exit $failed
