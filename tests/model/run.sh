#!/usr/bin/env bash
# Checks every model in this directory with spin: safety (assertions, invalid end states), and each LTL claim under weak
# fairness. Usage: run.sh [build-directory]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../../build/model}
mkdir -p "$build"
failed=0
passed=0
check() { # name, log
    if grep -q "errors: 0" "$2" && ! grep -q "max search depth too small" "$2"; then
        passed=$((passed + 1))
        echo "ok    $1 ($(grep -o '[0-9]* states, stored' "$2" | head -n 1))"
    else
        failed=$((failed + 1))
        echo "FAIL  $1"
        cat "$2"
    fi
}
for model in "$here"/*.pml; do
    name=$(basename "$model" .pml)
    dir=$build/$name
    rm -rf "$dir"
    mkdir -p "$dir"
    cd "$dir"
    spin -a "$model" > spin.log 2>&1 || { cat spin.log; failed=$((failed + 1)); continue; }
    cc -O2 -w -DSAFETY -DNOCLAIM -o pan_safety pan.c
    ./pan_safety -m1000000 > safety.log
    check "$name: assertions and end states" safety.log
    for claim in $(sed -n 's/^ltl \([a-z_]*\).*/\1/p' "$model"); do
        cc -O2 -w -DNFAIR=6 -o pan_live pan.c
        ./pan_live -a -f -m1000000 -N "$claim" > "$claim.log"
        check "$name: $claim" "$claim.log"
    done
done
echo "model: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
