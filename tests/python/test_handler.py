"""Progress: the attribute, on_progress, reports; and the handlers of the raw face."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import threading
import time
import weakref
from typing import Any

import pytest

import trivium
from trivium import _native
from trivium.components import timer


async def settle() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


def test_on_progress_and_its_unsubscriber(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation_with_progress("a")
        seen: list[int] = []
        off = op.on_progress(seen.append)
        assert off.active
        puppet.report("a", 1)
        await settle()
        off()
        assert not off.active
        puppet.report("a", 2)
        await settle()
        off()
        assert seen == [1]
        with pytest.raises(TypeError):
            off(1)

    asyncio.run(main())


def test_a_handler_that_ends_itself(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation_with_progress("a")
        seen: list[int] = []

        def once(value: int) -> None:
            seen.append(value)
            off()

        off = op.on_progress(once)
        puppet.report("a", 1)
        puppet.complete("a", 0)
        await settle()
        assert seen == [1]

    asyncio.run(main())


def test_the_attribute(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation_with_progress("a")
        assert op.progress is None
        first: list[int] = []
        second: list[int] = []
        append = first.append
        op.progress = append
        assert op.progress is append
        puppet.report("a", 1)
        await settle()
        op.progress = second.append
        puppet.report("a", 2)
        await settle()
        op.progress = None
        assert op.progress is None
        puppet.report("a", 3)
        await settle()
        assert (first, second[-1]) == ([1], 2)

    asyncio.run(main())


@pytest.mark.parametrize("bad", [5, "f", []])
def test_a_handler_is_a_function(puppet: Any, quiet: Any, bad: Any) -> None:
    op = puppet.operation_with_progress("a")
    with pytest.raises(TypeError, match=r"on_progress\(\): expected a function, got"):
        op.on_progress(bad)
    with pytest.raises(TypeError, match="progress: expected a function"):
        op.progress = bad
    with pytest.raises(TypeError, match="completed: expected a function"):
        op.operation.completed = bad
    with pytest.raises(TypeError, match="progress: expected a function"):
        op.operation.progress = bad


def test_in_the_context_of_who_registered_it(puppet: Any, quiet: Any) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")
    seen: list[str] = []

    async def register(name: str, op: Any) -> None:
        variable.set(name)
        op.on_progress(lambda value: seen.append(variable.get()))

    async def main() -> None:
        op = puppet.operation_with_progress("a")
        await asyncio.gather(register("one", op), register("two", op))
        puppet.report("a", 1)
        await settle()
        assert sorted(seen) == ["one", "two"]

    asyncio.run(main())


def test_reports(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation_with_progress("a")

        async def work() -> None:
            for i in range(3):
                puppet.report("a", i)
                await settle()
            puppet.report("a", 9)
            puppet.complete("a", 5)

        task = asyncio.create_task(work())
        assert [value async for value in op.reports()] == [0, 1, 2, 9]
        assert await op == 5
        await task
        assert [value async for value in op.reports()] == []

    asyncio.run(main())


def test_reports_end_with_a_failure_and_a_cancel(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        failing = puppet.operation_with_progress("a")
        reports = failing.reports()
        puppet.fail("a", "ENOENT", "gone")
        assert [value async for value in reports] == []
        canceled = puppet.operation_with_progress("b")
        reports = canceled.reports()
        canceled.cancel()
        assert [value async for value in reports] == []

    asyncio.run(main())


def test_reports_left_early(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation_with_progress("a")
        puppet.report("a", 1)
        reports = op.reports()
        async for value in reports:
            assert value == 1
            break
        await reports.aclose()
        puppet.report("a", 2)
        await settle()
        assert [value async for value in reports] == []

    asyncio.run(main())


def test_two_tasks_cannot_share_one_reports(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation_with_progress("a")
        reports = op.reports()
        first = asyncio.ensure_future(reports.__anext__())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match=r"call reports\(\) once for each"):
            await reports.__anext__()
        puppet.report("a", 1)
        assert await first == 1

    asyncio.run(main())


def test_a_canceled_reader_can_be_followed_by_another(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation_with_progress("a")
        reports = op.reports()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(reports.__anext__(), 0.01)
        assert op.status is trivium.AsyncStatus.STARTED
        puppet.report("a", 3)
        assert await reports.__anext__() == 3

    asyncio.run(main())


def test_registered_before_a_loop_runs(puppet: Any, quiet: Any) -> None:
    op = puppet.operation_with_progress("a")
    seen: list[int] = []
    op.on_progress(seen.append)
    ended = op.on_progress(lambda value: seen.append(-value))
    ended()

    async def main() -> int:
        task = asyncio.ensure_future(op)
        await settle()
        puppet.report("a", 1)
        await settle()
        puppet.complete("a", 5)
        return await task

    assert asyncio.run(main()) == 5
    assert seen == [1]


def test_called_from_get(puppet: Any, quiet: Any) -> None:
    op = puppet.operation_with_progress("a")
    seen: list[int] = []
    op.on_progress(seen.append)
    puppet.report("a", 1)
    assert op.wait(0.05) is trivium.AsyncStatus.STARTED
    puppet.report("a", 2)
    puppet.complete_later("a", 5, 0.02)
    assert op.get() == 5
    assert seen == [1, 2]


def test_a_countdown_counts_down() -> None:
    async def main() -> None:
        op = timer.countdown(0.2, 0.05)
        values = [value async for value in op.reports()]
        assert values == sorted(values, reverse=True)
        assert len(values) >= 2
        await op

    asyncio.run(main())


def test_cycles_are_collected(puppet: Any, quiet: Any) -> None:
    class Marker:
        pass

    async def main() -> weakref.ref[Marker]:
        op = puppet.operation_with_progress("a")
        raw = op.operation
        marker = Marker()
        op.progress = lambda value, op=op, marker=marker: None
        raw.progress = lambda sender, value, raw=raw, marker=marker: None
        raw.completed = lambda sender, status, raw=raw, marker=marker: None
        return weakref.ref(marker)

    marker = asyncio.run(main())
    gc.collect()
    assert marker() is None  # the loop is closed, so nothing calls them any more


def test_cycles_before_a_loop_are_collected(puppet: Any, quiet: Any) -> None:
    class Marker:
        pass

    op = puppet.operation_with_progress("a")
    marker = Marker()
    op.on_progress(lambda value, op=op, marker=marker: None)
    weak = weakref.ref(marker)
    del op, marker
    gc.collect()
    assert weak() is None


def test_handlers_are_dropped_when_it_is_over(puppet: Any, quiet: Any) -> None:
    class Handler:
        def __call__(self, *_: Any) -> None:
            pass

    async def main() -> None:
        op = puppet.operation_with_progress("a")
        handler = Handler()
        weak = weakref.ref(handler)
        op.progress = handler
        op.operation.progress = handler
        op.operation.completed = handler
        op.on_progress(handler)
        del handler
        assert weak() is not None
        puppet.complete("a", 1)
        await op
        await settle()
        assert weak() is None

    asyncio.run(main())


def test_ended_from_another_thread_it_is_never_called_again(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation_with_progress("a")
        seen: list[int] = []
        kept: list[int] = []
        offs = [op.on_progress(seen.append) for _ in range(3)]
        op.on_progress(kept.append)
        op.progress = seen.append

        def end() -> None:
            for off in offs:
                off()
            op.progress = None

        thread = threading.Thread(target=end)
        puppet.report("a", 1)  # told, and not delivered yet
        thread.start()
        thread.join()
        assert [off.active for off in offs] == [False] * 3
        await settle()
        assert (seen, kept) == ([], [1])
        puppet.report("a", 2)
        await settle()
        puppet.complete("a", 3)
        assert await op == 3
        await settle()
        assert (seen, kept) == ([], [1, 2])
        assert _native.live()["waiter"] == 0

    asyncio.run(main())


def test_ended_from_another_thread_while_the_loop_is_in_a_handler(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation_with_progress("a")
        seen: list[int] = []
        offs: list[Any] = []

        def first(value: int) -> None:
            thread = threading.Thread(target=lambda: [off() for off in offs])
            thread.start()
            thread.join()  # the others are ready, and in the drain that is under way

        op.on_progress(first)
        offs += [op.on_progress(seen.append) for _ in range(5)]
        puppet.report("a", 1)
        await settle()
        assert seen == []
        puppet.complete("a", 3)
        assert await op == 3

    asyncio.run(main())


def test_a_suspended_coroutine_is_closed_by_another_thread(puppet: Any, quiet: Any) -> None:
    async def waiting() -> None:
        await puppet.operation("a")

    async def main() -> None:
        coroutine = waiting()
        coroutine.send(None)
        thread = threading.Thread(target=coroutine.close)
        thread.start()
        thread.join()
        puppet.complete("a", 1)
        await settle()

    asyncio.run(main())


def test_a_second_get_takes_the_handlers_over(puppet: Any, quiet: Any) -> None:
    op = puppet.operation_with_progress("a")
    seen: list[tuple[int, str]] = []
    op.on_progress(lambda value: seen.append((value, threading.current_thread().name)))
    results: list[int] = []
    begun = threading.Event()

    def short() -> None:
        begun.set()
        assert op.wait(0.3) is trivium.AsyncStatus.STARTED

    first = threading.Thread(target=short, name="first")
    second = threading.Thread(target=lambda: results.append(op.get(10)), name="second")
    first.start()
    assert begun.wait(5)
    time.sleep(0.05)
    second.start()
    time.sleep(0.05)
    puppet.report("a", 1)
    first.join()
    puppet.report("a", 2)
    deadline = time.monotonic() + 5
    while len(seen) < 2 and time.monotonic() < deadline:
        time.sleep(0.005)
    puppet.report("a", 3)
    puppet.complete("a", 4)
    second.join()
    assert results == [4]
    assert seen == [(1, "first"), (2, "second"), (3, "second")]


def test_a_last_report_is_told_by_the_get_that_is_left(puppet: Any, quiet: Any) -> None:
    op = puppet.operation_with_progress("a")
    seen: list[int] = []
    op.on_progress(seen.append)
    first = threading.Thread(target=lambda: op.wait(0.2))
    second = threading.Thread(target=lambda: op.get(10))
    first.start()
    time.sleep(0.05)
    second.start()
    first.join()
    puppet.report("a", 8)
    puppet.complete("a", 4)
    second.join()
    assert seen == [8]
