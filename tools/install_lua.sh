#!/usr/bin/env bash
# Installs the rocks into build/lua-tree. They are built in a copy of their sources, because luarocks leaves its objects
# beside these. A rock that needs a library which is not there is skipped.
set -eu
cd "$(dirname "$0")/.."
tree=$PWD/build/lua-tree
stage=$PWD/build/lua-source
rm -rf "$stage"
mkdir -p "$stage/bindings"
cp -R core lua components ./*.rockspec README.md LICENSE "$stage"
cp -R bindings/lua "$stage/bindings"
find "$stage" -name '*.o' -delete
cd "$stage"
luarocks --lua-version=5.4 make --tree "$tree" --deps-mode=none trivium-*.rockspec
for rockspec in components/*/*.rockspec; do
    luarocks --lua-version=5.4 make --tree "$tree" --deps-mode=none "$rockspec" ||
        echo "install_lua: $rockspec could not be built; it is skipped" >&2
done
