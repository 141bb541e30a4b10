# summary: run clang-tidy over the given files, or over everything
. "$(dirname "$0")/lib/common.sh"
cd "$ROOT"
command -v clang-tidy >/dev/null || die "clang-tidy is missing: apt-get install clang-tidy"
[ -f "$BUILD/compile_commands.json" ] || die "no build yet: run ./dev build first"
files=("$@")
[ ${#files[@]} -gt 0 ] || mapfile -t files < <(git ls-files 'libs/*.cpp' 'services/*.cpp' 'tools/*.cpp')
printf '%s\n' "${files[@]}" | xargs -P"$(nproc)" -n 1 clang-tidy --quiet -p "$BUILD"
bash scripts/dev/fmt.sh --check
bash scripts/dev/lib/coroutine_lint.sh
