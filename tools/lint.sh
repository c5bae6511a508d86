#!/usr/bin/env bash
# The rules of the tree (tools/check.py), and what each language's own tools say about its files.
# Ends with "N passed, N failed".
set -eu
cd "$(dirname "$0")/.."
mkdir -p build/logs
make -s build/stamps/requirements-lint
passed=0
failed=0

# check NAME COMMAND...: one linter, one result.
check() {
    local name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
        echo "ok: $name"
    else
        failed=$((failed + 1))
        echo "FAILED: $name"
    fi
}
files() { git ls-files --cached --others --exclude-standard -- "$@"; }
each() {
    local name status=0
    while read -r name; do
        "$@" "$name" || status=1
    done
    return $status
}

# The rules are also about what is exported, so what is looked at must be built, and current.
rules() {
    make -s python node lua >build/logs/lint-build.log 2>&1 &&
        cmake --preset dev >>build/logs/lint-build.log &&
        cmake --build --preset dev --target test_support >>build/logs/lint-build.log 2>&1 || {
        cat build/logs/lint-build.log
        return 1
    }
    python3 tools/check.py --built
}
ruff_check() { build/venv/bin/ruff check --quiet .; }
javascript() { files '*.mjs' '*.cjs' '*.js' | each node --check; }
lua_syntax() { files '*.lua' '*.rockspec' | each luac5.4 -p; }
# GCC's own analyzer: leaks, uses after free, NULL. Warnings are findings. Other compilers have none of the kind.
analyzer() {
    ! cc --version | grep -qi 'free software foundation' || {
        cc -std=gnu11 -O1 -fanalyzer -Werror -Icore/include -Icore/src -c core/trivium.c -o build/analyzer.o &&
            files 'components/*/*.c' | each cc -std=gnu11 -O1 -fanalyzer -Werror -Icore/include -o build/analyzer.o -c
    }
}
shell_syntax() { files '*.sh' '.ci/run' | each bash -n; }

check "rules of the tree" rules
check "ruff" ruff_check
check "JavaScript parses" javascript
check "Lua parses" lua_syntax
check "C analyzed" analyzer
check "shell parses" shell_syntax
echo "$passed passed, $failed failed"
[ $failed = 0 ]
