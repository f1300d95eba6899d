"""Exact reach probabilities, posteriors and derivatives of all nodes, on cyclic networks too.

The search over worlds runs once and leaves a circuit; each further question (other
probabilities, other evidence, a derivative) is a sweep over it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from blastradius.engine.circuit import ZERO, Circuit, Level, Outcomes, build_circuit
from blastradius.engine.network import HarmNetwork, check_likelihood, check_origins
from blastradius.engine.order import candidate_orders
from blastradius.engine.simplify import ROOT, UNREACHED, Bundle, Reduced, reduce_network
from blastradius.errors import ExactBudgetError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEFAULT_BUDGET: Final = 1_000_000
"""Largest number of states; about ten seconds and one gigabyte at worst."""

_EXPLORE_FACTOR: Final = 25
"""Transitions that exploring may hold for each state of the budget; they are array rows."""

_WIDEST_EVIDENCE: Final = 500.0
"""Sum of |log weight| above which a product of evidence may leave the range of floats."""

_LEAST_BY_SUBSETS: Final = 1e-6
"""Smaller probabilities are left to methods that do not subtract [1]."""

_FEW_VERTICES: Final = 24
"""Up to this many vertices, exploring is tried before the circuit."""

Likelihood = Mapping[int, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Joint sums over worlds: ``joint[v] / total`` is the posterior of node v."""

    total: float
    """E[W], up to a factor that depends on the evidence alone; 1 without evidence."""
    joint: tuple[float, ...]
    """E[1(node reached) W], shape (n_nodes,)."""

    def posterior(self) -> tuple[float, ...]:
        """P(node reached | evidence), shape (n_nodes,) [1]."""
        # Rounding may leave a sure event a hair above 1.
        return tuple(min(1.0, value / self.total) for value in self.joint)


@dataclass(frozen=True, slots=True)
class Gradient:
    """Derivatives by every arc's probability, shape (m,)."""

    of_total: tuple[float, ...]
    of_joint: tuple[float, ...]
    """Of the weighted sum of ``joint`` that was asked for."""


class ExactSolver:
    """A network compiled for exact questions."""

    def __init__(self, problem: _Problem, circuit: Circuit) -> None:
        self.n_nodes = len(problem.reduced.vertex_of)
        self.n_arcs = problem.n_arcs
        self.reduced = problem.reduced
        self.circuit = circuit

    @classmethod
    def build(
        cls,
        n_nodes: int,
        arcs: Sequence[tuple[int, int]],
        probability: Sequence[float],
        origins: Iterable[int],
        *,
        evidence: Collection[int] = (),
        fixed: Sequence[bool] | None = None,
        budget: int = DEFAULT_BUDGET,
    ) -> ExactSolver:
        """Compile a network in which the coins can be changed later and derivatives be taken.

        Parameters
        ----------
        n_nodes : int
        arcs : m pairs (tail, head)
        probability : shape (m,)
            Largest probability that an arc will be given; arcs with 0 are left out.
        origins : nodes reached with certainty
        evidence : nodes that may carry soft evidence
        fixed : shape (m,) or None
            Arcs open in every world; None for no arc.
        budget : int
            Largest number of states over all levels.

        Raises
        ------
        ExactBudgetError
            If no order of the nodes that was tried stays within the budget.
        """
        reduced = reduce_network(
            n_nodes,
            arcs,
            live=[p > 0 for p in probability],
            fixed=[False] * len(arcs) if fixed is None else fixed,
            origins=origins,
            keep=evidence,
        )
        problem = _Problem(reduced, len(arcs), evidence, {})
        for allowance in _allowances(budget):
            try:
                return cls(problem, problem.circuit(allowance))
            except ExactBudgetError:
                if allowance == budget:
                    raise
        raise AssertionError

    def evaluate(
        self, probability: Sequence[float], likelihood: Likelihood | None = None
    ) -> Evaluation:
        """Sum over all worlds with the given coins and evidence."""
        sweep = _Sweep(self.circuit, probability, self._weights(likelihood, probability))
        at_vertex = {v: sweep.read(place) for v, place in self.circuit.reads.items()}
        for vertex in self.circuit.sure:
            at_vertex[vertex] = sweep.total
        joint = tuple(at_vertex.get(v, 0.0) for v in self.reduced.vertex_of)
        return Evaluation(sweep.total, joint)

    def gradient(
        self,
        probability: Sequence[float],
        weights: Mapping[int, float],
        likelihood: Likelihood | None = None,
    ) -> Gradient:
        """Differentiate ``sum(weights[v] * joint[v])`` and the total by every arc."""
        sweep = _Sweep(self.circuit, probability, self._weights(likelihood, probability))
        by_vertex: dict[int, float] = {}
        for node, weight in weights.items():
            vertex = self.reduced.vertex_of[node]
            by_vertex[vertex] = by_vertex.get(vertex, 0.0) + weight
        of_total = sweep.differentiate({}, 1.0)
        sure = sum(w for v, w in by_vertex.items() if v in self.circuit.sure)
        reads = {v: w for v, w in by_vertex.items() if v in self.circuit.reads}
        of_joint = sweep.differentiate(reads, sure)
        return Gradient(self._by_arc(of_total, probability), self._by_arc(of_joint, probability))

    def _weights(
        self, likelihood: Likelihood | None, probability: Sequence[float]
    ) -> dict[tuple[int, bool], float]:
        """Return a weight for each vertex with evidence and each of its fates."""
        weights: dict[tuple[int, bool], float] = {}
        for node, (if_reached, if_not) in (likelihood or {}).items():
            vertex = self.reduced.vertex_of[node]
            # A settled fate weighs the same in all worlds, so it drops out.
            if vertex != UNREACHED and vertex not in self.circuit.sure:
                for fate, weight in ((True, if_reached), (False, if_not)):
                    weights[vertex, fate] = weights.get((vertex, fate), 1.0) * weight
        # Only ratios between worlds count; factors of at most 1 keep long products in range.
        vertices = sorted({v for v, _ in weights})
        for vertex in vertices:
            largest = max(weights[vertex, True], weights[vertex, False])
            weights[vertex, True] /= largest
            weights[vertex, False] /= largest
        smallest = (min(weights[v, True], weights[v, False]) for v in vertices)
        if sum(abs(math.log(w)) for w in smallest) > _WIDEST_EVIDENCE:
            self._scale_by_mean(weights, vertices, probability)
        return weights

    def _scale_by_mean(
        self,
        weights: dict[tuple[int, bool], float],
        vertices: Sequence[int],
        probability: Sequence[float],
    ) -> None:
        """Divide each pair by its prior mean, so that the worlds that matter weigh about 1."""
        prior = _Sweep(self.circuit, probability, {})
        for vertex in vertices:
            p = prior.read(self.circuit.reads[vertex])
            mean = p * weights[vertex, True] + (1.0 - p) * weights[vertex, False]
            weights[vertex, True] /= mean
            weights[vertex, False] /= mean

    def _by_arc(
        self, by_bundle: Mapping[int, float], probability: Sequence[float]
    ) -> tuple[float, ...]:
        slopes = [0.0] * self.n_arcs
        for i, slope in by_bundle.items():
            members = self.circuit.bundles[i].members
            for arc in members:
                others = 1.0
                for other in members:
                    if other != arc:
                        others *= 1.0 - probability[other]
                slopes[arc] = slope * others
        return tuple(slopes)


class _Sweep:
    """One evaluation of a circuit: forward masses of states, backward values of followers."""

    def __init__(
        self,
        circuit: Circuit,
        probability: Sequence[float],
        evidence: Mapping[tuple[int, bool], float],
    ) -> None:
        self.circuit = circuit
        self.coins = [_bundle_probability(b, probability) for b in circuit.bundles]
        self.weights = [_outcome_weights(level, self.coins) for level in circuit.levels]
        self.factors = [1.0] * len(circuit.factors)
        for i, settled in enumerate(circuit.factors):
            for key in settled:
                self.factors[i] *= evidence.get(key, 1.0)
        self.plain = not evidence
        self.mass = self._forward()
        self.future = self._backward()
        self.total = sum(self.mass[-1])
        self.value = self._follow()

    def _forward(self) -> list[list[float]]:
        mass = [[1.0]]
        for place, level in enumerate(self.circuit.levels):
            now = mass[-1]
            after = [0.0] * self.circuit.n_states[place + 1]
            for outcome, weight in enumerate(self.weights[place]):
                targets, factors = level.next_state[outcome], level.factor[outcome]
                for state, target in enumerate(targets):
                    after[target] += now[state] * weight * self.factors[factors[state]]
            mass.append(after)
        return mass

    def _backward(self) -> list[list[float]]:
        """E[evidence still to be settled | state], for each level."""
        counts = self.circuit.n_states
        if self.plain:
            return [[1.0] * n for n in counts]
        future = [[1.0] * counts[-1]]
        for place in range(len(self.circuit.levels) - 1, -1, -1):
            level = self.circuit.levels[place]
            after = future[-1]
            now = [0.0] * counts[place]
            for outcome, weight in enumerate(self.weights[place]):
                targets, factors = level.next_state[outcome], level.factor[outcome]
                for state, target in enumerate(targets):
                    now[state] += weight * self.factors[factors[state]] * after[target]
            future.append(now)
        future.reverse()
        return future

    def _child(self, place: int, code: int) -> float:
        if code >= 0:
            return self.value[place + 1][code]
        return 0.0 if code == ZERO else self.future[place + 1][-2 - code]

    def _follow(self) -> list[list[float]]:
        """E[1(followed event) evidence still to be settled | state], for each level."""
        n = len(self.circuit.levels)
        value: list[list[float]] = [[] for _ in range(n + 1)]
        for place in range(n - 1, -1, -1):
            level = self.circuit.levels[place]
            future, later = self.future[place + 1], value[place + 1]
            now = [0.0] * len(level.follower_state)
            for outcome, weight in enumerate(self.weights[place]):
                factors = level.factor[outcome]
                for i, code in enumerate(level.follower_next[outcome]):
                    if code == ZERO:
                        continue
                    child = later[code] if code >= 0 else future[-2 - code]
                    now[i] += weight * self.factors[factors[level.follower_state[i]]] * child
            value[place] = now
        return value

    def read(self, place: tuple[int, tuple[int, ...]]) -> float:
        level, followers = place
        values, mass = self.value[level], self.mass[level]
        return sum(mass[state] * values[i] for state, i in enumerate(followers))

    def differentiate(self, reads: Mapping[int, float], of_total: float) -> dict[int, float]:
        """Differentiate ``sum(reads[v] * read(v)) + of_total * total`` by every bundle.

        Reverse mode: adjoints of followers and of future values travel forward through the
        levels, adjoints of masses travel backward; each meets every transition once.
        """
        n = len(self.circuit.levels)
        back_mass = [[0.0] * count for count in self.circuit.n_states]
        back_future = [[0.0] * count for count in self.circuit.n_states]
        back_value = [[0.0] * len(level.follower_state) for level in self.circuit.levels]
        for vertex, weight in reads.items():
            place, followers = self.circuit.reads[vertex]
            for state, i in enumerate(followers):
                back_value[place][i] += weight * self.mass[place][state]
                back_mass[place][state] += weight * self.value[place][i]
        back_mass[n] = [of_total] * len(back_mass[n])
        slopes: list[list[float]] = [[0.0] * len(w) for w in self.weights]
        for place in range(n):
            self._adjoint_forward(place, back_value, back_future, slopes[place])
        for place in range(n - 1, -1, -1):
            self._adjoint_backward(place, back_mass, slopes[place])
        return self._coin_slopes(slopes)

    def _adjoint_forward(
        self,
        place: int,
        back_value: list[list[float]],
        back_future: list[list[float]],
        slope: list[float],
    ) -> None:
        level = self.circuit.levels[place]
        for outcome, weight in enumerate(self.weights[place]):
            factors, targets = level.factor[outcome], level.next_state[outcome]
            for i, code in enumerate(level.follower_next[outcome]):
                flow = back_value[place][i] * self.factors[factors[level.follower_state[i]]]
                if code == ZERO or flow == 0.0:
                    continue
                slope[outcome] += flow * self._child(place, code)
                if code >= 0:
                    back_value[place + 1][code] += flow * weight
                else:
                    back_future[place + 1][-2 - code] += flow * weight
            for state, adjoint in enumerate(back_future[place]):
                if adjoint == 0.0:
                    continue
                flow = adjoint * self.factors[factors[state]]
                slope[outcome] += flow * self.future[place + 1][targets[state]]
                back_future[place + 1][targets[state]] += flow * weight

    def _adjoint_backward(
        self, place: int, back_mass: list[list[float]], slope: list[float]
    ) -> None:
        level = self.circuit.levels[place]
        for outcome, weight in enumerate(self.weights[place]):
            targets, factors = level.next_state[outcome], level.factor[outcome]
            for state, target in enumerate(targets):
                flow = back_mass[place + 1][target] * self.factors[factors[state]]
                slope[outcome] += self.mass[place][state] * flow
                back_mass[place][state] += weight * flow

    def _coin_slopes(self, slopes: list[list[float]]) -> dict[int, float]:
        by_bundle = {}
        for level, slope in zip(self.circuit.levels, slopes, strict=True):
            if level.kind == "coin":
                by_bundle[level.bundles[0]] = slope[0] - slope[1]
        return by_bundle


def _bundle_probability(bundle: Bundle, probability: Sequence[float]) -> float:
    if bundle.fixed:
        return 1.0
    if len(bundle.members) == 1:
        return probability[bundle.members[0]]
    # Not 1 - product(1 - p), which would round tiny probabilities to 0.
    is_open = 0.0
    for arc in bundle.members:
        is_open += (1.0 - is_open) * probability[arc]
    return is_open


def _outcome_weights(level: Level, coins: Sequence[float]) -> tuple[float, ...]:
    if level.kind == "coin":
        p = coins[level.bundles[0]]
        return (p, 1.0 - p)
    if level.kind == "pair":
        a, b = (coins[i] for i in level.bundles)
        shared = min(a, b)
        law: dict[tuple[bool, ...], float] = {
            (True, True): shared,
            (True, False): a - shared,
            (False, True): b - shared,
            (False, False): 1.0 - max(a, b),
        }
        return tuple(law[outcome] for outcome in level.outcomes)
    return (1.0,)


def _opposite_pairs(
    bundles: Sequence[Bundle], probability: Sequence[float]
) -> dict[tuple[int, int], Outcomes]:
    """Find opposite arcs and the outcomes their coupled coin can have."""
    place = {(b.tail, b.head): i for i, b in enumerate(bundles) if not b.fixed}
    pairs: dict[tuple[int, int], Outcomes] = {}
    for (tail, head), i in place.items():
        j = place.get((head, tail))
        if j is None or j < i:
            continue
        a, b = (_bundle_probability(bundles[k], probability) for k in (i, j))
        outcomes = [(True, True), (False, False)]
        if a > b:
            outcomes.insert(1, (True, False))
        if b > a:
            outcomes.insert(1, (False, True))
        pairs[i, j] = tuple(outcomes)
    return pairs


class _Problem:
    """A reduced network, with the orders of its nodes made when they are needed."""

    def __init__(
        self,
        reduced: Reduced,
        n_arcs: int,
        evidence: Collection[int],
        couple: Mapping[tuple[int, int], Outcomes],
    ) -> None:
        self.reduced = reduced
        self.n_arcs = n_arcs
        self.watched = {reduced.vertex_of[node] for node in evidence} - {UNREACHED}
        self.couple = couple
        successors: list[list[int]] = [[] for _ in range(reduced.n_vertices)]
        predecessors: list[list[int]] = [[] for _ in range(reduced.n_vertices)]
        # Readouts take part in the order, though not in the search: they tie their predecessors
        # together, and followers of a readout are the fewer the closer together those are.
        links = {(b.tail, b.head) for b in reduced.bundles}
        links |= {(above, v) for v, parents in reduced.readouts for above in parents}
        for tail, head in sorted(links):
            successors[tail].append(head)
            predecessors[head].append(tail)
        self._coming = candidate_orders(successors, predecessors, [ROOT])
        self._made: list[list[int]] = []

    def orders(self) -> Iterator[list[int]]:
        """Yield the orders to try, made when they are first needed."""
        yield from self._made
        for order in self._coming:
            self._made.append(order)
            yield order

    def circuit(self, allowance: int) -> Circuit:
        """Return the circuit of an order that stays within the allowance.

        The first allowance is spent on every order; whichever got farthest is the only one
        that larger allowances are spent on, because each costs as much time as it allows.
        """
        readouts = {v for v, _ in self.reduced.readouts}
        failures: list[tuple[float, ExactBudgetError, list[int]]] = []
        for order in self.orders():
            kept = [v for v in order if v not in readouts]
            try:
                return build_circuit(
                    self.reduced, kept, evidence=self.watched, couple=self.couple, budget=allowance
                )
            except ExactBudgetError as error:
                failures.append((error.progress, error, order))
        _, failure, order = max(failures, key=lambda item: item[0])
        self._made = [order]
        raise failure

    def explored(
        self, probability: Sequence[float], likelihood: Likelihood, allowance: int
    ) -> Evaluation:
        """Answer by exploring outward from the root."""
        # Imported here: only hard networks need it, and it needs numpy.
        from blastradius.engine.explore import explore_reach  # noqa: PLC0415

        bundles, weights = self._with_readouts(), self._factors(likelihood, allowance)
        total, at_vertex = explore_reach(
            self.reduced.n_vertices,
            bundles,
            [_bundle_probability(b, probability) for b in bundles],
            next(self.orders()),
            weights,
            max_transitions=allowance * _EXPLORE_FACTOR,
        )
        return self._evaluation(total, at_vertex)

    def by_subsets(
        self, probability: Sequence[float], likelihood: Likelihood, allowance: int
    ) -> Evaluation:
        """Answer by sets of nodes, all of them, where there are few."""
        from blastradius.engine.subsets import MAX_VERTICES, subset_reach  # noqa: PLC0415

        if self.reduced.n_vertices > MAX_VERTICES or 2**self.reduced.n_vertices > allowance:
            raise self._over(allowance)
        bundles, weights = self._with_readouts(), self._factors(likelihood, allowance)
        coins = [_bundle_probability(b, probability) for b in bundles]
        total, at_vertex = subset_reach(self.reduced.n_vertices, bundles, coins, weights)
        if at_vertex.min() < total * _LEAST_BY_SUBSETS:
            raise self._over(allowance)
        return self._evaluation(total, at_vertex)

    def _with_readouts(self) -> list[Bundle]:
        readouts = [
            Bundle(above, v, (), fixed=True)
            for v, parents in self.reduced.readouts
            for above in parents
        ]
        return [*self.reduced.bundles, *readouts]

    def _factors(self, likelihood: Likelihood, allowance: int) -> dict[int, float]:
        """Return the factor of a world's weight for each reached vertex with evidence."""
        weights: dict[int, float] = {}
        for node, (if_reached, if_not) in likelihood.items():
            vertex = self.reduced.vertex_of[node]
            if vertex != UNREACHED:
                weights[vertex] = weights.get(vertex, 1.0) * if_reached / if_not
        if sum(abs(math.log(w)) for w in weights.values()) > _WIDEST_EVIDENCE:
            raise self._over(allowance)  # only the circuit scales such products
        return weights

    def _over(self, allowance: int) -> ExactBudgetError:
        return ExactBudgetError(allowance, sum(not b.fixed for b in self.reduced.bundles))

    def _evaluation(self, total: float, at_vertex: NDArray[np.float64]) -> Evaluation:
        vertex_of = self.reduced.vertex_of
        return Evaluation(
            total, tuple(0.0 if v == UNREACHED else float(at_vertex[v]) for v in vertex_of)
        )


def _allowances(budget: int) -> Iterator[int]:
    """Yield growing allowances, so that a bad order wastes little before a good one is tried."""
    allowance = min(budget, 20_000)
    while allowance < budget:
        yield allowance
        allowance = min(budget, allowance * 8)
    yield budget


def reach_exact(
    network: HarmNetwork,
    origins: Iterable[int],
    *,
    likelihood: Likelihood | None = None,
    targets: Iterable[int] | None = None,
    budget: int = DEFAULT_BUDGET,
) -> NDArray[np.float64]:
    """Return the exact probability that each node is reached.

    Parameters
    ----------
    network : HarmNetwork
        n nodes, m arcs.
    origins : nodes
        Reached with certainty; at least one, repeats are harmless.
    likelihood : mapping node -> (if reached, if not), optional
        Soft evidence: positive weights P(seen | reached), P(seen | not reached), up to a
        common factor. All evidence is taken jointly (Pearl's virtual evidence).
    targets : nodes, optional
        Nodes whose probability is wanted; others may come back as 0. None for all.
    budget : int
        Largest number of states.

    Returns
    -------
    float64 array, shape (n_nodes,)
        P(node reached | evidence) [1]; exactly 0 where no path leads.

    Raises
    ------
    EngineInputError
        If origins, likelihood or targets are out of range.
    ExactBudgetError
        If the network is too wide for the budget.

    Examples
    --------
    The bridge network, all arcs 0.9, has the published reliability 0.97848:

    >>> edges = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]
    >>> arcs = edges + [(b, a) for a, b in edges]
    >>> bridge = HarmNetwork.from_arcs(4, *zip(*arcs), [0.9] * 10)
    >>> round(float(reach_exact(bridge, [0])[3]), 12)
    0.97848
    """
    import numpy as np  # noqa: PLC0415 - the analysis must not pay for importing it

    rows = check_origins(network.n_nodes, origins)
    evidence = check_likelihood(network.n_nodes, likelihood)
    wanted = None if targets is None else check_origins(network.n_nodes, targets)
    return np.array(_solve(network, rows, evidence, wanted, budget).posterior())


def _solve(
    network: HarmNetwork,
    origins: tuple[int, ...],
    evidence: Likelihood,
    targets: Collection[int] | None,
    budget: int,
) -> Evaluation:
    """Try the two exact methods in turn, with growing allowances.

    Which of them is feasible depends on the shape: the circuit likes narrow networks of any
    size, exploring likes few nodes with any number of arcs.
    """
    reduced = reduce_network(
        network.n_nodes,
        list(zip(network.tail, network.head, strict=True)),
        live=[p > 0 for p in network.probability],
        fixed=[p == 1 for p in network.probability],
        origins=origins,
        keep=evidence,
        targets=targets,
    )
    couple = _opposite_pairs(reduced.bundles, network.probability)
    problem = _Problem(reduced, network.n_arcs, evidence, couple)

    def by_circuit(allowance: int) -> Evaluation:
        solver = ExactSolver(problem, problem.circuit(allowance))
        return solver.evaluate(network.probability, evidence)

    def by_exploring(allowance: int) -> Evaluation:
        return problem.explored(network.probability, evidence, allowance)

    def by_subsets(allowance: int) -> Evaluation:
        return problem.by_subsets(network.probability, evidence, allowance)

    methods = [by_circuit, by_exploring, by_subsets]
    if reduced.n_vertices <= _FEW_VERTICES:
        methods = [by_exploring, by_subsets, by_circuit]
    for allowance in _allowances(budget):
        for method in methods:
            try:
                return method(allowance)
            except ExactBudgetError:
                continue
    raise ExactBudgetError(budget, sum(not b.fixed for b in reduced.bundles))


def reach_birnbaum(
    network: HarmNetwork, origins: Iterable[int], *, budget: int = DEFAULT_BUDGET
) -> NDArray[np.float64]:
    """Return the derivative of every node's reach probability by every arc's probability.

    Returns
    -------
    float64 array, shape (n_nodes, n_arcs)
        Birnbaum importance: P(reached | arc open) - P(reached | arc closed) [1].

    References
    ----------
    Birnbaum (1969), "On the importance of different components in a multicomponent system".

    Examples
    --------
    >>> chain = HarmNetwork.from_arcs(3, [0, 1], [1, 2], [0.5, 0.2])
    >>> reach_birnbaum(chain, [0])[2].tolist()
    [0.2, 0.5]
    """
    import numpy as np  # noqa: PLC0415 - see reach_exact

    arcs = list(zip(network.tail, network.head, strict=True))
    # Arcs that are never open still have a derivative, so all are taken for possible.
    solver = ExactSolver.build(
        network.n_nodes,
        arcs,
        [1.0] * len(arcs),
        check_origins(network.n_nodes, origins),
        budget=budget,
    )
    rows = [
        solver.gradient(network.probability, {node: 1.0}).of_joint
        for node in range(network.n_nodes)
    ]
    return np.array(rows).reshape(network.n_nodes, network.n_arcs)
