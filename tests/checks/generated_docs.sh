# Generated documentation matches the programs.
set -euo pipefail
cd "$1"
PRESET=$(basename "$2") exec bash scripts/dev/docs.sh --check
