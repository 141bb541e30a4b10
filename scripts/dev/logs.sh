# summary: follow the logs of all services, or of those named
. "$(dirname "$0")/lib/common.sh"
files=()
for name in "${@:-*}"; do
    for file in "$VAR"/log/$name.log; do
        if [ -f "$file" ]; then files+=("$file"); fi
    done
done
[ ${#files[@]} -gt 0 ] || die "no such log in $VAR/log"
exec tail -n 20 -F "${files[@]}"
