# summary: install what is missing and build everything (PRESET=dev|release|asan|tsan)
#
# usage: [PRESET=release] ./dev build [--target NAME …]
. "$(dirname "$0")/lib/common.sh"
. "$ROOT/scripts/dev/lib/packages.sh"
. "$ROOT/scripts/dev/lib/build.sh"
ensure_packages
build_all "$@"
