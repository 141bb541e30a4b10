# Configures and builds preset $PRESET, showing ninja's progress.
build_all() {
    local started=$SECONDS
    if [ ! -f "$BUILD/build.ninja" ]; then
        say "Configuring (preset $PRESET)"
        (cd "$ROOT" && cmake --preset "$PRESET" >"$ROOT/build-configure.log" 2>&1) || {
            tail -n 30 "$ROOT/build-configure.log" >&2
            die "cmake could not configure the build; the whole output is in build-configure.log"
        }
        rm -f "$ROOT/build-configure.log"
    fi
    say "Building (preset $PRESET)"
    cmake --build "$BUILD" "$@" || die "the build failed"
    note "built in $((SECONDS - started)) s"
}
