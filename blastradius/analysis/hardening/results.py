"""What hardening answers, frozen, with units. Scores and effects are in points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from blastradius.analysis.results import ArcKind, Assumption, EngineNote
from blastradius.model.vocabulary import Certainty

ActionKind = Literal["share", "dataset", "access", "dependency", "own", "pivot", "outage"]

BoundBasis = Literal["all-sets", "everything", "paths"]
"""Why no plan can do better: all sets were tried, or nothing exceeds doing everything, or the harm
whose paths run through a set."""

CONTROL_KINDS: Final[tuple[ActionKind, ...]] = ("own", "pivot", "outage")
"""No relations: what a party itself would have to change."""

ACTION_KINDS: Final[tuple[ActionKind, ...]] = get_args(ActionKind)


@dataclass(frozen=True, slots=True)
class Measured:
    """A number, and how far chance may have moved it."""

    value: float
    half_width: float | None = None
    """95 % half-width; None when exact."""


@dataclass(frozen=True, slots=True)
class PartyEffect:
    """What an action takes off the score of one party."""

    id: str
    name: str
    points: float


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done about one relation, or about one dataset of a share."""

    id: str
    """Id of the edge; with ``#`` and the id of the dataset where only that is taken back."""
    kind: ActionKind
    edge: str
    dataset: str | None
    origin: str
    """Party through which harm comes."""
    targets: tuple[str, ...]
    """Parties that harm reaches over it."""
    text: str
    coins: int
    """Coins that it changes."""
    probability: float
    """Largest probability of its coins, as it is [1]."""
    certainty: Certainty
    """Weakest certainty of its coins."""
    arc_kind: ArcKind


@dataclass(frozen=True, slots=True)
class ActionEffect:
    """What one action alone would change."""

    action: Action
    effect: Measured
    """What it takes off the total score [points]."""
    share: float
    """Part of the total score [1]."""
    cost: float | None
    """None where it is ruled out."""
    per_cost: float | None
    """Effect for each unit of cost; None where it is free or ruled out."""
    parties: tuple[PartyEffect, ...]
    """Most affected parties, most points first."""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One action of a plan, after those before it."""

    action: Action
    effect: Measured
    """What it takes off what the steps before left [points]."""
    cost: float
    total_cost: float
    """Of this step and those before it."""
    residual: Measured
    """Total score that is left [points]."""
    parties: tuple[PartyEffect, ...]
    """Parties that this step helps most, most points first."""


@dataclass(frozen=True, slots=True)
class Guarantee:
    """How good a plan is, compared with the best one within the budget."""

    is_optimal: bool
    bound: float
    """No set of actions within the budget takes away more than this [points]."""
    ratio: float | None
    """Part of the best possible reduction that the plan reaches at least: of a sampled one, the low
    end of its interval counts; None if nothing takes anything off."""
    basis: BoundBasis
    n_sets: int | None
    """Sets that were tried, for ``all-sets``."""
    n_worlds: int | None
    """Worlds in which paths were counted, for ``paths``."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do within a budget."""

    budget: float
    steps: tuple[PlanStep, ...]
    cost: float
    reduction: Measured
    residual: Measured
    guarantee: Guarantee


@dataclass(frozen=True, slots=True)
class HardeningProvenance:
    """What is needed to repeat the result."""

    version: str
    graph_name: str
    graph_sha256: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hardening:
    """The answer to the question what to cut, lower or take back first."""

    provenance: HardeningProvenance
    target: str | None
    """The name that was asked for; None for a breach that may start anywhere."""
    incident: str | None
    """Id of the incident that would happen again; None for a supposed breach."""
    origins: tuple[tuple[str, str], ...]
    """(id, name) of where the breach starts; empty for anywhere."""
    n_origins: int
    protect: tuple[str, str] | None
    """(id, name) of the only party that counts; None if all count."""
    lower_to: float
    """What an action leaves of a probability [1]; 0 for a cut."""
    total: Measured
    """Total score before any action; the mean over the origins if it may start anywhere."""
    actions: tuple[ActionEffect, ...]
    """Relations, largest effect for its cost first."""
    n_actions: int
    """Relations with an effect, listed or not."""
    controls: tuple[ActionEffect, ...]
    """What parties themselves could change, largest effect first."""
    n_controls: int
    plan: Plan | None
    engine: EngineNote
    assumptions: tuple[Assumption, ...]
