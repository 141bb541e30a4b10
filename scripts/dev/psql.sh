# summary: open psql on the running database (further arguments go to psql)
. "$(dirname "$0")/lib/common.sh"
. "$ROOT/scripts/dev/lib/suite.sh"
[ -f "$VAR/run.json" ] || die "nothing is running; ./dev up starts everything"
exec psql "$(jq -r .postgres.url "$VAR/run.json")" "$@"
