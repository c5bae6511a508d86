#!/usr/bin/env python3
"""The rules of the tree that a compiler does not know. Each check_* function yields one message for each place that
breaks its rule; ARCHITECTURE.md says why the rules are there. Ends with "N passed, N failed", counting rules.

Options: --built also looks at the exported symbols of what was built below build/.
"""
import ast
import builtins
import json
import pathlib
import re
import statistics
import subprocess
import sys

import contract

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINDINGS = ("python", "node", "lua")
RUNTIME_HEADERS = {
    "python": re.compile(r"^(Python|structmember|frameobject)\.h$"),
    "node": re.compile(r"^(node_api|js_native_api|node_api_types|js_native_api_types|node|v8|uv)\.h$"),
    "lua": re.compile(r"^(lua|lauxlib|lualib|luaconf)\.h$"),
}
# The one header of core/src that bindings may include: what is inlined on their fastest path.
FAST_PATH_HEADER = "fast_path.h"
TOP_LEVEL = {
    ".ci", ".clang-format", ".editorconfig", ".gitattributes", ".gitignore", ".mocharc.json", ".mocharc.cjs",
    ".busted", ".luarc.json", "ARCHITECTURE.md", "CHANGELOG.md", "CMakeLists.txt", "CMakePresets.json",
    "CONTRIBUTING.md", "LICENSE", "MANIFEST.in", "Makefile", "README.md", "SECURITY.md", "VERSION", "bench",
    "bindings", "cmake", "components", "core", "docs", "examples", "lua", "node", "package.json", "package-lock.json",
    ".npmrc", ".npmignore", "pyproject.toml", "python", "setup.py", "tests", "tools",
}
SOURCE_SUFFIXES = {".c", ".h", ".def", ".py", ".pyi", ".js", ".cjs", ".mjs", ".ts", ".lua", ".sh", ".cmake"}
HARD_LIMIT, SOFT_LIMIT, MEDIAN_LIMIT = 900, 500, 200


def tracked_files():
    """Every file of the tree, also those that git would add, without the ignored ones."""
    out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                         cwd=ROOT, check=True, capture_output=True).stdout.decode()
    return sorted({pathlib.PurePath(name) for name in out.split("\0") if name and (ROOT / name).is_file()})


def text_of(path):
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


def below(files, *folders, suffixes=(".c", ".h", ".def")):
    for path in files:
        if path.suffix in suffixes and any(path.parts[:len(f.split("/"))] == tuple(f.split("/")) for f in folders):
            yield path


def includes(path):
    """(line number, bracket, header) of each #include."""
    for number, line in enumerate(text_of(path).splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if found:
            yield number, found[1], found[2]


def check_core_knows_no_runtime(files):
    """core never includes a header of a scripting runtime"""
    for path in below(files, "core"):
        for number, _, header in includes(path):
            for language, pattern in RUNTIME_HEADERS.items():
                if pattern.match(header.split("/")[-1]):
                    yield f"{path}:{number}: core includes {header}, a header of {language}"


def check_bindings_use_public_headers(files):
    """bindings include core's public headers, one fast-path header, their own, and those of their runtime"""
    for binding in BINDINGS:
        for path in below(files, f"bindings/{binding}"):
            for number, bracket, header in includes(path):
                name = header.split("/")[-1]
                where = f"{path}:{number}: {header}"
                for language, pattern in RUNTIME_HEADERS.items():
                    if language != binding and pattern.match(name):
                        yield f"{where} is a header of {language}"
                if header.startswith("trivium/") and not (ROOT / "core/include" / header).exists():
                    yield f"{where} is not one of core's public headers"
                if bracket == '"' and not header.startswith("trivium/"):
                    target = (ROOT / path.parent / header).resolve()
                    own = target.exists() and target.is_relative_to(ROOT / "bindings" / binding)
                    if not own and name != FAST_PATH_HEADER:
                        yield f"{where} is neither of this binding, nor public, nor {FAST_PATH_HEADER}"


def check_components_stand_alone(files):
    """a component includes of Trivium nothing but trivium/component.h"""
    for path in below(files, "components", "tests/conformance/puppet", "tests/conformance/bad", "tests/interop"):
        if path.parts[0] == "tests" and "TRI_COMPONENT(" not in text_of(path):
            continue
        for number, bracket, header in includes(path):
            beside = bracket == '"' and (ROOT / path.parent / header).exists() and "/" not in header
            if header.startswith("trivium/") and header != "trivium/component.h":
                yield f"{path}:{number}: a component includes {header}"
            elif bracket == '"' and not beside and header != "trivium/component.h":
                yield f"{path}:{number}: a component includes {header}, which is not beside it"


# Files of bindings that not all three have: who has it, and what for.
NOT_SHARED = {
    "array": ({"node"}, "typed arrays and the values in them, which only Node-API takes apart call by call"),
    "awaiter": ({"python"}, "the object that a Task of asyncio drives"),
    "buffer": ({"python"}, "the object behind the buffer protocol"),
    "coroutine": ({"lua"}, "resuming coroutines, which the other two leave to their loops"),
    "handler": ({"python"}, "calling a function in the context in which it was handed over; Node does it in JavaScript"),
    "operation": ({"python", "lua"}, "the raw face; Node has it in node/operation.js"),
    "slot": ({"lua"}, "where an operation lies that a collection may sweep; the other two are told object by object"),
    "type": ({"python"}, "classes for enums and structs; the other two have plain objects and tables"),
    "waiter": ({"python", "lua"}, "what waits; in Node that is a place in the dispatcher's table"),
}


def check_same_nouns(files):
    """the same noun has the same file name in all three bindings, unless NOT_SHARED says why not"""
    found = {}
    for binding in BINDINGS:
        for path in below(files, f"bindings/{binding}", suffixes=(".c",)):
            found.setdefault(path.stem, set()).add(binding)
    for stem, where in sorted(found.items()):
        if where != set(BINDINGS) and where != NOT_SHARED.get(stem, (None,))[0]:
            missing = ", ".join(sorted(set(BINDINGS) - where))
            yield f"bindings: {stem}.c is in {', '.join(sorted(where))}, but not in {missing}"
    for stem in sorted(set(NOT_SHARED) - set(found)):
        yield f"tools/check.py: NOT_SHARED names {stem}, which no binding has"


def check_file_lengths(files):
    """median at most 200 lines, 500 is a warning, 900 the end"""
    lengths = {}
    for path in files:
        if path.suffix in SOURCE_SUFFIXES:
            lengths[path] = text_of(path).count("\n")
    for path, lines in lengths.items():
        if lines > HARD_LIMIT:
            yield f"{path}: {lines} lines, the limit is {HARD_LIMIT}"
        elif lines > SOFT_LIMIT:
            print(f"note: {path} has {lines} lines; which noun should move out?")
    median = statistics.median(lengths.values()) if lengths else 0
    if median > MEDIAN_LIMIT:
        yield f"the median length of a file is {median:.0f} lines, the limit is {MEDIAN_LIMIT}"


def check_public_functions_documented(files):
    """each group of prototypes in a public header has a comment"""
    prototype = re.compile(r"^(?:TRI_API|TRI_EXPORT|static inline)\b[^;{]*?\b(tri_\w+)\s*\(", re.MULTILINE)
    for path in below(files, "core/include/trivium", suffixes=(".h",)):
        text = text_of(path)
        # Macros end in a backslash; what they define is documented where they are.
        text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: "\n" * m[0].count("\n"), text, flags=re.MULTILINE)
        documented = set()
        offset = 0
        for paragraph in re.split(r"(\n\s*\n)", text):
            for found in prototype.finditer(paragraph):
                if "/*" in paragraph[:found.start()] or found[1] in documented:
                    documented.add(found[1])
                else:
                    line = text.count("\n", 0, offset + found.start()) + 1
                    yield f"{path}:{line}: {found[1]} has no comment before it"
            offset += len(paragraph)


def status_rows():
    rows = re.findall(r'^TRI_STATUS\((\w+), "(\w+)", "([^"]+)", "(\w+)", "(\w+)"\)$', text_of("core/src/status.def"),
                      re.MULTILINE)
    return rows


def check_status_codes(files):
    """component.h, the status table and the bindings have the same codes"""
    del files
    rows = status_rows()
    in_table = [row[0] for row in rows]
    lines = [line for line in text_of("core/src/status.def").splitlines() if line.startswith("TRI_STATUS(")]
    if len(rows) != len(lines):
        yield f"core/src/status.def: {len(lines) - len(rows)} rows are not of the form TRI_STATUS(name, \"...\" x 4)"
    defined = re.findall(r"^#define (TRI_[SE]_\w+) ", text_of("core/include/trivium/component.h"), re.MULTILINE)
    for name in sorted(set(defined) - set(in_table)):
        yield f"core/src/status.def: no row for {name} of component.h"
    for name in sorted(set(in_table) - set(defined)):
        yield f"core/include/trivium/component.h: {name} of status.def is not defined"
    for key, what in ((0, "name"), (1, "code")):
        seen = [row[key] for row in rows]
        for value in sorted({v for v in seen if seen.count(v) > 1}):
            yield f"core/src/status.def: the {what} {value} is there twice"
    for name, _, _, python, js in rows:
        if not hasattr(builtins, python) and python != "CancelledError":
            yield f"core/src/status.def: {name}: Python has no built-in exception {python}"
        if js not in {"Error", "TypeError", "RangeError", "SyntaxError"}:
            yield f"core/src/status.def: {name}: JavaScript has no built-in error {js}"


def defined_hresults():
    """name -> number of component.h."""
    found = re.findall(r"^#define (TRI_[SE]_\w+) TRI_HRESULT\((0x[0-9A-Fa-f]+)\)",
                       text_of("core/include/trivium/component.h"), re.MULTILINE)
    return {name: int(number, 16) for name, number in found}


def check_no_hresult_literals(files):
    """in C an HRESULT is spelled by name; a script may have the number, of one that component.h defines"""
    literal = re.compile(r"0x80[0-9A-Fa-f]{6}\b")
    known = set(defined_hresults().values())
    for path in below(files, "core/src", "bindings", "python", "node", "lua", "components",
                      suffixes=(".c", ".h", ".py", ".js", ".cjs", ".mjs", ".lua")):
        for number, line in enumerate(text_of(path).splitlines(), 1):
            code = re.sub(r"//.*|/\*.*|^\s*\*.*|#.*|--.*", "", line)
            for value in literal.findall(code):
                if path.suffix in (".c", ".h"):
                    yield f"{path}:{number}: an HRESULT as a number: {line.strip()[:80]}"
                elif int(value, 16) not in known:
                    yield f"{path}:{number}: component.h has no HRESULT {value}"


def check_script_codes(files):
    """a code string that a script uses is one of the status table, and goes with its own HRESULT"""
    numbers = defined_hresults()
    codes = {code: numbers.get(name) for name, code, *_ in status_rows()}
    codes |= {name: None for name in re.findall(r"^TRI_ERRNO(?:_WIN)?\((E\w+)", text_of("core/src/status_errno.def"),
                                                re.MULTILINE)}
    codes["ABORT_ERR"] = codes["CANCELED"]  # what Node calls it
    uses = re.compile(r"""native\.error\(\s*"(?P<lua>\w+)"|'(?P<js>[A-Z][A-Z_]{3,})',\s*(?P<number>0x\w+)|"""
                      r"""\bcode(?:: str)? = ["'](?P<code>[A-Z][A-Z_]+)["']""")
    for path in below(files, "python", "node", "lua", suffixes=(".py", ".js", ".cjs", ".mjs", ".lua")):
        for number, line in enumerate(text_of(path).splitlines(), 1):
            for found in uses.finditer(line):
                code = found["lua"] or found["js"] or found["code"]
                if code not in codes:
                    yield f"{path}:{number}: the status table has no code {code}"
                elif found["number"] and codes[code] != int(found["number"], 16):
                    yield f"{path}:{number}: {code} does not go with {found['number']}"


def check_top_level(files):
    """every entry at the top is one that is known"""
    for name in sorted({path.parts[0] for path in files}):
        if name not in TOP_LEVEL and not name.endswith(".rockspec"):
            yield f"{name}: what is this? Add it to TOP_LEVEL in tools/check.py if it belongs here"


def check_says_nothing_of_its_surroundings(files):
    """no path of one machine, no address of a registry"""
    # Spelled in parts, so that this file does not match itself.
    path_of_machine = re.compile(r"(?<![\w.<>{}$])/(?:ro" r"ot|ho" r"me|wo" r"rk|Us" r"ers)/\w|bash" r"_jobs")
    registry = re.compile(r"https?://[\w.-]*(?:py" r"pi|npm" r"js|lua" r"rocks|deb" r"ian)\.\w+", re.IGNORECASE)
    for path in files:
        if path.suffix in {".png", ".so"}:
            continue
        for number, line in enumerate(text_of(path).splitlines(), 1):
            for pattern, what in ((path_of_machine, "a path of one machine"), (registry, "the address of a registry")):
                if pattern.search(line):
                    yield f"{path}:{number}: {what}: {line.strip()[:80]}"


def check_open_ends(files):
    """an open end names its issue"""
    pattern = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b(?!\(#\d+\))")
    for path in files:
        if path.suffix in SOURCE_SUFFIXES:
            for number, line in enumerate(text_of(path).splitlines(), 1):
                if pattern.search(line):
                    yield f"{path}:{number}: without an issue: {line.strip()[:80]}"


def check_one_version(files):
    """VERSION is the version of everything"""
    version = text_of("VERSION").strip()
    for path in files:
        if path.suffix == ".rockspec":
            rock = re.search(r'^\s*version\s*=\s*"([^"-]+)-\d+"', text_of(path), re.MULTILINE)
            if not rock or rock[1] != version or f"-{version}-" not in path.name:
                yield f"{path}: the version of the rock is not {version}"
    if (ROOT / "package.json").exists() and json.loads(text_of("package.json")).get("version") != version:
        yield f"package.json: the version is not {version}"
    for name in ("pyproject.toml", "setup.py"):
        if (ROOT / name).exists():
            for found in re.findall(r'^\s*version\s*=\s*"([\d.]+)"', text_of(name), re.MULTILINE):
                if found != version:
                    yield f"{name}: the version is {found}, not {version}"
    for path in below(files, "core"):
        for found in re.findall(r'"(\d+\.\d+\.\d+)"', text_of(path)):
            if found != version:
                yield f"{path}: says version {found}, VERSION says {version}"
    if not re.search(rf"^## .*({re.escape(version)}|Unreleased)", text_of("CHANGELOG.md"), re.MULTILINE):
        yield f"CHANGELOG.md: no section for {version}"


def check_python_parses(files):
    """every Python file is valid for the oldest Python that is supported"""
    for path in files:
        if path.suffix in {".py", ".pyi"}:
            try:
                ast.parse(text_of(path), str(path), feature_version=(3, 10))
            except SyntaxError as error:
                yield f"{path}:{error.lineno}: {error.msg}"


def check_links(files):
    """a link in a document leads to a file that is there"""
    known = {str(path) for path in files} | {str(parent) for path in files for parent in path.parents}
    for path in files:
        if path.suffix != ".md":
            continue
        for number, line in enumerate(text_of(path).splitlines(), 1):
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[\w-]*)?\)", line):
                if "://" in target:
                    continue
                full = (ROOT / path.parent / target).resolve()
                if not full.is_relative_to(ROOT) or str(full.relative_to(ROOT)) not in known:
                    yield f"{path}:{number}: there is no {target}"


def check_contract_is_current(files):
    """docs/contract.md is what tools/contract.py makes of the tables of core"""
    del files
    if not contract.is_current():
        yield "docs/contract.md: not current; run tools/contract.py"


def exported(path):
    out = subprocess.run(["nm", "-D", "--defined-only", str(path)], check=True, capture_output=True, text=True).stdout
    names = {line.split()[-1].split("@")[0] for line in out.splitlines() if len(line.split()) >= 3}
    # What linkers and the sanitizers put into every image.
    return {n for n in names if n not in {"_init", "_fini", "_edata", "_end", "__bss_start"}}


def check_exported_symbols(files):
    """a binding, a component and libtrivium export what they must, and nothing else"""
    del files
    build = ROOT / "build"
    images = [
        ("venv/lib/python*/site-packages/trivium/_*.so", r"PyInit_\w+"),
        ("node-test/node_modules/trivium/**/*.node",
         r"napi_register_module_v\d+|node_api_module_get_api_version_v\d+"),
        ("lua-tree/lib/lua/5.4/trivium/*.so", r"luaopen_\w+"),
        ("lua-tree/lib/lua/5.4/trivium.so", r"luaopen_\w+"),
        ("venv/lib/python*/site-packages/trivium/components/*.so", r"tri_component_main"),
        ("release/components/*.so", r"tri_component_main"),
        ("dev/components/*.so", r"tri_component_main"),
        ("dev/libtrivium.so", r"tri_[a-zA-Z]\w*"),
    ]
    for pattern, allowed in images:
        for path in sorted(build.glob(pattern)):
            where = path.relative_to(ROOT)
            names = exported(path)
            for name in sorted(names):
                if not re.fullmatch(allowed, name):
                    yield f"{where}: exports {name}"
            if not names:
                yield f"{where}: exports nothing"
    public = set()
    for header in (ROOT / "core/include/trivium").glob("*.h"):
        public |= set(re.findall(r"^TRI_API[^;]*?\b(tri_\w+)\s*\(", header.read_text(), re.MULTILINE))
    library = build / "dev/libtrivium.so"
    if library.exists():
        for name in sorted(public - exported(library)):
            yield f"{library.relative_to(ROOT)}: does not export {name}, which a public header declares"


def main(arguments):
    files = tracked_files()
    checks = [f for name, f in globals().items() if name.startswith("check_")]
    if "--built" not in arguments:
        checks.remove(check_exported_symbols)
    failed = 0
    for check in checks:
        messages = list(check(files))
        for message in messages:
            print(message)
        if messages:
            failed += 1
            print(f"FAILED: {check.__doc__}")
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
