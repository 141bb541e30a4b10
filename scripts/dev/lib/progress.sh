# Progress of something that takes minutes: on a terminal one line that moves, elsewhere a line every tenth of the way,
# and nothing at all for what is done in moments.
progress_label='' progress_started=0 progress_next=0 progress_from='' progress_width=80

progress_begin() { # label
    progress_label=$1
    progress_started=$SECONDS
    progress_next=10
    progress_from=''
    progress_width=$(tput cols 2>/dev/null || echo 80)
}

# About how long it still takes, once enough is done to tell. What went by before the first report (a cache that
# answers at once, say) tells nothing about the rest.
progress_estimate() { # thousandths done
    local elapsed=$((SECONDS - progress_started)) left
    [ -n "$progress_from" ] || progress_from="$1 $elapsed"
    local done=$(($1 - ${progress_from% *})) took=$((elapsed - ${progress_from#* }))
    [ "$done" -ge 30 ] && [ "$took" -ge 5 ] && [ "$1" -lt 1000 ] || return 0
    left=$((took * (1000 - $1) / done))
    if [ "$left" -ge 90 ]; then
        printf ', about %d min left' $(((left + 30) / 60))
    else
        printf ', about %d s left' "$left"
    fi
}

# shellcheck disable=SC2154 # colours come from common.sh
progress_show() { # thousandths done, what is being done
    local percent=$(($1 / 10)) line
    progress_from=${progress_from:-"$1 $((SECONDS - progress_started))"}
    if [ -t 1 ]; then
        line="$progress_label: $percent %$(progress_estimate "$1")"
        [ -z "${2:-}" ] || line+="  $2"
        printf '\r    %s%s%s\e[K' "$dim" "${line:0:$((progress_width - 5))}" "$plain"
    elif [ "$percent" -ge "$progress_next" ] && [ $((SECONDS - progress_started)) -ge 5 ]; then
        note "$progress_label: $percent %$(progress_estimate "$1")"
        progress_next=$((percent / 10 * 10 + 10))
    fi
}

# Clears the moving line, so that something else can be written.
progress_clear() { [ ! -t 1 ] || printf '\r\e[K'; }
