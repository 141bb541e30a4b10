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
complain() {
    echo "$*"
    failed=1
}
for file in "$units"/*.service "$units"/*.timer "$units"/*.target; do
    unit=$(basename "$file")
    # A template is checked by one of its instances.
    name=${unit/@./@2.}
    complaints=$(systemd-analyze verify --man=no --root="$root" "$name" 2>&1 | grep -F -e "${unit%%.*}" || true)
    [ -z "$complaints" ] || complain "verify $name:"$'\n'"$complaints"
done
for file in "$units"/*.service; do
    # The threshold is the exposure times ten.
    if ! systemd-analyze security --offline=true --no-pager --threshold=15 "$file" >"$root/security" 2>&1; then
        complain "$(tail -n 1 "$root/security")"
    fi
done

# The restart, watchdog and reload habits operators rely on.
for service in gateway auth fleet lifecycle-refresher; do
    for unit in "$units/loan-manager-$service.service" "$units/loan-manager-$service@.service"; do
        for line in Type=notify Restart=always 'ExecReload=/bin/kill -HUP $MAINPID' WatchdogSec=30 LimitNOFILE=65536; do
            grep -qxF -- "$line" "$unit" || complain "$(basename "$unit") lacks $line"
        done
    done
done

# What a unit may use is bounded, and a crash writes no memory, and so no secrets, to the disk.
for file in "$units"/*.service; do
    unit=$(basename "$file")
    grep -qx 'LimitCORE=0' "$file" || complain "$unit lacks LimitCORE=0"
    grep -qxE 'MemoryMax=[0-9]+[MG]' "$file" || complain "$unit has no bound of its memory (MemoryMax)"
    grep -qxE 'TasksMax=[0-9]+' "$file" || complain "$unit has no bound of its tasks (TasksMax)"
    # Owners of sockets and of connections must look as they are.
    ! grep -qx 'PrivateUsers=yes' "$file" || complain "$unit hides other users from the service (PrivateUsers)"
done

# Who answers is proved by who owns a socket: a user for each service, a directory only he can write to, and units that
# expect exactly him there.
user_of() { sed -n 's/^User=//p' "$units/$1"; }
declare -A service_of_user=()
for service in gateway auth fleet lifecycle-refresher; do
    user=$(user_of "loan-manager-$service.service")
    [ "$user" = "$(user_of "loan-manager-$service@.service")" ] || complain "instances of $service run as different users"
    [ -z "${service_of_user[$user]:-}" ] || complain "$service and ${service_of_user[$user]} are one user"
    service_of_user[$user]=$service
    [ ${#user} -le 31 ] || complain "$user is longer than a name of a user may be"
    grep -qE "^u $user " "$units/loan-manager.sysusers" || complain "sysusers lacks $user"
    grep -qx "m $user loan-manager" "$units/loan-manager.sysusers" || complain "$user is not in the group that may connect"
    for unit in "$units/loan-manager-$service.service" "$units/loan-manager-$service@.service"; do
        grep -qx 'SupplementaryGroups=loan-manager' "$unit" || complain "$(basename "$unit") lacks the group that may connect"
        writes=$(sed -n 's/^ReadWritePaths=//p' "$unit")
        if [ "$service" = gateway ]; then
            [[ "$writes" != */run/* ]] || complain "the gateway may write to /run"
            continue
        fi
        [ "$writes" = "-/var/log/loan-manager -/run/loan-manager/$service" ] || complain "$(basename "$unit") may write to $writes"
        grep -qx "Environment=INSTANCE_DIR=/run/loan-manager/$service" "$unit" || complain "$(basename "$unit") listens elsewhere"
        grep -qx "Environment=GATEWAY_USER=$(user_of loan-manager-gateway.service)" "$unit" || complain "$(basename "$unit") does not know the gateway's user"
    done
    [ "$service" = gateway ] ||
        grep -qx "d /run/loan-manager/$service 2750 $user loan-manager" "$units/loan-manager.tmpfiles" ||
        complain "tmpfiles lacks the directory of $service, written by $user alone"
done
for address in AUTH:auth FLEET:fleet LIFECYCLE:lifecycle-refresher; do
    service=${address#*:}
    expected="unix:/run/loan-manager/$service ${address%:*}_USER=$(user_of "loan-manager-$service.service")"
    while IFS= read -r line; do
        [ "${line#*_ADDRESS=}" = "$expected" ] || complain "$line, but $service is at $expected"
    done < <(sed -n "s/^Environment=\(${address%:*}_ADDRESS=.*\)/\1/p" "$units"/loan-manager-*.service)
done
grep -qx 'OnCalendar=\*-\*-\* 02:00:00 Asia/Colombo' "$units/bike-lifecycle-refresh.timer" || complain "timer does not fire at 02:00 Colombo"
exit $failed
