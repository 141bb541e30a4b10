# Runs shellcheck over every script; what it is told to overlook is in .shellcheckrc.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$ROOT"
mapfile -t scripts < <(git ls-files -co --exclude-standard '*.sh')
shellcheck dev .ci/run "${scripts[@]}" || die "shellcheck has complaints"
