#!/bin/sh
# precompile.sh ROOT COMMAND...   runs the command that makes a precompiled header and writes <header>.gch.sum
#
# g++ writes different bytes every time, so ccache could not tell that two clones use the same header. It takes the
# .sum instead (CCACHE_PCH_EXTSUM): what went in – every header's text and the options – rather than what came out.
set -eu
root=$1
shift

output='' dependencies='' previous=''
for word in "$@"; do
    case "$previous" in
    -o) output=$word ;;
    -MF) dependencies=$word ;;
    esac
    previous=$word
done
# The command includes the header it makes: a stale one must not be taken for it.
case "$output" in *.gch) rm -f "$output" "$output.sum" ;; esac

"$@"

case "$output" in
*.gch)
    {
        printf '%s\n' "$@" | sed "s|$root||g"
        sed -e 's/^[^ ]*://' -e 's/\\$//' "$dependencies" | tr -s ' ' '\n' | sed '/^$/d' | xargs cat
    } | sha256sum >"$output.sum"
    ;;
esac
