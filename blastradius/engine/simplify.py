"""Reductions that leave every reach probability unchanged and make exact work smaller.

* Nodes without a path from an origin, and nodes that matter to no target, are dropped.
* All origins, and all nodes that an open chain of sure arcs ties to them, become one root.
* A node whose only way in is a sure arc is the same event as its predecessor.
* Parallel arcs become one coin.
* A node without successors that only sure arcs enter is read off its predecessors at the end
  ("readout") and takes no part in the search.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

ROOT: Final = 0
"""Vertex that stands for everything reached with certainty."""

UNREACHED: Final = -1


@dataclass(frozen=True, slots=True)
class Bundle:
    """Parallel arcs between two vertices, open if any member is."""

    tail: int
    head: int
    members: tuple[int, ...]
    """Indices of the arcs of the network."""
    fixed: bool
    """Open in every world."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """A smaller network with the same reach events."""

    n_vertices: int
    vertex_of: tuple[int, ...]
    """Vertex that stands for each node, shape (n_nodes,); UNREACHED without a path."""
    bundles: tuple[Bundle, ...]
    """Arcs between vertices that take part in the search."""
    readouts: tuple[tuple[int, tuple[int, ...]], ...]
    """(vertex, vertices any of which makes it reached); these vertices have no bundles."""


def reduce_network(
    n_nodes: int,
    arcs: Sequence[tuple[int, int]],
    *,
    live: Sequence[bool],
    fixed: Sequence[bool],
    origins: Iterable[int],
    keep: Collection[int],
    targets: Collection[int] | None = None,
) -> Reduced:
    """Reduce a network without changing the joint law of the reach events that matter.

    Parameters
    ----------
    arcs : m pairs (tail, head)
    live, fixed : shape (m,)
        Whether an arc can be open at all, and whether it is open in every world.
    origins : nodes
        Reached with certainty.
    keep : nodes
        Nodes with evidence: they stay vertices of the search.
    targets : nodes or None
        Nodes whose probability is wanted; None for all.

    Examples
    --------
    A sure chain folds into the root, and the readout 3 into its only predecessor:

    >>> r = reduce_network(4, [(0, 1), (1, 2), (2, 3)], live=[True] * 3,
    ...                    fixed=[True, False, True], origins=[0], keep=())
    >>> r.vertex_of, len(r.bundles)
    ((0, 0, 1, 1), 1)
    """
    usable = [i for i, (tail, head) in enumerate(arcs) if live[i] and tail != head]
    origins = set(origins)
    reached = _closure(origins, ((arcs[i][0], arcs[i][1]) for i in usable))
    wanted = reached
    if targets is not None:
        backwards = ((arcs[i][1], arcs[i][0]) for i in usable)
        wanted = reached & _closure({*targets, *keep, *origins}, backwards)
    usable = [i for i in usable if arcs[i][0] in wanted and arcs[i][1] in wanted]
    alias = _fold(wanted, [(*arcs[i], fixed[i]) for i in usable], origins)
    return _assemble(n_nodes, arcs, usable, fixed, alias, wanted, keep)


def _closure(starts: set[int], arcs: Iterable[tuple[int, int]]) -> set[int]:
    successors: dict[int, list[int]] = {}
    for tail, head in arcs:
        successors.setdefault(tail, []).append(head)
    seen = set(starts)
    stack = list(starts)
    while stack:
        for head in successors.get(stack.pop(), ()):
            if head not in seen:
                seen.add(head)
                stack.append(head)
    return seen


def _fold(nodes: set[int], arcs: list[tuple[int, int, bool]], origins: set[int]) -> dict[int, int]:
    """Map each node to the node whose event it shares; -1 stands for the root."""
    folding = _Folding(nodes, arcs)
    for origin in sorted(origins):
        folding.merge(origin, _FOLDED_ROOT)
    folding.run(sorted(nodes - origins))
    return {node: folding.standing_for(node) for node in sorted(nodes)}


_FOLDED_ROOT: Final = -1


class _Folding:
    """Merges nodes that are the same event, until no two neighbours are."""

    def __init__(self, nodes: set[int], arcs: list[tuple[int, int, bool]]) -> None:
        self.into: dict[int, dict[int, bool]] = {v: {} for v in nodes}  # predecessor -> sure?
        self.out: dict[int, set[int]] = {v: set() for v in (*nodes, _FOLDED_ROOT)}
        for tail, head, is_fixed in arcs:
            self.into[head][tail] = self.into[head].get(tail, False) or is_fixed
            self.out[tail].add(head)
        self.alias: dict[int, int] = {}
        self.queue: list[int] = []

    def run(self, nodes: Iterable[int]) -> None:
        self.queue.extend(nodes)
        while self.queue:
            node = self.queue.pop()
            if node in self.alias:
                continue
            if self.into[node].get(_FOLDED_ROOT):
                self.merge(node, _FOLDED_ROOT)
            elif len(self.into[node]) == 1:
                ((tail, is_fixed),) = self.into[node].items()
                if is_fixed:
                    self.merge(node, tail)

    def merge(self, node: int, target: int) -> None:
        self.alias[node] = target
        for head in self.out.pop(node):
            if head in self.alias:
                continue
            was_fixed = self.into[head].pop(node)
            if head != target:
                self.into[head][target] = self.into[head].get(target, False) or was_fixed
                self.out[target].add(head)
            self.queue.append(head)
        for tail in self.into.pop(node):
            if tail not in self.alias:
                self.out[tail].discard(node)

    def standing_for(self, node: int) -> int:
        chain = []
        while node in self.alias:
            chain.append(node)
            node = self.alias[node]
        for member in chain:
            self.alias[member] = node
        return node


def _assemble(
    n_nodes: int,
    arcs: Sequence[tuple[int, int]],
    usable: list[int],
    fixed: Sequence[bool],
    alias: dict[int, int],
    wanted: set[int],
    keep: Collection[int],
) -> Reduced:
    number = {-1: ROOT}
    for node in sorted(wanted):
        number.setdefault(alias[node], len(number))
    vertex_of = tuple(
        number[alias[node]] if node in wanted else UNREACHED for node in range(n_nodes)
    )
    members: dict[tuple[int, int], list[int]] = {}
    for i in usable:
        pair = (vertex_of[arcs[i][0]], vertex_of[arcs[i][1]])
        if pair[0] != pair[1] and pair[1] != ROOT:
            members.setdefault(pair, []).append(i)
    bundles = [
        Bundle(tail, head, tuple(group), any(fixed[i] for i in group))
        for (tail, head), group in members.items()
    ]
    readouts = _readouts(bundles, {vertex_of[node] for node in keep})
    return Reduced(
        n_vertices=len(number),
        vertex_of=vertex_of,
        bundles=tuple(b for b in bundles if b.head not in readouts),
        readouts=tuple(readouts.items()),
    )


def _readouts(bundles: list[Bundle], kept: set[int]) -> dict[int, tuple[int, ...]]:
    tails = {b.tail for b in bundles}
    parents: dict[int, list[int]] = {}
    uncertain = set()
    for b in bundles:
        parents.setdefault(b.head, []).append(b.tail)
        if not b.fixed:
            uncertain.add(b.head)
    return {
        head: tuple(sorted(above))
        for head, above in parents.items()
        if head not in tails and head not in uncertain and head not in kept
    }
