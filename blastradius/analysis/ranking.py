"""The use case: whose breach would harm others most, and how concentrated the network is.

Every party is breached in turn, in supposition. *Through* a party runs what would be gone if it
passed no harm on to others: its own breach with all that follows, and every breach elsewhere
as far as it needs this party to get on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from blastradius import __version__
from blastradius.analysis.parts import Part, Parts
from blastradius.analysis.priors import (
    PriorTable,
    changed_priors,
    default_priors,
    prior_assumptions,
)
from blastradius.analysis.results import Provenance
from blastradius.analysis.solve import AUTO_BUDGET
from blastradius.analysis.survey import (
    AUTO_ARCS,
    HEADS,
    SINGLE_POINT,
    Concentration,
    Dependent,
    Figure,
    Progress,
    RankedParty,
    Ranking,
    Survey,
    SurveyEngine,
    unobserved_note,
)
from blastradius.analysis.whole import WholeHarm
from blastradius.engine.exact import DEFAULT_BUDGET
from blastradius.errors import ExactBudgetError

_ROUNDING: Final = 1e-9
"""Shares that differ from a bound by less are on it [1]."""


def rank_parties(
    whole: WholeHarm,
    survey: Survey,
    *,
    graph_name: str,
    graph_sha256: str = "",
    priors: PriorTable | None = None,
    progress: Progress | None = None,
) -> Ranking:
    """Rank every party of a network by what its breach would do to the others.

    Parameters
    ----------
    whole : WholeHarm
        The harm network of all parties, compiled as the survey says.
    survey : Survey
        What is asked, and how to compute it.
    graph_name, graph_sha256 : str
        For the provenance.
    priors : PriorTable, optional
        The table that the network was compiled with; the shipped one by default.
    progress : callable, optional
        Told how far the work is.

    Raises
    ------
    ExactBudgetError
        If an exact answer was demanded and does not fit.
    """
    priors = priors or default_priors()
    found = _measure(whole, survey, progress)
    n_silent = found.n_harmless
    return Ranking(
        provenance=Provenance(
            __version__, graph_name, graph_sha256, survey.options() | changed_priors(priors)
        ),
        parties=found.parties,
        n_parties=whole.n_parties,
        n_harmless=n_silent,
        concentration=found.concentration,
        engine=found.engine,
        assumptions=prior_assumptions(whole.prior_uses(), priors),
        unobserved_edges_note=unobserved_note(
            n_silent, whole.n_parties, whole.n_coins, "to another party"
        ),
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """What an engine found."""

    parties: tuple[RankedParty, ...]
    n_harmless: int
    concentration: Concentration
    engine: SurveyEngine


def _measure(whole: WholeHarm, survey: Survey, progress: Progress | None) -> Measured:
    reason = "sampling was asked for"
    if survey.method != "monte-carlo":
        try:
            return _ExactRanking(whole, survey).run(progress)
        except ExactBudgetError:
            if survey.method == "exact":
                raise
        reason = sampling_reason(whole)
    # Imported here so that exact answers do not pay for compiled kernels.
    from blastradius.analysis.sampled_ranking import sample_ranking  # noqa: PLC0415

    found = sample_ranking(
        whole, survey, reason=reason, uncertain_arcs=uncertain_arcs(whole), progress=progress
    )
    return Measured(found.parties, found.n_harmless, found.concentration, found.engine)


def sampling_reason(whole: WholeHarm) -> str:
    """Say why a network is not solved exactly."""
    if whole.n_coins > AUTO_ARCS:
        return f"an exact answer is tried up to {AUTO_ARCS:,} arcs"
    return f"exact answers would exceed {AUTO_ARCS:,} arcs or {AUTO_BUDGET:,} states a breach"


@dataclass(slots=True)
class Origin:
    """Sums over the parties that one breach harms, in the settings value, low and high."""

    row: int
    score: tuple[float, float, float]
    harmed: tuple[float, float, float]
    reachable: int


@dataclass(slots=True)
class Tally:
    """What all breaches add up to, as far as they were solved."""

    origins: list[Origin] = field(default_factory=list)
    exposure: dict[int, float] = field(default_factory=dict)
    """Party row -> sum of its scores over all breaches of others [points]."""
    n_origins: dict[int, int] = field(default_factory=dict)
    """Party row -> parties whose breach can harm it."""
    through: dict[tuple[int, int], float] = field(default_factory=dict)
    """(party passed through, party harmed) -> summed scores that run through [points]."""

    def add_through(self, by: int, victim: int, points: float) -> None:
        """Add points that come to a party through another one."""
        self.through[by, victim] = self.through.get((by, victim), 0.0) + points


class _ExactRanking:
    """Solves every breach exactly, each on the part of the network that it reaches."""

    def __init__(self, whole: WholeHarm, survey: Survey) -> None:
        self.whole = whole
        self.demanded = survey.method == "exact"
        self.budget = DEFAULT_BUDGET if self.demanded else AUTO_BUDGET
        if whole.n_coins > AUTO_ARCS and not self.demanded:
            raise ExactBudgetError(self.budget, whole.n_coins)  # before lists are made of it
        self.party_of_harm = {node: row for row, node in enumerate(whole.harmed.tolist())}
        self.level = dict(
            zip(
                whole.level_node.tolist(),
                zip(whole.level_party.tolist(), whole.level_points.tolist(), strict=True),
                strict=True,
            )
        )
        self.own: list[set[int]] = [{node} for node in whole.harmed.tolist()]
        for node, (party, _) in self.level.items():
            self.own[party].add(node)
        self.parts = Parts(whole, [*self.party_of_harm, *self.level])
        self.from_party: list[int] = whole.origin.tolist()
        self.to_party: list[int] = whole.target.tolist()

    def run(self, progress: Progress | None) -> Measured:
        """Rank all parties, those with most to solve first, so that a failure comes early."""
        parts = self._parts()
        tally = Tally()
        order = sorted(parts, key=lambda row: (-len(parts[row].rows), row))
        for done, row in enumerate(order):
            self._solve(row, parts[row], tally)
            if progress is not None:
                progress(done + 1, len(order))
        return _summed_up(self.whole, tally, self._engine())

    def _parts(self) -> dict[int, Part]:
        parts, n_arcs = {}, 0
        for row, start in enumerate(self.whole.compromised.tolist()):
            parts[row] = self.parts.cut(start, leave_out=self.own[row])
            n_arcs += len(parts[row].rows)
            if n_arcs > AUTO_ARCS and not self.demanded:
                raise ExactBudgetError(self.budget, self.whole.n_coins)
        return parts

    def _solve(self, row: int, part: Part, tally: Tally) -> None:
        scored = [(node, *self.level[node]) for node in part.nodes if node in self.level]
        harmed = [node for node in part.nodes if node in self.party_of_harm]
        if not harmed:
            tally.origins.append(Origin(row, (0.0,) * 3, (0.0,) * 3, 0))
            return
        solver = self.parts.solver(part, self.budget)
        settings = [
            solver.evaluate(self.parts.coins(part, coins)).posterior()
            for coins in (self.parts.value, self.parts.low, self.parts.high)
        ]
        value = settings[0]
        reached = set(self.parts.within_reach(part.nodes[0]))
        tally.origins.append(
            Origin(
                row,
                _three(sum(w * p[part.place[n]] for n, _, w in scored) for p in settings),
                _three(sum(p[part.place[n]] for n in harmed) for p in settings),
                sum(node in reached for node in harmed),
            )
        )
        scores = _by_party(scored, value, part)
        for victim, score in scores.items():
            tally.exposure[victim] = tally.exposure.get(victim, 0.0) + score
            tally.add_through(row, victim, score)
        for node in harmed:
            victim = self.party_of_harm[node]
            tally.n_origins[victim] = tally.n_origins.get(victim, 0) + (node in reached)
        for by, rows in self._passers(row, part).items():
            coins = self.parts.coins(part, self.parts.value, closed=rows)
            without = _by_party(scored, solver.evaluate(coins).posterior(), part)
            for victim, score in scores.items():
                if victim != by:
                    tally.add_through(by, victim, score - without[victim])

    def _passers(self, origin: int, part: Part) -> dict[int, set[int]]:
        """Return the parties but the origin that can pass harm on, with the arcs that do."""
        passers: dict[int, set[int]] = {}
        for row in part.rows:
            coin = self.parts.coin[row]
            if coin >= 0:
                by = self.from_party[coin]
                if by not in (origin, self.to_party[coin]):
                    passers.setdefault(by, set()).add(row)
        return passers

    def _engine(self) -> SurveyEngine:
        fits = f"every breach fits the budget of {self.budget:,} states"
        return SurveyEngine(
            method="exact",
            reason="exact was asked for" if self.demanded else fits,
            n_worlds=None,
            rng_seed=None,
            uncertain_arcs=uncertain_arcs(self.whole),
            precision=None,
        )


def _three(values: Iterable[float]) -> tuple[float, float, float]:
    value, low, high = values
    return value, low, high


def _by_party(
    scored: Sequence[tuple[int, int, float]], probability: Sequence[float], part: Part
) -> dict[int, float]:
    scores: dict[int, float] = {}
    for node, party, points in scored:
        scores[party] = scores.get(party, 0.0) + points * probability[part.place[node]]
    return scores


def uncertain_arcs(whole: WholeHarm) -> int:
    """Count the coins of a network that are neither sure nor impossible."""
    coins = whole.value[: whole.n_coins]
    return int(((coins > 0) & (coins < 1)).sum())


def _summed_up(whole: WholeHarm, tally: Tally, engine: SurveyEngine) -> Measured:
    total = sum(origin.score[0] for origin in tally.origins)
    through: dict[int, float] = {}
    for (by, _), points in tally.through.items():
        through[by] = through.get(by, 0.0) + points
    dependents = _single_points(whole, tally)
    parties = [
        RankedParty(
            id=whole.party_ids[origin.row],
            name=whole.party_names[origin.row],
            role=whole.party_roles[origin.row],
            total_score=Figure(*origin.score),
            expected_harmed_parties=Figure(*origin.harmed),
            reachable_parties=origin.reachable,
            share=_share(origin.score[0], total),
            through=Figure(_share(through.get(origin.row, 0.0), total)),
            single_point_for=tuple(dependents.get(origin.row, ())),
        )
        for origin in tally.origins
        if origin.reachable
    ]
    return Measured(
        parties=ranked(parties),
        n_harmless=whole.n_parties - len(parties),
        concentration=_concentration(tally, total),
        engine=engine,
    )


def ranked(parties: Iterable[RankedParty]) -> tuple[RankedParty, ...]:
    """Order parties by total score, then by expected harmed parties, then by id."""
    return tuple(
        sorted(
            parties,
            key=lambda p: (-p.total_score.value, -p.expected_harmed_parties.value, p.id),
        )
    )


def _share(part: float, total: float) -> float:
    return min(1.0, max(0.0, part / total)) if total > 0 else 0.0


def _single_points(whole: WholeHarm, tally: Tally) -> dict[int, list[Dependent]]:
    """Return for each party the others to which most harm comes through it."""
    found: dict[int, list[Dependent]] = {}
    for (by, victim), points in tally.through.items():
        exposure = tally.exposure[victim]
        share = _share(points, exposure)
        if share > SINGLE_POINT + _ROUNDING:
            found.setdefault(by, []).append(
                Dependent(
                    whole.party_ids[victim],
                    whole.party_names[victim],
                    1.0 if share > 1 - _ROUNDING else share,
                    exposure,
                    tally.n_origins[victim],
                )
            )
    return {by: sorted(items, key=lambda d: (-d.exposure, d.id)) for by, items in found.items()}


def _concentration(tally: Tally, total: float) -> Concentration:
    scores = sorted((origin.score[0] for origin in tally.origins), reverse=True)
    n_ranked = sum(score > 0 for score in scores)
    settings = [sum(origin.score[k] for origin in tally.origins) for k in range(3)]
    harmed = [sum(origin.harmed[k] for origin in tally.origins) for k in range(3)]
    return Concentration(
        total_score=Figure(*settings),
        expected_harmed_parties=Figure(*harmed),
        heads=heads_of(scores, total, n_ranked),
        half=fewest_behind_half(scores, total),
    )


def heads_of(scores: Sequence[float], total: float, n_ranked: int) -> Mapping[int, float]:
    """Return the share of a total behind the first k of some falling scores.

    >>> heads_of([6.0, 3.0, 1.0], 10.0, 3)
    {1: 0.6, 3: 1.0}
    """
    return {k: _share(sum(scores[:k]), total) for k in HEADS if k <= n_ranked}


def fewest_behind_half(scores: Sequence[float], total: float) -> int | None:
    """Return how many of some falling scores make half of a total.

    >>> fewest_behind_half([4.0, 3.0, 3.0], 10.0), fewest_behind_half([], 0.0)
    (2, None)
    """
    so_far = 0.0
    for n, score in enumerate(scores, start=1):
        so_far += score
        if total > 0 and so_far >= total / 2:
            return n
    return None
