# summary: run clang-tidy over the given files, or over everything, and the other static checks
#
# usage: ./dev lint [FILE…]
. "$(dirname "$0")/lib/common.sh"
. "$ROOT/scripts/dev/lib/packages.sh"
cd "$ROOT"
ensure_packages packages-lint.txt
[ -f "$BUILD/compile_commands.json" ] || die "no build yet: run ./dev build first"
files=("$@")
[ ${#files[@]} -gt 0 ] || mapfile -t files < <(git ls-files 'libs/*.cpp' 'services/*.cpp' 'tools/*.cpp')
say "clang-tidy over ${#files[@]} files"
printf '%s\n' "${files[@]}" | xargs -P"$(nproc)" -n 1 clang-tidy-16 --quiet -p "$BUILD" 2>/dev/null || die "clang-tidy has complaints"
say "Format and coroutine patterns"
bash scripts/dev/fmt.sh --check
bash scripts/dev/lib/coroutine_lint.sh
good "Nothing to complain about."
