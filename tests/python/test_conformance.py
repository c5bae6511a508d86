"""Every scenario and row of tests/conformance is a test."""

from __future__ import annotations

from typing import Any

import pytest
from conformance import run_row, run_scenario
from conformance_text import Scenario, Step, load, values_of, words_of

_scenarios, _rows = load()


@pytest.mark.parametrize("scenario", _scenarios, ids=lambda s: f"{s.where} {s.name} {s.face or ''}".rstrip())
def test_scenario(scenario: Scenario, quiet: Any) -> None:
    run_scenario(scenario)


@pytest.mark.parametrize("row", _rows, ids=lambda r: r.where)
def test_row(row: Step, quiet: Any) -> None:
    run_row(row)


def test_there_are_scenarios_in_every_file() -> None:
    assert {s.where.split(":")[0] for s in _scenarios} >= {"life.txt", "cancel.txt", "close.txt", "handlers.txt"}


def test_the_reader_reads_values() -> None:
    words = words_of(r'call X 1 -2.5 "a\u{E9}\"" b"\x00\xFF" [ 1 [ ] ] { BigName true } # comment', "here")
    assert values_of(words[2:]) == [1, -2.5, 'a\u00e9"', b"\x00\xff", [1, []], {"big_name": True}]


def test_a_scenario_that_expects_wrong_things_fails(puppet: Any) -> None:
    scenario = Scenario("wrong", "here", face="operation")
    scenario.steps = [
        Step("here:1", words_of("start op", "here"), None),
        Step("here:2", words_of("complete op 42", "here"), words_of("true", "here")),
        Step("here:3", words_of("await op", "here"), words_of("43", "here")),
    ]
    with pytest.raises(AssertionError, match="here:3: expected 43, got 42"):
        run_scenario(scenario)
