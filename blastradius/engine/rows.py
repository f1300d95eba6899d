"""Arcs in compressed rows, as the kernels take them, by tail or by head."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

SURE: Final = np.uint64(1 << 53)
"""Threshold above every draw: the arc is open in every world."""


class Rows(NamedTuple):
    """Arcs by one of their ends; those that can never open are left out."""

    first: NDArray[np.int64]
    """Place of the first arc of each node's row, shape (n + 1,)."""
    other: NDArray[np.int32]
    """Node at the other end of each arc, shape (m,)."""
    threshold: NDArray[np.uint64]
    """The arc is open in a world if its draw there, uniform in [0, 2^53), is below this."""
    arc: NDArray[np.int64]
    """Index of each arc in the arrays that were given: the place of its coin in a world."""
    passer: NDArray[np.int32]
    """Mark of each arc, all arcs of one mark being closed together on demand; -1 for none."""

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.first) - 1


def rows_by(
    n_nodes: int,
    by: NDArray[np.int32],
    other: NDArray[np.int32],
    probability: NDArray[np.float64],
    passer: NDArray[np.int32] | None = None,
) -> Rows:
    """Sort arcs into rows by one of their ends.

    Parameters
    ----------
    n_nodes : int
    by, other : int32 arrays, shape (m,)
        The end that says in which row an arc stands, and the other one.
    probability : float64 array, shape (m,)
        P(arc is open), to within 2^-53.
    passer : int32 array, shape (m,), optional

    Examples
    --------
    Rows by head, for searches backward:

    >>> tail, head = np.array([0, 1], dtype=np.int32), np.array([1, 2], dtype=np.int32)
    >>> rows_by(3, head, tail, np.array([0.5, 1.0])).other.tolist()
    [0, 1]
    """
    kept = np.flatnonzero(probability > 0)
    order = kept[np.argsort(by[kept], kind="stable")]
    first = np.zeros(n_nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(by[kept], minlength=n_nodes), out=first[1:])
    # A tiny probability still opens now and then: at least one draw is below its threshold.
    threshold = np.maximum(np.rint(probability[order] * float(SURE)), 1.0).astype(np.uint64)
    marks = np.full(len(order), -1, dtype=np.int32) if passer is None else passer[order]
    return Rows(first, other[order].astype(np.int32), threshold, order.astype(np.int64), marks)
