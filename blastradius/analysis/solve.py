"""Puts a compiled harm network to the engines, and says which one answered and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from blastradius.analysis.harm import CompiledHarm
from blastradius.analysis.priors import Coin
from blastradius.analysis.question import Question
from blastradius.analysis.results import EngineNote
from blastradius.engine.exact import DEFAULT_BUDGET, ExactSolver
from blastradius.errors import ExactBudgetError

AUTO_BUDGET: Final = 100_000
"""States that `auto` spends on an exact answer before it samples; some seconds at worst."""

DEFAULT_WORLDS: Final = 100_000
"""Worlds sampled when no number is asked for."""

Likelihood = Mapping[int, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Reach:
    """Probability of every node, in four settings [1]."""

    prior: Sequence[float]
    posterior: Sequence[float]
    low: Sequence[float]
    """Posterior with every range at its low end."""
    high: Sequence[float]
    """Posterior with every range at its high end."""


class Solver(Protocol):
    """What the analysis needs of an engine."""

    note: EngineNote

    def reach(self, likelihood: Likelihood) -> Reach:
        """Return all probabilities."""

    def posterior_slopes(
        self, likelihood: Likelihood, weights: Mapping[int, float]
    ) -> Sequence[float] | None:
        """Return d(sum of weights x posterior) / d(probability of each coin), if it can."""

    def posterior_with(self, changes: Mapping[int, float], likelihood: Likelihood) -> list[float]:
        """Return the posterior with some coins, by arc index, set to other probabilities."""


def _value(coin: Coin) -> float:
    return coin.value


def _low(coin: Coin) -> float:
    return coin.low


def _high(coin: Coin) -> float:
    return coin.high


class _Exact:
    def __init__(
        self, harm: CompiledHarm, evidence: Sequence[int], budget: int, reason: str
    ) -> None:
        self.harm = harm
        self.solver = ExactSolver.build(
            harm.n_nodes,
            harm.all_arcs(),
            harm.probabilities(_high),
            [0],
            evidence=evidence,
            fixed=harm.fixed(),
            budget=budget,
        )
        self.note = EngineNote("exact", reason, None, None, _uncertain(harm), None)

    def reach(self, likelihood: Likelihood) -> Reach:
        values = self.harm.probabilities(_value)
        prior = self.solver.evaluate(values).posterior()
        if not likelihood:
            posterior = prior
        else:
            posterior = self.solver.evaluate(values, likelihood).posterior()
        low = self.solver.evaluate(self.harm.probabilities(_low), likelihood).posterior()
        high = self.solver.evaluate(self.harm.probabilities(_high), likelihood).posterior()
        return Reach(prior, posterior, low, high)

    def posterior_slopes(
        self, likelihood: Likelihood, weights: Mapping[int, float]
    ) -> Sequence[float] | None:
        values = self.harm.probabilities(_value)
        state = self.solver.evaluate(values, likelihood)
        slope = self.solver.gradient(values, weights, likelihood)
        mean = sum(w * state.joint[node] for node, w in weights.items()) / state.total
        return [
            (of_joint - mean * of_total) / state.total
            for of_joint, of_total in zip(slope.of_joint, slope.of_total, strict=True)
        ]

    def posterior_with(self, changes: Mapping[int, float], likelihood: Likelihood) -> list[float]:
        values = self.harm.probabilities(_value)
        for arc, value in changes.items():
            values[arc] = value
        return list(self.solver.evaluate(values, likelihood).posterior())


class _Sampled:
    def __init__(self, harm: CompiledHarm, n_worlds: int, rng_seed: int, reason: str) -> None:
        self.harm = harm
        self.n_worlds = n_worlds
        self.rng_seed = rng_seed
        self.note = EngineNote("monte-carlo", reason, n_worlds, rng_seed, _uncertain(harm), None)

    def _run(self, values: Sequence[float], likelihood: Likelihood) -> list[float]:
        # Imported here so that exact answers do not pay for numpy.
        from blastradius.engine.montecarlo import sample_reach  # noqa: PLC0415
        from blastradius.engine.network import HarmNetwork  # noqa: PLC0415

        tails, heads = zip(*self.harm.all_arcs(), strict=True)
        network = HarmNetwork.from_arcs(self.harm.n_nodes, tails, heads, values)
        sample = sample_reach(network, [0], self.n_worlds, self.rng_seed, likelihood=likelihood)
        half_width = max(self.note.half_width or 0.0, float(sample.half_width().max()))
        self.note = EngineNote(
            "monte-carlo",
            self.note.reason,
            self.n_worlds,
            self.rng_seed,
            self.note.uncertain_arcs,
            half_width,
        )
        return [float(p) for p in sample.posterior()]

    def reach(self, likelihood: Likelihood) -> Reach:
        # The same seed draws the same uniform numbers, so low <= value <= high holds world by
        # world and the range is not blurred by sampling noise.
        values = self.harm.probabilities(_value)
        prior = self._run(values, {})
        return Reach(
            prior,
            self._run(values, likelihood) if likelihood else prior,
            self._run(self.harm.probabilities(_low), likelihood),
            self._run(self.harm.probabilities(_high), likelihood),
        )

    def posterior_slopes(
        self, likelihood: Likelihood, weights: Mapping[int, float]
    ) -> Sequence[float] | None:
        del likelihood, weights  # derivatives are not sampled
        return None

    def posterior_with(self, changes: Mapping[int, float], likelihood: Likelihood) -> list[float]:
        values = self.harm.probabilities(_value)
        for arc, value in changes.items():
            values[arc] = value
        return self._run(values, likelihood)


def choose_solver(harm: CompiledHarm, evidence: Sequence[int], question: Question) -> Solver:
    """Compute exactly where that fits the budget, sample worlds elsewhere.

    Raises
    ------
    ExactBudgetError
        If an exact answer was demanded and does not fit.
    """
    n_worlds = DEFAULT_WORLDS if question.n_worlds is None else question.n_worlds
    if question.method == "monte-carlo":
        return _Sampled(harm, n_worlds, question.rng_seed, "sampling was asked for")
    demanded = question.method == "exact"
    budget = DEFAULT_BUDGET if demanded else AUTO_BUDGET
    reason = "exact was asked for" if demanded else f"fits the budget of {budget:,} states"
    try:
        return _Exact(harm, evidence, budget, reason)
    except ExactBudgetError:
        if demanded:
            raise
    reason = f"an exact answer would exceed the budget of {budget:,} states"
    return _Sampled(harm, n_worlds, question.rng_seed, reason)


def _uncertain(harm: CompiledHarm) -> int:
    return sum(0 < arc.coin.value < 1 and not arc.sure for arc in harm.arcs)
