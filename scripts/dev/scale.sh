# summary: run N instances of a service (./dev scale fleet 2)
#
# usage: ./dev scale gateway|auth|fleet|lifecycle-refresher N
#
# Further instances take traffic without restarting anything: the sockets in var/run/SERVICE are the list of
# instances, where the gateway looks. A further gateway gets a port of its own. ./dev status lists them.
. "$(dirname "$0")/lib/common.sh"
. "$ROOT/scripts/dev/lib/suite.sh"

service=${1:-} count=${2:-}
[[ " ${SERVICES[*]} " == *" $service "* ]] || die "unknown service '$service'; one of: ${SERVICES[*]}"
[[ "$count" =~ ^[1-8]$ ]] || die "the number of instances must be 1 to 8, not '$count'"
pid=$(supervisor_pid) || die "nothing is running; ./dev up starts everything"
touch "$STATE/scale"
{
    grep -v "^$service " "$STATE/scale" || true
    echo "$service $count"
} >"$STATE/scale.new"
mv "$STATE/scale.new" "$STATE/scale"
rm -f "$STATE/scaled"
kill -USR1 "$pid"
wait_for 60 test -e "$STATE/scaled" || die "the supervisor did not finish; see $VAR/log/up.log"
bash "$ROOT/scripts/dev/status.sh"
