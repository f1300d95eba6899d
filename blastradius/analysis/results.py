"""Answers, frozen, with units. Everything that a report prints stands here as data.

Probabilities and fractions are dimensionless [1]; scores are in [0, 100] [points].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from blastradius.model.vocabulary import Certainty, Tlp, strictest

if TYPE_CHECKING:
    from blastradius.model.graph import Demand, Volume

Band = Literal["critical", "high", "medium", "low", "none"]
Verdict = Literal["confirmed", "likely", "possible", "unlikely", "no recorded path"]
ArcKind = Literal["origin", "custody", "own", "access", "pivot", "outage", "dependency"]
Basis = Literal["graph", "measured", "assumed", "incident", "scenario"]
"""Where a probability comes from: written in the graph, a measured or an assumed prior,
fixed by the incident itself (a confirmed origin), or changed by a scenario."""

EVENTS: Final = ("exposed", "compromised", "disrupted", "harmed")

BAND_FLOORS: Final[tuple[tuple[Band, float], ...]] = (
    ("critical", 75.0),
    ("high", 50.0),
    ("medium", 25.0),
)
"""Lowest score of each band [points]; anything above 0 is ``low``."""

VERDICT_FLOORS: Final[tuple[tuple[Verdict, float], ...]] = (("likely", 0.75), ("possible", 0.25))
"""Lowest posterior probability of harm for each verdict [1]; anything above 0 is ``unlikely``."""


def band_of(score: float) -> Band:
    """Return the band of a score [points].

    >>> band_of(75.0), band_of(74.9), band_of(0.0)
    ('critical', 'high', 'none')
    """
    for band, floor in BAND_FLOORS:
        if score >= floor:
            return band
    return "low" if score > 0 else "none"


def verdict_of(probability: float, *, confirmed: bool, has_path: bool = True) -> Verdict:
    """Return the verdict for a posterior probability of harm [1].

    ``confirmed`` says that an observation confirms harm; the model alone never does, and a
    confirmation stands even where the graph records no path.
    Without a path it says so, which is not an all-clear; a sampled 0 on a path is unlikely.

    >>> verdict_of(0.9, confirmed=False), verdict_of(0.0, confirmed=False, has_path=False)
    ('likely', 'no recorded path')
    """
    if confirmed:
        return "confirmed"
    if not has_path:
        return "no recorded path"
    for verdict, floor in VERDICT_FLOORS:
        if probability >= floor:
            return verdict
    return "unlikely"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number before and after the incident's observations are taken into account."""

    prior: float
    posterior: float


@dataclass(frozen=True, slots=True)
class Score:
    """100 x expected severity of the worst thing that happens to a party [points].

    ``low`` and ``high`` are the posterior with all priors at their low and high ends.
    Without observations they bound the score; with observations they show its range.
    """

    prior: float
    posterior: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Expected:
    """Expected amounts of the party's data disclosed, posterior; None where no amount is recorded."""

    records: float | None
    """[records]"""
    documents: float | None
    """[documents]"""
    bytes: float | None
    """[bytes]"""


@dataclass(frozen=True, slots=True)
class SourceNote:
    """A publication behind a statement."""

    title: str
    url: str | None
    tier: str
    supports: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One arc of a path, in the direction in which harm travels."""

    edge: str
    """Id of the edge, dataset or incident that the arc comes from."""
    kind: ArcKind
    origin: str
    """Party at which harm arrives from."""
    target: str
    """Party that harm reaches."""
    dataset: str | None
    """Dataset disclosed or used to enter, for custody, own and pivot arcs."""
    probability: float
    """Transmission probability of the arc, prior [1]."""
    low: float
    high: float
    basis: Basis
    basis_note: str
    """Where the number comes from, in words."""
    certainty: Certainty
    """Certainty of the edge itself (not of its probability)."""
    sources: tuple[SourceNote, ...]
    note: str | None
    """What the relation is about, from the graph."""


@dataclass(frozen=True, slots=True)
class HarmPath:
    """A chain of arcs from an origin to a party; it is open with ``probability`` [1]."""

    probability: float
    event: Literal["exposed", "compromised", "disrupted"]
    """What the path does to the party at its end."""
    steps: tuple[Step, ...]
    certainty: Certainty
    """The weakest certainty along the path."""


@dataclass(frozen=True, slots=True)
class DatasetResult:
    """A dataset of the party that may be disclosed."""

    id: str
    name: str | None
    varieties: tuple[str, ...]
    probability: Estimate
    """P(disclosed) [1]."""
    holders: tuple[str, ...]
    """Party ids that hold a copy within reach of the breach."""
    records: int | None
    documents: int | None
    bytes: int | None
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class ObservationNote:
    """An observation of the incident about this party or one of its datasets."""

    subject: str
    """Party or dataset id."""
    event: str
    state: str
    likelihood_ratio: float
    """P(seen | event) / P(seen | no event) [1]."""
    note: str | None
    certainty: Certainty
    sources: tuple[SourceNote, ...]


@dataclass(frozen=True, slots=True)
class PartyResult:
    """All that the analysis says of one party."""

    id: str
    name: str
    role: str
    is_origin: bool
    score: Score
    band: Band
    verdict: Verdict
    probability: Mapping[str, Estimate]
    """exposed, compromised, disrupted, harmed [1]."""
    varieties: Mapping[str, Estimate]
    """P(some data of this variety is disclosed), VERIS variety -> [1]; only varieties within reach."""
    expected: Expected
    hops: int | None
    """Least number of party-to-party steps from an origin [hops]; None without a path."""
    certainty: Certainty | None
    """Weakest certainty along the most probable path; None without a path."""
    paths: tuple[HarmPath, ...]
    """Most probable paths, best first (at most three)."""
    datasets: tuple[DatasetResult, ...]
    observations: tuple[ObservationNote, ...]


@dataclass(frozen=True, slots=True)
class GroupResult:
    """Any member of a group harmed. Ownership carries no harm: this is a roll-up."""

    id: str
    """Id of the party at the top of the group."""
    name: str
    members: tuple[str, ...]
    """Ids of the downstream members within reach; origins are not counted."""
    score: Score
    band: Band
    verdict: Verdict
    probability: Mapping[str, Estimate]
    """exposed, compromised, disrupted, harmed: any member [1]."""


@dataclass(frozen=True, slots=True)
class IncidentNote:
    """What is known of the incident; ``hypothetical`` means that no incident is recorded."""

    id: str | None
    name: str
    hypothetical: bool
    status: str
    """confirmed, alleged or hypothetical."""
    actor: str | None
    actions: tuple[str, ...]
    window: str | None
    """As recorded, or the date of ``as_of``; None means that every edge counts."""
    window_note: str | None
    disclosed: str | None
    summary: str | None
    varieties: tuple[str, ...]
    """Kinds of data stated as taken; empty when nothing is stated."""
    data_description: str | None
    volume: Volume | None
    demand: Demand | None
    disagreements: tuple[str, ...]
    note: str | None
    certainty: Certainty
    sources: tuple[SourceNote, ...]
    other_incidents: tuple[str, ...]
    """Ids of other recorded incidents of the same party that were not used."""


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """One change of a scenario, in words."""

    kind: Literal["cut", "probability", "control", "observation"]
    subject: str
    """Edge id for a cut or a probability, else party id."""
    value: float | None
    """The probability that was set, or the effect of a control [1]."""
    text: str
    coins: int
    """Coins of this breach that it changes, or 1 for a statement on an event within reach; 0 means
    that it has no effect here."""


@dataclass(frozen=True, slots=True)
class ScenarioNote:
    """What was tried out: the answer is that of the breach under these changes."""

    name: str
    """Free text; empty without a name."""
    changes: tuple[ChangeNote, ...]
    notes: tuple[str, ...]
    """Where the scenario was made for another graph or target."""


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """The three figures, never one for another. Origins are not counted."""

    reachable_parties: int
    """Parties harmed with probability > 0 [parties]."""
    expected_harmed_parties: Estimate
    """Sum of P(harmed) [parties]."""
    total_score: Estimate
    """Sum of scores [points]."""


@dataclass(frozen=True, slots=True)
class EngineNote:
    """Which engine ran, and why."""

    method: Literal["exact", "monte-carlo"]
    reason: str
    n_worlds: int | None
    rng_seed: int | None
    uncertain_arcs: int
    """Arcs with 0 < probability < 1 that can matter to the answer."""
    half_width: float | None
    """Largest 95 % half-width over all reported probabilities [1]; None when exact."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A prior that the result rests on, because the graph gives no number."""

    key: str
    """Stable name of the table row, for example ``access/portal``."""
    meaning: str
    value: float
    low: float
    high: float
    basis: Basis
    source: str
    arcs: int
    """Arcs of this analysis that use it."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Change of the total score by one answer to a question, or by an action [points]."""

    answer: Literal["yes", "no", "done"]
    change: float


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something to find out or to do first, with what it would move."""

    kind: Literal["alert", "check", "ask", "contain", "protect"]
    text: str
    party: str | None
    edge: str | None
    effects: tuple[Effect, ...] = ()
    """What each answer, or doing it, would change; empty where nothing was computed."""

    @property
    def swing(self) -> float:
        """How far the total score is expected to move [points].

        Of a question with two answers, the mean distance over its answers: a posterior is
        the mean of what its answers would make of it, so the likelier answer moves it less.
        """
        moves = [abs(effect.change) for effect in self.effects]
        if len(moves) == 2:
            return 2 * moves[0] * moves[1] / sum(moves) if sum(moves) else 0.0
        return sum(moves)


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is needed to repeat the result."""

    version: str
    graph_name: str
    graph_sha256: str
    options: Mapping[str, Any]

    @property
    def tlp(self) -> Tlp | None:
        """How far the result may be passed on: as the strictest file of observations says."""
        files = self.options.get("observation_files", ())
        return strictest(file["tlp"] for file in files)


@dataclass(frozen=True, slots=True)
class Analysis:
    """The answer to the question who downstream is exposed by this breach."""

    provenance: Provenance
    target: str
    """The name that was asked for."""
    incident: IncidentNote
    origins: tuple[PartyResult, ...]
    ranking: tuple[PartyResult, ...]
    """Downstream parties with a path or an observation, highest posterior score first."""
    parties: Mapping[str, PartyResult]
    """Every party of the graph by id: origins, ranked, and those without a recorded path."""
    groups: tuple[GroupResult, ...]
    """Groups with a downstream member in reach, if groups were asked for, worst first."""
    blast_radius: BlastRadius
    engine: EngineNote
    assumptions: tuple[Assumption, ...]
    next_steps: tuple[NextStep, ...]
    unobserved_edges_note: str
    """What the absence of a path does and does not mean in this graph."""
    scenario: ScenarioNote | None = None
    """What is tried out; None where the breach is taken as it is."""
    cautions: tuple[str, ...] = ()
    """What was said that asks for a second look, and is counted as it stands."""


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """The posterior score of the party if one edge did not exist."""

    step: Step
    """The edge, by its most probable arc."""
    n_coins: int
    """Arcs that the edge stands for: one for each dataset of a share."""
    score: float
    score_without: float


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The score of the party after one more statement."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a party has its score."""

    provenance: Provenance
    target: str
    incident: IncidentNote
    party: PartyResult
    paths: tuple[HarmPath, ...]
    """Most probable paths, best first."""
    counterfactuals: tuple[Counterfactual, ...]
    """Every edge whose absence would change the score, largest change first."""
    what_ifs: tuple[WhatIf, ...]
    importance: Mapping[str, float]
    """Birnbaum importance of each edge for P(party harmed), prior [1]: edge id -> derivative."""
    engine: EngineNote
    scenario: ScenarioNote | None = None
    """What is tried out; None where the breach is taken as it is."""
    cautions: tuple[str, ...] = ()
    """What was said that asks for a second look, in the whole analysis."""
