"""Trivium: await components that were written once, in C.

    import asyncio
    from trivium.components import hashing

    async def main():
        op = hashing.hash_file("/etc/passwd")
        op.on_progress(lambda count: print(count, "bytes"))
        print((await op).hex())

    asyncio.run(main())
"""

from __future__ import annotations

from . import errors
from ._native import Operation, RawOperation, load
from ._native import version as __version__
from ._types import AsyncStatus
from .errors import Canceled, Error

__all__ = ["AsyncStatus", "Canceled", "Error", "Operation", "RawOperation", "__version__", "errors", "load"]
