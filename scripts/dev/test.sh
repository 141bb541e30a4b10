# summary: build and pass every test (further arguments go to ctest, e.g. -R fleet)
#
# usage: ./dev test [--sanitize address|thread] [ctest options]
#
# --sanitize address  in a build of its own with AddressSanitizer and UndefinedBehaviorSanitizer (preset asan)
# --sanitize thread   the same with ThreadSanitizer (preset tsan)
#
# Starts a throw-away PostgreSQL for the tests and real processes of every service; leaves nothing behind.
sanitize='' arguments=()
while [ $# -gt 0 ]; do
    case "$1" in
    --sanitize)
        sanitize=${2:-nothing}
        shift
        ;;
    --sanitize=*) sanitize=${1#*=} ;;
    *) arguments+=("$1") ;;
    esac
    shift
done
case "$sanitize" in
'') ;;
address) export PRESET=asan ;;
thread) export PRESET=tsan ;;
*)
    echo "error: --sanitize takes address or thread, not '$sanitize'" >&2
    exit 2
    ;;
esac
. "$(dirname "$0")/lib/common.sh"
. "$ROOT/scripts/dev/lib/packages.sh"
. "$ROOT/scripts/dev/lib/build.sh"
. "$ROOT/scripts/dev/lib/postgres.sh"

started=$SECONDS
ensure_packages
build_all

scratch=$(mktemp -d /tmp/loan-manager-test.XXXXXX)
server=''
cleanup() {
    [ -z "$server" ] || { kill -QUIT "$server" && wait "$server"; } 2>/dev/null || true
    rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

say "Starting a throw-away PostgreSQL"
PG_PORT=$(free_port $((30100 + RANDOM % 2500)))
PG_HOME="$scratch/postgres"
mkdir -p "$PG_HOME"
chmod 755 "$scratch"
[ "$(id -u)" -ne 0 ] || chown postgres "$PG_HOME"
# Tests sign in as every role of the suite, so this cluster, which lives for minutes on loopback, asks for no password.
postgres_init "$PG_HOME" "$(random_secret)" trust
# Durability is the one thing tests of a server that nobody crashes can do without.
(postgres_exec "$PG_HOME" "$PG_PORT" -c fsync=off -c synchronous_commit=off -c full_page_writes=off) \
    >"$scratch/postgres.log" 2>&1 &
server=$!
wait_for 60 pg_isready -q -h 127.0.0.1 -p "$PG_PORT" || die "the test database did not start: $(tail -n 3 "$scratch/postgres.log")"
export LM_TEST_POSTGRES="postgresql://postgres@127.0.0.1:$PG_PORT/postgres"

say "Testing"
status=0
ctest --test-dir "$BUILD" --output-on-failure --no-tests=error -j "$(nproc)" "${arguments[@]}" || status=$?

# One closing line over all runners: doctest counts its cases, every other test counts as one.
log="$BUILD/Testing/Temporary/LastTest.log"
read -r passed failed < <(awk '
    /^\[doctest\] test cases:/ { cases = 1; passed += $6; failed += $9; seen_cases = 1 }
    /^Test Passed\./ { if (!seen_cases) passed++; seen_cases = 0 }
    /^Test Failed\.|^Test Not Run|^Test timed out/ { if (!seen_cases) failed++; seen_cases = 0 }
    END { print passed + 0, failed + 0 }' "$log")
[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
note "took $((SECONDS - started)) s"
echo "$passed passed, $failed failed"
exit "$status"
