#!/usr/bin/env python3
"""Runs the examples in README.md and docs/*.md against what is installed below build/, so that they stay true.

A fenced block is an example when the line before it is `<!-- example: name.ext -->`: it is written to a directory of
its document under that name, and then
    .c    is built as a component, name.so, or, if it has a main, as a program with libtrivium, and run;
    .py .mjs .lua    is run by its language;
    .sh   is run by sh;
    anything else is only written.
A block after `<!-- output -->` is what the example before it must have printed; "..." in it stands for any text.
A block of code of these languages without such a line needs `<!-- fragment -->`: it cannot run alone.
Ends with "N passed, N failed".
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
INCLUDE = ROOT / "core" / "include"
# Below the directory that has node_modules/trivium, because that is where node looks.
WORK = BUILD / "node-test" / "docs"
RUN_LANGUAGES = {"c", "python", "js", "javascript", "lua"}
DEADLINE = 60  # seconds an example may take
BLOCK = re.compile(r"(?:^<!-- (?P<mark>[^>]*?) -->\n+)?^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def environment():
    tree = BUILD / "lua-tree"
    env = dict(os.environ)
    env["PATH"] = f"{BUILD / 'venv' / 'bin'}{os.pathsep}{env['PATH']}"
    env["LUA_PATH"] = f"{tree}/share/lua/5.4/?.lua;{tree}/share/lua/5.4/?/init.lua;;"
    env["LUA_CPATH"] = f"{tree}/lib/lua/5.4/?.so;;"
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    env["TRIVIUM_INCLUDE"] = str(INCLUDE)
    env.pop("TRIVIUM_PATH", None)
    return env


def commands(path):
    """The commands that try the example, a list of argument lists; none if it is only to be written."""
    name, source = path.name, path.read_text()
    stem = path.stem
    warnings = ["-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{INCLUDE}"]
    if path.suffix == ".c" and re.search(r"^int main\(", source, re.MULTILINE):
        library = BUILD / "dev"
        return [["cc", *warnings, name, "-o", stem, f"-L{library}", "-ltrivium", f"-Wl,-rpath,{library}"], [f"./{stem}"]]
    if path.suffix == ".c":
        return [["cc", *warnings, "-O2", "-shared", "-fPIC", name, "-o", f"{stem}.so", "-pthread"]]
    runner = {".py": "python", ".mjs": "node", ".lua": "lua5.4", ".sh": "sh"}.get(path.suffix)
    return [[runner, name]] if runner else []


def run(path):
    """(did it work, what it printed)"""
    printed = ""
    for command in commands(path):
        try:
            done = subprocess.run(command, cwd=path.parent, env=environment(), timeout=DEADLINE, text=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        except subprocess.TimeoutExpired:
            return False, printed + f"(still running after {DEADLINE} s)"
        printed += done.stdout
        if done.returncode != 0:
            return False, printed + f"({command[0]} ended with status {done.returncode})"
    return True, printed


def matches(expected, printed):
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("..."))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


def try_document(document):
    """One (name, failure or None) for each example and each output."""
    work = WORK / document.stem.lower()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    text = document.read_text(encoding="utf-8")
    printed = None
    for block in BLOCK.finditer(text):
        mark = block["mark"] or ""
        name = f"{document.relative_to(ROOT)}:{text.count(chr(10), 0, block.start('body'))}"
        if mark.startswith("example: "):
            path = work / mark[len("example: "):].strip()
            path.write_text(block["body"])
            worked, printed = run(path)
            yield f"{name} {path.name}", None if worked else printed
        elif mark == "output":
            if printed is None:
                yield f"{name} output", "there is no example before it"
            elif not matches(block["body"], printed):
                yield f"{name} output", f"expected:\n{block['body']}printed:\n{printed}"
            else:
                yield f"{name} output", None
        elif block["language"] in RUN_LANGUAGES and mark != "fragment":
            yield name, "a block of code is neither an example nor a fragment"


def main():
    passed = failed = 0
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for name, failure in try_document(document):
            if failure is None:
                passed += 1
                print(f"ok   {name}")
            else:
                failed += 1
                print(f"FAIL {name}\n{failure}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
