"""What the compiled kernel of `dominators` computes, defined in plain Python.

Nothing here is clever: take each unit away and look again at what is reached. Slow, and easy to
believe.
"""

from __future__ import annotations

from collections.abc import Sequence

MASK = 2**64 - 1
_STEP = 0x9E3779B97F4A7C15


def mixed(x: int) -> int:
    """Scramble 64 bits (the finalizer of splitmix64).

    >>> hex(mixed(1))
    '0x5692161d100b05e5'
    """
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def world_key(rng_seed: int, world: int) -> int:
    """Return the number from which all randomness of a world comes."""
    return mixed((mixed((rng_seed + _STEP) & MASK) + world * _STEP) & MASK)


def arc_draw(key: int, arc: int) -> int:
    """Return 63 random bits for an arc in the world of a key."""
    return mixed((key + (arc + 1) * _STEP) & MASK) >> 1


def start_of(key: int, n_starts: int) -> int:
    """Return which of n starts a world has, each equally likely."""
    return (mixed(key ^ _STEP) >> 32) * n_starts >> 32


def removals_of_world(
    arcs: Sequence[tuple[int, int]],
    unit: Sequence[int],
    threshold: Sequence[int],
    kept: Sequence[int],
    points: Sequence[int],
    owner: Sequence[int],
    starts: Sequence[tuple[int, int]],
    rng_seed: int,
    world: int,
) -> tuple[int, list[int], dict[int, int]]:
    """Return what is reached in one world, and what is lost without each arc and each unit.

    Parameters
    ----------
    arcs : m pairs (tail, head)
    unit : unit that each arc belongs to, -1 for an arc that cannot be taken away, m
    threshold : an arc is open if its draw is below, m; 2**63 for always
    kept : an open arc stays open whatever is done if its draw is below, m
    points : what reaching a node counts
    owner : owner of each node, -1 for none
    starts : (node, owner whose nodes do not count) of each start

    Returns
    -------
    int, list of m, dict
        Points reached, points lost without each arc, points lost without each unit.
    """
    key = world_key(rng_seed, world)
    start, left_out = starts[start_of(key, len(starts))]
    draws = [arc_draw(key, arc) for arc in range(len(arcs))]
    is_open = [draw < limit for draw, limit in zip(draws, threshold, strict=True)]
    doomed = [is_open[a] and draws[a] >= kept[a] and unit[a] >= 0 for a in range(len(arcs))]

    def reached(without: set[int]) -> int:
        seen, stack = {start}, [start]
        while stack:
            node = stack.pop()
            for arc, (tail, head) in enumerate(arcs):
                if tail == node and is_open[arc] and arc not in without and head not in seen:
                    seen.add(head)
                    stack.append(head)
        return sum(points[v] for v in seen if left_out < 0 or owner[v] != left_out)

    everything = reached(set())
    by_arc = [everything - reached({a}) if doomed[a] else 0 for a in range(len(arcs))]
    members: dict[int, set[int]] = {}
    for arc, group in enumerate(unit):
        if doomed[arc]:
            members.setdefault(group, set()).add(arc)
    by_unit = {group: everything - reached(gone) for group, gone in members.items()}
    return everything, by_arc, by_unit
