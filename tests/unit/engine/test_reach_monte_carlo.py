"""The sampling engine against the oracle and the exact engine, within derived bounds."""

from __future__ import annotations

import math

import numpy as np
import oracle
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from blastradius.engine import HarmNetwork, montecarlo, reach_exact, reach_monte_carlo
from blastradius.engine.montecarlo import sample_reach

FAILURE = 1e-12


def hoeffding(n_worlds):
    """Bound on |frequency - probability| that one node breaks with probability FAILURE."""
    return math.sqrt(math.log(2 / FAILURE) / (2 * n_worlds))


def network_of(n, arcs):
    tail, head, probability = zip(*arcs, strict=True) if arcs else ((), (), ())
    return HarmNetwork.from_arcs(n, tail, head, probability)


@given(strategies.networks(), st.integers(0, 2**32 - 1))
def test_frequencies_match_enumeration(case, rng_seed):
    n, arcs, origins = case
    n_worlds = 4_000
    counts = reach_monte_carlo(
        network_of(n, arcs), origins=origins, n_worlds=n_worlds, rng_seed=rng_seed
    )
    expected = oracle.reach_probability(n, arcs, origins)
    assert counts / n_worlds == pytest.approx(expected, abs=hoeffding(n_worlds))
    assert (counts[list(origins)] == n_worlds).all()


@given(strategies.networks())
def test_what_is_certain_is_counted_in_every_world_and_what_is_impossible_in_none(case):
    n, arcs, origins = case
    rounded = [(tail, head, float(p > 0.5)) for tail, head, p in arcs]
    counts = reach_monte_carlo(network_of(n, rounded), origins=origins, n_worlds=70, rng_seed=3)
    assert counts.tolist() == [70 * p for p in oracle.reach_probability(n, rounded, origins)]


@given(strategies.networks(), st.integers(0, 100))
def test_same_seed_gives_the_same_counts(case, rng_seed):
    n, arcs, origins = case
    options = {"origins": origins, "n_worlds": 300, "rng_seed": rng_seed}
    first = reach_monte_carlo(network_of(n, arcs), **options)
    assert first.tobytes() == reach_monte_carlo(network_of(n, arcs), **options).tobytes()


def test_other_seeds_give_other_worlds():
    network = network_of(2, [(0, 1, 0.5)])
    seen = {
        int(reach_monte_carlo(network, origins=[0], n_worlds=10_000, rng_seed=s)[1])
        for s in range(20)
    }
    assert len(seen) > 10


def test_answer_is_one_count_per_node():
    counts = reach_monte_carlo(
        network_of(3, [(0, 1, 1.0)]), origins=[0], n_worlds=5, rng_seed=np.int64(0)
    )
    assert (counts.dtype, counts.shape) == (np.int64, (3,))
    assert counts.tolist() == [5, 5, 0]


@pytest.mark.parametrize("n_worlds", [1, 63, 64, 65, 1023, 1025, 8191, 8193, 65_537])
def test_number_of_worlds_need_not_fill_a_block(n_worlds):
    network = network_of(3, [(0, 1, 0.5), (1, 2, 1.0)])
    counts = reach_monte_carlo(network, origins=[0], n_worlds=n_worlds, rng_seed=5)
    assert counts[0] == n_worlds
    assert counts[1] == counts[2] <= n_worlds
    assert abs(counts[1] / n_worlds - 0.5) <= hoeffding(n_worlds)


@given(strategies.networks(), st.integers(1, 200) | st.sampled_from([63, 64, 128, 1024]))
@settings(max_examples=25)
def test_more_worlds_keep_the_worlds_already_drawn(case, n_worlds):
    n, arcs, origins = case
    network = network_of(n, arcs)
    fewer = reach_monte_carlo(network, origins=origins, n_worlds=n_worlds, rng_seed=9)
    more = reach_monte_carlo(network, origins=origins, n_worlds=n_worlds + 1, rng_seed=9)
    assert set((more - fewer).tolist()) <= {0, 1}


def test_blocks_may_run_in_any_order():
    """The one look inside: a block's coins are a pure function of seed and block."""
    network = network_of(4, [(0, 1, 0.5), (1, 2, 0.3), (2, 3, 0.7), (3, 1, 0.2), (0, 3, 0.1)])
    size = montecarlo.worlds_per_block(network.n_arcs)
    arcs = montecarlo._Arcs.of(network)
    total, seen = np.zeros(4, dtype=np.int64), []
    for block in (3, 1, 0, 2):
        coins = montecarlo._coins(arcs, size, 7, block)
        seen.append(coins.tobytes())
        reached = montecarlo._reach(arcs, coins, (0,))
        total += np.bitwise_count(reached).sum(axis=1, dtype=np.int64)
    in_order = reach_monte_carlo(network, origins=[0], n_worlds=4 * size, rng_seed=7)
    assert total.tolist() == in_order.tolist()
    assert len(set(seen)) == 4
    # Nor does a block of one seed repeat a block of another.
    assert montecarlo._coins(arcs, size, 8, 0).tobytes() not in seen
    assert montecarlo._coins(arcs, size, 6, 1).tobytes() not in seen


@given(strategies.networks_with_evidence(), st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_weighted_worlds_match_the_reweighted_enumeration(case, rng_seed):
    n, arcs, origins, likelihood = case
    likelihood = {node: (min(a, 9.0), min(b, 9.0)) for node, (a, b) in likelihood.items()}
    n_worlds = 20_000
    sample = sample_reach(
        network_of(n, arcs), origins, n_worlds, rng_seed=rng_seed, likelihood=likelihood
    )
    expected, mean_weight = oracle.reach_joint(n, arcs, origins, likelihood)
    heaviest = math.prod(max(pair) for pair in likelihood.values())
    # Numerator and denominator are means of weights in [0, heaviest], each within this bound,
    # and |a/b - A/B| <= (|a - A| + A/B |b - B|) / b.
    bound = heaviest * hoeffding(n_worlds)
    # The sampled mean b is known only up to a factor, but it is at least B - bound.
    off = np.abs(sample.posterior() - expected)
    least = max(mean_weight - bound, 1e-12)
    assert (off <= bound * (1 + np.array(expected)) / least + 1e-12).all()
    plain = reach_monte_carlo(
        network_of(n, arcs), origins=origins, n_worlds=n_worlds, rng_seed=rng_seed
    )
    assert sample.counts.tolist() == plain.tolist()


@pytest.mark.parametrize("likelihood", [None, {2: (9.0, 1.0)}])
def test_stated_interval_holds_the_truth_as_often_as_it_says(likelihood):
    """120 runs, 95 %: fewer than 98 hits, or a far wider interval, is no chance event."""
    arcs = [(0, 1, 0.4), (1, 2, 0.5), (1, 3, 0.3)]
    truth, _ = oracle.reach_joint(4, arcs, [0], likelihood or {})
    n_worlds, runs = 2_000, 120
    hits = np.zeros(4)
    for rng_seed in range(runs):
        sample = sample_reach(
            network_of(4, arcs), [0], n_worlds, rng_seed=rng_seed, likelihood=likelihood
        )
        hits += np.abs(sample.posterior() - truth) <= sample.half_width() + 1e-12
    assert (hits[1:] >= 98).all()
    assert (hits[1:] < runs).any()
    if likelihood is None:
        expected = 1.96 * np.sqrt(np.array(truth) * (1 - np.array(truth)) / n_worlds)
        assert sample.half_width()[1:] == pytest.approx(expected[1:], rel=0.1)


@pytest.mark.parametrize("ratio", [99.0, 1 / 9, 1e6, 1e-6])
def test_any_number_of_observations_fits_into_floats(ratio):
    """The product of hundreds of weights is beyond 1e308; only ratios between worlds count."""
    seen = 400
    network = network_of(seen + 1, [(0, node, 0.5) for node in range(1, seen + 1)])
    likelihood = dict.fromkeys(range(1, seen), (ratio, 1.0))
    sample = sample_reach(network, [0], 500, likelihood=likelihood)
    posterior = sample.posterior()
    assert ((posterior >= 0) & (posterior <= 1)).all()
    assert np.isfinite(sample.half_width()).all()


def test_interval_is_open_for_what_was_never_seen():
    sample = sample_reach(network_of(2, [(0, 1, 1e-9)]), [0], 1000)
    assert sample.posterior()[1] == 0
    assert sample.half_width()[1] == pytest.approx(3 / 1000)


def test_coins_are_fair_and_independent_within_a_world():
    """A pair of arcs out of one node: each joint outcome is read off its own node."""
    # Node 3 needs both arcs in series 0-1-3, node 4 needs 0-2-4: P = 0.25 each, union 0.4375.
    arcs = [(0, 1, 0.5), (1, 3, 0.5), (0, 2, 0.5), (2, 4, 0.5), (3, 5, 1.0), (4, 5, 1.0)]
    n_worlds = 100_000
    counts = reach_monte_carlo(network_of(6, arcs), origins=[0], n_worlds=n_worlds, rng_seed=1)
    expected = [1, 0.5, 0.5, 0.25, 0.25, 0.4375]
    assert counts / n_worlds == pytest.approx(expected, abs=hoeffding(n_worlds))


def test_rare_arcs_are_not_rounded_away():
    """Poisson bounds: 1e-4 over a million worlds is 100 hits, within 100 +- 80 but for 1e-12."""
    arcs = [(0, 1, 1e-4), (0, 2, 1 - 1e-4)]
    counts = reach_monte_carlo(network_of(3, arcs), origins=[0], n_worlds=1_000_000, rng_seed=2)
    assert 20 <= counts[1] <= 180
    assert 20 <= 1_000_000 - counts[2] <= 180


def test_sampled_and_exact_agree_on_a_network_beyond_enumeration():
    side, p = 5, 0.6
    arcs = [
        (a, b, p)
        for a in range(side * side)
        for b in range(side * side)
        if abs(a // side - b // side) + abs(a % side - b % side) == 1
    ]
    network = network_of(side * side, arcs)
    n_worlds = 100_000
    counts = reach_monte_carlo(network, origins=[12, 0], n_worlds=n_worlds, rng_seed=1)
    expected = reach_exact(network, origins=[12, 0])
    assert counts / n_worlds == pytest.approx(expected, abs=hoeffding(n_worlds))
