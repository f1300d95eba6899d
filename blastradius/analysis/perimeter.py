"""The use case: whose breach would harm this party, and what each of them holds of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from blastradius import __version__
from blastradius.analysis.parts import Part, Parts
from blastradius.analysis.priors import (
    PriorTable,
    changed_priors,
    default_priors,
    prior_assumptions,
)
from blastradius.analysis.ranking import AUTO_ARCS, uncertain_arcs
from blastradius.analysis.results import EVENTS, Provenance, band_of
from blastradius.analysis.solve import AUTO_BUDGET
from blastradius.analysis.survey import (
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
    threats = [_threat(whole, asked, row, answers[row], ways, exposure.value) for row in origins]
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


@dataclass(frozen=True, slots=True)
class Asked:
    """The nodes that say what happens to one party; those with -1 cannot be reached by anything.

    The network has no nodes for some of the questions: these get numbers beyond it, and sure arcs.
    """

    party: int
    ends: tuple[int, ...]
    """Compromised, disrupted, and each dataset disclosed: where harm of the party begins."""
    levels: tuple[tuple[int, float], ...]
    """Level nodes with their points, from the least severe up."""
    events: Mapping[str, int]
    """exposed, compromised, disrupted, harmed -> node, -1 for none."""
    varieties: Mapping[str, int]
    """VERIS variety -> node "some data of this variety is disclosed"."""
    extra: tuple[tuple[int, int], ...]
    """Sure arcs into the nodes beyond the network."""

    @classmethod
    def of(cls, whole: WholeHarm, party: int) -> Asked:
        """Find the nodes of a party by the coins that enter them."""
        heads = whole.head[: whole.n_coins]
        here = whole.target == party
        stops = np.isin(whole.kind, [ARC_KINDS.index("outage"), ARC_KINDS.index("dependency")])
        down = np.unique(heads[here & stops]).tolist()
        discloses = np.isin(whole.kind, [ARC_KINDS.index("custody"), ARC_KINDS.index("own")])
        rows = np.flatnonzero(here & discloses)
        disclosed = dict(zip(heads[rows].tolist(), whole.dataset[rows].tolist(), strict=True))
        compromised = int(whole.compromised[party])
        varieties, extra = _questions_beyond(whole, disclosed)
        levels = np.flatnonzero(whole.level_party == party).tolist()
        return cls(
            party=party,
            ends=(compromised, *down, *sorted(disclosed)),
            levels=tuple((int(whole.level_node[i]), float(whole.level_points[i])) for i in levels),
            events={
                "exposed": whole.n_nodes if disclosed else -1,
                "compromised": compromised,
                "disrupted": down[0] if down else -1,
                "harmed": int(whole.harmed[party]),
            },
            varieties=varieties,
            extra=extra,
        )

    @property
    def questions(self) -> set[int]:
        """Readout nodes of the network that matter."""
        return {self.events["harmed"], *(node for node, _ in self.levels)}


def _questions_beyond(
    whole: WholeHarm, disclosed: Mapping[int, int]
) -> tuple[dict[str, int], tuple[tuple[int, int], ...]]:
    """Give nodes to "some data is disclosed" and to the same of each variety."""
    exposed = whole.n_nodes
    varieties: dict[str, int] = {}
    extra = []
    for node, dataset in sorted(disclosed.items()):
        extra.append((node, exposed))
        names = whole.dataset_varieties[dataset] if whole.dataset_varieties else ()
        extra += [(node, varieties.setdefault(n, exposed + 1 + len(varieties))) for n in names]
    return varieties, tuple(extra)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one breach does to the party that asks."""

    score: Figure
    events: Mapping[str, Figure]
    varieties: Mapping[str, Figure]


_NOTHING: Final = Figure(0.0, 0.0, 0.0)


def _solve(
    whole: WholeHarm,
    asked: Asked,
    origins: Sequence[int],
    survey: Survey,
    progress: Progress | None,
) -> tuple[Mapping[int, Answer], SurveyEngine]:
    if survey.method != "monte-carlo":
        try:
            return _ExactPerimeter(whole, asked, survey).run(origins, progress)
        except ExactBudgetError:
            if survey.method == "exact":
                raise
    raise NotImplementedError


class _ExactPerimeter:
    """Solves every breach exactly, each on what it reaches and what leads on to the party."""

    def __init__(self, whole: WholeHarm, asked: Asked, survey: Survey) -> None:
        self.whole = whole
        self.asked = asked
        self.demanded = survey.method == "exact"
        self.budget = DEFAULT_BUDGET if self.demanded else AUTO_BUDGET
        self.parts = Parts(whole, asked.questions, asked.extra)

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
            n_searches=None,
            rng_seed=None,
            uncertain_arcs=uncertain_arcs(self.whole),
            precision=None,
            candidates=None,
        )
        return answers, engine

    def _parts(self, origins: Sequence[int]) -> dict[int, Part]:
        heads = {head for _, head in self.asked.extra}
        among = self.parts.coming_to({*self.asked.ends}) | self.asked.questions | heads
        parts, n_arcs = {}, 0
        for row in origins:
            parts[row] = self.parts.cut(int(self.whole.compromised[row]), among=among)
            n_arcs += len(parts[row].rows)
            if n_arcs > AUTO_ARCS and not self.demanded:
                raise ExactBudgetError(self.budget, self.whole.n_coins)
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
    whole: WholeHarm, asked: Asked, row: int, answer: Answer, ways: Ways, exposure: float
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
        holds=tuple(_holdings(whole, row, asked.party)),
        hops=ways.hops[start],
        way=way,
        way_probability=ways.probability(start),
        certainty=CERTAINTIES[max(certainties)],
    )


def _holdings(whole: WholeHarm, row: int, party: int) -> Iterator[Holding]:
    """Yield what a party has of another directly, data first."""
    between = np.flatnonzero((whole.origin == row) & (whole.target == party))
    for coin in sorted(between.tolist(), key=lambda i: (int(whole.kind[i]), i)):
        kind = _HELD.get(ARC_KINDS[int(whole.kind[coin])])
        if kind is None:
            continue
        dataset = int(whole.dataset[coin])
        yield Holding(
            kind=kind,
            edge=whole.edge_ids[int(whole.edge[coin])],
            dataset=None if dataset < 0 else whole.dataset_ids[dataset],
            varieties=(
                tuple(whole.dataset_varieties[dataset])
                if dataset >= 0 and whole.dataset_varieties
                else ()
            ),
            probability=float(whole.value[coin]),
            certainty=CERTAINTIES[int(whole.certainty[coin])],
        )


def _names(whole: WholeHarm, ids: set[str]) -> dict[str, str]:
    return {
        id_: name
        for id_, name in zip(whole.party_ids, whole.party_names, strict=True)
        if id_ in ids
    }
