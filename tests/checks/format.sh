# The code is formatted as .clang-format says.
set -euo pipefail
cd "$1"
exec bash scripts/dev/fmt.sh --check
