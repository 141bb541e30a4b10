# summary: say what runs, where, and how to sign in
. "$(dirname "$0")/lib/common.sh"
. "$ROOT/scripts/dev/lib/suite.sh"

if [ ! -f "$VAR/run.json" ] || ! supervisor_pid >/dev/null; then
    note "Not running. ./dev up starts everything."
    exit 3
fi
failing=0
printf '%-22s %-8s %-52s %s\n' NAME PID ADDRESS STATE
while IFS=$'\t' read -r name pid url admin; do
    if ! kill -0 "$pid" 2>/dev/null; then
        state="not running"
        failing=1
    elif [ -z "$admin" ]; then
        state=running
    elif curl -fsS -m 2 "$admin/health/ready" >/dev/null 2>&1; then
        state=ready
    else
        state="not ready"
        failing=1
    fi
    printf '%-22s %-8s %-52s %s\n' "$name" "$pid" "$url" "$state"
done < <(jq -r 'to_entries | sort_by(.key) | .[] | [.key, .value.pid,
    (if .key == "postgres" then "127.0.0.1:\(.value.port)/loan_manager" else .value.url end), (.value.admin_url // "")] | @tsv' "$VAR/run.json")

gateway=$(jq -r .gateway.url "$VAR/run.json")
if [ -f "$VAR/demo-users.json" ]; then
    password=$(jq -r 'first(.. | objects | select(.username? == "admin")) | .password' "$VAR/demo-users.json")
    echo
    echo "API            $gateway/v1   (documentation: $gateway/docs)"
    echo "Sign in as     admin / $password   (everyone else: var/demo-users.json)"
    echo "Database       ./dev psql"
    echo
    echo "curl -s $gateway/v1/auth/login -H 'Content-Type: application/json' \\"
    echo "  -d '{\"username\":\"admin\",\"password\":\"$password\"}'"
fi
exit $failing
