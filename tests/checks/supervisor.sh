# What ./dev up runs comes back, whatever dies and however many at once, PostgreSQL included; stopping leaves nothing.
set -euo pipefail
cd "$1"
scratch=$(mktemp -d /tmp/lm-supervisor.XXXXXX)
chmod 755 "$scratch"
export LM_VAR="$scratch/var" LM_BUILD="$2" LOG_LEVEL=WARNING
. scripts/dev/lib/common.sh
. scripts/dev/lib/suite.sh
supervisor=''
cleanup() {
    [ -z "${left:-}" ] || kill -KILL "$left" 2>/dev/null || true
    [ -z "$supervisor" ] || { kill -TERM "$supervisor" && wait "$supervisor"; } 2>/dev/null || true
    [ ! -L "$VAR/postgres" ] || rm -rf "$(readlink -f "$VAR/postgres")"
    rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
fail() {
    echo "$*"
    tail -n 20 "$VAR/log/up.log"
    exit 1
}

mkdir -p "$STATE" "$VAR/log"
until (choose_ports $((20000 + RANDOM % 9000))) 2>/dev/null; do :; done
start_supervisor() {
    setsid bash scripts/dev/lib/supervise.sh >"$VAR/log/up.log" 2>&1 </dev/null &
    supervisor=$!
    wait_for 120 test -f "$STATE/ready" || fail "the suite did not start"
}
start_supervisor

pid_of() { jq -r ".$(tr - _ <<<"$1").pid" "$VAR/run.json"; }
# Every process runs under another id than it had, and is ready.
all_back() {
    local process pid
    for process in "${PROCESSES[@]}"; do
        pid=$(pid_of "$process")
        [ "$pid" != "${before[$process]}" ] && [ -e "/proc/$pid" ] || return 1
        [ "$process" = postgres ] || curl -fsS -m 2 "$(jq -r ".$(tr - _ <<<"$process").admin_url" "$VAR/run.json")/health/ready" || return 1
    done
    psql "$(jq -r .postgres.url "$VAR/run.json")" -Atc 'select count(*) from bicycles'
}
others_stay() {
    local process
    for process in "${PROCESSES[@]}"; do
        [[ " $* " == *" $process "* ]] || [ "$(pid_of "$process")" = "${before[$process]}" ] || return 1
    done
}

declare -A before=()
remember() { for process in "${PROCESSES[@]}"; do before[$process]=$(pid_of "$process"); done; }

# Two at once; the others are left alone.
remember
kill -KILL "${before[auth]}" "${before[fleet]}"
two_back() { [ "$(pid_of auth)" != "${before[auth]}" ] && [ "$(pid_of fleet)" != "${before[fleet]}" ] && others_stay auth fleet; }
wait_for 60 two_back || fail "of auth and fleet, killed together, not both came back"

# Everything at once, again and again.
for round in 1 2 3; do
    remember
    kill -KILL "${before[@]}"
    wait_for 90 all_back || fail "round $round: not everything came back: $(cat "$VAR/run.json")"
done

# What a killed PostgreSQL leaves behind keeps its memory in use: it must not keep the next one from starting.
remember
left=$(pgrep -o -P "${before[postgres]}")
kill -STOP "$left"
kill -KILL "${before[postgres]}"
postgres_back() { psql "$(jq -r .postgres.url "$VAR/run.json")" -Atc 'select count(*) from bicycles'; }
wait_for 30 postgres_back || fail "PostgreSQL did not come back beside what it had left"
wait_for 20 test ! -e "/proc/$left" || fail "a process of the PostgreSQL before is left behind"

# One that dies over and over does not keep the others from coming back.
remember
for _ in 1 2 3; do kill -KILL "$(pid_of fleet)" 2>/dev/null || true; sleep 0.3; done
kill -KILL "${before[gateway]}"
gateway_back() { [ "$(pid_of gateway)" != "${before[gateway]}" ] && [ -e "/proc/$(pid_of gateway)" ]; }
wait_for 60 gateway_back || fail "the gateway did not come back beside a fleet that dies"

all_gone() {
    local process
    for process in "${PROCESSES[@]}"; do
        wait_for 20 test ! -e "/proc/${before[$process]}" || fail "$process is left behind"
    done
}

# The supervisor itself is killed: what it left is stopped by ./dev down, and by ./dev up before it starts anew.
remember
kill -KILL "$supervisor"
wait "$supervisor" || true
bash scripts/dev/down.sh
all_gone
start_supervisor

remember
kill -TERM "$supervisor"
wait "$supervisor" || true
supervisor=''
all_gone
