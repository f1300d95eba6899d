"""Laws of the exact engine, on networks that hypothesis draws, against the oracle."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import oracle
import pytest
import strategies
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from blastradius.engine import HarmNetwork, reach_birnbaum, reach_exact
from blastradius.engine import exact as engine_exact
from blastradius.engine.exact import ExactSolver
from blastradius.errors import ExactBudgetError

TOLERANCE = 1e-12


@pytest.fixture(
    params=[(0, 25), (62, 25), (62, 0)],
    ids=["circuit", "exploring", "subsets"],
    scope="module",
    autouse=True,
)
def method_tried_first(request):
    """Run everything by each method: small networks would else be explored only."""
    few_vertices, explore_factor = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_exact, "_FEW_VERTICES", few_vertices)
        patch.setattr(engine_exact, "_EXPLORE_FACTOR", explore_factor)
        yield


def network_of(n, arcs):
    tail, head, probability = zip(*arcs, strict=True) if arcs else ((), (), ())
    return HarmNetwork.from_arcs(n, tail, head, probability)


def exact(n, arcs, origins, **options):
    return reach_exact(network_of(n, arcs), origins=origins, **options)


# Against enumeration


@given(strategies.networks())
@settings(max_examples=200)
def test_reach_is_the_sum_over_all_worlds(case):
    n, arcs, origins = case
    expected = oracle.reach_probability(n, arcs, origins)
    assert exact(n, arcs, origins) == pytest.approx(expected, abs=TOLERANCE)


@given(strategies.networks_with_evidence())
def test_posterior_is_the_reweighted_sum_over_all_worlds(case):
    n, arcs, origins, likelihood = case
    expected, _ = oracle.reach_joint(n, arcs, origins, likelihood)
    posterior = exact(n, arcs, origins, likelihood=likelihood)
    assert posterior == pytest.approx(expected, abs=TOLERANCE)


@given(strategies.dense_networks())
def test_dense_networks_agree_with_the_recursion_over_node_sets(case):
    n, arcs, origin = case
    expected = oracle.buzacott(n, arcs, origin)
    assert exact(n, arcs, [origin]) == pytest.approx(expected, abs=TOLERANCE)


@given(strategies.networks(max_nodes=5, most=8))
def test_importance_is_the_difference_an_arc_makes(case):
    n, arcs, origins = case
    importance = reach_birnbaum(network_of(n, arcs), origins=origins)
    assert importance.shape == (n, len(arcs))
    for index, (tail, head, _) in enumerate(arcs):
        others = [*arcs[:index], *arcs[index + 1 :]]
        with_it = oracle.reach_probability(n, [*others, (tail, head, 1.0)], origins)
        without = oracle.reach_probability(n, others, origins)
        expected = [a - b for a, b in zip(with_it, without, strict=True)]
        assert importance[:, index] == pytest.approx(expected, abs=TOLERANCE)


def compiled(case):
    n, arcs, origins, likelihood = case
    return ExactSolver.build(
        n,
        [(tail, head) for tail, head, _ in arcs],
        [p for _, _, p in arcs],
        origins,
        evidence=likelihood,
        fixed=[False] * len(arcs),
    )


@given(strategies.networks_with_evidence(), st.data())
def test_one_search_answers_for_other_probabilities_and_other_evidence(case, data):
    n, arcs, origins, likelihood = case
    solver = compiled(case)
    coins = [data.draw(strategies.probabilities) if 0 < p < 1 else p for _, _, p in arcs]
    changed = [(tail, head, p) for (tail, head, _), p in zip(arcs, coins, strict=True)]
    for evidence in (likelihood, dict.fromkeys(likelihood, (3.0, 0.5)), {}):
        expected, _ = oracle.reach_joint(n, changed, origins, evidence)
        answer = solver.evaluate(coins, evidence)
        assert answer.posterior() == pytest.approx(expected, abs=TOLERANCE)


@given(strategies.networks_with_evidence(max_nodes=5, most=8), st.data())
def test_derivative_under_evidence_is_the_difference_an_arc_makes(case, data):
    """Total and joint sums are linear in each coin; their common factor cancels in posteriors."""
    n, arcs, origins, likelihood = case
    weights = data.draw(st.dictionaries(st.integers(0, n - 1), st.floats(-2, 2), max_size=3))
    weights = {
        node: w
        for node, w in weights.items()
        if oracle.reach_probability(n, arcs, origins)[node] > 0
    }
    solver = compiled(case)
    coins = [p for _, _, p in arcs]
    slopes = solver.gradient(coins, weights, likelihood)
    state = solver.evaluate(coins, likelihood)
    mean = sum(w * state.joint[node] for node, w in weights.items()) / state.total

    def sums(network):
        posterior, total = oracle.reach_joint(n, network, origins, likelihood)
        return total, sum(w * posterior[node] * total for node, w in weights.items())

    total, joint = sums(arcs)
    for index, (tail, head, p) in enumerate(arcs):
        if p == 0:
            continue  # compiled away, as documented
        others = [*arcs[:index], *arcs[index + 1 :]]
        opened, closed = sums([*others, (tail, head, 1.0)]), sums(others)
        found = (slopes.of_joint[index] - mean * slopes.of_total[index]) / state.total
        by_total, by_joint = opened[0] - closed[0], opened[1] - closed[1]
        expected = (by_joint - joint / total * by_total) / total
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(strategies.networks_with_evidence(), st.data())
def test_asking_for_some_nodes_gives_the_same_answer_for_them(case, data):
    n, arcs, origins, likelihood = case
    targets = data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=3))
    for evidence in (None, likelihood):
        everything = exact(n, arcs, origins, likelihood=evidence)
        asked = exact(n, arcs, origins, likelihood=evidence, targets=targets)
        assert asked[targets] == pytest.approx(everything[targets], abs=TOLERANCE)


def test_network_too_wide_for_the_budget_is_refused_with_the_budget():
    arcs = [(a, b, 0.5) for a in range(9) for b in range(9) if a != b]
    with pytest.raises(ExactBudgetError, match=r"budget of 40 .*64 uncertain arcs"):
        exact(9, arcs, [0], budget=40)


def test_answer_is_one_float_per_node():
    reached = exact(3, [(0, 1, 0.5)], [0])
    assert isinstance(reached, np.ndarray)
    assert (reached.dtype, reached.shape) == (np.float64, (3,))
    assert reached.tolist() == [1.0, 0.5, 0.0]


# Laws


@given(strategies.networks(), st.data())
def test_raising_a_probability_never_lowers_a_reach(case, data):
    n, arcs, origins = case
    assume(arcs)
    places = st.integers(0, len(arcs) - 1)
    pairs = [(tail, head) for tail, head, _ in arcs]
    parallel = [i for i, pair in enumerate(pairs) if pairs.count(pair) > 1]
    before = exact(n, arcs, origins)
    for _ in range(3):
        index = data.draw(st.sampled_from(parallel) | places if parallel else places)
        tail, head, p = arcs[index]
        arcs = [*arcs[:index], (tail, head, data.draw(st.floats(p, 1))), *arcs[index + 1 :]]
        after = exact(n, arcs, origins)
        assert (after >= before - TOLERANCE).all()
        before = after


@given(strategies.networks(), st.data())
def test_adding_an_arc_never_lowers_a_reach(case, data):
    n, arcs, origins = case
    node = st.integers(0, n - 1)
    pair = st.tuples(node, node)
    before = exact(n, arcs, origins)
    for _ in range(3):
        known = [(tail, head) for tail, head, _ in arcs]
        tail, head = data.draw(st.sampled_from(known) | pair if known else pair)
        arcs = [*arcs, (tail, head, data.draw(strategies.probabilities))]
        after = exact(n, arcs, origins)
        assert (after >= before - TOLERANCE).all()
        before = after


@given(strategies.networks_with_evidence())
def test_node_without_a_path_is_exactly_zero_with_and_without_evidence(case):
    n, arcs, origins, likelihood = case
    possible = nx.DiGraph([(tail, head) for tail, head, p in arcs if p > 0])
    possible.add_nodes_from(range(n))
    reachable = set(origins).union(*(nx.descendants(possible, o) for o in origins))
    prior, posterior = exact(n, arcs, origins), exact(n, arcs, origins, likelihood=likelihood)
    for node in range(n):
        if node not in reachable:
            assert (prior[node], posterior[node]) == (0.0, 0.0)
        elif all(p == 0 or p > 1e-30 for _, _, p in arcs):  # else the floats may run out
            assert prior[node] > 0


@given(strategies.networks_with_evidence())
def test_origins_are_exactly_one_and_nothing_leaves_the_unit_interval(case):
    n, arcs, origins, likelihood = case
    for answer in (exact(n, arcs, origins), exact(n, arcs, origins, likelihood=likelihood)):
        assert (answer[list(origins)] == 1.0).all()
        assert ((answer >= 0) & (answer <= 1)).all()


@given(strategies.networks_with_evidence(), st.data())
def test_numbering_of_nodes_and_order_of_arcs_change_nothing(case, data):
    n, arcs, origins, likelihood = case
    new = data.draw(st.permutations(range(n)))
    shuffled = [(new[t], new[h], p) for t, h, p in data.draw(st.permutations(arcs))]
    before = exact(n, arcs, origins, likelihood=likelihood)
    after = exact(
        n,
        shuffled,
        [new[o] for o in reversed(origins)],
        likelihood={new[node]: pair for node, pair in likelihood.items()},
    )
    assert after[new] == pytest.approx(before, abs=TOLERANCE)


@given(strategies.networks(), st.integers(2, 6))
def test_first_node_is_a_node_like_any_other(case, shift):
    """``if origin:`` and ``origin or default`` fail for node 0 alone."""
    n, arcs, origins = case
    turned = [((t + shift) % n, (h + shift) % n, p) for t, h, p in arcs]
    before = exact(n, arcs, origins)
    after = exact(n, turned, [(o + shift) % n for o in origins])
    assert np.roll(before, shift) == pytest.approx(after, abs=TOLERANCE)


@given(strategies.networks(), st.data())
def test_parallel_arcs_fail_together_only_if_both_fail(case, data):
    n, arcs, origins = case
    node = st.integers(0, n - 1)
    p, q = data.draw(strategies.probabilities), data.draw(strategies.probabilities)
    tail, head = data.draw(node), data.draw(node)
    two = exact(n, [*arcs, (tail, head, p), (tail, head, q)], origins)
    one = exact(n, [*arcs, (tail, head, 1 - (1 - p) * (1 - q))], origins)
    assert two == pytest.approx(one, abs=TOLERANCE)


@given(strategies.networks(), st.data())
def test_arc_may_be_split_in_series(case, data):
    n, arcs, origins = case
    assume(arcs)
    index = data.draw(st.integers(0, len(arcs) - 1))
    tail, head, _ = arcs[index]
    p, q = data.draw(strategies.probabilities), data.draw(strategies.probabilities)
    others = [*arcs[:index], *arcs[index + 1 :]]
    whole = exact(n, [*others, (tail, head, p * q)], origins)
    split = exact(n + 1, [*others, (tail, n, p), (n, head, q)], origins)
    assert split[:n] == pytest.approx(whole, abs=TOLERANCE)


@given(strategies.networks())
def test_impossible_arcs_and_loops_and_arcs_into_origins_change_nothing(case):
    n, arcs, origins = case
    idle = [(a, b, 0.0) for a in range(n) for b in range(n)]
    idle += [(a, a, 0.5) for a in range(n)] + [(a, origins[0], 0.5) for a in range(n)]
    before, after = exact(n, arcs, origins), exact(n, [*idle, *arcs], origins)
    assert after == pytest.approx(before, abs=TOLERANCE)


@given(strategies.networks_with_evidence())
def test_even_evidence_says_nothing(case):
    n, arcs, origins, likelihood = case
    even = {node: (weight, weight) for node, (weight, _) in likelihood.items()}
    before = exact(n, arcs, origins)
    assert exact(n, arcs, origins, likelihood=even) == pytest.approx(before, abs=TOLERANCE)
    assert (exact(n, arcs, origins, likelihood={}) == before).all()
    assert (exact(n, arcs, origins, likelihood=None) == before).all()


@given(strategies.networks_with_evidence(), st.floats(0.001, 1000))
def test_only_the_ratio_of_evidence_counts(case, factor):
    n, arcs, origins, likelihood = case
    scaled = {node: (a * factor, b * factor) for node, (a, b) in likelihood.items()}
    before = exact(n, arcs, origins, likelihood=likelihood)
    assert exact(n, arcs, origins, likelihood=scaled) == pytest.approx(before, abs=TOLERANCE)


@given(strategies.networks())
def test_same_question_gives_the_same_bits_and_leaves_the_network_alone(case):
    n, arcs, origins = case
    network = network_of(n, arcs)
    first = reach_exact(network, origins=origins)
    reach_exact(network, origins=[n - 1], likelihood={0: (2.0, 1.0)})
    assert reach_exact(network, origins=origins).tobytes() == first.tobytes()


# By hand


def test_two_ways_to_one_node_count_once():
    arcs = [(0, 1, 1.0), (0, 2, 1.0), (1, 3, 0.5), (2, 3, 0.5)]
    assert exact(4, arcs, [0])[3] == 0.75
    shared = [(0, 1, 0.5), (1, 2, 1.0), (1, 3, 1.0), (2, 4, 1.0), (3, 4, 1.0)]
    assert exact(5, shared, [0])[4] == 0.5


def test_improbable_is_not_impossible():
    """1 - (1 - p)(1 - q) is 0 in floats when both are below 1e-16; reachable means more than 0."""
    assert exact(2, [(0, 1, 1e-17), (0, 1, 1e-18)], [0])[1] == pytest.approx(1.1e-17, abs=0)
    two_ways = [(0, 1, 1e-17), (1, 3, 1.0), (0, 2, 1e-18), (2, 3, 1.0)]
    assert exact(4, two_ways, [0])[3] == pytest.approx(1.1e-17, abs=0)


def test_cycle_feeds_nothing_back_to_itself():
    arcs = [(0, 1, 0.5), (1, 2, 0.5), (2, 1, 0.9), (2, 3, 0.5), (3, 1, 0.9)]
    assert exact(4, arcs, [0]).tolist() == pytest.approx([1, 0.5, 0.25, 0.125], abs=TOLERANCE)


def test_evidence_on_one_effect_raises_the_other_through_their_cause():
    arcs = [(0, 1, 0.5), (1, 2, 0.8), (1, 3, 0.8)]
    prior = exact(4, arcs, [0])
    posterior = exact(4, arcs, [0], likelihood={2: (9.0, 1.0)})
    # Reached 0.4 of 0.4 * 9 + 0.6; node 3 then 0.8 of P(node 1 | evidence).
    total = 0.4 * 9 + 0.6
    assert posterior[2] == pytest.approx(3.6 / total, abs=TOLERANCE)
    assert posterior[3] == pytest.approx((0.32 * 9 + 0.08) / total, abs=TOLERANCE)
    assert posterior[3] > prior[3]


@pytest.mark.parametrize("ratio", [99.0, 1 / 9, 1e6, 1e-6])
@pytest.mark.parametrize("seen", [100, 400])
def test_any_number_of_observations_fits_into_floats(seen, ratio):
    """Hundreds of named victims: the product of their weights is beyond 1e308."""
    arcs = [(0, 1, 0.5), (0, 2, 0.5)] + [(2, node, 0.5) for node in range(3, seen + 3)]
    direct = [(0, node, 0.5) for node in range(1, seen + 1)]
    expected = ratio / (1 + ratio)

    posterior = exact(seen + 1, direct, [0], likelihood=dict.fromkeys(range(1, seen), (ratio, 1.0)))
    assert posterior[1:seen] == pytest.approx([expected] * (seen - 1), abs=TOLERANCE)
    assert posterior[seen] == pytest.approx(0.5, abs=TOLERANCE)

    evidence = dict.fromkeys(range(3, seen + 3), (ratio, 1.0))
    posterior = exact(seen + 3, arcs, [0], likelihood=evidence)
    odds = seen * math.log((ratio + 1) / 2)  # of node 2, the common cause; even before
    cause = 1 / (1 + math.exp(-odds)) if odds > 0 else math.exp(odds) / (1 + math.exp(odds))
    assert posterior[1] == pytest.approx(0.5, abs=TOLERANCE)
    assert posterior[2] == pytest.approx(cause, rel=1e-9)
    assert posterior[3:] == pytest.approx([cause * expected] * seen, rel=1e-9)


@pytest.mark.parametrize("both_ways", [False, True])
def test_long_chain_is_no_deep_recursion(both_ways):
    n = 1500
    arcs = [(k, k + 1, 0.999) for k in range(n - 1)]
    if both_ways:
        arcs += [(k + 1, k, 0.5) for k in range(n - 1)]
    assert exact(n, arcs, [0]) == pytest.approx(0.999 ** np.arange(n), abs=TOLERANCE)
