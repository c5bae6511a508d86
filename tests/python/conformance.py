"""Runs the scenarios and rows of tests/conformance against the installed package.

    TRIVIUM_PATH=<directory of the test components> python conformance.py
"""

from __future__ import annotations

import asyncio
import dataclasses
import enum
import gc
import math
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import trivium
from conformance_text import NOTHING, Enumerator, Failure, FUNCTION, Scenario, Step, expectation, load, snake, values_of
from trivium import _native

DEADLINE = 10.0


def code_of(error: BaseException) -> str:
    if isinstance(error, trivium.Error):
        return error.code
    if isinstance(error, asyncio.CancelledError):
        return "CANCELED"
    return type(error).__name__


def _argument(value: Any, module: Any) -> Any:
    if isinstance(value, Enumerator):
        name = snake(value.name).upper()
        for cls in vars(module).values():
            if isinstance(cls, type) and issubclass(cls, enum.IntEnum) and name in cls.__members__:
                return cls[name]
        return value.name
    if value is FUNCTION:
        return lambda *_: None
    if isinstance(value, list):
        return [_argument(item, module) for item in value]
    if isinstance(value, dict):
        return {name: _argument(item, module) for name, item in value.items()}
    return value


def _same(expected: Any, got: Any) -> bool:
    if isinstance(expected, Enumerator):
        return isinstance(got, enum.IntEnum) and got.name == snake(expected.name).upper()
    if expected is NOTHING:
        return got is None
    if isinstance(expected, dict):
        if not dataclasses.is_dataclass(got):
            return False
        names = [f.name for f in dataclasses.fields(got)]
        return names == list(expected) and all(_same(expected[n], getattr(got, n)) for n in names)
    if isinstance(expected, list):
        return isinstance(got, list) and len(got) == len(expected) and all(map(_same, expected, got))
    if isinstance(expected, bytes):
        return isinstance(got, (bytes, memoryview)) and bytes(got) == expected
    if isinstance(expected, float):
        if not isinstance(got, float):
            return False
        if math.isnan(expected):
            return math.isnan(got)
        return got == expected and math.copysign(1, got) == math.copysign(1, expected)
    return type(got) is type(expected) and bool(got == expected)


def check(step: Step, outcome: Any, face: str | None = None) -> None:
    """Compares what came (a value, or an exception) with what the step expects."""
    if step.expected is None:
        if isinstance(outcome, BaseException):
            raise AssertionError(f"{step.where}: {outcome!r}") from outcome
        return
    expected = expectation(step.expected)
    if isinstance(expected, Failure):
        assert isinstance(outcome, BaseException), f"{step.where}: expected {expected.code}, got {outcome!r}"
        assert code_of(outcome) == expected.code, f"{step.where}: expected {expected.code}, got {outcome!r}"
        for fragment in expected.fragments:
            assert fragment in str(outcome), f"{step.where}: {fragment!r} is not in {str(outcome)!r}"
        return
    if isinstance(outcome, BaseException):
        raise AssertionError(f"{step.where}: expected {expected!r}, got {outcome!r}") from outcome
    if expected == Enumerator("OK"):
        return
    if face is not None and face.startswith("action"):
        expected = NOTHING
    assert _same(expected, outcome), f"{step.where}: expected {expected!r}, got {outcome!r}"


async def _settle() -> None:
    # Each turn of the loop looks at the dispatcher once.
    for _ in range(4):
        await asyncio.sleep(0)


class Runner:
    """One run of one scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.puppet = trivium.load("puppet")
        self.operations: dict[str, Any] = {}
        self.faces: dict[str, str] = {}
        self.waits: dict[str, tuple[asyncio.Task[Any], str]] = {}
        self.handlers: dict[str, Callable[..., None]] = {}
        self.fired: dict[str, list[int]] = {}
        self.reported: dict[str, list[Any]] = {}

    async def run(self) -> None:
        self.puppet.reset()
        try:
            for step in self.scenario.steps:
                await self.step(step)
        finally:
            for task, _ in self.waits.values():
                task.cancel()
            await asyncio.gather(*[task for task, _ in self.waits.values()], return_exceptions=True)
            self.operations.clear()
            self.puppet.reset()
            await _settle()

    async def step(self, step: Step) -> None:
        name, *words = step.words
        arguments = values_of(words) if name in ("complete", "report", "complete_later", "fail_later") else words
        if name in ("complete", "report", "complete_later", "fail_later"):
            arguments = [words[0], *[str(w) if isinstance(v, Enumerator) else v for w, v in zip(words[1:], arguments[1:])]]
        face = None
        try:
            outcome = getattr(self, f"do_{name}")(*arguments)
            if asyncio.iscoroutine(outcome) and not isinstance(outcome, trivium.Operation):
                outcome = await outcome
        except (Exception, asyncio.CancelledError) as error:
            outcome = error
        if name in ("await", "end_await", "get_results"):
            face = self.waits[words[0]][1] if name == "end_await" else self.faces[words[0]]
        if name in ("status", "fired") and step.expected and not isinstance(outcome, BaseException):
            assert str(outcome) == str(step.expected[0]), f"{step.where}: {outcome} is not {step.expected[0]}"
        elif name == "error_code" and step.expected and not isinstance(outcome, BaseException):
            assert outcome == step.expected[0], f"{step.where}: {outcome} is not {step.expected[0]}"
        elif name == "id" and not isinstance(outcome, BaseException):
            assert outcome != 0, step.where
        elif name == "reported":
            expected = values_of(step.expected or [])
            expected = [] if expected == [NOTHING] else expected
            assert outcome == expected, f"{step.where}: {outcome!r} is not {expected!r}"
        else:
            check(step, outcome, face)

    # ---- driving the work

    def do_start(self, op: str, face: str | None = None) -> None:
        face = face or self.scenario.face
        assert face is not None, "a scenario without faces says which one it starts"
        self.operations[op] = getattr(self.puppet, face)(op)
        self.faces[op] = face

    def do_start_on_pool(self, op: str) -> None:
        self.operations[op] = self.puppet.work(op)
        self.faces[op] = "operation"
        assert self.puppet.wait_for(op), "it did not come to run"

    def do_complete(self, op: str, value: int = 0) -> bool:
        return self.puppet.complete(op, value)

    def do_fail(self, op: str, code: str, message: str = "") -> bool:
        return self.puppet.fail(op, code, message)

    def do_report(self, op: str, value: int) -> None:
        self.puppet.report(op, value)

    def do_drop(self, op: str) -> None:
        self.puppet.drop(op)

    def do_canceled(self, op: str) -> bool:
        return self.puppet.is_canceled(op)

    def do_cancel_calls(self, op: str) -> int:
        return self.puppet.cancel_calls(op)

    def do_complete_later(self, op: str, value: int, delay: Any) -> None:
        self.puppet.complete_later(op, value, delay)

    def do_fail_later(self, op: str, code: str, delay: Any) -> None:
        self.puppet.fail_later(op, code, delay)

    # ---- the raw face

    def do_status(self, op: str) -> str:
        return self.operations[op].operation.status.name.capitalize()

    def do_id(self, op: str) -> int:
        return self.operations[op].operation.id

    def do_error_code(self, op: str) -> str:
        return _native.status(self.operations[op].operation.error_code)[2]

    def do_cancel(self, op: str) -> None:
        self.operations[op].operation.cancel()

    def do_close(self, op: str) -> None:
        self.operations[op].operation.close()

    def do_get_results(self, op: str) -> Any:
        return self.operations[op].operation.get_results()

    def do_on_completed(self, op: str, name: str) -> None:
        raw = self.operations[op].operation
        if name == "none":
            raw.completed = None
            return
        calls = self.fired.setdefault(name, [])

        def handler(sender: Any, status: trivium.AsyncStatus) -> None:
            assert isinstance(sender, trivium.RawOperation)
            calls.append(status)

        self.handlers[name] = handler
        raw.completed = handler

    def do_fired(self, name: str) -> str:
        calls = self.fired.get(name, [])
        assert len(calls) <= 1, f"{name} was called {len(calls)} times"
        return trivium.AsyncStatus(calls[0]).name.capitalize() if calls else "never"

    def do_completed_is(self, op: str, name: str) -> bool:
        return self.operations[op].operation.completed is (None if name == "none" else self.handlers.get(name))

    def do_on_progress(self, op: str, name: str) -> None:
        raw = self.operations[op].operation
        if name == "none":
            raw.progress = None
        else:
            values = self.reported.setdefault(name, [])
            raw.progress = lambda sender, value: values.append(value)

    # ---- the language's own way

    async def do_await(self, op: str) -> Any:
        return await self.operations[op]

    async def do_begin_await(self, wait: str, op: str) -> None:
        async def waiting(operation: Any) -> Any:
            return await operation

        self.waits[wait] = asyncio.create_task(waiting(self.operations[op])), self.faces[op]
        await asyncio.sleep(0)

    def do_pending(self, wait: str) -> bool:
        return not self.waits[wait][0].done()

    async def do_end_await(self, wait: str) -> Any:
        return await self.waits[wait][0]

    def do_listen(self, op: str, name: str) -> None:
        values = self.reported.setdefault(name, [])
        self.operations[op].on_progress(values.append)

    def do_reported(self, name: str) -> list[Any]:
        return self.reported.get(name, [])

    def do_timeout(self, name: str, op: str, delay: str) -> None:
        self.operations[name] = self.operations[op].timeout(values_of([delay])[0])
        self.faces[name] = self.faces[op]

    def do_ask_cancel(self, op: str) -> None:
        self.operations[op].cancel()

    def do_done(self, op: str) -> bool:
        return self.operations[op].done()

    def do_same_id(self, a: str, b: str) -> bool:
        return self.operations[a].id == self.operations[b].id

    def do_forget(self, op: str) -> None:
        del self.operations[op]
        gc.collect()

    async def do_drain(self) -> None:
        await _settle()

    async def do_sleep(self, delay: str) -> None:
        await asyncio.sleep(values_of([delay])[0].total_seconds())


def run_scenario(scenario: Scenario) -> None:
    async def limited() -> None:
        await asyncio.wait_for(Runner(scenario).run(), DEADLINE)

    asyncio.run(limited())


def _call(method: str, words: list[Any]) -> Any:
    puppet = trivium.load("puppet")
    arguments = [_argument(value, puppet) for value in values_of(words)]

    async def calling() -> Any:
        result = getattr(puppet, snake(method))(*arguments)
        return await result if isinstance(result, trivium.Operation) else result

    return asyncio.run(asyncio.wait_for(calling(), DEADLINE))


def _row(kind: str, words: list[Any]) -> Any:
    if kind == "load":
        return trivium.load(words[0])
    if kind == "load_path":
        directory = os.environ["TRIVIUM_PATH"].split(os.pathsep)[0]
        return trivium.load(os.path.join(directory, words[0]))
    if kind == "same":
        return trivium.load(words[0]) is trivium.load(words[1])
    if kind == "call":
        return _call(words[0], words[1:])
    raise SyntaxError(f"no such row: {kind}")


def run_row(row: Step) -> None:
    kind, *words = row.words
    try:
        outcome = _row(kind, words)
    except (Exception, asyncio.CancelledError) as error:
        outcome = error
    if not isinstance(outcome, BaseException) and kind.startswith("load") and row.expected == ["OK"]:
        return
    check(row, outcome)


def main() -> int:
    scenarios, rows = load()
    failed = 0
    runs: list[tuple[Callable[[Any], None], Any]] = [(run_scenario, s) for s in scenarios]
    runs += [(run_row, r) for r in rows]
    for run, what in runs:
        try:
            run(what)
        except Exception:
            failed += 1
            print(f"FAILED {what.where} {getattr(what, 'name', '')} {getattr(what, 'face', '')}")
            traceback.print_exc()
    print(f"conformance: {len(runs)} scenarios")
    print(f"{len(runs) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
