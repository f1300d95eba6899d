"""The harm network: nodes, arcs and one independent coin for each arc. Read-only."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from blastradius.errors import EngineInputError


@dataclass(frozen=True, slots=True)
class HarmNetwork:
    """A directed network of n nodes and m arcs, each open with its own probability.

    Plain tuples rather than arrays: the exact engine walks them one by one, and a small
    analysis must not pay for importing numpy. The sampling engine makes its own arrays.
    """

    n_nodes: int
    tail: tuple[int, ...]
    """Node each arc leaves, shape (m,)."""
    head: tuple[int, ...]
    """Node each arc enters, shape (m,)."""
    probability: tuple[float, ...]
    """P(arc is open), shape (m,) [1]."""

    @classmethod
    def from_arcs(
        cls,
        n_nodes: int,
        tail: Iterable[int],
        head: Iterable[int],
        probability: Iterable[float],
    ) -> HarmNetwork:
        """Build a network from parallel arrays of arcs; loops and parallel arcs are allowed.

        Parameters
        ----------
        n_nodes : int
            Number of nodes, >= 1.
        tail, head : int arrays, shape (m,)
            Nodes in [0, n_nodes).
        probability : float array, shape (m,)
            P(arc is open), values in [0, 1].

        Raises
        ------
        EngineInputError
            If the arrays differ in length or hold a node or probability out of range.

        Examples
        --------
        >>> HarmNetwork.from_arcs(3, [0, 1], [1, 2], [1.0, 0.5]).n_arcs
        2
        """
        check_whole("n_nodes", n_nodes, 1)
        tails = _nodes("tail", tail, int(n_nodes))
        heads = _nodes("head", head, int(n_nodes))
        coins = tuple(check_probability(i, p) for i, p in enumerate(_listed(probability)))
        if not len(tails) == len(heads) == len(coins):
            msg = (
                "tail, head and probability must have the same length, "
                f"got {len(tails)}, {len(heads)} and {len(coins)}"
            )
            raise EngineInputError(msg)
        return cls(int(n_nodes), tails, heads, coins)

    @property
    def n_arcs(self) -> int:
        """Number of arcs."""
        return len(self.tail)


def check_probability(place: int, value: object) -> float:
    """Return a probability as a float, or say which arc has a bad one.

    >>> check_probability(0, 0.5)
    0.5
    """
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not 0.0 <= number <= 1.0:
        msg = f"probability[{place}] must be in [0, 1], got {value}"
        raise EngineInputError(msg)
    return number


def check_whole(name: str, value: object, least: int) -> None:
    """Say so if a setting is not a whole number of at least ``least``.

    >>> check_whole("n_worlds", 5, 1)
    """
    if not _is_whole(value) or value < least:  # type: ignore[operator]
        msg = f"{name} must be a whole number of at least {least}, got {value!r}"
        raise EngineInputError(msg)


def check_origins(n_nodes: int, origins: Iterable[int]) -> tuple[int, ...]:
    """Return the distinct origins in ascending order.

    >>> check_origins(3, [2, 0, 2])
    (0, 2)
    """
    rows = sorted(set(_nodes("origins", origins, n_nodes)))
    if not rows:
        msg = "origins must name at least one node, got none"
        raise EngineInputError(msg)
    return tuple(rows)


def check_likelihood(
    n_nodes: int, likelihood: Mapping[int, tuple[float, float]] | None
) -> dict[int, tuple[float, float]]:
    """Return soft evidence as node -> (weight if reached, weight if not), checked."""
    checked = {}
    for node, weights in (likelihood or {}).items():
        (row,) = _nodes("likelihood", [node], n_nodes)
        if_reached, if_not = (float(w) for w in weights)
        if not (0 < if_reached < math.inf and 0 < if_not < math.inf):
            msg = f"likelihood[{node}] must hold two positive finite weights, got {weights}"
            raise EngineInputError(msg)
        checked[row] = (if_reached, if_not)
    return checked


def _is_whole(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return hasattr(value, "__index__") or (isinstance(value, float) and value.is_integer())


def _listed(values: Iterable[float]) -> Sequence[float]:
    # numpy arrays unpack to plain Python numbers much faster in one go
    to_list = getattr(values, "tolist", None)
    plain = to_list() if to_list is not None else list(values)
    if not isinstance(plain, list):
        msg = f"expected a one-dimensional array, got {values!r}"
        raise EngineInputError(msg)
    return plain


def _nodes(name: str, values: Iterable[int], n_nodes: int) -> tuple[int, ...]:
    rows = _listed(values)
    for i, row in enumerate(rows):
        if not _is_whole(row) or not 0 <= row < n_nodes:
            msg = f"{name}[{i}] must be a node in [0, {n_nodes}), got {row!r}"
            raise EngineInputError(msg)
    return tuple(int(row) for row in rows)
