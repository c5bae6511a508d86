#!/usr/bin/env bash
# Packs the npm package and installs the tarball, with mocha, into build/node-test, as a user would.
set -eu
cd "$(dirname "$0")/.."
target=build/node-test
mkdir -p "$target"
rm -f "$target"/*.tgz
[ -e "$target/package.json" ] || echo '{ "private": true }' > "$target/package.json"
tarball=$(npm pack --silent --pack-destination "$target" | tail -n 1)
mocha=$(node -p '(require("./package.json").devDependencies || {}).mocha || "11"')
# The directory of the package is removed first: npm keeps what it has when the version is the same.
rm -rf "$target/node_modules/trivium" "$target/package-lock.json"
(cd "$target" && npm install --no-audit --no-fund --foreground-scripts "./$tarball" "mocha@$mocha")
