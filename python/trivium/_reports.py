"""`async for value in op.reports()`."""

from __future__ import annotations

import asyncio
from typing import Any

_NOTHING = object()


class Reports:
    """An asynchronous iterator over the latest reports of an operation. A slow reader misses older ones."""

    def __init__(self, op: Any) -> None:
        self._value: Any = _NOTHING
        self._over = False
        self._future: asyncio.Future[None] | None = None
        self._subscription = op._subscribe(self._report, self._end)
        if not self._subscription.active:
            self._over = True

    def __aiter__(self) -> Reports:
        return self

    async def __anext__(self) -> Any:
        while self._value is _NOTHING:
            if self._over:
                raise StopAsyncIteration
            if self._future is not None:
                raise RuntimeError("two tasks iterate over the same reports(); call reports() once for each")
            self._future = asyncio.get_running_loop().create_future()
            try:
                await self._future
            finally:
                self._future = None
        value, self._value = self._value, _NOTHING
        return value

    async def aclose(self) -> None:
        """Stops listening."""
        self._subscription()
        self._end()

    def _wake(self) -> None:
        if self._future is not None and not self._future.done():
            self._future.set_result(None)

    def _report(self, value: Any) -> None:
        self._value = value
        self._wake()

    def _end(self) -> None:
        self._over = True
        self._wake()
