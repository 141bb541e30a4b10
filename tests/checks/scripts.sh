# Every shell script parses, and ./dev lists every command with a summary.
set -euo pipefail
cd "$1"
for script in dev .ci/run $(git ls-files '*.sh'); do bash -n "$script"; done
listing=$(./dev)
for script in scripts/dev/*.sh; do
    name=$(basename "$script" .sh)
    grep -q "^  $name " <<<"$listing" || { echo "./dev does not list $name"; exit 1; }
done
status=0
./dev no-such-command >/dev/null 2>&1 || status=$?
[ "$status" = 2 ] || { echo "./dev accepts an unknown command"; exit 1; }
