"""How many operations a second asyncio gets, 1,000 in flight, trivial work on the pool: Trivium against
loop.run_in_executor. Both in one run, in turns, so that the machine matters less; medians of 5.

Needs TRIVIUM_PATH with the component `noop` (bench/noop.c).
"""

from __future__ import annotations

import asyncio
import operator
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import trivium

IN_FLIGHT = 1000
TOTAL = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
EXECUTOR_TOTAL = max(TOTAL // 8, IN_FLIGHT)
ROUNDS = 5
TARGET = 8.0


async def run(total: int, add: Callable[[int, int], Awaitable[int]]) -> float:
    """Operations a second: IN_FLIGHT tasks, each of which awaits one operation after another."""
    each = total // IN_FLIGHT

    async def worker(i: int) -> int:
        total = 0
        for j in range(each):
            total += await add(i, j)
        return total

    start = time.perf_counter()
    sums = await asyncio.gather(*[worker(i) for i in range(IN_FLIGHT)])
    elapsed = time.perf_counter() - start
    assert sums == [each * i + each * (each - 1) // 2 for i in range(IN_FLIGHT)], "wrong sums"
    return each * IN_FLIGHT / elapsed


async def main() -> None:
    noop = trivium.load("noop")
    loop = asyncio.get_running_loop()
    executor = ThreadPoolExecutor()
    loop.set_default_executor(executor)

    def by_executor(a: int, b: int) -> Awaitable[int]:
        return loop.run_in_executor(None, operator.add, a, b)

    await run(IN_FLIGHT * 5, noop.add)
    await run(IN_FLIGHT, by_executor)
    trivium_rates, executor_rates = [], []
    for _ in range(ROUNDS):
        trivium_rates.append(await run(TOTAL, noop.add))
        executor_rates.append(await run(EXECUTOR_TOTAL, by_executor))
    ours, theirs = statistics.median(trivium_rates), statistics.median(executor_rates)
    ratio = ours / theirs
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"python {version}  trivium await         {1e6 / ours:7.2f} us an operation  {ours:10,.0f} a second")
    print(f"python {version}  loop.run_in_executor  {1e6 / theirs:7.2f} us an operation  {theirs:10,.0f} a second")
    print(f"python {version}  ratio {ratio:.1f} (target {TARGET:g}): {'ok' if ratio >= TARGET else 'MISSED'}")


asyncio.run(main())
