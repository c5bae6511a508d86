"""What the tests share. They run against the installed package; TRIVIUM_PATH has the test components."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import trivium
from trivium import _native

ROOT = Path(__file__).resolve().parents[2]
counted = 0  # scenarios and rows of tests/conformance that ran


def pytest_configure(config: pytest.Config) -> None:
    package = Path(trivium.__file__).resolve()
    if package.is_relative_to(ROOT / "python"):
        raise pytest.UsageError(f"the tests run against the installed package, not against {package}")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    global counted
    if report.when == "call" and "test_conformance.py" in report.nodeid and "[" in report.nodeid:
        counted += 1


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if counted:
        terminalreporter.write_line(f"conformance: {counted} scenarios")


@pytest.fixture(scope="session")
def puppet() -> Any:
    if "TRIVIUM_PATH" not in os.environ:
        pytest.fail("set TRIVIUM_PATH to the directory of the test components")
    return trivium.load("puppet")


@pytest.fixture
def quiet(puppet: Any) -> Iterator[Callable[[], None]]:
    """Fails the test if it leaves an operation, a waiter, a string or a buffer behind in core."""
    puppet.reset()
    gc.collect()
    before = _native.live()

    def check() -> None:
        puppet.reset()
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            gc.collect()
            if _native.live() == before:
                return
            time.sleep(0.01)  # workers let go of an operation a moment after its outcome
        assert _native.live() == before

    yield check
    check()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A directory with eight files of a few KiB."""
    for i in range(8):
        (tmp_path / f"file{i}.bin").write_bytes(bytes([i]) * (1000 + 517 * i))
    return tmp_path
