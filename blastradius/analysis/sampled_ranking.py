"""The ranking of a network that is too large to solve: searches backward from every party at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blastradius.analysis.survey import (
    HEADS,
    SINGLE_POINT,
    Concentration,
    Dependent,
    Figure,
    Progress,
    RankedParty,
    Survey,
    SurveyEngine,
)
from blastradius.analysis.survey_rows import SurveyRows
from blastradius.analysis.whole import WholeHarm
from blastradius.engine.sketches import WORLDS, Losses, Measured, losses, measure, merged

MOST_BLOCKS: Final = 256
"""Blocks of 64 worlds for each party, at most."""

SEARCH_ARCS: Final = 400_000_000
"""Arcs that the searches may look at, about; with `LOSS_ARCS` it bounds the time."""

LOSS_ARCS: Final = 100_000_000
"""Arcs that the search for what runs through the head may look at, about."""

FIRST_LOSSES: Final = 256
MOST_LOSSES: Final = 16_384
"""Searches from parties for what runs through the head, at most."""

_ENOUGH_LOSSES: Final = 0.002
"""95 % half-width of the shares that run through the head, of the whole, that is enough [1]."""

_ASKED_POINTS: Final = 20
"""Parties at the head for whose dependents single points of failure are looked for."""

_ASKED_DEPENDENTS: Final = 5
"""Parties that each of them deals with, those first that its breach harms most directly."""

_DEPENDENT_BLOCKS: Final = 16


@dataclass(frozen=True, slots=True)
class SampledRanking:
    """What sampling found."""

    parties: tuple[RankedParty, ...]
    n_harmless: int
    concentration: Concentration
    engine: SurveyEngine


def sample_ranking(
    whole: WholeHarm,
    survey: Survey,
    *,
    reason: str,
    uncertain_arcs: int,
    progress: Progress | None = None,
    n_threads: int | None = None,
) -> SampledRanking:
    """Rank the parties at the head of a large network.

    Parameters
    ----------
    whole, survey, progress
        As of :func:`blastradius.analysis.ranking.rank_parties`.
    reason : str
        Why worlds are sampled.
    uncertain_arcs : int
        For the note on the engine.
    n_threads : int, optional
        All cores by default; the answer is the same for any number.
    """
    return _Sampler(whole, survey, progress, n_threads).run(reason, uncertain_arcs)


class _Sampler:
    def __init__(
        self, whole: WholeHarm, survey: Survey, progress: Progress | None, n_threads: int | None
    ) -> None:
        self.whole = whole
        self.survey = survey
        self.progress = progress
        self.n_threads = n_threads
        self.network = SurveyRows(whole)
        self.wanted = np.asarray(self.network.harmful & _of_roles(whole, survey.roles))
        self.top = min(survey.top, int(self.wanted.sum()))

    def seed(self, stage: int) -> int:
        """Return a seed for each stage, so that no stage looks at what another one chose by."""
        return self.survey.rng_seed * 4 + stage

    def tell(self, thousandths: float) -> None:
        """Say how far the work is."""
        if self.progress is not None:
            self.progress(min(1000, int(thousandths)), 1000)

    def run(self, reason: str, uncertain_arcs: int) -> SampledRanking:
        """Measure all parties, then ask what runs through the head."""
        measured = self._measure()
        rows = self._head(measured)
        parties = self._parties(rows, measured)
        self.tell(1000)
        n_harmless = self.whole.n_parties - int(self.network.harmful.sum())
        engine = SurveyEngine(
            method="monte-carlo",
            reason=reason,
            n_worlds=measured.n_blocks * WORLDS,
            rng_seed=self.survey.rng_seed,
            uncertain_arcs=uncertain_arcs,
            precision=self._blur(measured) if len(rows) else 0.0,
        )
        return SampledRanking(parties, n_harmless, self._concentration(measured), engine)

    def _measure(self) -> Measured:
        """Search backward from all parties, block by block, until the head is known well enough."""
        network, asked = self.network, self.survey.n_worlds
        # A single block does not tell how far sums over parties vary.
        most = MOST_BLOCKS if asked is None else max(2, -(-asked // WORLDS))
        measured: Measured | None = None
        for block in range(most):
            more = measure(
                network.backward,
                network.sets,
                network.asked,
                network.slot,
                rng_seed=self.seed(0),
                block=block,
                n_threads=self.n_threads,
            )
            measured = more if measured is None else merged(measured, more)
            if asked is not None:
                self.tell(700 * (block + 1) / most)
            elif self._is_known(measured):
                break
        assert measured is not None
        self.tell(700)
        return measured

    def _is_known(self, measured: Measured) -> bool:
        """Tell whether the head is known as precisely as asked, or the work would grow too long."""
        if not self.top:
            return True
        if measured.n_blocks < 2:
            return False
        known = (self.survey.precision / self._blur(measured)) ** 2
        spent = measured.looked * (1 + 1 / measured.n_blocks) / SEARCH_ARCS
        self.tell(700 * max(known, spent))
        return known >= 1 or spent > 1

    def _head(self, measured: Measured) -> NDArray[np.int64]:
        """Return the wanted parties of the largest scores, largest first; ties by harm and id."""
        rows = np.flatnonzero(self.wanted)
        scores, harms = measured.score()[0][rows], measured.harm()[0][rows]
        return np.asarray(rows[np.lexsort((rows, -harms, -scores))][: self.top])

    def _blur(self, measured: Measured) -> float:
        """Return the largest half-width of a score at the head, relative to it [1]."""
        rows = self._head(measured)
        score, half_width = (values[rows] for values in measured.score())
        seen = score > 0
        relative = (half_width[seen] / score[seen]).max(initial=1e-12)
        return float(relative) if seen.all() else 1.0

    def _parties(self, rows: NDArray[np.int64], measured: Measured) -> tuple[RankedParty, ...]:
        whole, total = self.whole, measured.whole()[0][0]
        score, harm = measured.score(), measured.harm()
        through = self._losses(rows).shares()
        dependents = self._dependents(rows, through[0])
        return tuple(
            RankedParty(
                id=whole.party_ids[row],
                name=whole.party_names[row],
                role=whole.party_roles[row],
                total_score=_figure(score[0][row], score[1][row]),
                expected_harmed_parties=_figure(harm[0][row], harm[1][row]),
                reachable_parties=self.network.n_reachable(row),
                share=float(score[0][row] / total) if total else 0.0,
                through=_figure(through[0][place], through[1][place]),
                single_point_for=dependents.get(row, ()),
            )
            for place, row in enumerate(rows.tolist())
        )

    # -- what runs through whom ----------------------------------------------------------

    def _losses(self, rows: NDArray[np.int64]) -> Losses:
        """Search backward from parties drawn at random, with and without each one at the head."""
        rng = np.random.default_rng(np.random.SeedSequence(self.survey.rng_seed))
        drawn = rng.permutation(self.whole.n_parties)
        found, begin, size = None, 0, FIRST_LOSSES
        while True:
            # Once all parties had their turn, they have another one in other worlds.
            turn, place = divmod(begin, len(drawn))
            some = drawn[place : place + size]
            more = self._lose(some, rows, self.seed(1), begin=turn)
            found = more if found is None else _joined(found, more)
            begin += len(some)
            size = begin
            width = float(found.shares()[1].max(initial=0.0))
            spent = max(2 * found.looked / LOSS_ARCS, 2 * begin / MOST_LOSSES)
            self.tell(700 + 250 * min(1.0, spent))
            if width <= _ENOUGH_LOSSES or spent > 1:
                return found

    def _lose(
        self,
        targets: NDArray[np.int64],
        rows: NDArray[np.int64],
        seed: int,
        *,
        n_blocks: int = 1,
        begin: int = 0,
    ) -> Losses:
        network = self.network
        watch = np.full(self.whole.n_parties, -1, dtype=np.int32)
        watch[rows] = np.arange(len(rows), dtype=np.int32)
        return losses(
            network.backward,
            network.sets,
            network.asked,
            targets,
            network.slot,
            self._passing_nodes(watch),
            rows.astype(np.int32),
            rng_seed=seed,
            n_blocks=n_blocks,
            begin=begin,
            n_threads=self.n_threads,
        )

    def _passing_nodes(self, watch: NDArray[np.int32]) -> NDArray[np.int32]:
        """Mark the nodes from which coins of watched parties lead to others."""
        passer = self.network.passer
        passes = np.flatnonzero(passer >= 0)
        marks = np.full(self.whole.n_nodes, -1, dtype=np.int32)
        marks[self.whole.tail[: self.whole.n_coins][passes]] = watch[passer[passes]]
        return marks

    def _dependents(
        self, rows: NDArray[np.int64], through: NDArray[np.float64]
    ) -> Mapping[int, tuple[Dependent, ...]]:
        """Look for parties to which most harm comes through one at the head.

        Asked are those at the head through which most runs, and whom they harm most directly.
        """
        asked = rows[np.argsort(-through, kind="stable")[:_ASKED_POINTS]]
        pairs = {int(row): self._harmed_directly(int(row)) for row in asked}
        victims = sorted({victim for found in pairs.values() for victim in found})
        if not victims:
            return {}
        every = self._lose(np.array(victims), asked, self.seed(2), n_blocks=_DEPENDENT_BLOCKS)
        ways = {v: _only(every, k, len(victims)) for k, v in enumerate(victims)}
        n_origins = {v: self.network.n_reaching(v) for v in victims}
        found = {}
        for place, row in enumerate(asked.tolist()):
            dependents = [
                self._dependent(victim, ways[victim], place, n_origins[victim])
                for victim in pairs[row]
            ]
            kept = [item for item in dependents if item is not None]
            found[row] = tuple(sorted(kept, key=lambda d: (-d.exposure, d.id)))
        return found

    def _dependent(self, victim: int, way: Losses, place: int, n_origins: int) -> Dependent | None:
        """Return the victim, if surely enough most of its harm comes by this way."""
        share, half_width = (values[place] for values in way.shares())
        if share - half_width <= SINGLE_POINT:
            return None
        exposure = float(way.found.mean()) / WORLDS
        return Dependent(
            self.whole.party_ids[victim],
            self.whole.party_names[victim],
            float(share),
            exposure,
            n_origins,
        )

    def _harmed_directly(self, row: int) -> list[int]:
        """Return the parties that a breach of this one harms most by its own coins."""
        whole = self.whole
        coins = np.flatnonzero((self.network.passer == row) & (self.network.value > 0))
        harm: dict[int, float] = {}
        for coin in coins.tolist():
            victim = int(whole.target[coin])
            harm[victim] = harm.get(victim, 0.0) + float(whole.value[coin])
        return sorted(harm, key=lambda v: (-harm[v], v))[:_ASKED_DEPENDENTS]

    # -- summing up ----------------------------------------------------------------------

    def _concentration(self, measured: Measured) -> Concentration:
        (total, blur), (harm, harm_blur) = measured.whole()
        scores = np.sort(measured.score()[0])[::-1]
        so_far = np.cumsum(scores)
        n_ranked = int((scores > 0).sum())
        enough = np.flatnonzero(so_far >= total / 2)
        return Concentration(
            total_score=_figure(total, blur),
            expected_harmed_parties=_figure(harm, harm_blur),
            heads={k: min(1.0, float(so_far[k - 1] / total)) for k in HEADS if k <= n_ranked},
            half=int(enough[0]) + 1 if len(enough) and total > 0 else None,
        )


def _of_roles(whole: WholeHarm, roles: Sequence[str]) -> NDArray[np.bool_]:
    if not roles:
        return np.ones(whole.n_parties, dtype=bool)
    return np.array([role in roles for role in whole.party_roles], dtype=bool)


def _figure(value: float, half_width: float) -> Figure:
    return Figure(float(value), half_width=float(half_width))


def _joined(one: Losses, other: Losses) -> Losses:
    return Losses(
        np.concatenate([one.found, other.found]),
        np.concatenate([one.lost, other.lost]),
        one.looked + other.looked,
    )


def _only(every: Losses, place: int, n_targets: int) -> Losses:
    """Return the rows of one target, one for each block."""
    rows = slice(place, None, n_targets)
    return Losses(every.found[rows], every.lost[rows], every.looked)
