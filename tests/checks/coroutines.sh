# No coroutine pattern that g++ 12 miscompiles.
set -euo pipefail
cd "$1"
exec bash scripts/dev/lib/coroutine_lint.sh
