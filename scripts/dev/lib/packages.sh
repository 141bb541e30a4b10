. "$ROOT/scripts/dev/lib/progress.sh"

# Of alternatives a|b: the one that is installed, else the first that this distribution has.
choose_package() {
    local name
    [[ "$1" == *'|'* ]] || { echo "$1"; return; }
    for name in ${1//|/ }; do
        if dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed; then echo "$name"; return; fi
    done
    for name in ${1//|/ }; do
        if apt-cache show "$name" >/dev/null 2>&1; then echo "$name"; return; fi
    done
    echo "${1%%|*}"
}

missing_packages() { # list
    local wanted
    wanted=$(grep -v '^#' "$ROOT/scripts/dev/$1" | while read -r entry; do choose_package "$entry"; done)
    # shellcheck disable=SC2086
    comm -23 <(sort <<<"$wanted") \
        <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p' | sort)
}

# Runs apt-get as root with its output in file $1; standard output gets its status lines (APT::Status-Fd).
apt_get() { # log arguments…
    local log=$1 as_root=()
    shift
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive sh -c \
        'log=$1; shift; exec apt-get -q -o APT::Status-Fd=3 "$@" 3>&1 >"$log" 2>&1' sh "$log" "$@"
}

# Reads "dlstatus:NUMBER:PERCENT:TEXT" (fetching, taken for the first half) and "pmstatus:PACKAGE:PERCENT:TEXT".
show_install_progress() {
    local kind percent text
    while IFS=: read -r kind _ percent text; do
        percent=${percent%%[.,]*}
        [[ "$percent" =~ ^[0-9]+$ ]] || continue
        case "$kind" in
        dlstatus) progress_show $((percent * 5)) "$text" ;;
        pmstatus) progress_show $((500 + percent * 5)) "$text" ;;
        esac
    done
    progress_clear
}

# Installs the packages named in packages.txt (or the given list) that this machine lacks.
ensure_packages() {
    local list=${1:-packages.txt} missing
    command -v dpkg-query >/dev/null || die "this is not a Debian or Ubuntu system; install the equivalents of scripts/dev/$list by hand and set LM_SKIP_PACKAGES=1"
    missing=$(missing_packages "$list" | xargs)
    [ -n "$missing" ] || return 0
    [ -z "${LM_SKIP_PACKAGES:-}" ] || die "missing packages: $missing"
    say "Installing $(wc -w <<<"$missing") missing packages: $missing"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "these packages are missing and there is no sudo to install them: $missing"
        as_root=(sudo)
    fi
    # A system-wide PostgreSQL cluster is not needed; ours is private, under var/.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        "${as_root[@]}" mkdir -p /etc/postgresql-common
        echo "create_main_cluster = false" | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    local log
    log=$(mktemp)
    apt_get "$log" update || { cat "$log" >&2; die "apt-get update failed"; }
    # Only now is it known which of two alternatives this distribution has.
    missing=$(missing_packages "$list" | xargs)
    progress_begin Installing
    # shellcheck disable=SC2086
    apt_get "$log" install -y --no-install-recommends $missing | show_install_progress || {
        cat "$log" >&2
        die "apt-get could not install: $missing"
    }
    rm -f "$log"
}
