"""The use case: whose breach would harm this party, and what each of them holds of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from blastradius import __version__
from blastradius.analysis.asked import Answer, Asked
from blastradius.analysis.parts import Part, Parts, coming_to
from blastradius.analysis.priors import (
    PriorTable,
    changed_priors,
    default_priors,
    prior_assumptions,
)
from blastradius.analysis.ranking import sampling_reason, uncertain_arcs
from blastradius.analysis.results import EVENTS, Provenance, band_of
from blastradius.analysis.solve import AUTO_BUDGET
from blastradius.analysis.survey import (
    AUTO_ARCS,
    Figure,
    Holding,
    Perimeter,
    Progress,
    Survey,
    SurveyEngine,
    Threat,
    unobserved_note,
)
from blastradius.analysis.ways import Ways
from blastradius.analysis.whole import ARC_KINDS, WholeHarm
from blastradius.engine.exact import DEFAULT_BUDGET
from blastradius.errors import ExactBudgetError
from blastradius.model.vocabulary import CERTAINTIES

_HELD: Final[Mapping[str, Literal["data", "access", "dependency"]]] = {
    "custody": "data",
    "access": "access",
    "dependency": "dependency",
}


def find_perimeter(
    whole: WholeHarm,
    party: int,
    survey: Survey,
    *,
    graph_name: str,
    graph_sha256: str = "",
    priors: PriorTable | None = None,
    progress: Progress | None = None,
) -> Perimeter:
    """Rank the parties whose breach would harm one party, by what it would do to that one.

    Parameters
    ----------
    whole : WholeHarm
        The harm network of all parties, compiled as the survey says.
    party : int
        Row of the party that asks.
    survey : Survey
        What is asked, and how to compute it.
    graph_name, graph_sha256, priors, progress
        As in :func:`blastradius.analysis.ranking.rank_parties`.

    Raises
    ------
    ExactBudgetError
        If an exact answer was demanded and does not fit.
    """
    priors = priors or default_priors()
    asked = Asked.of(whole, party)
    ways = Ways.to(whole, asked.ends)
    starts = whole.compromised.tolist()
    origins = [row for row, node in enumerate(starts) if node in ways.length and row != party]
    answers, engine = _solve(whole, asked, origins, survey, progress)
    exposure = _sum([answers[row].score for row in origins])
    held = _held(whole, party)
    threats = [_threat(whole, row, answers[row], ways, held, exposure.value) for row in origins]
    threats.sort(key=lambda t: (-t.score.value, -t.probability["harmed"].value, t.id))
    ids = {id_ for t in threats for step in t.way for id_ in (step.origin, step.target)}
    return Perimeter(
        provenance=Provenance(
            __version__, graph_name, graph_sha256, survey.options() | changed_priors(priors)
        ),
        id=whole.party_ids[party],
        name=whole.party_names[party],
        role=whole.party_roles[party],
        threats=tuple(threats),
        n_parties=whole.n_parties - 1,
        names=_names(whole, ids | {whole.party_ids[party]}),
        exposure=exposure,
        engine=engine,
        assumptions=prior_assumptions(whole.prior_uses(_coins_that_matter(whole, ways)), priors),
        unobserved_edges_note=unobserved_note(
            whole.n_parties - 1 - len(threats),
            whole.n_parties - 1,
            whole.n_coins,
            f"to {whole.party_names[party]}",
        ),
    )


_NOTHING: Final = Figure(0.0, 0.0, 0.0)


def _solve(
    whole: WholeHarm,
    asked: Asked,
    origins: Sequence[int],
    survey: Survey,
    progress: Progress | None,
) -> tuple[Mapping[int, Answer], SurveyEngine]:
    reason = "sampling was asked for"
    if survey.method != "monte-carlo":
        try:
            return _ExactPerimeter(whole, asked, survey).run(origins, progress)
        except ExactBudgetError:
            if survey.method == "exact":
                raise
        reason = sampling_reason(whole)
    # Imported here so that exact answers do not pay for compiled kernels.
    from blastradius.analysis.sampled_perimeter import sample_perimeter  # noqa: PLC0415

    sampled = sample_perimeter(whole, asked, origins, survey, progress)
    engine = SurveyEngine(
        method="monte-carlo",
        reason=reason,
        n_worlds=sampled.n_worlds,
        rng_seed=survey.rng_seed,
        uncertain_arcs=uncertain_arcs(whole),
        precision=sampled.precision,
    )
    return sampled.answers, engine


class _ExactPerimeter:
    """Solves every breach exactly, each on what it reaches and what leads on to the party."""

    def __init__(self, whole: WholeHarm, asked: Asked, survey: Survey) -> None:
        self.whole = whole
        self.asked = asked
        self.demanded = survey.method == "exact"
        self.budget = DEFAULT_BUDGET if self.demanded else AUTO_BUDGET
        near = coming_to(whole, asked.ends)
        coins = slice(0, whole.n_coins)
        n_arcs = int((near[whole.tail[coins]] & near[whole.head[coins]]).sum())
        self.check(n_arcs)
        self.parts = Parts(whole, asked.questions, asked.extra, near)

    def check(self, n_arcs: int) -> None:
        """Refuse early what would take too long."""
        if n_arcs > AUTO_ARCS and not self.demanded:
            raise ExactBudgetError(self.budget, self.whole.n_coins)

    def run(
        self, origins: Sequence[int], progress: Progress | None
    ) -> tuple[Mapping[int, Answer], SurveyEngine]:
        """Answer for all origins, those with most to solve first."""
        parts = self._parts(origins)
        order = sorted(parts, key=lambda row: (-len(parts[row].rows), row))
        answers = {}
        for done, row in enumerate(order):
            answers[row] = self._answer(parts[row])
            if progress is not None:
                progress(done + 1, len(order))
        fits = f"every breach fits the budget of {self.budget:,} states"
        engine = SurveyEngine(
            method="exact",
            reason="exact was asked for" if self.demanded else fits,
            n_worlds=None,
            rng_seed=None,
            uncertain_arcs=uncertain_arcs(self.whole),
            precision=None,
        )
        return answers, engine

    def _parts(self, origins: Sequence[int]) -> dict[int, Part]:
        parts, n_arcs = {}, 0
        for row in origins:
            parts[row] = self.parts.cut(int(self.whole.compromised[row]))
            n_arcs += len(parts[row].rows)
            self.check(n_arcs)
        return parts

    def _answer(self, part: Part) -> Answer:
        solver = self.parts.solver(part, self.budget)
        settings = [
            solver.evaluate(self.parts.coins(part, coins)).posterior()
            for coins in (self.parts.value, self.parts.low, self.parts.high)
        ]

        def chance(node: int) -> Figure:
            place = part.place.get(node)
            return _NOTHING if place is None else Figure(*(p[place] for p in settings))

        varieties = {
            name: chance(node) for name, node in self.asked.varieties.items() if node in part.place
        }
        return Answer(
            score=_sum([_times(chance(node), points) for node, points in self.asked.levels]),
            events={event: chance(self.asked.events[event]) for event in EVENTS},
            varieties=dict(sorted(varieties.items(), key=lambda kv: (-kv[1].value, kv[0]))),
        )


def _coins_that_matter(whole: WholeHarm, ways: Ways) -> NDArray[np.int64]:
    """Return the coins through which harm can come to the party."""
    near = np.zeros(whole.n_nodes, dtype=bool)
    near[list(ways.length)] = True
    coins = slice(0, whole.n_coins)
    return np.flatnonzero(
        near[whole.tail[coins]] & near[whole.head[coins]] & (whole.value[coins] > 0)
    )


def _times(figure: Figure, factor: float) -> Figure:
    low, high = figure.low or 0.0, figure.high or 0.0
    return Figure(figure.value * factor, low * factor, high * factor)


def _sum(figures: Sequence[Figure]) -> Figure:
    """Add exact figures up; of sampled ones the value alone."""
    value = sum(figure.value for figure in figures)
    if any(figure.low is None or figure.high is None for figure in figures):
        return Figure(value)
    return Figure(value, sum(f.low or 0.0 for f in figures), sum(f.high or 0.0 for f in figures))


def _threat(
    whole: WholeHarm,
    row: int,
    answer: Answer,
    ways: Ways,
    held: Mapping[int, list[int]],
    exposure: float,
) -> Threat:
    start = int(whole.compromised[row])
    way = ways.steps(start)
    certainties = [CERTAINTIES.index(step.certainty) for step in way]
    return Threat(
        id=whole.party_ids[row],
        name=whole.party_names[row],
        role=whole.party_roles[row],
        score=answer.score,
        band=band_of(answer.score.value),
        share=answer.score.value / exposure if exposure > 0 else 0.0,
        probability=answer.events,
        varieties=answer.varieties,
        holds=tuple(_holding(whole, coin) for coin in held.get(row, ())),
        hops=ways.hops[start],
        way=way,
        way_probability=ways.probability(start),
        certainty=CERTAINTIES[max(certainties)],
    )


def _held(whole: WholeHarm, party: int) -> dict[int, list[int]]:
    """Return the coins by which each other party harms one directly, data first."""
    held: dict[int, list[int]] = {}
    coins = np.flatnonzero(whole.target == party).tolist()
    for coin in sorted(coins, key=lambda i: (int(whole.kind[i]), i)):
        if ARC_KINDS[int(whole.kind[coin])] in _HELD:
            held.setdefault(int(whole.origin[coin]), []).append(coin)
    return held


def _holding(whole: WholeHarm, coin: int) -> Holding:
    dataset = int(whole.dataset[coin])
    known = dataset >= 0 and len(whole.dataset_varieties) > 0
    return Holding(
        kind=_HELD[ARC_KINDS[int(whole.kind[coin])]],
        edge=whole.edge_ids[int(whole.edge[coin])],
        dataset=None if dataset < 0 else whole.dataset_ids[dataset],
        varieties=tuple(whole.dataset_varieties[dataset]) if known else (),
        probability=float(whole.value[coin]),
        certainty=CERTAINTIES[int(whole.certainty[coin])],
    )


def _names(whole: WholeHarm, ids: set[str]) -> dict[str, str]:
    return {
        id_: name
        for id_, name in zip(whole.party_ids, whole.party_names, strict=True)
        if id_ in ids
    }
