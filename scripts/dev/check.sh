# summary: prove on the running database that everything that must always hold does (further arguments go to loan-managerctl check)
. "$(dirname "$0")/lib/common.sh"
. "$ROOT/scripts/dev/lib/suite.sh"
[ -f "$VAR/run.json" ] || die "nothing is running; ./dev up starts everything"
DATABASE_URL=$(jq -r .postgres.url "$VAR/run.json") exec "$BIN/loan-managerctl" check --log "$VAR/log" "$@"
