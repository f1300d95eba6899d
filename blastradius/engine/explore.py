"""Exact reach by exploring outward from the root, for small networks with many cycles.

Where arcs run to and fro between all nodes no order keeps the frontier of `circuit` narrow. But
with few nodes the *sets* of nodes are few. A world is uncovered by processing reached nodes one
by one: the coins of a node's outgoing arcs are tossed when the node is processed, and never
otherwise. What the past tells about the future is then only which reached nodes are still to be
processed, and which unreached nodes they can still lead to. States are rows of arrays, so
millions of them are feasible; at most 62 vertices, one bit each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blastradius.engine.simplify import ROOT, Bundle
from blastradius.errors import ExactBudgetError

MAX_VERTICES: Final = 62

_TABLE_BITS: Final = 11
_TABLE_MASK: Final = (1 << _TABLE_BITS) - 1

_PACKED_VERTICES: Final = 31

Masks = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Stage:
    """The processing of one vertex: weighted transitions between two sets of states."""

    source: NDArray[np.intp]
    target: NDArray[np.intp]
    weight: NDArray[np.float64]
    reached: Masks
    """Vertices newly reached on each transition."""
    n_states: int


@dataclass(slots=True)
class _Front:
    """Distinct states: vertices to process, unreached vertices they may lead to, probability."""

    active: Masks
    unreached: Masks
    mass: NDArray[np.float64]
    stages: list[_Stage] = field(default_factory=list)
    held: int = 0
    """Transitions in all stages."""


def explore_reach(
    n_vertices: int,
    bundles: Sequence[Bundle],
    coins: Sequence[float],
    order: Sequence[int],
    weights: Mapping[int, float],
    *,
    max_transitions: int,
) -> tuple[float, NDArray[np.float64]]:
    """Return E[W] and E[1(vertex reached) W], where W multiplies weights of reached vertices.

    Parameters
    ----------
    bundles, coins : arcs between vertices and their probabilities
    order : all vertices
        Of the vertices waiting to be processed, the first in this order goes first.
    weights : vertex -> factor of W if it is reached
    max_transitions : int
        Largest number of transitions held (32 bytes each).

    Raises
    ------
    ExactBudgetError
        If there are more states or vertices than can be held.
    """
    uncertain = sum(not b.fixed for b in bundles)
    if n_vertices > MAX_VERTICES:
        raise ExactBudgetError(max_transitions, uncertain)
    out: list[list[tuple[int, float]]] = [[] for _ in range(n_vertices)]
    rank = {vertex: i for i, vertex in enumerate(order)}
    for b, p in zip(bundles, coins, strict=True):
        if p > 0:
            out[b.tail].append((b.head, p))
    for arcs in out:
        arcs.sort(key=lambda arc: rank[arc[0]])
    heads = [sum(1 << head for head, _ in arcs) for arcs in out]
    tails = [
        sum(1 << tail for tail in range(n_vertices) if heads[tail] >> v & 1)
        for v in range(n_vertices)
    ]
    links = _Union(heads), _Union(tails)
    everything = (1 << n_vertices) - 1
    front = _Front(
        np.array([1 << ROOT], dtype=np.int64),
        np.array([everything & ~(1 << ROOT)], dtype=np.int64),
        np.array([1.0]),
    )
    while front.active.any():
        for vertex in order:
            if (front.active >> vertex & 1).any():
                _process(front, vertex, out[vertex], links, weights, max_transitions, uncertain)
    return _read(front, n_vertices, weights)


def _process(
    front: _Front,
    vertex: int,
    arcs: Sequence[tuple[int, float]],
    links: tuple[_Union, _Union],
    weights: Mapping[int, float],
    max_transitions: int,
    uncertain: int,
) -> None:
    """Toss the coins of a vertex in all states in which it waits, and merge equal states."""
    n_before = len(front.active)
    source = np.arange(n_before)
    waits = (front.active >> vertex & 1).astype(bool)
    weight = np.ones(n_before)
    new = np.zeros(n_before, dtype=np.int64)
    for head, p in arcs:
        open_to = waits[source] & ((front.unreached[source] & ~new) >> head & 1).astype(bool)
        rows = np.flatnonzero(open_to)
        if not len(rows):
            continue
        source = np.concatenate([source, source[rows]])
        new = np.concatenate([new, new[rows] | (1 << head)])
        weight = np.concatenate([weight, weight[rows] * p])
        weight[rows] *= 1.0 - p
        if front.held + len(source) > max_transitions:
            raise ExactBudgetError(max_transitions, uncertain)
    front.held += len(source)
    for head, _ in arcs:
        if head in weights:
            weight[(new >> head & 1).astype(bool)] *= weights[head]
    active = (front.active[source] | new) & ~(1 << vertex)
    unreached = front.unreached[source] & ~new
    active, unreached = _canonical(active, unreached, *links)
    # A vertex is waiting, unreached or neither: both masks fit one number for up to 31 vertices.
    if len(links[0].tables) * _TABLE_BITS <= _PACKED_VERTICES:
        order = np.argsort(active << _PACKED_VERTICES | unreached, kind="stable")
    else:
        order = np.lexsort((unreached, active))
    active, unreached = active[order], unreached[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (active[1:] != active[:-1]) | (unreached[1:] != unreached[:-1])
    target = np.empty(len(order), dtype=np.intp)
    target[order] = np.cumsum(first) - 1
    front.stages.append(_Stage(source, target, weight, new, n_before))
    front.mass = _summed(target, front.mass[source] * weight, int(first.sum()))
    front.active, front.unreached = active[first], unreached[first]


class _Union:
    """For sets of vertices: the union of a given set for each member, by table look-up."""

    def __init__(self, sets: Sequence[int]) -> None:
        self.tables: list[Masks] = []
        for first in range(0, len(sets), _TABLE_BITS):
            table = np.zeros(1 << _TABLE_BITS, dtype=np.int64)
            for bit, members in enumerate(sets[first : first + _TABLE_BITS]):
                table[1 << bit : 2 << bit] = table[: 1 << bit] | members
            self.tables.append(table)

    def __call__(self, masks: Masks) -> Masks:
        found = np.zeros_like(masks)
        for place, table in enumerate(self.tables):
            found |= table[masks >> (place * _TABLE_BITS) & _TABLE_MASK]
        return found


def _canonical(
    active: Masks, unreached: Masks, successors: _Union, predecessors: _Union
) -> tuple[Masks, Masks]:
    """Forget unreached vertices that nothing leads to, and waiting ones that lead nowhere."""
    within = successors(active) & unreached
    while True:
        wider = within | (successors(within) & unreached)
        if np.array_equal(wider, within):
            return active & predecessors(within), within
        within = wider


def _read(
    front: _Front, n_vertices: int, weights: Mapping[int, float]
) -> tuple[float, NDArray[np.float64]]:
    """Meet the masses of the past with the weights of the future at every transition."""
    root_weight = weights.get(ROOT, 1.0)
    future = np.ones(len(front.active))
    backward = [future]
    for stage in reversed(front.stages):
        flow = stage.weight * future[stage.target]
        future = _summed(stage.source, flow, stage.n_states)
        backward.append(future)
    backward.reverse()
    joint = np.zeros(n_vertices)
    mass = np.array([root_weight])
    for stage, after in zip(front.stages, backward[1:], strict=True):
        flow = mass[stage.source] * stage.weight
        ends = flow * after[stage.target]
        for vertex in range(n_vertices):
            hit = (stage.reached >> vertex & 1).astype(bool)
            if hit.any():
                joint[vertex] += float(ends[hit].sum())
        mass = _summed(stage.target, flow, len(after))
    total = root_weight * float(backward[0][0])
    joint[ROOT] = total
    return total, joint


def _summed(place: NDArray[np.intp], amount: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Sum the amounts that fall on each of n places."""
    return np.bincount(place, amount, minlength=n).astype(np.float64)
