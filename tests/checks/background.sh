# Work in the background has one spelling, which logs and counts what ends it: libs/runtime/background and periodic.
# A task whose completion drops the exception dies silently.
set -euo pipefail
cd "$1"
failed=0
complain() {
    [ -z "$2" ] || { printf '%s:\n%s\n' "$1" "$2"; failed=1; }
}
mapfile -t sources < <(git ls-files -co --exclude-standard 'libs/*pp' 'services/*pp' 'tools/*pp' |
    grep -vE '^libs/runtime/(background|periodic)\.[ch]pp$')
complain "detached: use runtime::background, or runtime::Periodic for a loop" \
    "$(grep -nE '\bdetached\b' "${sources[@]}" || true)"
complain "a completion handler that drops the exception: use runtime::background" \
    "$(grep -nE 'exception_ptr ?&? ?(/\*[^*]*\*/)?\) *(mutable *)?\{' "${sources[@]}" || true)"
exit $failed
