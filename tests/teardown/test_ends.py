"""How a process, a loop, an interpreter may end while 64 files are being hashed: no crash, no hang, the right exit code.

Each end is tried 20 times, each time in a process of its own that has ten seconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROUNDS = int(os.environ.get("TRIVIUM_ENDS_ROUNDS", "20"))
DEADLINE = 10
FILES = 64

PRELUDE = """
import asyncio, os, signal, sys, threading, time
import trivium
from trivium.components import hashing, timer
FILES = [os.path.join(sys.argv[1], name) for name in sorted(os.listdir(sys.argv[1]))]
def comes_to_nothing(count):
    # A worker that has just woken a loop lets go of its dispatcher a moment later.
    deadline = time.monotonic() + 5
    while count() and time.monotonic() < deadline:
        time.sleep(0.001)
    return not count()
def start():
    return [hashing.hash_file(path) for path in FILES]
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("files")
    for i in range(FILES):
        with open(directory / f"{i:02}.bin", "wb") as file:
            file.truncate(4 << 20)  # a hole: it takes no space, but time to hash
    yield directory


def once(program: str, files: Path, expected: int, stderr: str | None) -> None:
    process = subprocess.Popen(
        [sys.executable, "-X", "faulthandler", "-c", program, str(files)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=DEADLINE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        raise AssertionError(f"still there after {DEADLINE} s\n{out}\n{err}") from None
    assert process.returncode == expected, f"exit code {process.returncode}\n{out}\n{err}"
    if stderr is not None:
        assert err == stderr
    assert out.endswith("end\n"), f"{out}\n{err}"


def run(code: str, files: Path, expected: int = 0, stderr: str | None = "") -> None:
    """Runs the code ROUNDS times, two at a time. `stderr`: exactly this, or None for whatever comes."""
    program = textwrap.dedent(PRELUDE) + textwrap.dedent(code)
    with ThreadPoolExecutor(2) as executor:
        rounds = [executor.submit(once, program, files, expected, stderr) for _ in range(ROUNDS)]
        for number, result in enumerate(rounds):
            try:
                result.result()
            except AssertionError as error:
                executor.shutdown(cancel_futures=True)
                pytest.fail(f"round {number}: {error}")


def test_exit_of_the_interpreter(files: Path) -> None:
    run("ops = start(); print('end')", files)


def test_exit_with_a_code(files: Path) -> None:
    run("ops = start(); print('end'); sys.exit(3)", files, expected=3)


def test_exit_while_another_thread_waits(files: Path) -> None:
    run(
        """
        ops = start()
        thread = threading.Thread(target=lambda: ops[-1].wait(), daemon=True)
        thread.start()
        time.sleep(0.02)
        print('end')
        """,
        files,
    )


def test_exit_while_a_loop_runs_in_another_thread(files: Path) -> None:
    run(
        """
        async def main():
            await asyncio.gather(*start())
        thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
        thread.start()
        time.sleep(0.05)
        print('end')
        """,
        files,
    )


def test_the_end_of_run_cancels_the_tasks(files: Path) -> None:
    run(
        """
        async def main():
            global tasks
            tasks = [asyncio.create_task(op) for op in start()]
            await asyncio.sleep(0.01)
        asyncio.run(main())
        assert all(task.done() for task in tasks)
        assert any(task.cancelled() for task in tasks)
        print('end')
        """,
        files,
    )


def test_sys_exit_in_a_task(files: Path) -> None:
    run(
        """
        async def one(op):
            await op
            print('end', flush=True)
            sys.exit(4)
        async def main():
            ops = start()
            ops.append(timer.delay(0.01))
            await asyncio.gather(*[one(op) if op is ops[-1] else op for op in ops])
        asyncio.run(main())
        """,
        files,
        expected=4,
        stderr=None,
    )


def test_sys_exit_in_a_progress_callback(files: Path) -> None:
    run(
        """
        called = False
        def progress(value):
            global called
            if not called:
                called = True
                print('end', flush=True)
                sys.exit(5)
        async def main():
            ops = start()
            for op in ops:
                op.progress = progress
            await asyncio.gather(*ops)
        asyncio.run(main())
        """,
        files,
        expected=5,
        stderr=None,
    )


def test_sys_exit_in_a_completed_callback(files: Path) -> None:
    run(
        """
        def completed(operation, status):
            print('end', flush=True)
            sys.exit(6)
        async def main():
            ops = start()
            ops[-1].operation.completed = completed
            ops[-1].cancel()
            await asyncio.gather(*ops[:-1])
            await asyncio.sleep(5)  # canceled in the queue, it is called when the queue gets there
        asyncio.run(main())
        """,
        files,
        expected=6,
        stderr=None,
    )


def test_os_exit(files: Path) -> None:
    run("ops = start(); print('end', flush=True); os._exit(7)", files, expected=7)


def test_loop_closed(files: Path) -> None:
    run(
        """
        loop = asyncio.new_event_loop()
        ops = []
        async def begin():
            ops.extend(start())
            global tasks
            tasks = [asyncio.ensure_future(op) for op in ops]
            for op in ops:
                op.on_progress(lambda value: None)
            await asyncio.sleep(0.005)
        loop.run_until_complete(begin())
        from trivium import _native
        assert _native.live()['dispatcher'] == 1
        loop.close()
        assert _native.live()['waiter'] == 0
        assert comes_to_nothing(lambda: _native.live()['dispatcher'])
        assert not any(op.status == trivium.AsyncStatus.STARTED for op in ops)
        # Another loop goes on.
        assert len(asyncio.run(hashing.hash_file(__import__('trivium').__file__))) == 32
        print('end', flush=True)
        del tasks
        """,
        files,
        stderr=None,
    )


def test_loop_dropped_without_close(files: Path) -> None:
    run(
        """
        import gc, warnings
        warnings.simplefilter('ignore')
        loop = asyncio.new_event_loop()
        async def begin():
            for op in start():
                asyncio.ensure_future(op)
            await asyncio.sleep(0.005)
        loop.run_until_complete(begin())
        from trivium import _native
        loop.set_exception_handler(lambda *_: None)
        del loop
        asyncio.set_event_loop(None)
        gc.collect(); gc.collect()
        assert comes_to_nothing(lambda: _native.live()['dispatcher'])
        print('end')
        """,
        files,
        stderr=None,
    )


def test_interrupted_by_ctrl_c_while_it_blocks(files: Path) -> None:
    run(
        """
        ops = start()
        threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        try:
            timer.delay(8).get()
        except KeyboardInterrupt:
            print('end')
        """,
        files,
    )


def test_interrupted_by_ctrl_c_in_a_loop(files: Path) -> None:
    run(
        """
        threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        async def main():
            await asyncio.gather(*start(), timer.delay(8))
        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            print('end')
        """,
        files,
    )


FORK = """
import warnings
warnings.simplefilter('ignore')  # forking beside threads is what is tried here
ops = start()
{before}
child = os.fork()
if child == 0:
    for op in ops:
        if not op.done():
            raise SystemExit(20)
    failed = 0
    for op in ops:
        try:
            op.get()
        except trivium.Error as error:
            failed += error.code == 'FORKED'
    async def in_child():
        small = [hashing.hash_file(trivium.__file__) for _ in range(64)]
        assert len(set(await asyncio.gather(*small))) == 1
        await timer.delay(0.01)
    asyncio.run(in_child())
    sys.exit(0 if failed else 21)
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 0, status
for op in ops[8:]:
    op.cancel()
assert all(len(op.get()) == 32 for op in ops[:8])
assert len(asyncio.run(hashing.hash_file(trivium.__file__))) == 32
print('end', flush=True)
"""


def test_fork_that_goes_on_in_the_child(files: Path) -> None:
    run(FORK.format(before=""), files)


def test_fork_after_a_loop_has_run(files: Path) -> None:
    run(FORK.format(before="asyncio.run(timer.delay(0.001))"), files)


# After an await of an operation the code runs inside the drain that has resumed it, after a sleep it does not.
@pytest.mark.parametrize("wait", ["asyncio.sleep(0.005)", "timer.delay(0.005)"])
def test_fork_inside_a_running_loop(files: Path, wait: str) -> None:
    run(
        """
        import warnings
        warnings.simplefilter('ignore')
        async def in_child():
            await asyncio.gather(*[hashing.hash_file(trivium.__file__) for _ in range(64)])
        async def main():
            tasks = [asyncio.create_task(op) for op in start()]
            await WAIT
            child = os.fork()
            if child == 0:
                code = 9
                try:
                    asyncio.run(in_child())
                    code = 0
                finally:
                    os._exit(code)
            _, status = os.waitpid(child, 0)
            assert os.waitstatus_to_exitcode(status) == 0, status
            for task in tasks[8:]:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(r, bytes) for r in results[:8]), results
        asyncio.run(main())
        print('end')
        """.replace("WAIT", wait),
        files,
    )


SUBINTERPRETER = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
CODE = '''
import asyncio
{inside}
''' % (FILES,)
def run_in(code):
    interpreter = interpreters.create()
    problem = interpreters.run_string(interpreter, code)
    assert problem is None, problem
    interpreters.destroy(interpreter)
run_in(CODE)
{between}
run_in(CODE)
print('end')
"""


def run_in_subinterpreter(inside: str, bare: str, files: Path) -> None:
    """`bare` is the same without Trivium: where Python itself does not survive it, there is nothing to try."""
    program = "import asyncio\nFILES = []\n" + SUBINTERPRETER.format(inside="FILES = %r\n" + bare, between="")
    probe = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=DEADLINE)
    if probe.returncode != 0:
        pytest.skip(f"this Python dies of it without Trivium: exit code {probe.returncode}")
    inside = "import trivium\nfrom trivium.components import hashing, timer\nFILES = %r\n" + inside
    between = "assert len(asyncio.run(hashing.hash_file(trivium.__file__))) == 32"
    # Before 3.12 the interpreters share the C part of asyncio, which knows the CancelledError of one of them only, and
    # reports that of the other as unhandled.
    stderr = None if sys.version_info < (3, 12) else ""
    run(SUBINTERPRETER.format(inside=inside, between=between), files, stderr=stderr)


def test_subinterpreter_ends_with_operations_in_flight(files: Path) -> None:
    run_in_subinterpreter("ops = [hashing.hash_file(path) for path in FILES]", "", files)


def test_subinterpreter_awaits(files: Path) -> None:
    inside = """
async def main():
    ops = [hashing.hash_file(path) for path in FILES]
    tasks = [asyncio.create_task(op) for op in ops]
    assert len(await hashing.hash_file(trivium.__file__)) == 32
    try:
        await hashing.hash_file("/no/such/file")
    except FileNotFoundError as error:
        assert isinstance(error, trivium.Error)
    await timer.delay(0.001)
asyncio.run(main())
"""
    bare = """
async def main():
    await asyncio.sleep(0.001)
asyncio.run(main())
"""
    run_in_subinterpreter(inside, bare, files)


def test_two_copies_of_core_in_one_process(files: Path) -> None:
    run(
        """
        import importlib.machinery, importlib.util, shutil, tempfile
        from pathlib import Path
        from trivium import _native
        with tempfile.TemporaryDirectory() as directory:
            copy = shutil.copytree(Path(_native.__file__).parent, Path(directory, 'copy'))
            path = str(copy / Path(_native.__file__).name)
            loader = importlib.machinery.ExtensionFileLoader('trivium._native', path)
            other = importlib.util.module_from_spec(importlib.util.spec_from_loader('trivium._native', loader))
            loader.exec_module(other)
            theirs = other.load('hashing')
            assert theirs.__file__ != hashing.__file__
            async def main():
                ours = start()
                tasks = [asyncio.create_task(op) for op in ours]
                more = [asyncio.create_task(theirs.hash_file(path)) for path in FILES]
                a, b = await asyncio.gather(hashing.hash_file(trivium.__file__), theirs.hash_file(trivium.__file__))
                assert a == b
                assert other.live()['async'] > 0 and _native.live()['async'] > 0
            asyncio.run(main())
            ops = start(), [theirs.hash_file(path) for path in FILES]
            print('end')
        """,
        files,
    )
