# What every command shares: where things are, and how it talks to a person.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
# shellcheck disable=SC2034 # used by those that source this file
VAR=${LM_VAR:-$ROOT/var}
PRESET=${PRESET:-dev}
BUILD=${LM_BUILD:-$ROOT/build/$PRESET}
# shellcheck disable=SC2034
BIN="$BUILD/bin"
export PATH="/usr/lib/postgresql/17/bin:/usr/lib/postgresql/16/bin:/usr/lib/postgresql/15/bin:/usr/lib/postgresql/14/bin:$PATH"

if [ -t 1 ]; then
    bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
    bold='' dim='' red='' green='' plain=''
fi

say() { printf '%s==>%s %s\n' "$bold" "$plain" "$*"; }
note() { printf '    %s%s%s\n' "$dim" "$*" "$plain"; }
good() { printf '%s==> %s%s\n' "$green" "$*" "$plain"; }
die() {
    printf '%serror:%s %s\n' "$red" "$plain" "$*" >&2
    exit 1
}

# A random secret of 32 bytes, URL-safe.
random_secret() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }

# True when nobody listens on TCP port $1 of this machine.
port_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Prints a free TCP port, starting the search at $1.
free_port() {
    local port=$1
    while ! port_free "$port"; do port=$((port + 1)); done
    echo "$port"
}

# Waits until the command "${@:2}" succeeds, $1 seconds at most.
wait_for() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.1
    done
}
