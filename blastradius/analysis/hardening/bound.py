"""What no plan within a budget can exceed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from blastradius.analysis.hardening.exact import LARGEST, reaches
from blastradius.analysis.hardening.network import RiskNetwork
from blastradius.analysis.hardening.table import ActionTable
from blastradius.engine.coverage import BATCHES, Covered, Net, PathCover
from blastradius.errors import ExactBudgetError

N_WORLDS: Final = 16_384
"""Worlds in which paths are counted: one half to choose, the other to measure."""

MOST_COINS: Final = 2**28
"""Coins tossed with that many worlds; with more arcs there are fewer worlds."""

MOST_BITS: Final = 2**32
"""Worlds of nodes that are kept for all actions; where more are needed, paths are not counted."""

_T95: Final = 2.131
"""97.5 % point of the t-distribution with one degree of freedom less than there are batches."""


@dataclass(frozen=True, slots=True)
class PathBound:
    """The bound, and the set that is best by it."""

    value: float
    """Upper end of its 95 % interval [points]."""
    chosen: tuple[int, ...]
    """Actions by greedy choice on the covered points."""
    n_worlds: int


def path_bound(
    risk: RiskNetwork,
    table: ActionTable,
    candidates: Sequence[int],
    budget: float,
    lower_to: float,
    rng_seed: int,
) -> PathBound | None:
    """Bound what any set of candidates within the budget takes away; None if that is too much work.

    The points of nodes with an open path through a set are a coverage, so for any set A the
    best set adds at most what each of its actions adds to A on its own: the points covered by
    A plus the best fractional choice within the budget (Leskovec et al. 2007, theorem 4). That
    holds for each A that greedy choice comes by. A is chosen in one half of the worlds and the
    bound measured in the other. The mean of a maximum is no less than the maximum of means, so
    sampling errs upwards.
    """
    union = _union_of_breaches(risk)
    if union is None:
        return None
    net, copies = union
    n_worlds = N_WORLDS if len(net.tail) * N_WORLDS <= MOST_COINS else N_WORLDS // 16
    cover = PathCover(net, n_worlds, rng_seed, lower_to)
    through: dict[int, Covered] = {}
    room = MOST_BITS
    for action in candidates:
        arcs = table.arcs_of(action).tolist()
        through[action] = cover.through(copy for arc in arcs for copy in copies.get(arc, ()))
        room -= n_worlds * len(through[action])
        if room < 0:
            return None
    cost = {a: float(table.cost[a]) for a in candidates}
    chosen: list[int] = []
    covered: Covered = {}
    spent, base = 0.0, 0.0
    best = (math.inf, 0)
    while True:
        gains = {a: cover.gain(through[a], covered, 0) for a in candidates if a not in chosen}
        over = base + sum(part * gain for part, gain in _fractional(gains, cost, budget).values())
        best = min(best, (over, len(chosen)))
        fits = [a for a in gains if cost[a] <= budget - spent and gains[a] > 0]
        if not fits:
            break
        pick = max(fits, key=lambda a: (_ratio(gains[a], cost[a]), gains[a], -a))
        chosen.append(pick)
        spent, base = spent + cost[pick], base + gains[pick]
        covered = _union(covered, through[pick])
    value = _measured(cover, through, cost, budget, chosen[: best[1]])
    return PathBound(value, tuple(chosen), n_worlds)


def _measured(
    cover: PathCover,
    through: dict[int, Covered],
    cost: dict[int, float],
    budget: float,
    chosen: Sequence[int],
) -> float:
    """Return the upper end of the bound at a set, in the second half of the worlds."""
    covered: Covered = {}
    for action in chosen:
        covered = _union(covered, through[action])
    gains = {a: cover.gain(through[a], covered, 1) for a in through if a not in chosen}
    batches = np.array(cover.batches(covered, {}, 1))
    for action, (part, _) in _fractional(gains, cost, budget).items():
        batches += part * np.array(cover.batches(through[action], covered, 1))
    error = float(batches.std(ddof=1)) / math.sqrt(BATCHES)
    return float(batches.mean()) + _T95 * error


def _fractional(
    gains: dict[int, float], cost: dict[int, float], budget: float
) -> dict[int, tuple[float, float]]:
    """Return (part taken, gain) of the best choice within a budget that may split an action."""
    taken, left = {}, budget
    for action in sorted(gains, key=lambda a: -_ratio(gains[a], cost[a])):
        if gains[action] <= 0 or (left <= 0 and cost[action] > 0):
            break
        part = 1.0 if cost[action] <= left else left / cost[action]
        taken[action] = (part, gains[action])
        left -= part * cost[action]
    return taken


def _ratio(gain: float, cost: float) -> float:
    return gain / cost if cost > 0 else math.inf


def _union(one: Covered, other: Covered) -> Covered:
    return {node: one.get(node, 0) | other.get(node, 0) for node in {**one, **other}}


def _union_of_breaches(risk: RiskNetwork) -> tuple[Net, dict[int, list[int]]] | None:
    """Set the networks of all breaches side by side; return them and the copies of each arc.

    Each breach then has all the worlds, and the mean over breaches is a sum of points.
    """
    net = Net([], [], [], [], [])
    copies: dict[int, list[int]] = {}
    try:
        for start, arcs in reaches(risk, LARGEST):
            nodes = dict.fromkeys([int(risk.start_node[start])])
            nodes |= dict.fromkeys(risk.head[arcs].tolist())
            place = {node: len(net.points) + i for i, node in enumerate(nodes)}
            net.starts.append(len(net.points))
            for arc in arcs.tolist():
                copies.setdefault(arc, []).append(len(net.tail))
                net.tail.append(place[int(risk.tail[arc])])
                net.head.append(place[int(risk.head[arc])])
                net.probability.append(float(risk.value[arc]))
            net.points.extend(
                0.0
                if risk.party[node] == risk.start_party[start]
                else float(risk.points[node]) / risk.n_starts
                for node in nodes
            )
    except ExactBudgetError:
        return None
    return net, copies
