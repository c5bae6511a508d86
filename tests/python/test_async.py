"""Awaiting an operation, in all the ways of asyncio."""

from __future__ import annotations

import asyncio
import collections.abc
import inspect
import sys
import threading
from datetime import timedelta
from typing import Any

import pytest

import trivium
from trivium import AsyncStatus
from trivium.components import timer

py311 = pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio.timeout and TaskGroup came with 3.11")


def test_an_operation_is_a_coroutine(puppet: Any, quiet: Any) -> None:
    op = puppet.operation("a")
    assert isinstance(op, trivium.Operation)
    assert isinstance(op, collections.abc.Coroutine)
    assert asyncio.iscoroutine(op)
    assert inspect.isawaitable(op)
    assert not asyncio.isfuture(op)
    assert op.__name__ == op.__qualname__ == "operation"
    assert "operation Started" in repr(op)


def test_run_takes_it(quiet: Any) -> None:
    assert asyncio.run(timer.delay(0.001)) is None


def test_awaited_many_times(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation("a")
        puppet.complete_later("a", 7, 0.01)
        assert await op == 7
        assert await op == 7
        assert op.status is AsyncStatus.COMPLETED

    asyncio.run(main())


def test_what_is_over_is_answered_without_the_loop(puppet: Any, quiet: Any) -> None:
    op = puppet.operation("a")
    puppet.complete("a", 7)
    with pytest.raises(StopIteration) as stop:
        op.__await__().send(None)
    assert stop.value.value == 7
    with pytest.raises(StopIteration) as stop:
        next(op.__await__())
    assert stop.value.value == 7
    with pytest.raises(StopIteration) as stop:
        op.send(None)
    assert stop.value.value == 7


def test_tasks_gather_shield_wait(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        ops = [puppet.operation(name) for name in "abcdef"]
        for i, name in enumerate("abcdef"):
            puppet.complete_later(name, i, 0.01)
        task = asyncio.create_task(ops[0])
        first = await asyncio.wait_for(ops[1], 5)
        second = await asyncio.shield(ops[2])
        assert (await task, first, second) == (0, 1, 2)
        assert await asyncio.gather(*ops) == [0, 1, 2, 3, 4, 5]
        done, pending = await asyncio.wait([asyncio.ensure_future(op) for op in ops])
        assert sorted(t.result() for t in done) == [0, 1, 2, 3, 4, 5]
        assert not pending
        assert [await f for f in asyncio.as_completed([ops[3]])] == [3]

    asyncio.run(main())


def test_two_tasks_drive_one_operation(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation("a")
        tasks = [asyncio.create_task(op) for _ in range(3)]
        await asyncio.sleep(0)
        puppet.complete("a", 5)
        assert await asyncio.gather(*tasks) == [5, 5, 5]

    asyncio.run(main())


@py311
def test_task_group(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            one = group.create_task(puppet.operation("a"))
            two = group.create_task(puppet.operation("b"))
            puppet.complete_later("a", 1, 0.01)
            puppet.complete_later("b", 2, 0.01)
        assert (one.result(), two.result()) == (1, 2)

    asyncio.run(main())


@py311
def test_a_failing_task_of_a_group_cancels_the_others(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        ops = [puppet.operation("a"), puppet.operation("b")]
        with pytest.raises(Exception) as caught:  # ExceptionGroup, which 3.10 has not
            async with asyncio.TaskGroup() as group:
                for op in ops:
                    group.create_task(op)
                await asyncio.sleep(0)
                puppet.fail("a", "ENOENT", "gone")
        assert [type(e).__name__ for e in caught.value.exceptions] == ["FileNotFoundError"]
        assert puppet.is_canceled("b")

    asyncio.run(main())


def test_run_coroutine_threadsafe(puppet: Any, quiet: Any) -> None:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        op = puppet.operation("a")
        future = asyncio.run_coroutine_threadsafe(op, loop)
        puppet.complete_later("a", 9, 0.01)
        assert future.result(5) == 9
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_cancel_of_the_task_cancels_the_work(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation("a")
        task = asyncio.create_task(op)
        await asyncio.sleep(0)
        task.cancel("enough")
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert not isinstance(caught.value, trivium.Error)
        assert task.cancelled()
        assert op.status is AsyncStatus.CANCELED
        assert puppet.is_canceled("a")

    asyncio.run(main())


def test_the_message_of_cancel_arrives(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation("a")
        seen = []

        async def waiting() -> None:
            try:
                await op
            except asyncio.CancelledError as error:
                seen.append(error.args)
                raise

        task = asyncio.create_task(waiting())
        await asyncio.sleep(0)
        task.cancel("enough")
        with pytest.raises(asyncio.CancelledError):
            await task
        assert seen == [("enough",)]

    asyncio.run(main())


def test_cancel_before_the_first_step_cancels_the_work(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation("a")
        task = asyncio.create_task(op)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert op.status is AsyncStatus.CANCELED

    asyncio.run(main())


def test_a_cancel_that_meets_the_completion_is_not_lost(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        task = asyncio.create_task(puppet.operation("a"))
        await asyncio.sleep(0)
        puppet.complete("a", 1)
        assert task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


def test_shield_protects_the_work(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation("a")
        task = asyncio.ensure_future(asyncio.shield(op))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert op.status is AsyncStatus.STARTED
        puppet.complete("a", 3)
        assert await op == 3

    asyncio.run(main())


def test_cancel_from_elsewhere(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation("a")
        task = asyncio.create_task(op)
        await asyncio.sleep(0)
        assert op.cancel() is None
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(asyncio.CancelledError):
            await op

    asyncio.run(main())


def test_wait_for_cancels(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation("a")
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(op, 0.01)
        assert op.status is AsyncStatus.CANCELED

    asyncio.run(main())


@py311
def test_asyncio_timeout_cancels(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation("a")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await op
        assert op.status is AsyncStatus.CANCELED
        assert asyncio.current_task().cancelling() == 0

    asyncio.run(main())


@pytest.mark.parametrize("time_span", [0.02, timedelta(milliseconds=20)])
def test_timeout_of_the_operation(puppet: Any, quiet: Any, time_span: Any) -> None:
    async def main() -> None:
        op = puppet.operation("a")
        with pytest.raises(TimeoutError) as caught:
            await op.timeout(time_span)
        assert isinstance(caught.value, trivium.Error)
        assert caught.value.code == "TIMEOUT"
        assert op.status is AsyncStatus.CANCELED

    asyncio.run(main())


@pytest.mark.parametrize("bad", ["soon", None, True])
def test_timeout_wants_a_time(puppet: Any, quiet: Any, bad: Any) -> None:
    with pytest.raises(TypeError, match="timeout.*argument 'seconds'.*TimeSpan"):
        puppet.operation("a").timeout(bad)


def test_timeout_must_not_be_negative(puppet: Any, quiet: Any) -> None:
    with pytest.raises(ValueError, match="not negative"):
        puppet.operation("a").timeout(-1)


def test_awaiting_outside_a_loop_says_what_to_do(puppet: Any, quiet: Any) -> None:
    op = puppet.operation("a")
    for step in (lambda: op.send(None), lambda: op.__await__().send(None)):
        with pytest.raises(RuntimeError, match=r"running asyncio event loop.*get\(\)") as caught:
            step()
        assert isinstance(caught.value, trivium.Error)
        assert caught.value.code == "ILLEGAL_METHOD_CALL"


def test_close_of_the_coroutine_cancels_and_never_raises(puppet: Any, quiet: Any) -> None:
    op = puppet.operation("a")
    assert op.close() is None
    assert op.status is AsyncStatus.CANCELED
    assert op.close() is None


def test_throw(puppet: Any, quiet: Any) -> None:
    op = puppet.operation("a")
    with pytest.raises(KeyError):
        op.throw(KeyError("x"))
    with pytest.raises(KeyError):
        op.throw(KeyError, KeyError("x"), None)
    assert op.status is AsyncStatus.STARTED
    with pytest.raises(TypeError, match="expected an exception"):
        op.throw(1)
    with pytest.raises(TypeError, match="1 to 3 arguments"):
        op.throw()
    with pytest.raises(GeneratorExit):
        op.throw(GeneratorExit)
    assert op.status is AsyncStatus.CANCELED


def test_an_async_generator_that_awaits_is_closed(puppet: Any, quiet: Any) -> None:
    async def generator() -> Any:
        yield await puppet.operation("a")

    async def main() -> None:
        agen = generator()
        task = asyncio.ensure_future(agen.__anext__())
        await asyncio.sleep(0)
        puppet.complete("a", 4)
        assert await task == 4
        await agen.aclose()

    asyncio.run(main())


def test_a_suspended_coroutine_that_is_dropped(puppet: Any, quiet: Any) -> None:
    async def waiting() -> None:
        await puppet.operation("a")

    async def main() -> None:
        coroutine = waiting()
        coroutine.send(None)
        coroutine.close()
        puppet.complete("a", 1)
        await asyncio.sleep(0)

    asyncio.run(main())


def test_dropped_without_await_the_work_goes_on(puppet: Any, quiet: Any) -> None:
    puppet.operation("a")
    assert not puppet.is_canceled("a")
    assert puppet.complete("a", 1)


def test_tuple_and_exception_results_survive_stop_iteration(puppet: Any, quiet: Any) -> None:
    point = {"x": 1.0, "y": 2.0}

    async def main() -> Any:
        return await puppet.echo_point(point), await puppet.echo_texts(["a", "b"])

    value, texts = asyncio.run(main())
    assert (value.x, value.y, texts) == (1.0, 2.0, ["a", "b"])


def test_operation_is_generic() -> None:
    alias = trivium.Operation[bytes, int]
    assert alias.__origin__ is trivium.Operation
    with pytest.raises(TypeError):
        trivium.Operation()
