#!/usr/bin/env bash
# The table of speeds. Each line compares two ways to do the same in one run, so that the machine matters less.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
export PATH="$root/build/venv/bin:$PATH"
cmake --preset release -DTRIVIUM_NODE=ON \
    -DTRIVIUM_NODE_HEADERS="$root/build/node-test/node_modules/node-api-headers/include" >/dev/null
cmake --build --preset release >/dev/null
export TRIVIUM_PATH="$root/build/release/bench/components"
tree=$root/build/lua-tree

printf '\n== C\n'
for program in build/release/bench/core*; do
    "$program" build/release/bench/components/noop.so
done
printf '\n== Python\n'
build/venv/bin/python bench/bench_python.py
printf '\n== JavaScript\n'
mkdir -p build/node-test/bench
cp bench/*.mjs build/node-test/bench/
node build/node-test/bench/bench_node.mjs
printf '\n== Lua\n'
LUA_PATH="$tree/share/lua/5.4/?.lua;$tree/share/lua/5.4/?/init.lua;;" LUA_CPATH="$tree/lib/lua/5.4/?.so;;" \
    lua5.4 bench/bench_lua.lua
