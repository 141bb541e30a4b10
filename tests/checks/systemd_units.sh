# Every unit loads, and is hardened to an exposure of 1.5 or better.
set -euo pipefail
source_dir=$1
units="$source_dir/deploy/systemd"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# A tree that looks like an installed host: systemd's own units, ours, and something to execute.
mkdir -p "$root/etc/systemd/system" "$root/usr/bin" "$root/usr/lib/systemd"
ln -s usr/bin "$root/bin"
ln -s usr/lib "$root/lib"
cp -r /lib/systemd/system "$root/usr/lib/systemd/system"
cp "$units"/*.service "$units"/*.timer "$units"/*.target "$root/etc/systemd/system/"
for program in loan-manager-gateway loan-manager-auth loan-manager-fleet loan-manager-lifecycle-refresher loan-managerctl kill; do
    printf '#!/bin/sh\n' >"$root/usr/bin/$program"
    chmod +x "$root/usr/bin/$program"
done

failed=0
for file in "$units"/*.service "$units"/*.timer "$units"/*.target; do
    unit=$(basename "$file")
    # A template is checked by one of its instances.
    name=${unit/@./@50062.}
    complaints=$(systemd-analyze verify --man=no --root="$root" "$name" 2>&1 | grep -F -e "${unit%%.*}" || true)
    if [ -n "$complaints" ]; then
        printf 'verify %s:\n%s\n' "$name" "$complaints"
        failed=1
    fi
done
for file in "$units"/*.service; do
    # The threshold is the exposure times ten.
    if ! systemd-analyze security --offline=true --no-pager --threshold=15 "$file" >"$root/security" 2>&1; then
        tail -n 1 "$root/security"
        failed=1
    fi
done

# The restart, watchdog and reload habits operators rely on.
for service in gateway auth fleet lifecycle-refresher; do
    for unit in "$units/loan-manager-$service.service" "$units/loan-manager-$service@.service"; do
        for line in Type=notify Restart=always 'ExecReload=/bin/kill -HUP $MAINPID' WatchdogSec=30 LimitNOFILE=65536; do
            grep -qxF -- "$line" "$unit" || { echo "$(basename "$unit") lacks $line"; failed=1; }
        done
    done
done
grep -qx 'OnCalendar=\*-\*-\* 02:00:00 Asia/Colombo' "$units/bike-lifecycle-refresh.timer" || { echo "timer does not fire at 02:00 Colombo"; failed=1; }
exit $failed
