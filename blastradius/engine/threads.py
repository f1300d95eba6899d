"""Compiled kernels on all cores: they let go of the interpreter's lock, so threads suffice."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Task = TypeVar("_Task")
_Found = TypeVar("_Found")


def seed_of(rng_seed: int) -> int:
    """Return a seed of any size as the 64 bits that the kernels take; small ones as they are.

    >>> seed_of(7), seed_of(2**64 + 7)
    (7, 7)
    """
    return int(rng_seed) % (1 << 64)


def n_cores() -> int:
    """Return the number of cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def split(begin: int, end: int, n_parts: int, unit: int = 1) -> list[tuple[int, int]]:
    """Cut a range into parts of about one size, at multiples of a unit from its begin.

    >>> split(0, 10, 2), split(0, 10, 3, unit=4), split(5, 5, 2)
    ([(0, 5), (5, 10)], [(0, 4), (4, 8), (8, 10)], [])
    """
    n_units = -(-(end - begin) // unit)
    size = max(1, -(-n_units // n_parts)) * unit
    return [(start, min(start + size, end)) for start in range(begin, end, size)]


def run_all(
    work: Callable[[_Task], _Found], tasks: Sequence[_Task], n_threads: int
) -> list[_Found]:
    """Do all tasks in threads; return what they found, in the order of the tasks."""
    if n_threads <= 1 or len(tasks) <= 1:
        return [work(task) for task in tasks]
    with ThreadPoolExecutor(n_threads) as pool:
        return list(pool.map(work, tasks))
