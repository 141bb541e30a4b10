# summary: stop what ./dev up started
. "$(dirname "$0")/lib/common.sh"
. "$ROOT/scripts/dev/lib/suite.sh"

if pid=$(supervisor_pid); then
    kill -TERM "$pid"
    wait_for 60 test ! -e "/proc/$pid" || die "the supervisor (pid $pid) did not stop within 60 s"
    good "Stopped; data is kept in var/."
elif [ -f "$VAR/run.json" ]; then
    # The supervisor was killed and left its children behind: stop those that are still ours.
    for pid in $(jq -r '.[] | .pid' "$VAR/run.json"); do
        command=$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null || true)
        case "$command" in
        "$BUILD"/* | *"postgres -D "*) kill -TERM "$pid" 2>/dev/null || true ;;
        *) continue ;;
        esac
        wait_for 30 test ! -e "/proc/$pid" || die "process $pid did not stop: $command"
    done
    rm -f "$VAR/run.json" "$STATE/supervisor.pid" "$STATE/ready"
    good "Stopped what a killed supervisor had left."
else
    note "Nothing is running."
fi
