"""Questions about all parties at once: what is asked, and the answers, frozen, with units.

A *survey* supposes that each party in turn is breached, and nothing else. It says what would
follow, never how likely the breach itself is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from blastradius.analysis.question import METHODS, check_word
from blastradius.analysis.results import Assumption, Band, Provenance
from blastradius.errors import QuestionError
from blastradius.model import dates
from blastradius.model.vocabulary import ACTIONS, ROLES, Certainty

Progress = Callable[[int, int], None]
"""Called with (steps done, steps in all) by long work; the total may be revised on the way."""

AUTO_ARCS: Final = 100_000
"""Arcs, summed over all breaches, up to which ``auto`` tries to answer exactly; some seconds."""

DEFAULT_PRECISION: Final = 0.02
"""95 % half-width, relative to the value, at which sampling stops [1]."""

DEFAULT_TOP: Final = 100
"""Parties whose scores are sampled to the precision."""

SINGLE_POINT: Final = 0.5
"""A party is a single point of failure for another through which more than this share of the
other's expected harm runs [1]."""

HEADS: Final = (1, 3, 5, 10, 20, 50, 100)
"""How many parties at the head of the ranking a concentration is told for."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Options of a question about all parties; the defaults are those of the command line."""

    actions: tuple[str, ...] = ()
    """VERIS actions of the supposed breaches."""
    as_of: str | None = None
    """Date on which edges must be live; every edge counts by default."""
    method: Literal["auto", "exact", "monte-carlo"] = "auto"
    n_worlds: int | None = None
    """Worlds to sample, rounded up to blocks of 64, two of them at least; None to stop at the
    precision."""
    precision: float = DEFAULT_PRECISION
    """95 % half-width relative to the value at which sampling stops [1]."""
    rng_seed: int = 0
    roles: tuple[str, ...] = ()
    """Roles of the parties that are of interest: whose scores are to be precise where sampled."""
    top: int = DEFAULT_TOP
    """How many parties are of interest, likewise; a sampled ranking lists no more."""

    def __post_init__(self) -> None:
        """Refuse what the words of the fields do not allow.

        Raises
        ------
        QuestionError
            With the value, and the words to choose from.
        """
        for action in self.actions:
            check_word("action", action, ACTIONS)
        for role in self.roles:
            check_word("role", role, ROLES)
        check_word("method", self.method, METHODS)
        least = {"n_worlds": 1, "rng_seed": 0, "top": 1}
        for name, floor in least.items():
            value = getattr(self, name)
            if value is not None and value < floor:
                msg = f"{name} must be at least {floor}, got {value}"
                raise QuestionError(msg)
        if not 0 < self.precision < 1:
            msg = f"precision must be between 0 and 1, got {self.precision}"
            raise QuestionError(msg)

    @property
    def period(self) -> dates.Period:
        """Days in which relations count."""
        if self.as_of is None:
            return dates.Period(None, None)
        try:
            return dates.parse_partial(self.as_of)
        except ValueError as error:
            raise QuestionError(f"as of: {error}") from None  # noqa: EM102

    def options(self) -> dict[str, object]:
        """Return the options as plain values, for the provenance of a result."""
        return {
            "actions": list(self.actions),
            "as_of": self.as_of,
            "method": self.method,
            "n_worlds": self.n_worlds,
            "precision": self.precision,
            "rng_seed": self.rng_seed,
            "roles": list(self.roles),
            "top": self.top,
        }


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and how far it may be off."""

    value: float
    low: float | None = None
    """With all ranges at their low ends; None where that was not computed."""
    high: float | None = None
    """With all ranges at their high ends; None where that was not computed."""
    half_width: float | None = None
    """95 % half-width of a sampled number; None where it is exact."""


@dataclass(frozen=True, slots=True)
class SurveyEngine:
    """Which engine ran, and why."""

    method: Literal["exact", "monte-carlo"]
    reason: str
    n_worlds: int | None
    """Worlds in which the harm to each party was searched for its origins; None when exact."""
    rng_seed: int | None
    uncertain_arcs: int
    """Arcs of the whole network with 0 < probability < 1."""
    precision: float | None
    """Largest 95 % half-width of a listed score: of a ranking relative to the score itself, of a
    perimeter relative to the largest score [1]; None when exact."""


@dataclass(frozen=True, slots=True)
class Dependent:
    """A party to which most harm comes through one other."""

    id: str
    name: str
    share: float
    """Share of the expected harm to this party that runs through the other [1]."""
    exposure: float
    """Sum of this party's scores over all breaches of others [points]."""
    n_origins: int
    """Parties whose breach can harm this one [parties]."""


@dataclass(frozen=True, slots=True)
class RankedParty:
    """What a breach of one party would do to the others."""

    id: str
    name: str
    role: str
    total_score: Figure
    """Sum of the scores of all others [points]."""
    expected_harmed_parties: Figure
    """Sum of the probabilities of harm of all others [parties]."""
    reachable_parties: int
    """Others that harm can reach at all [parties]."""
    share: float
    """Share of the total score summed over all breaches that is that of this breach [1]."""
    through: Figure | None
    """Concentration: share of the same sum that runs through this party, whoever is breached
    [1]; None where it was not computed."""
    single_point_for: tuple[Dependent, ...]
    """For whom the party is a single point of failure, most exposed first."""


@dataclass(frozen=True, slots=True)
class Concentration:
    """How much of the summed risk few parties account for."""

    total_score: Figure
    """Total scores of all breaches, summed [points]."""
    expected_harmed_parties: Figure
    """Expected harmed parties of all breaches, summed [parties]."""
    heads: Mapping[int, float]
    """k -> share of the summed total score behind the k parties of the largest ones [1]."""
    half: int | None
    """Fewest parties behind half of it; None where that was not found, or there is no harm."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every party as the origin of a supposed breach."""

    provenance: Provenance
    parties: tuple[RankedParty, ...]
    """Those whose breach can harm another, largest total score first; on a large network those
    at the head alone."""
    n_parties: int
    """All parties of the graph."""
    n_harmless: int
    """Parties without a recorded path to harm of another."""
    concentration: Concentration
    engine: SurveyEngine
    assumptions: tuple[Assumption, ...]
    unobserved_edges_note: str

    @property
    def n_harmful(self) -> int:
        """Parties with a recorded path to harm of another, listed or not."""
        return self.n_parties - self.n_harmless


@dataclass(frozen=True, slots=True)
class Holding:
    """What one party has of another, or does for it, as an arc of harm."""

    kind: Literal["data", "access", "dependency"]
    edge: str
    """Id of the relation behind it."""
    dataset: str | None
    varieties: tuple[str, ...]
    """VERIS varieties of the dataset."""
    probability: float
    """P(harm passes | the party is compromised, or disrupted for a dependency) [1]."""
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class WayStep:
    """One arc of the most probable way."""

    edge: str
    kind: str
    origin: str
    target: str
    dataset: str | None
    probability: float
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Threat:
    """What a breach of one party would do to the party that asks."""

    id: str
    name: str
    role: str
    score: Figure
    """Score of the asking party if this one were breached [points]."""
    band: Band
    share: float
    """Share of the asking party's scores summed over all breaches [1]."""
    probability: Mapping[str, Figure]
    """exposed, compromised, disrupted, harmed: of the asking party [1]."""
    varieties: Mapping[str, Figure]
    """P(some data of the variety is disclosed), likeliest first [1]."""
    holds: tuple[Holding, ...]
    """What it has of the asking party directly; empty if all harm comes through others."""
    hops: int
    """Least number of steps from party to party [hops]."""
    way: tuple[WayStep, ...]
    """The most probable way of the harm."""
    way_probability: float
    """P(all arcs of the way are open) [1]."""
    certainty: Certainty
    """The weakest certainty along the way."""


@dataclass(frozen=True, slots=True)
class Perimeter:
    """Whose breach would harm one party."""

    provenance: Provenance
    id: str
    name: str
    role: str
    threats: tuple[Threat, ...]
    """Parties with a recorded path to the asking one, highest score first."""
    n_parties: int
    """All other parties of the graph."""
    names: Mapping[str, str]
    """Names of the parties that ways run through, by id."""
    exposure: Figure
    """Sum of the party's scores over all breaches of others [points]."""
    engine: SurveyEngine
    assumptions: tuple[Assumption, ...]
    unobserved_edges_note: str


def unobserved_note(n_silent: int, n_others: int, n_coins: int, where: str) -> str:
    """Say what the absence of a path does and does not mean.

    >>> unobserved_note(2, 3, 5, "to Acme")[:75]
    '2 of 3 parties have no recorded path to Acme. That is no all-clear: the gra'
    """
    return (
        f"{n_silent:,} of {n_others:,} parties have no recorded path {where}. That is no "
        f"all-clear: the graph records {n_coins:,} ways in which harm can pass on, and most real "
        "relations are on no public record"
    )
