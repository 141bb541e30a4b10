# summary: format all C++ with clang-format (--check only reports)
. "$(dirname "$0")/lib/common.sh"
cd "$ROOT"
mode=-i
[ "${1:-}" != --check ] || mode='--dry-run --Werror'
# shellcheck disable=SC2086
git ls-files -co --exclude-standard '*.cpp' '*.hpp' | xargs -r -P"$(nproc)" -n 20 clang-format $mode
