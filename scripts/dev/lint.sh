# summary: shellcheck, format, coroutine patterns and clang-tidy over everything (or clang-tidy over the given files)
#
# usage: ./dev lint [FILE…]
#
# Needs a build. clang-tidy takes about ten seconds of a core for each file, so give it the files you changed.
. "$(dirname "$0")/lib/common.sh"
. "$ROOT/scripts/dev/lib/packages.sh"
cd "$ROOT"
ensure_packages packages-lint.txt
[ -f "$BUILD/compile_commands.json" ] || die "no build yet: run ./dev build first"

files=("$@")
if [ ${#files[@]} -eq 0 ]; then
    say "Scripts, format and coroutine patterns"
    bash scripts/dev/lib/shellcheck.sh
    bash scripts/dev/fmt.sh --check
    bash scripts/dev/lib/coroutine_lint.sh
    mapfile -t files < <(git ls-files 'libs/*.cpp' 'services/*.cpp' 'tools/*.cpp')
fi

# The compiler's commands without what only g++ understands: its precompiled headers.
database=$(mktemp -d)
trap 'rm -rf "$database"' EXIT
sed -E 's/ -Winvalid-pch -include [^ ]*cmake_pch\.hxx//' "$BUILD/compile_commands.json" >"$database/compile_commands.json"

# Reads what the checks print; a line "@FILE" says that one is done.
show_lint_progress() {
    local line finished=0
    while IFS= read -r line; do
        case "$line" in
        @*)
            finished=$((finished + 1))
            progress_show $((finished * 1000 / ${#files[@]})) "${line#@}"
            ;;
        *)
            progress_clear
            printf '%s\n' "$line"
            ;;
        esac
    done
    progress_clear
}

say "clang-tidy over ${#files[@]} files"
progress_begin clang-tidy
printf '%s\n' "${files[@]}" | xargs -P"$(nproc)" -n 1 sh -c '
    output=$(clang-tidy-16 --quiet -p "$1" --extra-arg=-Wno-unknown-warning-option "$2" 2>/dev/null) || status=1
    [ -z "$output" ] || printf "%s\n" "$output"
    echo "@$2"
    exit ${status:-0}' sh "$database" | show_lint_progress || die "clang-tidy has complaints"
good "Nothing to complain about."
