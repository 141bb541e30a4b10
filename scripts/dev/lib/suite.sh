# The running suite: processes, ports, secrets and the environment of each service.

STATE="$VAR/state"

# What runs, a line for each process, in the order of starting. Stopping goes by wave, the lowest first: no request
# meets a stopped service, and no service loses its database. "-": no such port. A process that is no service of ours
# has a function exec_NAME that becomes it (dashes written as underscores), see supervise.sh.
declare -A default_port=() default_admin=() wave_of=()
PROCESSES=() SERVICES=()
while read -r name port admin wave; do
    PROCESSES+=("$name")
    default_port[$name]=$port default_admin[$name]=$admin
    # shellcheck disable=SC2034 # of the supervisor
    wave_of[$name]=$wave
    [ "$admin" = - ] || SERVICES+=("$name")
done <<'TABLE'
postgres             54320  -     3
auth                 50051  9101  2
fleet                50061  9102  2
lifecycle-refresher  50071  9103  2
gateway              8000   9100  1
TABLE

# The variable in state/ports that holds the port of process $1; $2 may be _ADMIN.
port_name() {
    local name=${1^^}
    echo "PORT_${name//-/_}${2:-}"
}

# Ports are chosen once and remembered, so that links and bookmarks survive a restart. A remembered or default
# port that somebody else has taken meanwhile is replaced; ports asked for with --port-base are never replaced.
choose_ports() {
    local base=$1 names=() wanted=() index process port name
    # The gateway's port comes first, where people look for it.
    for process in gateway "${PROCESSES[@]}"; do
        [ "${default_port[$process]}" != - ] || continue
        [ "$process" != gateway ] || [ ${#names[@]} -eq 0 ] || continue
        names+=("$(port_name "$process")") wanted+=("${default_port[$process]}")
    done
    for process in "${SERVICES[@]}"; do
        names+=("$(port_name "$process" _ADMIN)") wanted+=("${default_admin[$process]}")
    done
    if [ -n "$base" ]; then
        [[ "$base" =~ ^[0-9]{4,5}$ && "$base" -ge 1024 && "$base" -le 65000 ]] ||
            die "--port-base takes a number from 1024 to 65000, not '$base'"
        for index in "${!names[@]}"; do wanted[index]=$((base + index)); done
    elif [ -f "$STATE/ports" ]; then
        # shellcheck disable=SC1091
        . "$STATE/ports"
    fi
    local -A taken=()
    for index in "${!names[@]}"; do
        name=${names[$index]}
        port=${wanted[$index]}
        [ -n "$base" ] || port=${!name:-$port}
        if [ -n "$base" ]; then
            port_free "$port" || die "port $port (for ${name#PORT_}) is already taken; choose another --port-base"
        else
            local first=$port
            while [ -n "${taken[$port]:-}" ] || ! port_free "$port"; do port=$((port + 1)); done
            [ "$port" = "$first" ] || note "port $first is taken, ${name#PORT_} uses $port"
        fi
        taken[$port]=1
        printf -v "$name" %s "$port"
    done
    for name in "${names[@]}"; do echo "$name=${!name}"; done >"$STATE/ports"
}

# Prints the secret called $1, made at first use and kept in var/secrets.
secret() {
    local file="$VAR/secrets/$1"
    if [ ! -s "$file" ]; then
        mkdir -p "$VAR/secrets"
        chmod 700 "$VAR/secrets"
        (umask 077 && random_secret >"$file.new" && mv "$file.new" "$file")
    fi
    cat "$file"
}

database_url() { # role
    echo "postgresql://$1:$(secret "$1")@127.0.0.1:$PORT_POSTGRES/loan_manager"
}

# Writes the environment of service $1 on port $2 with admin port $3 to file $4.
write_environment() {
    local service=$1 port=$2 admin=$3 file=$4
    (
        umask 077
        {
            echo "ENVIRONMENT=development"
            echo "HOST=127.0.0.1"
            echo "PORT=$port"
            echo "ADMIN_PORT=$admin"
            echo "LOG_LEVEL=${LOG_LEVEL:-INFO}"
            [ "$service" = auth ] || echo "AUTH_ADDRESS=dir:$VAR/instances/auth"
            case "$service" in
            auth)
                echo "DATABASE_URL=$(database_url loan_manager_auth)"
                echo "KEY_DIRECTORY=$VAR/keys"
                [ -z "${LM_NO_RATE_LIMIT:-}" ] || printf '%s\n' LOGIN_ATTEMPTS_PER_MINUTE=0 LOGIN_FAILURE_LIMIT=0
                ;;
            fleet)
                echo "DATABASE_URL=$(database_url loan_manager_fleet)"
                [ -z "${LM_NO_RATE_LIMIT:-}" ] || echo "SALE_PREVIEW_PRICES_PER_DAY=0"
                ;;
            lifecycle-refresher)
                echo "DATABASE_URL=$(database_url loan_manager_lifecycle)"
                echo "SECRET_KEY=$(secret secret-key)"
                ;;
            gateway)
                echo "FLEET_ADDRESS=dir:$VAR/instances/fleet"
                echo "LIFECYCLE_ADDRESS=dir:$VAR/instances/lifecycle-refresher"
                echo "CORS_ORIGINS=[\"http://localhost:3000\"]"
                [ -z "${LM_NO_RATE_LIMIT:-}" ] || echo "RATE_LIMIT_ENABLED=false"
                ;;
            esac
            [ "$service" = gateway ] || echo "INSTANCE_DIR=$VAR/instances/$service"
        } >"$file"
    )
}

# Becomes the service, with only its own environment.
service_exec() {
    local service=$1 environment=$2 assignments
    mapfile -t assignments <"$environment"
    exec env -i "PATH=$PATH" "HOME=${HOME:-/}" "TZ=UTC" "${assignments[@]}" "$BIN/loan-manager-$service"
}

supervisor_pid() {
    local pid
    pid=$(cat "$STATE/supervisor.pid" 2>/dev/null) || return 1
    [ -n "$pid" ] && grep -qa supervise.sh "/proc/$pid/cmdline" 2>/dev/null || return 1
    echo "$pid"
}
