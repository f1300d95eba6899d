"""Numbers of a breach on a register, sampled on its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blastradius.analysis.evidence import Weighed, combined
from blastradius.analysis.harm import Event, Scope
from blastradius.analysis.priors import PriorTable
from blastradius.analysis.question import Question
from blastradius.analysis.results import EngineNote, Estimate, Expected, Score
from blastradius.analysis.solve import MOST_WORLDS
from blastradius.analysis.whole import WholeHarm
from blastradius.analysis.whole_register import RegisterHarm
from blastradius.engine.arrays import ArcArrays
from blastradius.engine.cascade import CascadeSampler
from blastradius.engine.in_reach import nodes_in_reach
from blastradius.engine.sample import MOVED, Sample, sample_until
from blastradius.io.tables.register import Register

REGISTER_WORLDS: Final = 4_096
"""Worlds sampled on columns when no number is asked for: scores to 1.5 points or better where no
observation weighs worlds."""

Numbers1D = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of all parties [points]."""

    prior: Numbers1D
    posterior: Numbers1D
    low: Numbers1D
    high: Numbers1D

    def at(self, row: int) -> Score:
        """Return the score of one party."""
        ends = (self.low[row], self.high[row], self.posterior[row])
        return Score(
            float(self.prior[row]),
            float(self.posterior[row]),
            float(min(ends)),
            float(max(ends)),
        )


@dataclass(frozen=True, slots=True)
class Numbers:
    """Probabilities of all nodes, and what follows for the parties."""

    prior: Numbers1D
    posterior: Numbers1D
    score: Scores
    amounts: Mapping[str, Numbers1D]
    """Expected records, documents and bytes of each party; NaN where no amount is recorded."""
    uses: Mapping[str, int]
    """Prior rows behind coins within reach, with the number of coins."""
    note: EngineNote
    reached: NDArray[np.bool_]
    """Whether any arcs lead to each node, shape (n,)."""

    def estimate(self, node: int) -> Estimate:
        """Return prior and posterior of a node [1]."""
        return Estimate(float(self.prior[node]), float(self.posterior[node]))

    def expected(self, row: int) -> Expected:
        """Return the expected amounts of a party."""
        found = {what: float(values[row]) for what, values in self.amounts.items()}
        return Expected(**{what: None if np.isnan(v) else v for what, v in found.items()})


def sample_register(
    register: Register,
    harm: RegisterHarm,
    scope: Scope,
    priors: PriorTable,
    weighed: tuple[Weighed, ...],
    question: Question,
) -> Numbers:
    """Sample a breach with all coins at their values, and at the ends of their ranges."""
    whole = harm.whole
    evidence = combined(
        (node, item.ratio) for item in weighed if (node := node_of(register, harm, item.event)) >= 0
    )
    runs = _Runs(register, harm, scope, priors, question)
    posterior = runs.sample(whole.value, evidence)
    prior = runs.sample(whole.value, {}) if evidence else posterior
    low, high = (runs.sample(ends, evidence, ends_only=True) for ends in (whole.low, whole.high))
    n = whole.n_nodes
    reached = nodes_in_reach(whole.arcs(whole.high), runs.origins.astype(np.int64))
    reach = [sample.posterior()[:n] for sample in (prior, posterior, low, high)]
    scores = Scores(*(_scores(whole, probability) for probability in reach))
    return Numbers(
        reach[0],
        reach[1],
        scores,
        _amounts(register, harm, reach[1], reached),
        runs.uses(reached),
        runs.note((prior, posterior, low, high), reached),
        reached,
    )


class _Runs:
    """Samples one breach with various coins; the root is a node after all others."""

    def __init__(
        self,
        register: Register,
        harm: RegisterHarm,
        scope: Scope,
        priors: PriorTable,
        question: Question,
    ) -> None:
        whole = harm.whole
        self.whole, self.question = whole, question
        # Only scores have ranges: the ends need no nodes for varieties, a quarter of the network.
        self.lean = whole.head < harm.varieties.start
        alleged = scope.incident is not None and scope.incident.status == "alleged"
        coin = priors.coin("alleged") if alleged else None
        self.start = (coin.low, coin.value, coin.high) if coin is not None else (1.0, 1.0, 1.0)
        rows = [register.parties.ids.row_of(origin) for origin in sorted(set(scope.origins))]
        self.origins = whole.compromised[[row for row in rows if row is not None]]
        self.n_worlds = question.n_worlds or REGISTER_WORLDS
        self.is_settled = question.precision is None
        self.missed = ""
        self.alleged = alleged

    def sample(
        self,
        coins: Numbers1D,
        evidence: Mapping[int, tuple[float, float]],
        *,
        ends_only: bool = False,
    ) -> Sample:
        whole, n = self.whole, len(self.origins)
        kept = self.lean if ends_only else slice(None)
        ends = {id(whole.low): 0, id(whole.value): 1, id(whole.high): 2}
        arcs = ArcArrays.from_arcs(
            whole.n_nodes + 1,
            np.append(whole.tail[kept], np.full(n, whole.n_nodes, dtype=np.int32)),
            np.append(whole.head[kept], self.origins),
            np.append(coins[kept], np.full(n, self.start[ends[id(coins)]])),
        )
        sampler = CascadeSampler(arcs, [whole.n_nodes], self.question.rng_seed)
        if not self.is_settled:
            wanted = (self.question.precision or 0.0) / 100
            most = self.question.n_worlds or MOST_WORLDS
            found = sample_until(sampler.sample, wanted, most, likelihood=evidence)
            self.n_worlds, self.is_settled = found.n_worlds, True
            if float(found.half_width().max()) > wanted:
                self.missed = f"; {self.n_worlds:,} worlds do not reach the wanted precision"
            return found
        return sampler.sample(self.n_worlds, likelihood=evidence)

    def uses(self, reached: NDArray[np.bool_]) -> dict[str, int]:
        """Count the coins within reach that rest on each row of the table of priors."""
        coins = np.flatnonzero(reached[self.whole.tail[: self.whole.n_coins]])
        more = {"alleged": len(self.origins)} if self.alleged else {}
        return dict(self.whole.prior_uses(coins)) | more

    def note(self, samples: tuple[Sample, ...], reached: NDArray[np.bool_]) -> EngineNote:
        half_width = max(float(sample.half_width().max()) for sample in samples)
        moved = f"; {MOVED}" if any(sample.is_moved for sample in samples) else ""
        whole = self.whole
        uncertain = (whole.value > 0) & (whole.value < 1) & reached[whole.tail]
        reason = (
            "sampling was asked for"
            if self.question.method == "monte-carlo"
            else "the breach reaches too many relations for an exact answer"
        )
        return EngineNote(
            "monte-carlo",
            reason + self.missed + moved,
            self.n_worlds,
            self.question.rng_seed,
            int(uncertain.sum()) + (len(self.origins) if self.alleged else 0),
            half_width,
        )


def node_of(register: Register, harm: RegisterHarm, event: Event) -> int:
    """Return the node of an event that an observation speaks of, -1 if there is none."""
    nodes = harm.nodes
    if event.kind == "disclosed":
        row = register.datasets.ids.row_of(event.subject)
        return -1 if row is None else nodes.disclosed + row
    row = register.parties.ids.row_of(event.subject)
    starts = {
        "compromised": 0,
        "disrupted": nodes.disrupted,
        "exposed": nodes.exposed,
        "harmed": nodes.harmed,
    }
    return -1 if row is None else starts[event.kind] + row


def _scores(whole: WholeHarm, probability: Numbers1D) -> Numbers1D:
    points = whole.level_points * probability[whole.level_node]
    return np.bincount(whole.level_party, weights=points, minlength=whole.n_parties).astype(float)


def _amounts(
    register: Register, harm: RegisterHarm, probability: Numbers1D, reached: NDArray[np.bool_]
) -> dict[str, Numbers1D]:
    data, n = register.datasets, len(register.parties)
    disclosed = probability[harm.nodes.disclosed :][: len(data)]
    found = {}
    for what in ("records", "documents", "bytes"):
        counts = getattr(data, what)
        known = (counts >= 0) & reached[harm.nodes.disclosed :][: len(data)]
        amounts = counts[known] * disclosed[known]
        total = np.bincount(data.owner[known], weights=amounts, minlength=n).astype(float)
        total[np.bincount(data.owner[known], minlength=n) == 0] = np.nan
        found[what] = total
    return found
