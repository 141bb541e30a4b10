# Installs the packages named in packages.txt (or the given list) that this machine lacks.
ensure_packages() {
    local list=${1:-packages.txt} wanted missing
    wanted=$(grep -v '^#' "$ROOT/scripts/dev/$list")
    command -v dpkg-query >/dev/null || die "this is not a Debian or Ubuntu system; install the equivalents of scripts/dev/$list by hand and set LM_SKIP_PACKAGES=1"
    # shellcheck disable=SC2086
    missing=$(comm -23 <(printf '%s\n' $wanted | sort) \
        <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p' | sort))
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
    # shellcheck disable=SC2086
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing ||
        die "apt-get could not install: $(echo $missing)"
}
