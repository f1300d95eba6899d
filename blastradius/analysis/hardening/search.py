"""The search for the best set of actions within a budget.

Taking away is neither submodular nor supermodular under independent cascade: of two parallel
ways, cutting one gains little and cutting the second gains all. So greedy choice alone promises
nothing. Here it may also take sets that cut a party off, the set that is best by an upper bound
competes with it, and small questions try all sets.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from blastradius.analysis.hardening.bound import PathBound, path_bound
from blastradius.analysis.hardening.cuts import MOST_ARCS, WORST, cut_moves
from blastradius.analysis.hardening.network import RiskNetwork
from blastradius.analysis.hardening.objective import Objective
from blastradius.analysis.hardening.results import BoundBasis, Guarantee, Measured
from blastradius.analysis.hardening.table import ActionTable

_Move = tuple[tuple[int, ...], float]
"""Actions taken together, and their gain."""

NOTHING: Final = 1e-9
"""Smaller effects come from rounding [points]."""


@dataclass(frozen=True, slots=True)
class Found:
    """The best set found, and how it was found."""

    actions: tuple[int, ...]
    n_sets: int | None
    """Sets that were tried if those were all; None otherwise."""
    paths: PathBound | None


@dataclass(slots=True)
class Search:
    """A question of a set within a budget."""

    risk: RiskNetwork
    table: ActionTable
    objective: Objective
    budget: float
    lower_to: float
    controls: bool
    rng_seed: int

    def best(self) -> Found:
        """Return the best set found, in the order of its gains."""
        candidates = self.candidates()
        sets = self._all_sets(candidates)
        paths = None
        if sets is None:
            paths = path_bound(
                self.risk, self.table, candidates, self.budget, self.lower_to, self.rng_seed
            )
            tried = [self._greedy(candidates), self._best_single(candidates)]
            tried += [paths.chosen] if paths is not None else []
        else:
            tried = sets
        gains = [self.objective.gain(actions) for actions in tried]
        most = max(gains, default=0.0)
        # Of sets that are equally good the cheapest one, and of those the first.
        good = [
            actions for actions, gain in zip(tried, gains, strict=True) if gain >= most - NOTHING
        ]
        chosen = min(good, key=self._cost, default=())
        return Found(
            tuple(self._in_order(self._needed(chosen))),
            len(sets) if sets is not None else None,
            paths,
        )

    def guarantee(self, found: Found, reduction: Measured) -> Guarantee:
        """Compare what a set takes away at least with what any set can take away at most."""
        if found.n_sets is not None:
            ratio = 1.0 if reduction.value > NOTHING else None
            return Guarantee(True, reduction.value, ratio, "all-sets", found.n_sets, None)
        doing_all = self.objective.measure(self.candidates()).effect
        everything = doing_all.value + (doing_all.half_width or 0.0)
        bound, worlds = everything, None
        basis: BoundBasis = "everything"
        if found.paths is not None and found.paths.value < everything:
            bound, basis, worlds = found.paths.value, "paths", found.paths.n_worlds
        bound = max(bound, reduction.value)
        least = max(reduction.value - (reduction.half_width or 0.0), 0.0)
        ratio = least / bound if bound > NOTHING else None
        return Guarantee(False, bound, ratio, basis, None, worlds)

    def candidates(self) -> list[int]:
        """Return actions that may be part of a set."""
        table = self.table
        allowed = table.is_offered & (table.cost <= self.budget)
        if not self.controls:
            allowed &= ~table.is_control
        return [int(row) for row in np.flatnonzero(allowed)]

    # -- parts ---------------------------------------------------------------------------

    def _cost(self, actions: Collection[int]) -> float:
        return math.fsum(self.table.cost[action] for action in actions)

    def _greedy(self, candidates: Sequence[int]) -> tuple[int, ...]:
        """Take, again and again, the move with the largest gain for its cost."""
        done: list[int] = []
        left = self.budget
        while True:
            move = self._best_move(candidates, done, left)
            if move is None:
                return tuple(done)
            done.extend(move)
            left -= self._cost(move)

    def _best_move(
        self, candidates: Sequence[int], done: Sequence[int], left: float
    ) -> tuple[int, ...] | None:
        effects, _ = self.objective.effects(done)
        fits = [a for a in candidates if a not in done and self.table.cost[a] <= left]
        moves: list[_Move] = [((a,), float(effects[a])) for a in fits if effects[a] > NOTHING]
        moves = sorted(moves, key=lambda move: (-self._ratio(*move), -move[1], move[0]))[:1]
        if len(self.risk.tail) <= MOST_ARCS:
            for actions in cut_moves(self.risk, self.table, fits, done, self._worst(done), left):
                moves.append((actions, self.objective.gain(actions, done)))
        moves = [move for move in moves if move[1] > NOTHING]
        if not moves:
            return None
        return max(moves, key=lambda move: (self._ratio(*move), move[1]))[0]

    def _ratio(self, actions: Collection[int], gain: float) -> float:
        cost = self._cost(actions)
        return gain / cost if cost > 0 else math.inf

    def _worst(self, done: Sequence[int]) -> list[int]:
        scores = self.objective.scores(done)
        worst = sorted(scores, key=lambda row: (-scores[row], row))
        return [row for row in worst[:WORST] if scores[row] > NOTHING]

    def _best_single(self, candidates: Sequence[int]) -> tuple[int, ...]:
        effects, _ = self.objective.effects()
        best = max(candidates, key=lambda a: (effects[a], -self.table.cost[a], -a), default=None)
        return () if best is None else (best,)

    def _all_sets(self, candidates: Sequence[int]) -> list[tuple[int, ...]] | None:
        """Return every set that no further action fits into, None if they are too many.

        More actions never harm, so one of these is best.
        """
        found: list[tuple[int, ...]] = []
        for actions in largest_sets([float(self.table.cost[a]) for a in candidates], self.budget):
            if len(found) >= self.objective.most_sets:
                return None
            found.append(tuple(candidates[place] for place in actions))
        return found

    def _needed(self, actions: Sequence[int]) -> list[int]:
        """Leave out actions that gain nothing beside the others, dearest first."""
        kept = list(actions)
        for action in sorted(actions, key=lambda a: (-self.table.cost[a], -a)):
            others = [a for a in kept if a != action]
            if self.objective.gain([action], others) <= NOTHING:
                kept = others
        return kept

    def _in_order(self, actions: Sequence[int]) -> list[int]:
        """Put the action first that gains most for its cost, then the next one after it."""
        left, order = list(actions), list[int]()
        if len(left) > self.objective.most_ordered:
            return left
        while left:
            effects, _ = self.objective.effects(order)
            gains = {a: float(effects[a]) for a in left}
            best = max(left, key=lambda a: (round(self._ratio([a], gains[a]), 9), -a))
            order.append(best)
            left.remove(best)
        return order


def largest_sets(costs: Sequence[float], budget: float) -> Iterator[tuple[int, ...]]:
    """Yield the sets of places whose costs fit the budget and that nothing more fits into.

    >>> list(largest_sets([1, 1, 2], 2))
    [(0, 1), (2,)]
    >>> list(largest_sets([0, 5], 2))
    [(0,)]
    """
    stack: list[tuple[int, tuple[int, ...], float]] = [(0, (), budget)]
    while stack:
        place, chosen, left = stack.pop()
        if place == len(costs):
            rest = [costs[p] for p in range(len(costs)) if p not in chosen]
            if min(rest, default=math.inf) > left:
                yield chosen
            continue
        if costs[place] > 0 or costs[place] > left:
            stack.append((place + 1, chosen, left))
        if costs[place] <= left:
            stack.append((place + 1, (*chosen, place), left - costs[place]))
