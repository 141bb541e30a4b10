# g++ 12 destroys some temporaries of a co_await expression twice: by-value captures of lambdas and aggregates
# in braces. Neither may stand inside one; name a local before it instead. It also miscompiles a co_await that is the
# condition of a loop.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$ROOT"
found=$(git ls-files -co --exclude-standard 'libs/*pp' 'services/*pp' 'tools/*pp' | xargs -r awk '
    # Gather each co_await expression up to its semicolon.
    FNR == 1 { expression = "" }
    {
        line = $0
        sub(/\/\/.*/, "", line)
        if (line ~ /while \(.*co_await /) print FILENAME ":" FNR ": co_await as the condition of a loop"
        if (expression == "" && match(line, /co_await /)) {
            expression = substr(line, RSTART)
            where = FILENAME ":" FNR
        } else if (expression != "") {
            expression = expression " " line
        }
        if (expression != "" && index(expression, ";")) {
            expression = substr(expression, 1, index(expression, ";"))
            if (expression ~ /[(,][ ]*\[[^]&]*[A-Za-z_][^]]*\][ ]*(\(|\{|mutable)/ && expression !~ /[(,][ ]*\[(&[a-z_, &]*|&)\]/)
                print where ": lambda with by-value captures inside co_await"
            if (expression ~ /[(,][ ]*\{[^}]/)
                print where ": braced temporary inside co_await"
            if (expression ~ /[(,][ ]*[A-Z][A-Za-z_:]*\{[^}]/)
                print where ": aggregate temporary inside co_await"
            expression = ""
        }
    }')
[ -z "$found" ] || {
    echo "$found" >&2
    die "these expressions are miscompiled by g++ 12; name a local before the co_await"
}
