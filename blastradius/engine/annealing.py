"""Sampling under strong evidence: worlds are led to it step by step, and weighed for that.

Statements that are far likelier in some worlds than in others leave hardly any weight to most
worlds. Annealed importance sampling (Neal 2001, doi:10.1023/A:1008923215028) moves the worlds
instead; it only has to touch what lies between the origins and the evidence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from blastradius.engine.arrays import ArcArrays
from blastradius.engine.in_reach import InReach, nodes_in_reach
from blastradius.engine.kernels import annealed, dense
from blastradius.engine.regimes import Dense, Evidence, Tally, blocks, count

_OTHER_STREAMS: Final = np.uint64(0x2545F4914F6CDD1D)
"""Changes a seed into another, for the coins that are moved."""

_PILOT: Final = 2**32
"""Number of the first block that only serves to find the number of steps."""

_LEAST_STEPS: Final = 512
_MOST_STEPS: Final = 2**16
_MOST_WORK: Final = 20_000_000
"""Coins tossed at first and arcs looked at in all steps of one block, at most: a fraction of a second."""

_TOO_FEW_STEPS: Final = 64
"""Steps that lead no world anywhere: where no more can be taken, worlds are only weighed."""

_MEASURED_STEPS: Final = 16
"""Steps that tell how much work one is."""

_PILOTED: Final = 4
"""Blocks from which it is found how alike the weights are."""

_ENOUGH: Final = 0.5
"""Effective part of the worlds with which nothing more is wanted [1]."""

_NO_MORE: Final = 0.25
"""Growth of the logarithm of the mean weight that may be chance: more says that something likely was
not found with half of the steps."""

_LOOKED_AT: Final = 16
"""Blocks from which it is found how often each node is reached before anything is said."""


@dataclass(frozen=True, slots=True)
class Split:
    """What lies between the origins and the evidence, and all the rest."""

    nodes: NDArray[np.int64]
    """Place in reach of each of its nodes, shape (n,)."""
    cause: annealed.Cause
    rest: ArcArrays
    """Arcs that lead to other nodes, between places in reach."""

    @classmethod
    def of(cls, arcs: ArcArrays, part: InReach, evidence: Evidence) -> Split:
        """Cut the arcs in reach in two."""
        counts = arcs.first[part.nodes + 1] - arcs.first[part.nodes]
        starts = np.repeat(arcs.first[part.nodes] - (np.cumsum(counts) - counts), counts)
        chosen = starts + np.arange(part.n_arcs)
        tail = np.repeat(np.arange(len(part.nodes)), counts)
        head, probability = part.place[arcs.head[chosen]], arcs.probability[chosen]
        n = len(part.nodes)
        backward = ArcArrays.from_arcs(n, head, tail, probability)
        leads = nodes_in_reach(backward, evidence.nodes)
        # Whatever leads to a node of the cause is of the cause itself.
        is_inner = leads[head]
        rest = ArcArrays.from_arcs(n, tail[~is_inner], head[~is_inner], probability[~is_inner])
        nodes = np.flatnonzero(leads)
        place = np.full(n, -1)
        place[nodes] = np.arange(len(nodes))
        origins = np.zeros(len(nodes), dtype=np.bool_)
        origins[place[part.origins[leads[part.origins]]]] = True
        cause = _cause(place[tail[is_inner]], place[head[is_inner]], probability[is_inner], origins)
        return cls(nodes, cause, rest)


def _cause(
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    probability: NDArray[np.float64],
    is_origin: NDArray[np.bool_],
) -> annealed.Cause:
    """Return arcs sorted by tail, those of one tail in the order given."""
    n = len(is_origin)
    units = np.ceil(probability * 2.0**32).astype(np.uint64)
    units = np.where(probability < 1, np.minimum(units, np.uint64(2**32 - 1)), np.uint64(2**32))
    first, first_in = (np.zeros(n + 1, dtype=np.int64) for _ in range(2))
    np.cumsum(np.bincount(tail, minlength=n), out=first[1:])
    np.cumsum(np.bincount(head, minlength=n), out=first_in[1:])
    return annealed.Cause(
        first,
        head.astype(np.int32),
        tail.astype(np.int32),
        units,
        first_in,
        np.argsort(head, kind="stable"),
        np.zeros(len(head)),
        _log_odds(units),
        is_origin,
    )


def _log_odds(units: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return the logarithms of the odds of coins as they are tossed; of sure ones, any number."""
    p = np.minimum(units, 2**32 - 1) / 2.0**32
    return np.asarray(np.log(p) - np.log1p(-p))


class Annealed:
    """Worlds in blocks, moved towards the evidence.

    Takes 36 bytes an arc and 32 a node in reach, 40 an arc and 33 a node of the cause; and for each
    thread 65 bytes a node in reach, 32 an arc and 114 a node of the cause.
    """

    def __init__(
        self, arcs: ArcArrays, part: InReach, evidence: Evidence, rng_seed: np.uint64
    ) -> None:
        self.part, self.rng_seed = part, rng_seed
        split = Split.of(arcs, part, evidence)
        self.nodes, self.cause = split.nodes, split.cause
        places = np.arange(len(part.nodes))
        beyond = replace(part, nodes=places, place=places, n_arcs=split.rest.n_arcs)
        self.rest = Dense(split.rest, beyond, int(rng_seed))
        self.said = _said(split, evidence)
        self.n_steps = 1
        self._find_ways_back()
        self.is_useful = self._find_steps()
        """Whether there is time for more steps than would lead no world anywhere."""

    def _find_ways_back(self) -> None:
        """Choose paths back half at random, and half the way harm comes before anything is said.

        What strong statements speak for may hardly happen without them.
        """
        chains, cause = self._chains(), self.cause
        counts = np.zeros(len(cause.is_origin))
        for number in range(_PILOT, _PILOT + _LOOKED_AT):
            self._anneal(chains, number)
            words = np.bitwise_count(chains.reached).reshape(-1, dense.LANES)
            counts += words.sum(axis=1)
        comes = (counts + 0.5) / (_LOOKED_AT * dense.WORLDS + 1)
        chance = (comes[cause.tail] * np.minimum(cause.coin / 2.0**32, 1.0))[cause.arc_in]
        n_in = np.diff(cause.first_in)
        node = np.repeat(np.arange(len(n_in)), n_in)
        total = np.bincount(node, weights=chance, minlength=len(n_in))
        chance = 0.5 * chance / total[node] + 0.5 / n_in[node]
        # Each node's chances add up to 1, so those of all nodes before it are a whole number.
        up_to = np.cumsum(chance) - (np.cumsum(n_in > 0) - 1)[node]
        self.cause = cause._replace(up_to=up_to)

    def _find_steps(self) -> bool:
        """Double the steps until the weights are enough alike, and more steps find no more weight."""
        chains = self._chains()
        self.n_steps = _MEASURED_STEPS
        work = self._anneal(chains, _PILOT - 1) / _MEASURED_STEPS
        room = _MOST_WORK - len(self.cause.coin)
        most = min(_MOST_STEPS, int(room / max(work, 1.0)))
        if most < _TOO_FEW_STEPS:
            return False
        self.n_steps, before = min(_LEAST_STEPS, most), -math.inf
        for doubling in range(64):
            effective, found = self._piloted(chains, _PILOT + _PILOTED * doubling)
            if effective >= _ENOUGH and found - before < _NO_MORE:
                break
            if 2 * self.n_steps > most:
                break
            before = found
            self.n_steps *= 2
        return True

    def _piloted(self, chains: annealed.Chains, first: int) -> tuple[float, float]:
        """Return the effective part of some worlds, and the logarithm of their mean weight."""
        logs = np.empty((_PILOTED, dense.WORLDS))
        for number in range(_PILOTED):
            self._anneal(chains, first + number)
            logs[number] = chains.log_weight
        weights = np.exp(logs - logs.max())
        effective = float(weights.sum() ** 2 / (weights**2).sum()) / weights.size
        return effective, float(logs.max() + np.log(weights.mean()))

    def _chains(self) -> annealed.Chains:
        return annealed.Chains.empty(len(self.cause.is_origin), len(self.cause.coin))

    def _anneal(self, chains: annealed.Chains, number: int) -> int:
        work: int = annealed.anneal(
            self.cause,
            self.said,
            self.n_steps,
            self.rng_seed ^ _OTHER_STREAMS,
            number,
            chains,
        )
        return work

    def scratch(self) -> tuple[Any, ...]:
        """Return what a thread needs for itself."""
        return self._chains(), *self.rest.scratch()

    def run(
        self,
        scratch: tuple[Any, ...],
        first: int,
        n_worlds: int,
        tally: Tally,
        evidence: Evidence | None,
    ) -> None:
        """Sample worlds; ``first`` is the beginning of a block."""
        del evidence  # known from the beginning
        chains, block = scratch
        for number, used in blocks(first, n_worlds):
            self._anneal(chains, number)
            annealed.hand_over(self.nodes, chains, block)
            dense.start(block, self.part.origins)
            dense.spread(self.rest.arcs, block, self.rng_seed, number)
            count(block, used, tally, chains.log_weight)


def _said(split: Split, evidence: Evidence) -> annealed.Said:
    of_node = np.full(len(split.nodes), -1)
    of_node[np.searchsorted(split.nodes, evidence.nodes)] = np.arange(len(evidence.nodes))
    nodes = np.flatnonzero(of_node >= 0)
    return annealed.Said(nodes, of_node, evidence.log_if_reached, evidence.log_if_not)
