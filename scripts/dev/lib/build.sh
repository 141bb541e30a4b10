# Configures and builds preset $PRESET, with progress; what fails is shown whole.
. "$ROOT/scripts/dev/lib/progress.sh"

configure() {
    local log
    [ ! -f "$BUILD/build.ninja" ] || return 0
    say "Configuring (preset $PRESET)"
    log=$(mktemp)
    (cd "$ROOT" && cmake --preset "$PRESET") >"$log" 2>&1 || {
        cat "$log" >&2
        rm -f "$log"
        die "cmake could not configure the build"
    }
    rm -f "$log"
}

# Reads ninja's output: its status lines become progress, everything else is a complaint and passed on.
show_build_progress() {
    local line finished total what
    while IFS= read -r line; do
        case "$line" in
        @*)
            IFS='@ ' read -r _ finished total what <<<"$line"
            progress_show $((finished * 1000 / total)) "${what##*/}"
            ;;
        '-- '* | 'ninja: no work to do.') ;; # cmake telling how it got on
        *)
            progress_clear
            printf '%s\n' "$line"
            ;;
        esac
    done
    progress_clear
}

build() { # options of cmake --build…
    local started=$SECONDS
    configure
    say "Building (preset $PRESET)"
    progress_begin Building
    NINJA_STATUS='@%f %t ' cmake --build "$BUILD" "$@" 2>&1 | show_build_progress || die "the build failed"
    note "built in $((SECONDS - started)) s"
}

# Everything: the programs and their tests.
build_all() { build "$@"; }

# What `./dev up` runs, and no test.
build_programs() { build --target programs; }
