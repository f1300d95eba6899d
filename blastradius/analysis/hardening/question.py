"""What is asked: which breach, whose harm counts, what actions do and cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from blastradius.analysis.hardening.costs import Costs
from blastradius.analysis.question import Question
from blastradius.errors import QuestionError

LISTED: Final = 20
"""Actions listed by default."""

AFFECTED: Final = 3
"""Parties named with each action."""


@dataclass(frozen=True, slots=True)
class HardenQuestion:
    """Options of one hardening; the defaults are those of the command line."""

    breach: Question = field(default_factory=Question)
    """Incident, actions, date, engine, worlds and seed. Observations are not used."""
    protect: str | None = None
    """Only this party counts: id, name, alias or identifier."""
    budget: float | None = None
    """What the plan may cost; None for no plan."""
    costs: Costs = field(default_factory=Costs)
    lower_to: float = 0.0
    """Part of a probability that an action leaves [1]; 0 cuts."""
    controls: bool = False
    """Whether a plan may use what is no relation: own data, keys, operations."""
    listed: int = LISTED
    """Actions to list."""

    def __post_init__(self) -> None:
        """Refuse numbers out of range.

        Raises
        ------
        QuestionError
            With the value.
        """
        if self.budget is not None and not 0 <= self.budget < float("inf"):
            msg = f"budget must be a number of at least 0, got {self.budget:g}"
            raise QuestionError(msg)
        if not 0 <= self.lower_to < 1:
            msg = f"lower_to must be at least 0 and less than 1, got {self.lower_to:g}"
            raise QuestionError(msg)
        if self.listed < 1:
            msg = f"listed must be at least 1, got {self.listed}"
            raise QuestionError(msg)
        if self.breach.statements or self.breach.scenario is not None:
            msg = "hardening looks ahead: it takes no observations and no scenario"
            raise QuestionError(msg)

    def options(self) -> dict[str, object]:
        """Return the options as plain values, for the provenance of a result."""
        breach = self.breach
        return {
            "incident": breach.incident,
            "actions": list(breach.actions),
            "as_of": breach.as_of,
            "protect": self.protect,
            "budget": self.budget,
            "costs": self.costs.options(),
            "lower_to": self.lower_to,
            "controls": self.controls,
            "method": breach.method,
            "n_worlds": breach.n_worlds,
            "rng_seed": breach.rng_seed,
        }
