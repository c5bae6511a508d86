#!/bin/sh
# build.sh HEADER OUT [COMPILER]: builds the component the way its author would, somewhere else, with a copy of one
# header and a C compiler; checks that it links nothing of Trivium, and puts it into the directory OUT.
set -eu
header=$1
out=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/trivium"
cp "$header" "$work/trivium/component.h"
cp "$here/letters.c" "$work"
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$work"
${3:-cc} -std=c11 -pedantic -Wall -Wextra -Werror -O2 -shared -fPIC -I . letters.c -o letters.so
if nm -D --undefined-only letters.so | grep ' tri_'; then
    echo "letters.so needs a symbol of Trivium" >&2
    exit 1
fi
# Renamed into place, so that nobody loads half a file.
cp letters.so "$out/letters.so.new"
mv "$out/letters.so.new" "$out/letters.so"
