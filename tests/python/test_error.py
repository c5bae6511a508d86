"""Exceptions: the built-in one that fits, which is a trivium.Error too."""

from __future__ import annotations

import asyncio
import builtins
import errno
import pickle
from typing import Any

import pytest

import trivium
from trivium import _native, errors


def failure(puppet: Any, code: str, message: str) -> BaseException:
    op = puppet.operation("a")
    assert puppet.fail("a", code, message)
    with pytest.raises(BaseException) as caught:
        op.get()
    puppet.reset()
    return caught.value


@pytest.mark.parametrize(
    ("code", "kind", "hresult"),
    [
        ("ENOENT", FileNotFoundError, 0x80070002),
        ("EACCES", PermissionError, 0x80070005),
        ("TIMEOUT", TimeoutError, 0x800705B4),
        ("ENOMEM", MemoryError, 0x8007000E),
        ("INVALID_ARGUMENT", ValueError, 0x80070057),
        ("FAILED", RuntimeError, 0x80004005),
        ("EIO", OSError, None),
    ],
)
def test_the_exception_that_fits(puppet: Any, quiet: Any, code: str, kind: type, hresult: int | None) -> None:
    error = failure(puppet, code, "what happened")
    assert isinstance(error, kind)
    assert isinstance(error, trivium.Error)
    assert type(error).__name__ == kind.__name__
    assert type(error).__module__ == "trivium.errors"
    assert error.code == code
    assert "what happened" in str(error)
    if hresult is not None:
        assert error.hresult == hresult
    if isinstance(error, OSError):
        expected = errno.ETIMEDOUT if code == "TIMEOUT" else getattr(errno, code)
        assert (error.errno, error.strerror) == (expected, "what happened")


def test_every_code_has_an_exception() -> None:
    for hresult, name, code, message, python in _native.statuses():
        error = errors.make(python, code, hresult, message)
        assert isinstance(error, trivium.Error), name
        assert (error.code, error.hresult) == (code, hresult)
        assert message in str(error)


def test_classes_are_made_once(puppet: Any, quiet: Any) -> None:
    first, second = failure(puppet, "ENOENT", "x"), failure(puppet, "ENOENT", "y")
    assert type(first) is type(second) is errors.FileNotFoundError
    assert errors.Error is trivium.Error
    with pytest.raises(AttributeError, match="nosuch"):
        errors.nosuch
    with pytest.raises(AttributeError):
        errors.KeyboardInterrupt


def test_pickled(puppet: Any, quiet: Any) -> None:
    for code in ("ENOENT", "INVALID_ARGUMENT"):
        error = failure(puppet, code, "what happened")
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error)
        assert (again.code, again.hresult, str(again)) == (error.code, error.hresult, str(error))


def test_a_message_that_is_empty_or_strange(puppet: Any, quiet: Any) -> None:
    assert str(failure(puppet, "FAILED", "")) == "operation 'OperationAsync': The operation failed"
    assert str(failure(puppet, "FAILED", "100% \u65e5\u672c")) == "100% \u65e5\u672c"


def test_canceled_outside_a_task_is_an_error(puppet: Any, quiet: Any) -> None:
    op = puppet.operation("a")
    op.cancel()
    with pytest.raises(trivium.Canceled) as caught:
        op.get()
    assert isinstance(caught.value, trivium.Error)
    assert isinstance(caught.value, asyncio.CancelledError)
    assert (caught.value.code, caught.value.hresult) == ("CANCELED", 0x800704C7)


def test_the_builtin_is_not_replaced() -> None:
    assert errors.FileNotFoundError is not builtins.FileNotFoundError
    assert issubclass(errors.FileNotFoundError, builtins.FileNotFoundError)
