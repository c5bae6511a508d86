"""Hashes every regular file below a directory, 64 at a time.

    python demo.py [directory] [--digests file] [--deadline seconds]

The digests are written as sha256sum writes them.
"""

import argparse
import asyncio
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TextIO

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

import trivium
from trivium.components import hashing

AT_ONCE = 64
CANDIDATES = ["/usr/share/doc", "/usr/include", "/usr/share", "/usr"]


class File(NamedTuple):
    path: str
    size: int


def walk(directory: str) -> Iterator[File]:
    for parent, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(parent, name)
            status = os.lstat(path)
            if stat.S_ISREG(status.st_mode):
                yield File(path, status.st_size)


def find_files(directory: str | None) -> tuple[str, list[File]]:
    for candidate in [directory] if directory else CANDIDATES:
        files = list(walk(candidate))
        if directory or len(files) >= 1000:
            return candidate, files
    sys.exit("no system directory with 1,000 files was found: name one")


def sum_line(digest: bytes, path: str) -> str:
    """As sha256sum does it: a name with a backslash or a newline is escaped, and the line says so."""
    escaped = path.replace("\\", "\\\\").replace("\n", "\\n")
    mark = "" if escaped == path else "\\"
    return f"{mark}{digest.hex()}  {escaped}\n"


async def hash_all(files: list[File], bar: Progress, sums: TextIO | None) -> None:
    task = bar.add_task("hashing", total=sum(file.size for file in files))
    queue = iter(files)

    async def worker() -> None:
        for path, _ in queue:
            seen = 0

            def progress(count: int) -> None:
                nonlocal seen
                bar.advance(task, count - seen)
                seen = count

            op = hashing.hash_file(path)
            op.progress = progress
            digest = await op
            if sums:
                sums.write(sum_line(digest, path))

    await asyncio.gather(*[worker() for _ in range(AT_ONCE)])


async def lose_patience(directory: str) -> None:
    """Cancels an operation in mid-flight."""
    op = hashing.hash_tree(directory)

    def progress(tree: hashing.TreeProgress) -> None:
        if op.status is trivium.AsyncStatus.STARTED:
            print(f"canceling after {tree.files_done} files")
            op.cancel()

    op.progress = progress
    try:
        digest = await op
        print(f"it was over before it could be canceled: {digest.hex()}")
    except asyncio.CancelledError as error:
        print(f"the awaiter sees {type(error).__name__}; the status is {op.status.name}")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("directory", nargs="?")
    parser.add_argument("--digests", type=Path, help="the file to write the digests to")
    parser.add_argument("--deadline", type=float, default=600, help="in seconds")
    options = parser.parse_args()

    directory, files = find_files(options.directory)
    total = sum(file.size for file in files)
    print(f"{len(files)} files below {directory}")

    sums = open(options.digests, "w", errors="surrogateescape") if options.digests else None
    start = time.perf_counter()
    with Progress(BarColumn(), TextColumn("{task.percentage:3.0f}%"), DownloadColumn(), TransferSpeedColumn()) as bar:
        # One deadline for all of them.
        await asyncio.wait_for(hash_all(files, bar, sums), options.deadline)
    seconds = time.perf_counter() - start
    if sums:
        sums.close()

    await lose_patience(directory)
    try:
        await hashing.hash_file("/no/such/file")
    except FileNotFoundError as error:
        print(f"{type(error).__name__} ({error.code}): {error}")

    print(f"{len(files)} files, {total} bytes in {seconds:.2f} s: {total / 1e6 / seconds:.0f} MB/s")


asyncio.run(main())
