"""Two copies of core in one process: Python's own, and that of Lua, which lupa puts into the interpreter."""

import pathlib
import subprocess
import sys

ROUNDS = 20
TREE = pathlib.Path(__file__).resolve().parents[2] / "build" / "lua-tree"

PROGRAM = """
import asyncio, sys
import lupa

with lupa.allow_lua_module_loading():
    from lupa import lua54

from trivium.components import hashing

tree, round = sys.argv[1], int(sys.argv[2])
lua = lua54.LuaRuntime(encoding=None)
lua.execute(f'''
    package.path = "{tree}/share/lua/5.4/?.lua;{tree}/share/lua/5.4/?/init.lua;" .. package.path
    package.cpath = "{tree}/lib/lua/5.4/?.so;" .. package.cpath
    trivium, hashing = require "trivium", require "trivium.hashing"
    function start(path)
        ops = {{}}
        for i = 1, 64 do
            ops[i] = hashing.hash_file(path)
        end
    end
    function finish()
        return trivium.run(function() return table.concat(trivium.all(ops)) end)
    end
''')


async def main():
    lua.globals().start(sys.executable.encode())
    ours = await asyncio.gather(*(hashing.hash_file(sys.executable) for _ in range(64)))
    assert lua.globals().finish() == b"".join(ours)
    # Both copies have work under way when the process ends.
    lua.globals().start(sys.executable.encode())
    return [hashing.hash_file(sys.executable) for _ in range(64)]


left = asyncio.run(main())
images = {line.split()[-1] for line in open("/proc/self/maps") if line.rstrip().endswith(".so")}
copies = {path for path in images if path.split("/")[-2] == "trivium"}  # its native module, in both languages
assert len(copies) == 2, copies
if round % 2:
    lua = None
"""


def test_two_copies_of_core():
    assert TREE.is_dir(), "the rocks are not installed: make lua"
    for number in range(ROUNDS):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(TREE), str(number)],
            timeout=10, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"round {number}: {done.stdout}{done.stderr}"
