"""The raw face, op.operation, where it is Python's own; tests/conformance has its rules. And waiting without a loop."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from datetime import timedelta
from typing import Any

import pytest

import trivium
from trivium import AsyncStatus


def test_it_is_one_object(puppet: Any, quiet: Any) -> None:
    op = puppet.operation("a")
    raw = op.operation
    assert isinstance(raw, trivium.RawOperation)
    assert op.operation is raw
    assert raw.id == op.id
    assert raw.status is op.status is AsyncStatus.STARTED
    assert raw.error_code == 0
    assert "IAsyncOperation of operation" in repr(raw)
    with pytest.raises(TypeError):
        trivium.RawOperation()


def test_no_progress_where_there_is_none(puppet: Any, quiet: Any) -> None:
    raw = puppet.operation("a").operation
    with pytest.raises(TypeError, match="'OperationAsync' reports no progress"):
        raw.progress = print
    with pytest.raises(TypeError, match="'OperationAsync' reports no progress"):
        _ = raw.progress


def test_handlers_want_a_loop(puppet: Any, quiet: Any) -> None:
    raw = puppet.operation_with_progress("a").operation
    with pytest.raises(RuntimeError, match="setting completed needs a running asyncio event loop"):
        raw.completed = print
    with pytest.raises(RuntimeError, match="setting progress needs a running asyncio event loop") as caught:
        raw.progress = print
    assert isinstance(caught.value, trivium.Error)
    assert caught.value.code == "ILLEGAL_METHOD_CALL"
    # The refused one did not use the slot up.
    puppet.complete("a", 1)
    seen: list[Any] = []
    raw.completed = lambda sender, status: seen.append((sender, status))
    assert seen == [(raw, AsyncStatus.COMPLETED)]


def test_error_code(puppet: Any, quiet: Any) -> None:
    raw = puppet.operation("a").operation
    puppet.fail("a", "ENOENT", "gone")
    assert raw.error_code == 0x80070002
    with pytest.raises(FileNotFoundError, match="gone"):
        raw.get_results()


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_an_exit_in_a_late_completed_leaves_the_setter(puppet: Any, quiet: Any, kind: type[BaseException]) -> None:
    def completed(sender: Any, status: AsyncStatus) -> None:
        raise kind

    raw = puppet.operation("a").operation
    puppet.complete("a", 1)
    with pytest.raises(kind):
        raw.completed = completed
    assert raw.completed is None


# ---- get and wait


def test_get(puppet: Any, quiet: Any) -> None:
    op = puppet.operation("a")
    puppet.complete_later("a", 3, 0.02)
    assert op.get() == 3
    assert op.get(0) == 3
    assert op.wait() is AsyncStatus.COMPLETED


@pytest.mark.parametrize("timeout", [0, 0.03, timedelta(milliseconds=30), -1])
def test_a_timed_get_can_be_repeated(puppet: Any, quiet: Any, timeout: Any) -> None:
    op = puppet.operation("a")
    start = time.monotonic()
    with pytest.raises(TimeoutError, match=r"OperationAsync is not over yet; get\(\) may be called again") as caught:
        op.get(timeout=timeout)
    assert time.monotonic() - start < 5
    assert isinstance(caught.value, trivium.Error)
    assert op.wait(timeout) is AsyncStatus.STARTED
    puppet.complete("a", 4)
    assert op.get(timeout) == 4


def test_get_of_a_failure(puppet: Any, quiet: Any) -> None:
    op = puppet.operation("a")
    puppet.fail_later("a", "EACCES", 0.01)
    with pytest.raises(PermissionError, match="failed later"):
        op.get()
    assert op.wait() is AsyncStatus.ERROR


@pytest.mark.parametrize("bad", ["soon", [], True])
def test_timeouts_that_are_none(puppet: Any, quiet: Any, bad: Any) -> None:
    op = puppet.operation("a")
    with pytest.raises(TypeError, match="argument 'timeout': expected TimeSpan"):
        op.get(bad)
    with pytest.raises(TypeError, match="argument 'timeout': expected TimeSpan"):
        op.wait(timeout=bad)


def test_it_refuses_to_block_its_own_loop(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation("a")
        for block in (op.get, op.wait):
            with pytest.raises(RuntimeError, match="would block the event loop") as caught:
                block()
            assert isinstance(caught.value, trivium.Error)
            assert caught.value.code == "ILLEGAL_METHOD_CALL"
        puppet.complete_later("a", 1, 0.01)
        assert await asyncio.to_thread(op.get) == 1
        assert op.get() == 1  # over: nothing is blocked
        assert op.wait() is AsyncStatus.COMPLETED

    asyncio.run(main())


def test_get_in_many_threads(puppet: Any, quiet: Any) -> None:
    op = puppet.operation("a")
    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(op.get())) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.02)
    puppet.complete("a", 2)
    for thread in threads:
        thread.join()
    assert results == [2] * 8


def test_other_threads_run_meanwhile(puppet: Any, quiet: Any) -> None:
    op = puppet.operation("a")
    thread = threading.Thread(target=lambda: (time.sleep(0.02), puppet.complete("a", 2)))
    thread.start()
    assert op.get(5) == 2
    thread.join()


def test_a_signal_handler_runs_while_it_blocks(puppet: Any, quiet: Any) -> None:
    op = puppet.operation("a")

    def handler(number: int, frame: Any) -> None:
        puppet.complete("a", 8)

    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.03)
        assert op.get(5) == 8
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_signal_handler_that_raises_leaves_get(puppet: Any, quiet: Any) -> None:
    op = puppet.operation("a")

    def handler(number: int, frame: Any) -> None:
        raise LookupError

    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.03)
        with pytest.raises(LookupError):
            op.get(5)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert op.status is AsyncStatus.STARTED
    puppet.complete("a", 1)
    assert op.get() == 1


FOR_EVER = [float("inf"), 1e300, 10**400, timedelta.max]


@pytest.mark.parametrize("timeout", FOR_EVER, ids=["inf", "1e300", "10**400", "timedelta.max"])
def test_more_than_a_time_span_is_no_limit(puppet: Any, quiet: Any, timeout: Any) -> None:
    op = puppet.operation("a")
    puppet.complete_later("a", 3, 0.02)
    assert op.wait(timeout) is AsyncStatus.COMPLETED
    op = puppet.operation("b")
    puppet.complete_later("b", 4, 0.02)
    assert op.get(timeout) == 4


@pytest.mark.parametrize(
    "timeout", [-limit for limit in FOR_EVER[:3]] + [timedelta.min], ids=["inf", "1e300", "10**400", "min"]
)
def test_far_in_the_past_is_no_wait(puppet: Any, quiet: Any, timeout: Any) -> None:
    assert puppet.operation("a").wait(timeout) is AsyncStatus.STARTED


def test_a_number_that_is_none_is_no_timeout(puppet: Any, quiet: Any) -> None:
    with pytest.raises(TypeError, match="argument 'timeout'"):
        puppet.operation("a").get(float("nan"))


def test_after_close_the_friendly_status_says_so(puppet: Any, quiet: Any) -> None:
    op = puppet.operation("a")
    puppet.complete("a", 1)
    op.operation.close()
    assert op.status is AsyncStatus.CLOSED
    assert op.wait() is AsyncStatus.CLOSED
    assert "Closed" in repr(op)
    with pytest.raises(RuntimeError) as caught:
        _ = op.operation.status
    assert caught.value.code == "ILLEGAL_METHOD_CALL"  # type: ignore[attr-defined]


def test_closed_before_an_awaiting_task_has_read_it(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation("a")
        op.operation.completed = lambda sender, status: sender.close()
        task = asyncio.create_task(op)
        await asyncio.sleep(0)
        puppet.complete("a", 1)
        while op.status is not AsyncStatus.CLOSED:
            await asyncio.sleep(0)
        try:
            assert await task == 1  # it was resumed first
        except RuntimeError as error:
            assert isinstance(error, trivium.Error)
            assert error.code == "ILLEGAL_METHOD_CALL"
            assert "Closed" in str(error)
        with pytest.raises(RuntimeError, match="GetResults.*Closed") as caught:
            await op
        assert isinstance(caught.value, trivium.Error)

    asyncio.run(main())


def test_closed_after_a_cancel_it_is_canceled_for_those_who_await(puppet: Any, quiet: Any) -> None:
    async def main() -> None:
        op = puppet.operation("a")
        op.cancel()
        op.operation.close()
        with pytest.raises(asyncio.CancelledError):
            await op

    asyncio.run(main())
