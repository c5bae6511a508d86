#!/usr/bin/env python3
"""Writes docs/contract.md from core/src/async_states.def and core/src/status.def. With --check it only says, by its
exit status, whether the document is current."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "contract.md"
CORE = ROOT / "core" / "src"
EVENTS = {
    "START": "the provider starts it",
    "COMPLETE": "the provider completes it",
    "FAIL": "the provider fails it",
    "CANCEL": "`Cancel`",
    "CLOSE": "`Close`",
    "STOP": "the last reference of the provider goes",
}
MEANINGS = {
    "OK": "S_OK",
    "ILLEGAL": "E_ILLEGAL_METHOD_CALL",
    "NOT_STARTED": "E_ASYNC_OPERATION_NOT_STARTED",
    "RESULT": "the stored failure",
}


def rows(text, macro, count):
    """The arguments of each use of a macro that begins a line."""
    pattern = rf"^{macro}\(" + r",\s*".join([r"([^,]+)"] * count) + r"\)$"
    return re.findall(pattern, text, re.MULTILINE)


def words(name):
    """GET_ERROR_CODE -> get_ErrorCode"""
    verb, *noun = name.split("_")
    capital = "".join(part.capitalize() for part in noun)
    return f"get_{capital}" if verb == "GET" and noun != ["RESULTS"] else f"put_{capital}" if verb == "PUT" else "GetResults"


def table(head, lines):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for line in lines:
        yield "| " + " | ".join(line) + " |"


def document():
    states_def = (CORE / "async_states.def").read_text(encoding="utf-8")
    states = rows(states_def, "TRI_STATE", 4)
    transitions = {(event, source): (to, hr) for event, source, to, hr in rows(states_def, "TRI_TRANSITION", 4)}
    names = [state[0] for state in states]
    # In the order of a life.
    names.sort(key=["CREATED", "STARTED", "CANCELING", "COMPLETED", "CANCELED", "ERROR", "CLOSING", "CLOSED"].index)
    facts = {state[0]: state for state in states}

    yield "# The life of an operation"
    yield ""
    yield "This page is made by `tools/contract.py` from `core/src/async_states.def` and `core/src/status.def`, which core itself"
    yield "is compiled from. Change those."
    yield ""
    yield "## States"
    yield "Canceling and Closing are Canceled and Closed while the work still runs; a client sees Canceled and Closed."
    yield ""
    client = {name: facts[name][1].replace("TRI_ASYNC_", "").capitalize() for name in names}
    yes = {"true": "yes", "false": "no"}
    yield from table(("state", "a client sees", "has an outcome", "the work has stopped"),
                     ((n.capitalize(), client[n], yes[facts[n][2]], yes[facts[n][3]]) for n in names))
    yield ""
    yield "## Events"
    yield "Each cell is the next state, or a dash where it stays. *Refused* is E_ILLEGAL_STATE_CHANGE: the outcome does not count. It"
    yield "may tell, even so, that the work has stopped."
    yield ""

    def cell(event, state):
        to, hr = transitions[event, state]
        next_state = "" if to == state else to.capitalize()
        refused = {"TRI_S_OK": "", "TRI_E_ILLEGAL_STATE_CHANGE": "*refused*"}[hr]
        return ", ".join(filter(None, (next_state, refused))) or "-"

    yield from table(("event", *(n.capitalize() for n in names)),
                     ([EVENTS[event], *(cell(event, n) for n in names)] for event in EVENTS))
    yield ""
    yield "## Methods"
    yield "What the other methods of the interfaces say in each state that a client can see."
    yield ""
    yield from table(("method", "Created", "Started", "Completed", "Canceled", "Error", "Closed"),
                     ([f"`{words(method)}`", *(MEANINGS[m] for m in said)]
                      for method, *said in rows(states_def, "TRI_RULE", 7)))
    yield ""
    yield "## Failures"
    yield "The code is the same in all languages. Python raises the built-in exception that stands here, and a `trivium.Error`, in one;"
    yield "JavaScript has an error of that constructor. Lua has an error object. An errno that has no row keeps its name as code."
    yield ""
    numbers = dict(re.findall(r"^#define (TRI_[SE]_\w+) TRI_HRESULT\((0x\w+)\)",
                              (ROOT / "core/include/trivium/component.h").read_text(encoding="utf-8"), re.MULTILINE))
    status_def = (CORE / "status.def").read_text(encoding="utf-8")
    status = [[part.strip().strip('"') for part in row] for row in
              re.findall(r'^TRI_STATUS\((\w+), "(\w+)", "([^"]+)", "(\w+)", "(\w+)"\)$', status_def, re.MULTILINE)]
    yield from table(("code", "HRESULT", "number", "says", "Python", "JavaScript"),
                     ((f"`{code}`", f"`{name}`", f"`{numbers[name]}`", message, python, js)
                      for name, code, message, python, js in status if name in numbers))


def text():
    return "\n".join(document()) + "\n"


def is_current():
    return DOCUMENT.exists() and DOCUMENT.read_text(encoding="utf-8") == text()


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        sys.exit(0 if is_current() else "docs/contract.md is not current: run tools/contract.py")
    DOCUMENT.write_text(text(), encoding="utf-8")
