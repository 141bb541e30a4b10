# Runs PostgreSQL and the services, restarts whichever dies, and stops them in order on SIGTERM or SIGINT.
# Started by `./dev up`; stands in for systemd on a developer's machine. SIGUSR1: read state/scale again.
. "$(dirname "$0")/common.sh"
. "$ROOT/scripts/dev/lib/postgres.sh"
. "$ROOT/scripts/dev/lib/suite.sh"
# shellcheck disable=SC1091
. "$STATE/ports"

PG_HOME=$(postgres_home "$VAR/postgres")
# By instance: postgres, auth, fleet, fleet-2 …
declare -A pid_of=() started_at=() reported=() port_of=() admin_of=()
stopping=''
rescale=''

fail() {
    echo "$*" >"$STATE/failed"
    printf '%serror:%s %s\n' "$red" "$plain" "$*" >&2
    stop_all
    exit 1
}

exec_postgres() {
    postgres_end_leftovers "$PG_HOME"
    postgres_exec "$PG_HOME" "$PORT_POSTGRES"
}

start() {
    local instance=$1 service exec_function
    service=$(service_of "$instance")
    exec_function="exec_${service//-/_}"
    if declare -F "$exec_function" >/dev/null; then
        ("$exec_function") >>"$VAR/log/$instance.log" 2>&1 &
    else
        (service_exec "$service" "$VAR/env/$instance.env") >>"$VAR/log/$instance.log" 2>&1 &
    fi
    pid_of[$instance]=$!
    started_at[$instance]=$SECONDS
    reported[$instance]=''
}

add_instance() { # instance port-or-"-" admin-port
    port_of[$1]=$2
    admin_of[$1]=$3
    write_environment "$1" "$2" "$3" "$VAR/env/$1.env"
    start "$1"
}

# var/run.json: every process with its url, its socket or port, its admin port and pid.
write_run_file() {
    local instance service where
    (
        umask 077
        {
            printf '{"postgres":{"url":"postgresql://postgres:%s@127.0.0.1:%s/loan_manager","host":"127.0.0.1","port":%s,"pid":%s,"data":"%s","log":"%s"}\n' \
                "$(secret postgres)" "$PORT_POSTGRES" "$PORT_POSTGRES" "${pid_of[postgres]}" "$PG_HOME/data" "$VAR/log/postgres.log"
            for instance in "${!port_of[@]}"; do
                service=$(service_of "$instance")
                if [ "${port_of[$instance]}" = - ]; then
                    where=$(printf '"url":"unix:%s","socket":"%s"' "$(socket_of "$instance")" "$(socket_of "$instance")")
                else
                    where=$(printf '"url":"http://127.0.0.1:%s","host":"127.0.0.1","port":%s' "${port_of[$instance]}" "${port_of[$instance]}")
                fi
                printf ',"%s":{"service":"%s",%s,"pid":%s,"admin_port":%s,"admin_url":"http://127.0.0.1:%s","binary":"%s","env":"%s","log":"%s"}\n' \
                    "${instance//-/_}" "$service" "$where" "${pid_of[$instance]:-0}" \
                    "${admin_of[$instance]}" "${admin_of[$instance]}" "$BIN/loan-manager-$service" \
                    "$VAR/env/$instance.env" "$VAR/log/$instance.log"
            done
            printf '}\n'
        } | jq . >"$VAR/run.json.new"
    )
    mv "$VAR/run.json.new" "$VAR/run.json"
}

ready() {
    case "$1" in
    postgres) pg_isready -q -h 127.0.0.1 -p "$PORT_POSTGRES" -t 1 ;;
    *) curl -fsS -m 1 "http://127.0.0.1:${admin_of[$1]}/health/ready" ;;
    esac >/dev/null 2>&1
}

# The processes of ours that run, as the shell that started them knows it: a process id used anew is not taken for one.
running() { echo " $(jobs -rp | tr '\n' ' ') "; }

alive() { [[ "$(running)" == *" ${pid_of[$1]} "* ]]; }

# Waits for readiness, but not for a process that has already ended.
wait_ready() { # instance
    local instance=$1 deadline=$((SECONDS + 60))
    until ready "$instance"; do
        [ -z "$stopping" ] || return 1
        if ! alive "$instance"; then
            tail -n 5 "$VAR/log/$instance.log" >&2 || true
            fail "$instance ended while starting; its log is $VAR/log/$instance.log"
        fi
        [ "$SECONDS" -lt "$deadline" ] || fail "$instance did not become ready; its log is $VAR/log/$instance.log"
        sleep 0.1
    done
}

# Starts whatever has died, however many at once. One that dies at once is not started again in a tight loop, and
# nobody waits for it.
restart_the_dead() {
    local now instance changed=''
    now=$(running)
    for instance in $(instances_in_order); do
        [[ "$now" != *" ${pid_of[$instance]} "* ]] || continue
        if [ -z "${reported[$instance]}" ]; then
            echo "$(date -u +%FT%TZ) $instance (pid ${pid_of[$instance]}) ended; starting it again" >&2
            reported[$instance]=1
        fi
        [ $((SECONDS - started_at[$instance])) -ge 2 ] || continue
        start "$instance"
        changed=1
    done
    [ -z "$changed" ] || write_run_file
}

# In the order of the table, further instances after the first of their service.
instances_in_order() {
    local process
    for process in "${PROCESSES[@]}"; do
        printf '%s\n' "${!pid_of[@]}" | grep -xE "$process(-[0-9]+)?" | sort -V || true
    done
}

prepare_database() {
    local admin role
    admin="postgresql://postgres:$(secret postgres)@127.0.0.1:$PORT_POSTGRES"
    if [ "$(psql "$admin/postgres" -Atc "select count(*) from pg_database where datname = 'loan_manager'")" = 0 ]; then
        psql "$admin/postgres" -qc "create database loan_manager" || return 1
    fi
    say "Migrating the database"
    "$ROOT/database/apply.sh" "$admin/loan_manager" >"$VAR/log/migrate.log" 2>&1 || {
        tail -n 20 "$VAR/log/migrate.log" >&2
        return 1
    }
    for role in loan_manager_auth loan_manager_fleet loan_manager_lifecycle; do
        printf "alter role %s password '%s';\n" "$role" "$(secret "$role")"
    done | psql "$admin/loan_manager" -q || return 1
    say "Loading demo data"
    DATABASE_URL="$admin/loan_manager" "$BIN/loan-managerctl" seed base >"$VAR/log/seed.log" 2>&1 &&
        DATABASE_URL="$admin/loan_manager" "$BIN/loan-managerctl" seed demo --passwords-file "$VAR/demo-users.json" \
            >>"$VAR/log/seed.log" 2>&1 || {
        tail -n 20 "$VAR/log/seed.log" >&2
        return 1
    }
}

stop_all() {
    trap '' TERM INT EXIT
    stopping=1
    local instance wave signal
    for wave in $(printf '%s\n' "${wave_of[@]}" | sort -nu); do
        local stopped=()
        for instance in "${!pid_of[@]}"; do
            [ "${wave_of[$(service_of "$instance")]}" = "$wave" ] || continue
            # PostgreSQL's fast shutdown is SIGINT.
            signal=TERM
            [ "$instance" != postgres ] || signal=INT
            kill "-$signal" "${pid_of[$instance]}" 2>/dev/null || true
            stopped+=("$instance")
        done
        for instance in "${stopped[@]}"; do
            wait "${pid_of[$instance]}" 2>/dev/null || true
            unset "pid_of[$instance]"
        done
    done
    rm -rf "$RUN"
    rm -f "$STATE/supervisor.pid" "$STATE/ready" "$VAR/run.json" "$VAR/run"
}

# Starts or stops further instances so that each service has as many as state/scale says.
apply_scale() {
    rescale=''
    local service count instance have n port deadline
    while read -r service count; do
        for ((n = 2; n <= count; n++)); do
            instance="$service-$n"
            [ -z "${pid_of[$instance]:-}" ] || continue
            port=${port_of[$service]}
            [ "$port" = - ] || port=$(free_port $((port + 100 + n)))
            add_instance "$instance" "$port" "$(free_port $((${admin_of[$service]} + 100 + n * 10)))"
            deadline=$((SECONDS + 30))
            # One that does not get ready is shown as such by ./dev status; the others go on.
            until ready "$instance" || [ -n "$stopping" ] || [ "$SECONDS" -ge "$deadline" ]; do
                restart_the_dead
                sleep 0.1
            done
        done
        for have in "${!port_of[@]}"; do
            if [[ "$have" =~ ^$service-([0-9]+)$ ]] && [ "${BASH_REMATCH[1]}" -gt "$count" ]; then
                local pid=${pid_of[$have]}
                unset "port_of[$have]" "pid_of[$have]" "admin_of[$have]"
                kill -TERM "$pid" 2>/dev/null || true
            fi
        done
    done <"$STATE/scale"
    write_run_file
    touch "$STATE/scaled"
}

trap 'stopping=1' TERM INT
# Whatever ends this script, nothing it started stays behind.
trap stop_all EXIT
trap 'rescale=1' USR1
echo $$ >"$STATE/supervisor.pid"
rm -f "$STATE/ready" "$STATE/failed"
mkdir -p "$VAR"/{log,env,keys}
prepare_run_directory
chmod 700 "$VAR/env" "$VAR/keys"

# Heads of an audit chain that another database had would be missing in this one.
[ -f "$PG_HOME/data/PG_VERSION" ] || rm -f "$VAR"/log/fleet*.log*
postgres_init "$PG_HOME" "$(secret postgres)"
say "Starting PostgreSQL on port $PORT_POSTGRES"
start postgres
wait_ready postgres
if [ -z "$stopping" ]; then prepare_database || fail "the database could not be prepared; see $VAR/log/migrate.log and seed.log"; fi
if [ -z "$stopping" ]; then
    say "Starting ${SERVICES[*]}"
    for instance in "${SERVICES[@]}"; do
        port=$(port_name "$instance") admin=$(port_name "$instance" _ADMIN)
        add_instance "$instance" "${!port:--}" "${!admin}"
    done
    for instance in "${SERVICES[@]}"; do wait_ready "$instance"; done
fi
if [ -z "$stopping" ]; then
    write_run_file
    touch "$STATE/ready"
fi

# A descriptor on which nothing ever arrives: reading it waits without starting a process.
exec {never}<> <(:)
while [ -z "$stopping" ]; do
    read -r -t 0.5 -u "$never" || true
    [ -z "$rescale" ] || apply_scale
    [ -n "$stopping" ] || restart_the_dead
done

say "Stopping"
stop_all
