"""A harm network as arrays, for the compiled kernels. Read-only, arcs in rows by tail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from blastradius.engine.network import HarmNetwork, check_whole
from blastradius.errors import EngineInputError

_Kind = TypeVar("_Kind", bound=np.generic)

MAX_NODES = 2**31 - 1
"""Nodes are kept as 32-bit numbers, which halves the memory that a cascade touches."""


@dataclass(frozen=True, slots=True)
class ArcArrays:
    """A directed network of n nodes and m arcs in compressed rows.

    Arcs that can never open are left out. The arcs of a row keep the order in which they came.
    """

    n_nodes: int
    first: NDArray[np.int64]
    """Place of the first arc of each node's row, shape (n + 1,)."""
    head: NDArray[np.int32]
    """Node each arc enters, shape (m,)."""
    probability: NDArray[np.float64]
    """P(arc is open), shape (m,), in (0, 1]."""
    arc: NDArray[np.int64]
    """Index of each arc in the arrays that were given, shape (m,)."""

    @property
    def n_arcs(self) -> int:
        """Number of arcs that can open."""
        return len(self.head)

    @classmethod
    def of(cls, network: HarmNetwork) -> ArcArrays:
        """Return the arrays of a network, which checked its own input."""
        return cls.from_arcs(network.n_nodes, network.tail, network.head, network.probability)

    @classmethod
    def from_arcs(
        cls, n_nodes: int, tail: ArrayLike, head: ArrayLike, probability: ArrayLike
    ) -> ArcArrays:
        """Build the rows from parallel arrays of arcs; loops and parallel arcs are allowed.

        Raises
        ------
        EngineInputError
            If the arrays differ in length or hold a node or probability out of range.

        Examples
        --------
        >>> arcs = ArcArrays.from_arcs(3, [1, 0, 0], [2, 1, 2], [0.5, 1.0, 0.0])
        >>> arcs.first.tolist(), arcs.head.tolist(), arcs.arc.tolist()
        ([0, 1, 2, 2], [1, 2], [1, 0])
        """
        check_whole("n_nodes", n_nodes, 1)
        if n_nodes > MAX_NODES:
            msg = f"n_nodes must be at most {MAX_NODES:,}, got {n_nodes:,}"
            raise EngineInputError(msg)
        tails, heads = _nodes("tail", tail, n_nodes), _nodes("head", head, n_nodes)
        coins = _coins(probability)
        if not len(tails) == len(heads) == len(coins):
            msg = (
                "tail, head and probability must have the same length, "
                f"got {len(tails)}, {len(heads)} and {len(coins)}"
            )
            raise EngineInputError(msg)
        kept = np.flatnonzero(coins > 0)
        order = kept[np.argsort(tails[kept], kind="stable")]
        first = np.zeros(n_nodes + 1, dtype=np.int64)
        np.cumsum(np.bincount(tails[kept], minlength=n_nodes), out=first[1:])
        return cls(
            n_nodes,
            _frozen(first),
            _frozen(heads[order]),
            _frozen(coins[order]),
            _frozen(order),
        )


def _nodes(name: str, values: ArrayLike, n_nodes: int) -> NDArray[np.int32]:
    given = np.asarray(values)
    if given.size == 0:
        return np.zeros(0, dtype=np.int32)
    if given.ndim != 1 or given.dtype.kind not in "iu":
        msg = f"{name} must be a one-dimensional array of whole numbers, got {given.dtype}"
        raise EngineInputError(msg)
    bad = np.flatnonzero((given < 0) | (given >= n_nodes))
    if len(bad):
        msg = f"{name}[{bad[0]}] must be a node in [0, {n_nodes}), got {given[bad[0]]}"
        raise EngineInputError(msg)
    return given.astype(np.int32)


def _coins(values: ArrayLike) -> NDArray[np.float64]:
    given = np.asarray(values, dtype=np.float64)
    if given.ndim != 1:
        msg = f"probability must be a one-dimensional array, got shape {given.shape}"
        raise EngineInputError(msg)
    bad = np.flatnonzero(~((given >= 0) & (given <= 1)))
    if len(bad):
        msg = f"probability[{bad[0]}] must be in [0, 1], got {given[bad[0]]}"
        raise EngineInputError(msg)
    return given


def _frozen(values: NDArray[_Kind]) -> NDArray[_Kind]:
    values.setflags(write=False)
    return values
