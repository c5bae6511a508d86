#!/usr/bin/env python3
"""tools/summary.py SECTION...: the summary of each runner from build/logs/<section>.log, then the sum over all:
the last line is "N passed, N failed". Below a section stand the tests in it that failed. A section that failed without a failed test counts as one failure."""
import pathlib
import re
import sys

LOGS = pathlib.Path(__file__).resolve().parent.parent / "build" / "logs"
ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def count(text, pattern):
    """The last number that the pattern finds, 0 if it finds none."""
    found = re.findall(pattern, text, re.MULTILINE)
    return int(found[-1]) if found else 0


def ctest(text):
    line = re.findall(r"^\d+% tests passed, (\d+) tests failed out of (\d+)", text, re.MULTILINE)
    failed, total = map(int, line[-1]) if line else (0, 0)
    return total - failed, failed, 0


def inside(section):
    """What the programs that ctest ran have counted themselves."""
    preset = "dev" if section == "core" else section
    try:
        text = (LOGS.parent / preset / "Testing" / "Temporary" / "LastTest.log").read_text(errors="replace")
    except OSError:
        return ""
    cases = sum(map(int, re.findall(r"^\[  PASSED  \] (\d+) test", text, re.MULTILINE)))
    scenarios = count(text, r"^conformance: (\d+) scenarios")
    return f" ({cases} cases of cmocka and {scenarios} scenarios in them)"


def pytest(text):
    last = (re.findall(r"^=*\s*((?:\d+ \w+,? ?)+) in [\d.]+s.*$", text, re.MULTILINE) or [""])[-1]
    return (count(last, r"(\d+) passed"), count(last, r"(\d+) failed") + count(last, r"(\d+) error"),
            count(last, r"(\d+) skipped"))


def mocha(text):
    return (count(text, r"^\s+(\d+) passing"), count(text, r"^\s+(\d+) failing"),
            count(text, r"^\s+(\d+) pending"))


def busted(text):
    return (count(text, r"^(\d+) success"), count(text, r"^\d+ success.* / (\d+) failure")
            + count(text, r"^\d+ success.* / (\d+) error"), count(text, r"^\d+ success.* / (\d+) pending"))


def plain(text):
    """Our own tools end with "N passed, N failed"."""
    return count(text, r"^(\d+) passed, \d+ failed"), count(text, r"^\d+ passed, (\d+) failed"), 0


def failed_ctest(text):
    listed = text.partition("The following tests FAILED:")[2]
    return (re.findall(r"^\s+\d+ - (.+)$", listed, re.MULTILINE)
            + re.findall(r"^(?:\d+: )?\[  FAILED  \] ([a-z]\w*)$", text, re.MULTILINE))


def failed_pytest(text):
    return re.findall(r"^(?:FAILED|ERROR) (\S+::.*|\S+\.py\b.*)$", text, re.MULTILINE)


def failed_mocha(text):
    """A number and the names of the suites, one a line, up to the name of the test and a colon."""
    listed = re.split(r"^\s+\d+ failing$", text, flags=re.MULTILINE)[1:]
    blocks = re.findall(r"^  \d+\) (.*?):$", listed[-1], re.MULTILINE | re.DOTALL) if listed else []
    return [" ".join(block.split()) for block in blocks]


def failed_busted(text):
    """The place, and in the next line the whole name."""
    return [f"{place}: {name}" for place, name in
            re.findall(r"^(?:Failure|Error) (?:->|→) (.+)\n(.*)$", text, re.MULTILINE)]


def failed_plain(text):
    return re.findall(r"^FAIL(?:ED:)? (.+)$", text, re.MULTILINE)


FAILED = {ctest: failed_ctest, pytest: failed_pytest, mocha: failed_mocha, busted: failed_busted, plain: failed_plain}
READERS = {"core": ctest, "asan": ctest, "tsan": ctest, "python": pytest, "node": mocha, "lua": busted}


def main(sections):
    passed = failed = 0
    print("\n==== summary")
    for section in sections:
        text = ESCAPE.sub("", (LOGS / f"{section}.log").read_text(errors="replace"))
        reader = READERS.get(section, plain)
        good, bad, skipped = reader(text)
        status = int((LOGS / f"{section}.status").read_text())
        note = ""
        if status != 0 and bad == 0:
            bad, note = 1, f" (the section itself failed, status {status})"
        elif good + bad == 0:
            bad, note = 1, " (it ran no test)"
        if reader is ctest:
            note += inside(section)
        if skipped:
            note += f", {skipped} skipped"
        print(f"{section:8} {good:5} passed, {bad} failed{note}")
        for name in dict.fromkeys(FAILED[reader](text)) if status != 0 else ():
            print(f"         failed: {name}")
        passed += good
        failed += bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
