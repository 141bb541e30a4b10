# Every shell script parses and passes shellcheck, and ./dev lists every command with a summary.
set -euo pipefail
cd "$1"
mapfile -t scripts < <(git ls-files -co --exclude-standard '*.sh')
for script in dev .ci/run "${scripts[@]}"; do bash -n "$script"; done
bash scripts/dev/lib/shellcheck.sh
listing=$(./dev)
for script in scripts/dev/*.sh; do
    name=$(basename "$script" .sh)
    grep -q "^  $name " <<<"$listing" || { echo "./dev does not list $name"; exit 1; }
done
status=0
./dev no-such-command >/dev/null 2>&1 || status=$?
[ "$status" = 2 ] || { echo "./dev accepts an unknown command"; exit 1; }
