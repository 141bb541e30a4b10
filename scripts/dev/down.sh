# summary: stop what ./dev up started
. "$(dirname "$0")/lib/common.sh"
. "$ROOT/scripts/dev/lib/suite.sh"

if pid=$(supervisor_pid); then
    kill -TERM "$pid"
    wait_for 60 test ! -e "/proc/$pid" || die "the supervisor (pid $pid) did not stop within 60 s"
    good "Stopped; data is kept in var/."
elif [ -f "$VAR/run.json" ]; then
    # The supervisor was killed and left its children behind: stop those that are still ours, PostgreSQL last.
    data=$(jq -r .postgres.data "$VAR/run.json")
    stop_leftover() { # pid signal
        local command
        command=$({ tr "\0" " " <"/proc/$1/cmdline"; } 2>/dev/null || true)
        case "$command" in
        "$BUILD"/* | *"postgres -D $data "*) kill "-$2" "$1" 2>/dev/null || true ;;
        *) return 0 ;;
        esac
        wait_for 60 test ! -e "/proc/$1" || die "process $1 did not stop: $command"
    }
    for pid in $(jq -r 'to_entries[] | select(.key != "postgres") | .value.pid' "$VAR/run.json"); do
        stop_leftover "$pid" TERM
    done
    stop_leftover "$(jq -r .postgres.pid "$VAR/run.json")" INT
    rm -rf "$RUN"
    rm -f "$VAR/run.json" "$VAR/run" "$STATE/supervisor.pid" "$STATE/ready"
    good "Stopped what a killed supervisor had left."
else
    note "Nothing is running."
fi
