"""The total score as a function of actions, exact or sampled, and which of the two answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from blastradius.analysis.hardening.change import Change
from blastradius.analysis.hardening.exact import ExactObjective
from blastradius.analysis.hardening.network import RiskNetwork
from blastradius.analysis.hardening.results import Measured
from blastradius.analysis.hardening.table import ActionTable
from blastradius.analysis.question import Question
from blastradius.analysis.results import EngineNote
from blastradius.analysis.solve import AUTO_BUDGET
from blastradius.engine.exact import DEFAULT_BUDGET
from blastradius.errors import ExactBudgetError

Progress = Callable[[int, int], None]
"""Called with (steps done, steps in all) now and then."""


class Objective(Protocol):
    """What plans need to know of the total score."""

    most_sets: int
    """Sets that are all tried where there are no more."""
    most_ordered: int
    """Actions of a set that are put in the order of their gains, each against all that are left."""

    def total(self) -> Measured:
        """Return the total score before any action [points]."""

    def effects(
        self, done: Collection[int] = ()
    ) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
        """Return what each action would take off the total after some others, and half-widths."""

    def gain(self, actions: Collection[int], done: Collection[int] = ()) -> float:
        """Return what actions would take off together after some others, for a search [points]."""

    def scores(self, done: Collection[int] = ()) -> Mapping[int, float]:
        """Return the score of each party row after some actions, for a search [points]."""

    def measure(self, actions: Collection[int], done: Collection[int] = ()) -> Change:
        """Return what actions change together after some others, to be reported."""

    def lost_by_party(self, actions: Sequence[int]) -> list[Mapping[int, float]]:
        """Return, for each action alone, what it takes off the score of each party row."""


def choose_objective(
    risk: RiskNetwork,
    table: ActionTable,
    question: Question,
    lower_to: float,
    progress: Progress | None = None,
) -> tuple[Objective, EngineNote]:
    """Compute exactly where that fits the budget, sample worlds elsewhere.

    Raises
    ------
    ExactBudgetError
        If an exact answer was demanded and does not fit.
    """
    uncertain = int(np.count_nonzero((risk.value > 0) & (risk.value < 1)))
    if question.method == "monte-carlo":
        reason = "sampling was asked for"
    else:
        demanded = question.method == "exact"
        budget = DEFAULT_BUDGET if demanded else AUTO_BUDGET
        reason = "exact was asked for" if demanded else f"fits the budget of {budget:,} states"
        try:
            exact = ExactObjective.build(risk, table, lower_to, budget)
        except ExactBudgetError as error:
            if demanded:
                raise
            reason = f"an exact answer would exceed the budget of {error.budget:,} states or arcs"
        else:
            return exact, EngineNote("exact", reason, None, None, uncertain, None)
    # Imported here so that exact answers do not pay for the compiled kernels.
    from blastradius.analysis.hardening.sampled import SampledObjective  # noqa: PLC0415

    sampled = SampledObjective(
        risk, table, lower_to, question.n_worlds, question.rng_seed, progress
    )
    n_worlds = sampled.n_worlds
    note = EngineNote("monte-carlo", reason, n_worlds, question.rng_seed, uncertain, None)
    return sampled, note
