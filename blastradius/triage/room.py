"""Arrays that each thread uses again for every block: fresh memory costs more than some kernels."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SPARE = 1_024


class Room(threading.local):
    """Arrays by what they are for. What was taken is overwritten when it is taken again."""

    def __init__(self) -> None:
        self._arrays: dict[str, tuple[NDArray[Any], ...]] = {}

    def take(self, name: str, types: Sequence[Any], length: int) -> tuple[Any, ...]:
        """Return arrays at least that long."""
        arrays = self._arrays.get(name)
        if arrays is None or len(arrays[0]) < length:
            arrays = tuple(np.empty(length + _SPARE, dtype=each) for each in types)
            self._arrays[name] = arrays
        return arrays

    def filled(
        self,
        name: str,
        types: Sequence[Any],
        length: int,
        fill: Callable[[tuple[NDArray[Any], ...]], int],
    ) -> tuple[NDArray[Any], ...]:
        """Return arrays that a kernel fills, cut to what it filled.

        Parameters
        ----------
        name : str
            What the arrays are for.
        length : int
            How long they need to be, probably.
        fill : callable
            The kernel; it returns how many rows it filled, or -1 where it needs more.
        """
        while True:
            rows = self.take(name, types, length)
            n = fill(rows)
            if n >= 0:
                return tuple(row[:n] for row in rows)
            length = 2 * len(rows[0])
