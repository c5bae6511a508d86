#!/usr/bin/env bash
# tools/demo.sh [--check] [DIRECTORY]: runs the demo in all three languages, and compares every digest that it computed with the
# one of the operating system's own sha256sum. By default on a system directory with at least 1,000 files.
# Ends with "N passed, N failed", counting languages. With --check only says whether the directory is one.
set -eu
check=
if [ "${1:-}" = --check ]; then
    check=1
    shift
fi
directory=${1:-}
if [ -n "$directory" ] && [ ! -d "$directory" ]; then
    [ ! -e "$directory" ] || { echo "demo: $directory is not a directory" >&2; exit 1; }
    echo "demo: the directory $directory does not exist" >&2
    exit 1
fi
[ -z "$check" ] || exit 0
# The demos run in another directory.
[ -z "$directory" ] || directory=$(cd -- "$directory" && pwd)
cd "$(dirname "$0")/.."
root=$PWD
out=$root/build/demo
mkdir -p "$out"
export PATH="$root/build/venv/bin:$PATH"
export PYTHONDONTWRITEBYTECODE=1
export LC_ALL=C.UTF-8

count_files() { find "$1" -xdev -type f 2>/dev/null | head -n 1000 | wc -l; }
if [ -z "$directory" ]; then
    for directory in /usr/share/doc /usr/include /usr/lib/python3 /usr/share /usr/lib; do
        if [ -d "$directory" ] && [ "$(count_files "$directory")" -ge 1000 ]; then
            break
        fi
    done
fi

# sha256sum escapes names with a backslash or a newline, and so do the demos.
find "$directory" -type f -print0 | sort -z | xargs -0 -r sha256sum -- | sort >"$out/expected"

tree=$root/build/lua-tree
mkdir -p build/node-test/examples
cp examples/*.mjs build/node-test/examples/
passed=0
failed=0
results=

# demo LANGUAGE COMMAND...
demo() {
    local language=$1 status=0 files different
    shift
    printf '\n== %s\n' "$language"
    rm -f "$out/$language"
    (cd "$out" && "$@" "$directory" --digests "$out/$language") || status=$?
    files=$(wc -l <"$out/expected")
    different=$(sort "$out/$language" 2>/dev/null | diff "$out/expected" - | grep -c '^[<>]' || true)
    results="$results$language: $files files, $different differences"$'\n'
    if [ $status = 0 ] && [ "$different" = 0 ] && [ "$files" -gt 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        [ $status = 0 ] || echo "$language: the demo ended with status $status"
    fi
}

demo Python "$root/build/venv/bin/python" "$root/examples/demo.py"
demo JavaScript node "$root/build/node-test/examples/demo.mjs"
export LUA_PATH="$tree/share/lua/5.4/?.lua;$tree/share/lua/5.4/?/init.lua;;"
export LUA_CPATH="$tree/lib/lua/5.4/?.so;;"
demo Lua lua5.4 "$root/examples/demo.lua"

printf '\n== compared with sha256sum, below %s\n%s' "$directory" "$results"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
