# summary: measure requests per second and latency beside nginx and pgbench
#
# usage: ./dev bench [--seconds N] [--markdown FILE]
#
# Builds the release preset and starts a suite of its own (rate limits off, its own database under var/bench).
# Everything compared is measured in the same run on this machine; only the ratios travel. Traffic stays on loopback
# and every run is bounded in time (default 5 s each, about 3 minutes in all).
export PRESET=release
. "$(dirname "$0")/lib/common.sh"
. "$ROOT/scripts/dev/lib/packages.sh"

seconds=5 markdown=''
while [ $# -gt 0 ]; do
    case "$1" in
    --seconds) seconds=${2:-}; shift ;;
    --markdown) markdown=${2:-}; shift ;;
    *) die "unknown option '$1'; see ./dev bench --help" ;;
    esac
    shift
done
[[ "$seconds" =~ ^[1-9][0-9]?$ ]] || die "--seconds takes 1 to 99"

ensure_packages packages.txt
ensure_packages packages-bench.txt
export LM_VAR="$ROOT/var/bench" LM_NO_RATE_LIMIT=1 LOG_LEVEL=WARNING
VAR="$LM_VAR"
base=$(free_port 18000)
bash "$ROOT/scripts/dev/up.sh" --detach --port-base "$base" || die "the suite did not start"

scratch=$(mktemp -d)
nginx_pid=''
cleanup() {
    [ -z "$nginx_pid" ] || kill "$nginx_pid" 2>/dev/null || true
    bash "$ROOT/scripts/dev/down.sh" >/dev/null || true
    rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

field() { jq -r ".$1" "$VAR/run.json"; }
rss() { awk '/^VmRSS:/ { printf "%.1f", $2 / 1024 }' "/proc/$(field "$1.pid")/status"; }
gateway=$(field gateway.url)

# nginx answering from memory is the yardstick for the HTTP path.
nginx_port=$(free_port 19080)
cat >"$scratch/nginx.conf" <<CONF
worker_processes $(nproc);
pid $scratch/nginx.pid;
error_log $scratch/error.log;
events { worker_connections 1024; }
http {
    access_log off;
    keepalive_requests 100000000;
    default_type application/json;
    server { listen 127.0.0.1:$nginx_port; location / { return 200 '{"status": "healthy"}'; } }
}
CONF
nginx -c "$scratch/nginx.conf" -g 'daemon off;' 2>/dev/null &
nginx_pid=$!
wait_for 10 curl -fsS "http://127.0.0.1:$nginx_port/" || die "nginx did not start"

password=$(jq -r 'first(.. | objects | select(.username? == "admin")) | .password' "$VAR/demo-users.json")
token=$(curl -fsS "$gateway/v1/auth/login" -H 'Content-Type: application/json' \
    -d "{\"username\":\"admin\",\"password\":\"$password\"}" | jq -r .access_token)

# The statements behind GET /v1/bikes?limit=10, taken from the server's log so that they are never out of date. They
# travel in one pipeline, as in the service.
capture_statements() {
    local mark
    mark=$(wc -l <"$VAR/log/postgres.log")
    psql -q "$(field postgres.url)" -c "alter system set log_min_duration_statement = 0" -c "select pg_reload_conf()" >/dev/null
    sleep 1
    curl -fsS "$gateway/v1/bikes?limit=10" -H "Authorization: Bearer $token" -o /dev/null
    psql -q "$(field postgres.url)" -c "alter system reset log_min_duration_statement" -c "select pg_reload_conf()" >/dev/null
    sleep 1
    {
        echo '\startpipeline'
        tail -n +"$mark" "$VAR/log/postgres.log" | sed -n 's/^.*  execute bikes\.list[^:]*: \(.*\)$/\1;/p'
        printf '%s\n' '\endpipeline'
    } >"$scratch/list_bikes.sql"
    grep -q '^WITH\|^SELECT' "$scratch/list_bikes.sql" || die "the list statement was not found in the server's log"
}

# Prints "requests-per-second p50-ms p99-ms errors".
measure() { # connections url [header]
    local threads=2 output
    [ "$1" -ge 2 ] || threads=1
    output=$(wrk -t$threads -c"$1" -d"${seconds}s" --latency ${3:+-H "$3"} "$2")
    awk '
        function ms(text) { value = text + 0; if (text ~ /us$/) return value / 1000; if (text ~ /[0-9]s$/) return value * 1000; return value }
        $1 == "50%" { p50 = ms($2) }
        $1 == "99%" { p99 = ms($2) }
        $1 == "Requests/sec:" { rate = $2 }
        /Non-2xx/ { errors += $NF }
        /Socket errors:/ { gsub(/,/, ""); errors += $4 + $6 + $8 + $10 }
        END { printf "%.0f %.2f %.2f %d\n", rate, p50, p99, errors }' <<<"$output"
}

statement() { # connections: the list statement alone, prepared, through pgbench
    local output
    output=$(PGOPTIONS='-c search_path=fleet,auth,lifecycle,public' pgbench -n -M prepared -f "$scratch/list_bikes.sql" \
        -c "$1" -j $(($1 < 2 ? 1 : 2)) -T "$seconds" --log --log-prefix="$scratch/pgbench" "$(field postgres.url)" 2>/dev/null)
    # The third column of the log is the latency in microseconds.
    cat "$scratch"/pgbench.* | awk '{ print $3 }' | sort -n >"$scratch/latencies"
    rm -f "$scratch"/pgbench.*
    awk -v rate="$(awk '/^tps =/ { print $3 }' <<<"$output")" '
        { value[NR] = $1 }
        END { printf "%.0f %.2f %.2f 0\n", rate, value[int(NR * .5) + 1] / 1000, value[int(NR * .99) + 1] / 1000 }' "$scratch/latencies"
}

capture_statements
say "Warming up"
measure 16 "$gateway/v1/bikes?limit=10" "Authorization: Bearer $token" >/dev/null
declare -A idle=()
for service in gateway auth fleet lifecycle_refresher; do idle[$service]=$(rss $service); done

table="$scratch/table"
{
    echo "| what | connections | requests/s | p50 ms | p99 ms | errors | ratio |"
    echo "|---|---|---|---|---|---|---|"
} >"$table"
declare -A rate=()
row() { # name connections yardstick figures
    local ratio='yardstick'
    rate["$1 $2"]=$4
    [ "$3" = - ] || ratio=$(awk -v a="$4" -v b="${rate["$3 $2"]}" -v name="$3" 'BEGIN { printf "%.2f × %s", a / b, name }')
    echo "| $1 | $2 | $4 | $5 | $6 | $7 | $ratio |" | tee -a "$table"
}
for connections in 1 10 64; do
    say "$connections connections"
    # shellcheck disable=SC2046
    row "nginx return 200" $connections - $(measure $connections "http://127.0.0.1:$nginx_port/")
    # shellcheck disable=SC2046
    row "GET /health" $connections "nginx return 200" $(measure $connections "$gateway/health")
    # shellcheck disable=SC2046
    row "pgbench, same statements" $connections - $(statement $connections)
    # shellcheck disable=SC2046
    row "GET /v1/bikes?limit=10" $connections "pgbench, same statements" \
        $(measure $connections "$gateway/v1/bikes?limit=10" "Authorization: Bearer $token")
done

say "Memory under load, start to ready"
wrk -t2 -c64 -d"${seconds}s" -H "Authorization: Bearer $token" "$gateway/v1/bikes?limit=10" >/dev/null &
load=$!
sleep $((seconds > 2 ? seconds - 1 : 1))
{
    echo
    echo "| service | resident idle MiB | resident under load MiB | start to ready ms |"
    echo "|---|---|---|---|"
} >>"$table"
declare -A busy=()
for service in gateway auth fleet lifecycle_refresher; do busy[$service]=$(rss $service); done
wait "$load"

# Time from exec to the first ready answer, of a further instance beside the running one.
start_to_ready() { # service
    local key=${1//-/_} admin where started pid assignments
    admin=$(free_port 19500)
    where="INSTANCE=bench"
    [ "$1" != gateway ] || where="PORT=$(free_port 19400)"
    mapfile -t assignments < <(grep -vE '^(PORT|ADMIN_PORT|INSTANCE)=' "$(field "$key.env")")
    started=$(date +%s%N)
    env -i "PATH=$PATH" "${assignments[@]}" "$where" "ADMIN_PORT=$admin" \
        "$BIN/loan-manager-$1" >/dev/null 2>&1 &
    pid=$!
    until curl -fsS -m 1 "http://127.0.0.1:$admin/health/ready" >/dev/null 2>&1; do
        kill -0 "$pid" 2>/dev/null || { echo failed; return; }
    done
    echo $((($(date +%s%N) - started) / 1000000))
    kill -TERM "$pid"
    wait "$pid" || true
}
for service in gateway auth fleet lifecycle-refresher; do
    key=${service//-/_}
    echo "| $service | ${idle[$key]} | ${busy[$key]} | $(start_to_ready "$service") |" >>"$table"
done

say "What must always hold"
bash "$ROOT/scripts/dev/check.sh" || die "the load broke an invariant"

echo
cat "$table"
[ -z "$markdown" ] || cp "$table" "$markdown"
