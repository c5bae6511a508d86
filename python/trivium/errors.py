"""The exceptions of Trivium.

A failure is raised as the built-in exception that fits, which is also an :class:`Error`::

    try:
        await hashing.hash_file("/no/such/file")
    except FileNotFoundError as error:
        error.code, hex(error.hresult)      # 'ENOENT', '0x80070002'

``except trivium.Error`` catches all of them. The classes are made when they are first needed; they can be had from here
by their built-in names: ``trivium.errors.FileNotFoundError``.
"""

from __future__ import annotations

import asyncio
import builtins
import errno
from typing import Any

__all__ = ["Canceled", "Error"]

_ERRNO_FACILITY = 0xA0CE0000  # HRESULTs that keep an errno value in their low half


class Error(Exception):
    """A failure of an operation or of a call into a component."""

    #: The name of the failure, the same in every language: "ENOENT", "TIMEOUT", "INVALID_ARGUMENT".
    code: str
    #: The HRESULT, as an unsigned number.
    hresult: int

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self).__name__, self.args, self.code, self.hresult))


class Canceled(Error, asyncio.CancelledError):
    """The operation was canceled, and what asks is not a task: get() of an operation, for one.

    In a task the same thing is a plain asyncio.CancelledError.
    """


_classes: dict[str, type[Error]] = {"CancelledError": Canceled, "Canceled": Canceled, "Error": Error}


def _class_of(name: str) -> type[Error]:
    """The class that is both an Error and the built-in exception of that name."""
    found = _classes.get(name)
    if found is None:
        base = getattr(builtins, name, None)
        if not (isinstance(base, type) and issubclass(base, Exception)):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        made = type(name, (Error, base), {"__module__": __name__, "__doc__": base.__doc__})
        # Threads may get here together; the first one's class counts for all.
        found = _classes.setdefault(name, made)
    return found


def __getattr__(name: str) -> type[Error]:
    return _class_of(name)


def _errno_of(code: str, hresult: int) -> int | None:
    if hresult & 0xFFFF0000 == _ERRNO_FACILITY:
        return hresult & 0xFFFF
    if code == "TIMEOUT":
        return errno.ETIMEDOUT
    return getattr(errno, code, None)


def describe(failed: tuple[Any, ...], canceled: tuple[Any, ...]) -> None:
    """Gives the classes what the native part's table of failures says of them; called by it when it is loaded."""
    for cls, (hresult, _name, code, *_rest) in ((Error, failed), (Canceled, canceled)):
        cls.code, cls.hresult = code, hresult


def make(name: str, code: str, hresult: int, message: str) -> Error:
    """Makes the exception of a failure; called by the native part."""
    cls = _class_of(name)
    number = _errno_of(code, hresult) if issubclass(cls, OSError) else None
    error = cls(message) if number is None else cls(number, message)
    error.code = code
    error.hresult = hresult
    return error


def _rebuild(name: str, args: tuple[Any, ...], code: str, hresult: int) -> Error:
    error = _class_of(name)(*args)
    error.code = code
    error.hresult = hresult
    return error
