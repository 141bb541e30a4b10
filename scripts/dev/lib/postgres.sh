# A private PostgreSQL cluster: created once, TCP on 127.0.0.1 only, passwords in files of mode 0600.
# Callers set PG_HOME (folder of the cluster) and PG_PORT.

# PostgreSQL refuses to run as root, so root runs it as the user `postgres`.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid postgres --regid postgres --init-groups --reset-env env "PATH=$PATH" "$@"
    else
        "$@"
    fi
}

# The folder of the cluster. When `postgres` cannot reach the clone (root's home, say), the data lives
# under /var/tmp and var/ keeps a link to it.
postgres_home() {
    local wanted=$1 elsewhere
    if [ "$(id -u)" -eq 0 ] && [ ! -L "$wanted" ]; then
        mkdir -p "$wanted"
        chown postgres "$wanted"
        if ! as_postgres test -w "$wanted"; then
            rmdir "$wanted"
            elsewhere="/var/tmp/loan-manager-$(printf '%s' "$wanted" | sha256sum | cut -c1-12)"
            mkdir -p "$elsewhere"
            chown postgres "$elsewhere"
            ln -s "$elsewhere" "$wanted"
        fi
    fi
    mkdir -p "$wanted/"
    readlink -f "$wanted"
}

# Creates the cluster in $1 with password $2 for its superuser; $3 is the way of authentication.
postgres_init() {
    local home=$1 password=$2 authentication=${3:-scram-sha-256}
    [ ! -f "$home/data/PG_VERSION" ] || return 0
    say "Creating a private PostgreSQL cluster"
    command -v initdb >/dev/null || die "initdb not found: install the package postgresql"
    local pwfile
    pwfile=$(mktemp)
    printf '%s\n' "$password" >"$pwfile"
    [ "$(id -u)" -ne 0 ] || chown postgres "$pwfile"
    as_postgres initdb -D "$home/data.new" -U postgres -A "$authentication" --pwfile="$pwfile" \
        -E UTF8 --locale=C.UTF-8 >/dev/null || die "initdb failed in $home"
    rm -f "$pwfile"
    mv "$home/data.new" "$home/data"
}

# The processes of the cluster in $1: they alone run PostgreSQL in its folder.
postgres_processes() {
    local found pid
    while read -r found; do
        pid=${found#/proc/}
        pid=${pid%/cwd}
        [[ "$(readlink "/proc/$pid/exe")" != */postgres ]] || echo "$pid"
    done < <(find /proc -maxdepth 2 -name cwd -lname "$1/data" 2>/dev/null)
}

# Ends what a server that was killed has left behind. A child of it that is slow to notice keeps the memory in use and
# with it the next server from starting: one that was in recovery for a minute.
postgres_end_leftovers() {
    local home=$1 server pid
    server=$(head -n 1 "$home/data/postmaster.pid" 2>/dev/null || true)
    for _ in {1..50}; do
        local left=()
        for pid in $(postgres_processes "$home"); do
            [ "$pid" != "$server" ] || return 0
            left+=("$pid")
        done
        [ "${#left[@]}" -gt 0 ] || return 0
        kill -KILL "${left[@]}" 2>/dev/null || true
        sleep 0.1
    done
}

# Becomes the server; the caller's process id is the postmaster's.
postgres_exec() {
    local home=$1 port=$2
    shift 2
    local program=(postgres -D "$home/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories=
        -c max_connections=300 "$@")
    if [ "$(id -u)" -eq 0 ]; then
        exec setpriv --reuid postgres --regid postgres --init-groups --reset-env env "PATH=$PATH" "${program[@]}"
    fi
    exec "${program[@]}"
}
