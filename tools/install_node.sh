#!/usr/bin/env bash
# Packs the npm package and installs the tarball into build/node-test, as a user would, with what its tests and
# the demo use.
set -eu
cd "$(dirname "$0")/.."
target=build/node-test
# The make that is run by cmake is not a part of the one that may have called this.
unset MAKEFLAGS MFLAGS MAKELEVEL
mkdir -p "$target"
rm -f "$target"/*.tgz
[ -e "$target/package.json" ] || echo '{ "private": true }' > "$target/package.json"
tarball=$(npm pack --silent --pack-destination "$target" | tail -n 1)
tools=$(node -p 'Object.entries(require("./package.json").devDependencies).map(([name, version]) => `${name}@${version}`).join(" ")')
# The directory of the package is removed first: npm keeps what it has when the version is the same.
rm -rf "$target/node_modules/trivium" "$target/package-lock.json"
# shellcheck disable=SC2086
(cd "$target" && npm install --no-audit --no-fund --foreground-scripts "./$tarball" $tools)
# Newer npm runs the install script of a package only when it was approved; this one is our own.
if ! (cd "$target" && node -e 'require("trivium")' 2>/dev/null); then
    node "$target/node_modules/trivium/node/install.js"
fi
