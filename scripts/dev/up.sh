# summary: install, build, migrate, load demo data and start everything
#
# usage: ./dev up [--detach] [--port-base N]
#
# Stays in the foreground until Ctrl-C, which stops everything cleanly; data is kept in var/.
# --detach       return as soon as every service is ready; `./dev down` stops it
# --port-base N  use the ports N, N+1, … (gateway first) instead of 8000, 54320 …
. "$(dirname "$0")/lib/common.sh"
. "$ROOT/scripts/dev/lib/packages.sh"
. "$ROOT/scripts/dev/lib/build.sh"
. "$ROOT/scripts/dev/lib/suite.sh"

detach='' base=''
while [ $# -gt 0 ]; do
    case "$1" in
    --detach) detach=1 ;;
    --port-base)
        base=${2:-}
        [ -n "$base" ] || die "--port-base needs a number"
        shift
        ;;
    --port-base=*) base=${1#*=} ;;
    *) die "unknown option '$1'; see ./dev up --help" ;;
    esac
    shift
done

if pid=$(supervisor_pid); then
    [ -f "$STATE/ready" ] || die "another ./dev up of this clone is still starting (pid $pid)"
    good "Already running."
    bash "$ROOT/scripts/dev/status.sh"
    exit 0
fi

ensure_packages
build_programs
# A supervisor that was killed has left its children, and they have the ports.
[ ! -f "$VAR/run.json" ] || bash "$ROOT/scripts/dev/down.sh"
mkdir -p "$STATE" "$VAR/log"
choose_ports "$base"
rm -f "$STATE/ready" "$STATE/failed"

# The supervisor gets a session of its own: Ctrl-C reaches only this script, which then stops it in order.
setsid bash "$ROOT/scripts/dev/lib/supervise.sh" >"$VAR/log/up.log" 2>&1 </dev/null &
supervisor=$!
stop() {
    echo
    say "Stopping"
    kill -TERM "$supervisor" 2>/dev/null || true
    wait "$supervisor" 2>/dev/null || true
    good "Stopped; data is kept in var/."
    exit "${1:-0}"
}
trap stop INT TERM

tail -n +1 -f --pid="$supervisor" "$VAR/log/up.log" 2>/dev/null &
tail=$!
until [ -f "$STATE/ready" ] || ! kill -0 "$supervisor" 2>/dev/null; do sleep 0.2; done
if [ ! -f "$STATE/ready" ]; then
    wait "$tail" || true
    die "the suite did not start; the log is $VAR/log/up.log"
fi
kill "$tail" 2>/dev/null || true

good "Ready."
bash "$ROOT/scripts/dev/status.sh"
if [ -n "$detach" ]; then
    disown "$supervisor"
    exit 0
fi
note "Ctrl-C stops everything."
wait "$supervisor" || true
