#!/usr/bin/env bash
# tools/test.sh SECTION... runs the tests of each section, goes on after a failure, and ends with the summary
# that each runner gave. Sections: core python node lua docs lint asan tsan demo.
# The tests of a language run against what was installed, from another directory.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
logs=$root/build/logs
mkdir -p "$logs"
export PATH="$root/build/venv/bin:$PATH"
export PYTHONDONTWRITEBYTECODE=1
# What a test leaves in the directory of temporary files stays in the checkout too.
mkdir -p "$root/build/tmp"
TMPDIR=$(mktemp -d "$root/build/tmp/test.XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

section_core() { preset dev; }
preset() {
    cmake --preset "$1" >"$logs/configure-$1.log" || { cat "$logs/configure-$1.log"; return 1; }
    grep -e '-- .*skipped' "$logs/configure-$1.log" || true
    cmake --build --preset "$1" || return 1
    ctest --preset "$1"
}

# The components that the tests of all languages load; made by the dev preset.
test_components() {
    cmake --preset dev >"$logs/configure-dev.log" && cmake --build --preset dev --target test_support >"$logs/build-dev.log" 2>&1 || {
        cat "$logs/configure-dev.log" "$logs/build-dev.log"
        return 1
    }
    export TRIVIUM_PATH="$root/build/dev/tests/components"
}

# Sets suites to the directories with tests of a language.
find_suites() {
    suites=("$root/tests/$1")
    local more
    for more in teardown interop; do
        [ ! -d "$root/tests/$more" ] || suites+=("$root/tests/$more")
    done
}

section_python() {
    find_suites python
    make -s python lua || return 1
    test_components || return 1
    make -s build/stamps/requirements-test || return 1
    mkdir -p build/python-test && cd build/python-test
    "$root/build/venv/bin/python" -m pytest -p no:cacheprovider -q "${suites[@]}"
}

section_node() {
    make -s node || return 1
    test_components || return 1
    # A module resolves 'trivium' from where it stands, so the tests go beside the installed package.
    rm -rf build/node-test/tests
    cp -R tests build/node-test/
    [ ! -e .mocharc.json ] || cp .mocharc.json build/node-test/
    cd build/node-test
    node_modules/.bin/mocha
}

section_lua() {
    find_suites lua
    make -s lua || return 1
    test_components || return 1
    mkdir -p build/lua-test && cd build/lua-test
    local tree=$root/build/lua-tree
    LUA_PATH="$tree/share/lua/5.4/?.lua;$tree/share/lua/5.4/?/init.lua;;" \
        LUA_CPATH="$tree/lib/lua/5.4/?.so;;" \
        TRIVIUM_TESTS="$root/tests" lua5.4 "$(command -v busted)" -o plainTerminal "${suites[@]}"
}

section_docs() {
    make -s python node lua || return 1
    test_components || return 1
    python3 tools/doc_examples.py
}

section_lint() { tools/lint.sh; }
section_asan() { preset asan; }
section_tsan() { preset tsan; }
section_demo() { make -s demo; }

failed=
for section in "$@"; do
    printf '\n==== %s\n' "$section"
    started=$SECONDS
    # A pipe would hide the status; a section runs in a shell of its own, so that it may change directory.
    status=0
    (set -o pipefail; ("section_$section") 2>&1 | tee "$logs/$section.log") || status=$?
    echo "$status" >"$logs/$section.status"
    printf '==== %s: %s, %d s\n' "$section" "$([ $status = 0 ] && echo ok || echo FAILED)" $((SECONDS - started))
    [ $status = 0 ] || failed="$failed $section"
done

python3 tools/summary.py "$@"
[ -z "$failed" ] || { echo "failed:$failed" >&2; exit 1; }
