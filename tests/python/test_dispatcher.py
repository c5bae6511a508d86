"""What runs in the drain of a loop: order, contexts, exceptions; and loops that come and go."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import logging
import sys
import threading
import time
import warnings
from typing import Any

import pytest

from trivium import _native
from trivium.components import timer


def comes_to_nothing(kind: str) -> bool:
    """A worker that has just woken a loop lets go of its dispatcher a moment later."""
    deadline = time.monotonic() + 5
    while _native.live()[kind] and time.monotonic() < deadline:
        time.sleep(0.001)
    return _native.live()[kind] == 0


def test_contextvars_of_the_awaiting_task(puppet: Any, quiet: Any) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")

    async def waiting(name: str) -> None:
        variable.set(name)
        await puppet.operation(name)
        assert variable.get() == name
        variable.set(name + "!")
        await asyncio.sleep(0)
        assert variable.get() == name + "!"

    async def main() -> None:
        tasks = [asyncio.create_task(waiting(name)) for name in "abc"]
        await asyncio.sleep(0)
        for name in "cab":
            puppet.complete(name, 0)
        await asyncio.gather(*tasks)
        assert variable.get() == "none"

    asyncio.run(main())


@pytest.mark.parametrize("debug", [False, True])
def test_resumed_in_the_order_of_completion(puppet: Any, quiet: Any, debug: bool) -> None:
    async def main() -> None:
        order: list[str] = []

        async def waiting(name: str) -> None:
            await puppet.operation(name)
            order.append(name)

        tasks = [asyncio.create_task(waiting(name)) for name in "abcde"]
        await asyncio.sleep(0)
        for name in "dbeac":
            puppet.complete(name, 0)
        await asyncio.gather(*tasks)
        assert order == list("dbeac")

    asyncio.run(main(), debug=debug)


def test_the_current_task_is_right(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        async def waiting(name: str) -> None:
            before = asyncio.current_task()
            await puppet.operation(name)
            assert asyncio.current_task() is before

        tasks = [asyncio.create_task(waiting(name)) for name in "ab"]
        await asyncio.sleep(0)
        puppet.complete("b", 0)
        puppet.complete("a", 0)
        await asyncio.gather(*tasks)

    asyncio.run(main())


def test_a_synchronous_method_sees_the_work_begin(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        await timer.delay(0.001)
        op = puppet.work("w")  # in a drain, which keeps what it starts back
        start = time.monotonic()
        assert puppet.wait_for("w")
        assert time.monotonic() - start < 4
        puppet.complete("w", 1)
        assert await op == 1

    asyncio.run(main())


def test_a_blocking_wait_in_a_handler_of_another(puppet: Any, quiet: Any) -> None:
    seen: list[Any] = []

    def handler(value: int) -> None:
        # The drain keeps the job back; the wait inside of it lets it go.
        inner = puppet.work("w")
        thread = threading.Thread(target=lambda: puppet.wait_for("w") and puppet.complete("w", 7))
        thread.start()
        seen.append(inner.wait(5))
        thread.join()

    op = puppet.operation_with_progress("a")
    op.on_progress(handler)
    puppet.report("a", 1)
    puppet.complete_later("a", 5, 0.2)
    assert op.get(10) == 5
    assert seen == [1]


@pytest.mark.parametrize("kind", [LookupError, KeyboardInterrupt])
def test_a_loop_whose_get_debug_raises_does_not_spin(puppet: Any, quiet: Any, kind: type[BaseException]) -> None:
    class Loop(asyncio.SelectorEventLoop):
        failing = False
        failed = 0

        def get_debug(self) -> bool:
            # Of asyncio's own questions, each would lose a callback: only the drain's, in Handle._run, is answered so.
            if self.failing and self.failed < 3 and sys._getframe(1).f_code.co_name == "_run":
                self.failed += 1
                raise kind
            return super().get_debug()

    reports: list[dict[str, Any]] = []
    over: list[int] = []
    loop = Loop()
    loop.set_exception_handler(lambda loop, context: reports.append(context))

    async def main() -> int:
        op = puppet.operation("a")
        awaiter = op.__await__()
        awaiter.send(None)
        awaiter.add_done_callback(lambda _: over.append(1))
        loop.failing = True
        puppet.complete("a", 6)
        for _ in range(20):
            await asyncio.sleep(0)
        loop.failing = False
        return await op

    try:
        task = loop.create_task(main())
        if kind is KeyboardInterrupt:
            with pytest.raises(KeyboardInterrupt):
                loop.run_until_complete(task)
        assert loop.run_until_complete(task) == 6
        assert (over, loop.failed) == ([1], 1)
        if kind is LookupError:
            assert [type(report["exception"]) for report in reports] == [LookupError]
    finally:
        loop.failing = False
        loop.close()


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_exit_in_a_resumed_task_leaves_the_loop(puppet: Any, quiet: Any, kind: type[BaseException]) -> None:
    resumed = []

    async def waiting(name: str) -> None:
        await puppet.operation(name)
        resumed.append(name)
        if name == "b":
            raise kind

    loop = asyncio.new_event_loop()
    try:
        tasks = [loop.create_task(waiting(name)) for name in "abc"]
        loop.run_until_complete(asyncio.sleep(0))
        for name in "abc":
            puppet.complete(name, 0)
        with pytest.raises(kind):
            loop.run_until_complete(asyncio.sleep(5))
        assert resumed == ["a", "b"]
        assert isinstance(tasks[1].exception(), kind)
        # What came after it in the same drain is not lost.
        loop.run_until_complete(asyncio.sleep(0))
        assert resumed == ["a", "b", "c"]
        loop.run_until_complete(tasks[2])
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def test_an_exception_in_a_task_stays_in_the_task(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        async def waiting(name: str) -> str:
            await puppet.operation(name)
            if name == "a":
                raise KeyError(name)
            return name

        tasks = [asyncio.create_task(waiting(name)) for name in "ab"]
        await asyncio.sleep(0)
        puppet.complete("a", 0)
        puppet.complete("b", 0)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(results[0], KeyError)
        assert results[1] == "b"

    asyncio.run(main())


def test_two_loops_in_turn(puppet: Any, quiet: Any) -> None:
    async def one(name: str) -> int:
        op = puppet.operation(name)
        puppet.complete_later(name, 1, 0.005)
        return await op

    for i in range(3):
        assert asyncio.run(one(f"n{i}")) == 1


def test_loops_in_many_threads(quiet: Any) -> None:
    results: list[int] = []

    async def main(i: int) -> int:
        await asyncio.gather(*[timer.delay(0.001 * (j % 3)) for j in range(20)])
        return i

    threads = [threading.Thread(target=lambda i=i: results.append(asyncio.run(main(i)))) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == list(range(8))


def test_one_operation_awaited_in_two_loops(puppet: Any, quiet: Any) -> None:
    op = puppet.operation("a")
    results: list[int] = []

    async def main() -> None:
        results.append(await op)

    threads = [threading.Thread(target=lambda: asyncio.run(main())) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    puppet.complete("a", 6)
    for thread in threads:
        thread.join()
    assert results == [6, 6]


def test_one_dispatcher_for_a_loop_and_none_after_it(quiet: Any) -> None:
    async def main() -> None:
        await asyncio.gather(*[timer.delay(0.001) for _ in range(50)])
        assert _native.live()["dispatcher"] == 1

    asyncio.run(main())
    assert comes_to_nothing("dispatcher")


def test_closing_a_loop_cancels_what_is_awaited_on_it(puppet: Any, quiet: Any) -> None:
    loop = asyncio.new_event_loop()
    op = puppet.operation("a")
    other = puppet.operation("b")

    async def begin() -> asyncio.Future[Any]:
        op.on_progress(print)
        task = asyncio.ensure_future(op)
        await asyncio.sleep(0)
        return task

    task = loop.run_until_complete(begin())
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    loop.close()
    assert puppet.is_canceled("a")
    assert not puppet.is_canceled("b")
    assert _native.live()["waiter"] == 0
    other.cancel()
    del task


def test_a_loop_that_is_dropped_open_is_collected(puppet: Any, quiet: Any) -> None:
    loop = asyncio.new_event_loop()

    async def waiting() -> None:
        await puppet.operation("a")

    async def begin() -> None:
        task = asyncio.ensure_future(waiting())
        task._log_destroy_pending = False
        await asyncio.sleep(0)

    loop.run_until_complete(begin())
    asyncio.set_event_loop(None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        del loop
        gc.collect()
    assert comes_to_nothing("dispatcher")
    assert puppet.is_canceled("a")


def test_a_loop_may_change_its_thread(puppet: Any, quiet: Any) -> None:
    loop = asyncio.new_event_loop()
    assert loop.run_until_complete(timer.delay(0.001)) is None
    thread = threading.Thread(target=lambda: loop.run_until_complete(timer.delay(0.001)))
    thread.start()
    thread.join()
    assert loop.run_until_complete(timer.delay(0.001)) is None
    loop.close()


def test_debug_mode_names_the_slow_task(puppet: Any, quiet: Any, caplog: pytest.LogCaptureFixture) -> None:
    async def slow() -> None:
        await timer.delay(0.001)
        time.sleep(0.15)

    async def main() -> None:
        asyncio.get_running_loop().slow_callback_duration = 0.1
        await asyncio.create_task(slow(), name="the slow one")

    with caplog.at_level(logging.WARNING, "asyncio"):
        asyncio.run(main(), debug=True)
    assert any("the slow one" in message for message in caplog.messages)


def test_an_exception_in_a_progress_handler_goes_to_the_loop(puppet: Any, quiet: Any) -> None:
    reports: list[dict[str, Any]] = []

    def failing(value: int) -> None:
        raise KeyError(value)

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: reports.append(context))
        op = puppet.operation_with_progress("a")
        op.on_progress(failing)
        task = asyncio.ensure_future(op)
        puppet.report("a", 1)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        puppet.complete("a", 5)
        assert await task == 5

    asyncio.run(main())
    assert [type(report["exception"]) for report in reports] == [KeyError]
    assert reports[0]["handle"] is failing


def test_without_a_loop_it_goes_to_the_unraisable_hook(puppet: Any, quiet: Any, monkeypatch: Any) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("sys.unraisablehook", lambda info: seen.append((info.exc_type, info.object)))

    def failing(value: int) -> None:
        raise KeyError(value)

    op = puppet.operation_with_progress("a")
    op.on_progress(failing)
    puppet.report("a", 1)
    puppet.complete("a", 5)
    assert op.get() == 5
    op = puppet.operation("b")
    puppet.complete("b", 1)
    op.operation.completed = failing
    assert [kind for kind, _ in seen] == [TypeError]  # it takes one argument, and was given two
    seen.clear()

    op = puppet.operation_with_progress("c")
    op.on_progress(failing)
    puppet.report("c", 1)
    assert op.wait(0.05) == 0
    assert seen == [(KeyError, failing)]


def test_a_thousand_in_flight(quiet: Any) -> None:
    async def main() -> None:
        await asyncio.gather(*[timer.delay(0.001 * (i % 5)) for i in range(1000)])

    asyncio.run(main())
