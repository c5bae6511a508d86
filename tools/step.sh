#!/usr/bin/env bash
# tools/step.sh NAME TEXT COMMAND... says TEXT and runs the command; what that prints goes to build/logs/NAME.log, and is
# shown only if the command fails, but for lines about what was skipped.
set -u
cd "$(dirname "$0")/.."
log=build/logs/$1.log
printf '%s\n' "$2"
shift 2
mkdir -p build/logs
"$@" >"$log" 2>&1 || {
    status=$?
    cat "$log" >&2
    exit "$status"
}
grep skipped "$log" >&2 || true
