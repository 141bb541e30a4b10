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

# Installs the packages named in packages.txt (or the given list) that this machine lacks.
ensure_packages() {
    local list=${1:-packages.txt} missing
    command -v dpkg-query >/dev/null || die "this is not a Debian or Ubuntu system; install the equivalents of scripts/dev/$list by hand and set LM_SKIP_PACKAGES=1"
    missing=$(missing_packages "$list")
    [ -n "$missing" ] || return 0
    [ -z "${LM_SKIP_PACKAGES:-}" ] || die "missing packages: $(echo $missing)"
    say "Installing $(echo "$missing" | wc -l) missing packages: $(echo $missing)"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "these packages are missing and there is no sudo to install them: $(echo $missing)"
        as_root=(sudo)
    fi
    # A system-wide PostgreSQL cluster is not needed; ours is private, under var/.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        "${as_root[@]}" mkdir -p /etc/postgresql-common
        echo "create_main_cluster = false" | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    "${as_root[@]}" apt-get update -q || die "apt-get update failed"
    # Only now is it known which of two alternatives this distribution has.
    missing=$(missing_packages "$list")
    # shellcheck disable=SC2086
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing ||
        die "apt-get could not install: $(echo $missing)"
}
