#!/usr/bin/env bash
# What the pages name exists: links, files and folders of this repository, and identifiers. A name that went leaves its
# sentence behind, and nobody who knows the code reads that again.
set -euo pipefail
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Names of other programs, and placeholders that are said to be some.
cat >"$work/foreign" <<'NAMES'
ErrorInfo NDEBUG client_max_body_size limit_conn pg_hba pg_snapshot skip_errors timedatectl x_code x_id
NAMES

git ls-files -co --exclude-standard | while IFS= read -r file; do
    [ ! -f "$file" ] || printf '%s\n' "$file"
done >"$work/files"
grep -v -e '\.md$' -e '^docs/openapi.json$' "$work/files" | tr '\n' '\0' |
    xargs -0 grep -hoIE '[A-Za-z_][A-Za-z0-9_]*' | sort -u >"$work/words"
tr ' ' '\n' <"$work/foreign" >>"$work/words"

# shellcheck disable=SC2046
awk '
    function normal(path,    parts, n, i, m, kept, out) {
        n = split(path, parts, "/")
        m = 0
        for (i = 1; i <= n; i++) {
            if (parts[i] == "" || parts[i] == ".") continue
            if (parts[i] == ".." && m > 0) m--
            else kept[++m] = parts[i]
        }
        out = ""
        for (i = 1; i <= m; i++) out = out (i > 1 ? "/" : "") kept[i]
        return out
    }
    function complain(what, name) {
        print FILENAME ":" FNR ": " what ": " name
        failed = 1
    }
    # A path from the root, or from the folder of the page; `libs/sql/scope` is scope.hpp and scope.cpp.
    function check_path(name,    here) {
        here = normal(folder "/" name)
        if (!(normal(name) in paths) && !(here in paths) && !(("libs/" normal(name)) in paths)) complain("no such file", name)
    }
    function check_words(name,    word) {
        while (match(name, /[A-Za-z_][A-Za-z0-9_]*/)) {
            word = substr(name, RSTART, RLENGTH)
            name = substr(name, RSTART + RLENGTH)
            if (!(word in words)) complain("no such name", word)
        }
    }
    function check_code(name) {
        if (name ~ /^[A-Za-z][A-Za-z0-9_.-]*\.(hpp|cpp|proto|sql|sh|cmake|service|socket)$/) {
            if (!(name in basenames)) complain("no such file", name)
        } else if (name ~ /^[A-Za-z0-9_.-]+\// && name ~ /^[A-Za-z0-9_.\/-]+$/) {
            split(name, parts, "/")
            if (parts[1] in roots) check_path(name)
        } else if (name ~ /^[A-Za-z_][A-Za-z0-9_]*((::|\.|->)[A-Za-z_][A-Za-z0-9_]*)*(\(\))?$/ &&
                   name ~ /_|::|\(\)|[a-z][A-Z]/) {
            check_words(name)
        }
    }
    FILENAME == ARGV[1] {
        n = split($0, parts, "/")
        basenames[parts[n]] = 1
        if (n > 1) roots[parts[1]] = 1
        paths[$0] = 1
        stem = $0
        sub(/\.[a-z]+$/, "", stem)
        paths[stem] = 1
        path = $0
        while (sub(/\/[^\/]*$/, "", path)) paths[path] = 1
        next
    }
    FILENAME == ARGV[2] { words[$0] = 1; next }
    FNR == 1 {
        fenced = ""
        folder = FILENAME
        if (!sub(/\/[^\/]*$/, "", folder)) folder = ""
    }
    /^ *```/ { fenced = fenced == "" ? substr($1, 4) " " : ""; next }
    fenced == "cpp " {
        gsub(/"[^"]*"|\/\/.*/, "")
        check_words($0)
    }
    fenced != "" { next }
    {
        line = $0
        while (match(line, /`[^`]+`/)) {
            code = substr(line, RSTART + 1, RLENGTH - 2)
            line = substr(line, 1, RSTART - 1) " " substr(line, RSTART + RLENGTH)
            check_code(code)
        }
        while (match(line, /\]\([^)#: ]+/)) {
            link = substr(line, RSTART + 2, RLENGTH - 2)
            line = substr(line, RSTART + RLENGTH)
            if (link != "http" && link != "https" && !(normal(folder "/" link) in paths)) complain("broken link", link)
        }
    }
    END { exit failed }
' "$work/files" "$work/words" $(grep '\.md$' "$work/files")
