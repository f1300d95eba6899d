"""Puts a compiled harm network to the engines, and says which one answered and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from blastradius.analysis.harm import CompiledHarm
from blastradius.analysis.priors import Coin
from blastradius.analysis.question import Question
from blastradius.analysis.results import EngineNote
from blastradius.engine.exact import DEFAULT_BUDGET, ExactSolver
from blastradius.errors import ExactBudgetError

if TYPE_CHECKING:
    from blastradius.engine.network import HarmNetwork
    from blastradius.engine.sample import Sample, Sampler

AUTO_BUDGET: Final = 100_000
"""States that `auto` spends on an exact answer before it samples; some seconds at worst."""

DEFAULT_WORLDS: Final = 100_000
"""Worlds sampled when no number is asked for."""

MOVED_WORLDS: Final = 10_000
"""The same under strong statements: worlds are moved to them, which takes time."""

MOST_WORLDS: Final = 10_000_000
"""Worlds at which the search for a wanted precision ends."""

COMPILED_FROM: Final = 3_000
"""Arcs from which compiled kernels pay for loading them: half a second."""

LARGE: Final = 50_000
"""Coins from which an exact answer is not even tried."""

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
    def __init__(self, harm: CompiledHarm, question: Question, reason: str) -> None:
        self.harm = harm
        self.rng_seed = question.rng_seed
        self.precision = question.precision
        most = MOST_WORLDS if question.precision is not None else DEFAULT_WORLDS
        self.n_worlds = most if question.n_worlds is None else question.n_worlds
        self.is_default = question.n_worlds is None and question.precision is None
        self.is_settled = question.precision is None
        """Whether the number of worlds is known; a wanted precision is met by the first answer."""
        self.note = EngineNote(
            "monte-carlo", reason, self.n_worlds, self.rng_seed, _uncertain(harm), None
        )

    def _sampler(self, values: Sequence[float], likelihood: Likelihood) -> tuple[Sampler, bool]:
        """Return what samples worlds, and whether it moves them to the evidence."""
        # Imported here so that exact answers do not pay for numpy, nor small ones for numba.
        tails, heads = zip(*self.harm.all_arcs(), strict=True)
        if len(tails) >= COMPILED_FROM:
            from blastradius.engine.arrays import ArcArrays  # noqa: PLC0415
            from blastradius.engine.cascade import CascadeSampler  # noqa: PLC0415

            arcs = ArcArrays.from_arcs(self.harm.n_nodes, tails, heads, values)
            sampler = CascadeSampler(arcs, [0], self.rng_seed)
            return sampler.sample, sampler.is_moved(likelihood)
        from blastradius.engine.montecarlo import sample_reach  # noqa: PLC0415
        from blastradius.engine.network import HarmNetwork  # noqa: PLC0415

        network = HarmNetwork.from_arcs(self.harm.n_nodes, tails, heads, values)
        return partial(_with_seed, sample_reach, network, self.rng_seed), False

    def _run(self, values: Sequence[float], likelihood: Likelihood) -> list[float]:
        sampler, is_moved = self._sampler(values, likelihood)
        if is_moved and self.is_default:
            self.n_worlds = min(self.n_worlds, MOVED_WORLDS)
        if self.is_settled:
            sample = sampler(self.n_worlds, likelihood=likelihood)
        else:
            from blastradius.engine.sample import sample_until  # noqa: PLC0415

            # Every score is 100 x a mean of severities in [0, 1]; its half-width is at most 100
            # times the largest one of a probability.
            wanted = (self.precision or 0.0) / 100
            sample = sample_until(sampler, wanted, self.n_worlds, likelihood=likelihood)
            self.n_worlds, self.is_settled = sample.n_worlds, True
            if float(sample.half_width().max()) > wanted:
                missed = f"{self.n_worlds:,} worlds do not reach the wanted precision"
                self.note = replace(self.note, reason=f"{self.note.reason}; {missed}")
        if sample.is_moved:
            from blastradius.engine.sample import MOVED  # noqa: PLC0415

            if MOVED not in self.note.reason:
                self.note = replace(self.note, reason=f"{self.note.reason}; {MOVED}")
        half_width = max(self.note.half_width or 0.0, float(sample.half_width().max()))
        self.note = replace(self.note, n_worlds=self.n_worlds, half_width=half_width)
        return [float(p) for p in sample.posterior()]

    def reach(self, likelihood: Likelihood) -> Reach:
        # Below `COMPILED_FROM` arcs the same seed draws the same uniform numbers, so low <= value
        # <= high holds world by world and the range is not blurred by sampling noise.
        # The posterior comes first: it needs the most worlds for a precision.
        values = self.harm.probabilities(_value)
        posterior = self._run(values, likelihood)
        return Reach(
            self._run(values, {}) if likelihood else posterior,
            posterior,
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
    if question.method == "monte-carlo":
        return _Sampled(harm, question, "sampling was asked for")
    demanded = question.method == "exact"
    budget = DEFAULT_BUDGET if demanded else AUTO_BUDGET
    reason = "exact was asked for" if demanded else f"fits the budget of {budget:,} states"
    if not demanded and len(harm.arcs) > LARGE:
        reason = f"more than {LARGE:,} coins are sampled without trying an exact answer"
        return _Sampled(harm, question, reason)
    try:
        return _Exact(harm, evidence, budget, reason)
    except ExactBudgetError:
        if demanded:
            raise
    return _Sampled(harm, question, f"an exact answer would exceed the budget of {budget:,} states")


def _with_seed(
    sample: Callable[..., Sample],
    network: HarmNetwork,
    rng_seed: int,
    n_worlds: int,
    *,
    likelihood: Likelihood | None = None,
) -> Sample:
    return sample(network, [0], n_worlds, rng_seed, likelihood=likelihood)


def _uncertain(harm: CompiledHarm) -> int:
    return sum(0 < arc.coin.value < 1 and not arc.sure for arc in harm.arcs)
