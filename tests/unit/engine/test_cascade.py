"""Sampling on large networks: bits, laws, frequencies."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blastradius.engine import HarmNetwork, reach_exact
from blastradius.engine.arrays import ArcArrays
from blastradius.engine.cascade import CascadeSampler
from blastradius.engine.kernels import dense_plain, sparse, sparse_plain
from blastradius.engine.kernels.weights import to_weights
from blastradius.errors import EngineInputError

PROBABILITIES = st.sampled_from([0.0, 1e-12, 0.001, 0.02, 0.1, 0.3, 0.5, 0.9, 1 - 1e-12, 1.0])


@st.composite
def networks(draw, max_nodes=8, max_arcs=40):
    """Arcs with loops and parallels, probabilities of 0, 1 and next to them."""
    n = draw(st.integers(1, max_nodes))
    node = st.integers(0, n - 1)
    arcs = draw(st.lists(st.tuples(node, node, PROBABILITIES), max_size=max_arcs))
    tail, head, probability = (
        (list(column) for column in zip(*arcs, strict=True)) if arcs else ([], [], [])
    )
    return n, np.array(tail, int), np.array(head, int), np.array(probability, float)


def rows_of(sampler):
    """Heads and probabilities of the nodes in reach, in the order of the sampler."""
    part = sampler._part
    arcs = sampler_arcs[id(sampler)]
    spans = [range(arcs.first[node], arcs.first[node + 1]) for node in part.nodes]
    heads = [[int(part.place[arcs.head[a]]) for a in span] for span in spans]
    return heads, [[float(arcs.probability[a]) for a in span] for span in spans]


sampler_arcs: dict[int, ArcArrays] = {}
REGIMES = ("sparse", "mixed", "dense")


def sampler_of(network, origins, rng_seed=0, regime=None):
    arcs = ArcArrays.from_arcs(*network)
    sampler = CascadeSampler(arcs, origins, rng_seed, regime=regime)
    sampler_arcs[id(sampler)] = arcs
    if regime == "mixed":
        sampler._kernel.most = 2  # small networks have no large cascades
    return sampler


def on_nodes(sampler, counts):
    found = np.zeros(sampler.n_nodes, int)
    found[sampler._part.nodes] = counts
    return found.tolist()


@given(networks(), st.integers(0, 2**63 - 1), st.data())
def test_worlds_alone_are_those_of_the_plain_twin(network, seed, data):
    origins = data.draw(st.lists(st.integers(0, network[0] - 1), min_size=1, max_size=3))
    sampler = sampler_of(network, origins, seed, "sparse")
    heads, probabilities = rows_of(sampler)
    expected = np.zeros(len(heads), int)
    for world in range(70):
        reached = sparse_plain.sparse_world(
            heads, probabilities, sampler._part.origins.tolist(), seed, world
        )
        expected[sorted(reached)] += 1
    assert sampler.sample(70).counts.tolist() == on_nodes(sampler, expected)


@settings(deadline=None)
@given(networks(max_arcs=60), st.integers(0, 2**63 - 1), st.data())
def test_worlds_together_are_those_of_the_plain_twin(network, seed, data):
    origins = data.draw(st.lists(st.integers(0, network[0] - 1), min_size=1, max_size=3))
    sampler = sampler_of(network, origins, seed, "dense")
    heads, probabilities = rows_of(sampler)
    expected = np.zeros(len(heads), int)
    for block, mask in ((0, dense_plain.ALL), (1, 2**70 - 1)):
        reached = dense_plain.dense_worlds(
            heads, probabilities, sampler._part.origins.tolist(), seed, block
        )
        expected += [(worlds & mask).bit_count() for worlds in reached]
    assert sampler.sample(256 + 70).counts.tolist() == on_nodes(sampler, expected)


@settings(deadline=None)
@given(networks(), st.integers(0, 2**63 - 1), st.data())
def test_worlds_that_go_on_with_others_are_those_of_the_plain_twin(network, seed, data):
    origins = data.draw(st.lists(st.integers(0, network[0] - 1), min_size=1, max_size=3))
    sampler = sampler_of(network, origins, seed, "mixed")
    sampler._kernel.most = data.draw(st.integers(0, 9))
    sampler.chunk = data.draw(st.sampled_from([100, 300]))
    heads, probabilities = rows_of(sampler)
    expected = np.zeros(len(heads), int)
    for start in range(0, 330, sampler.chunk):
        expected += dense_plain.mixed_worlds(
            heads, probabilities, sampler._part.origins.tolist(), seed,
            range(start, min(start + sampler.chunk, 330)), sampler._kernel.most,
        )  # fmt: skip
    assert sampler.sample(330).counts.tolist() == on_nodes(sampler, expected)


def star_behind_an_arc(n, p_hub, p):
    """Node 0 leads to 1, and 1 to all others."""
    tail, head = np.append(0, np.ones(n - 2, int)), np.arange(1, n)
    return n, tail, head, np.append(p_hub, p)


def hub():
    """A hub that few worlds reach, with more events than one product of random numbers holds."""
    p = np.tile([0.001, 0.1, 0.3, 1.0], 1000)
    sampler = sampler_of(star_behind_an_arc(len(p) + 2, 0.05, p), [0], 3, "dense")
    arcs = sampler._kernel.arcs
    assert (arcs.few * arcs.hazard).max() > 20 * 500
    return p, sampler


def test_events_of_a_hub_are_those_of_the_plain_twin():
    _, sampler = hub()
    origins = sampler._part.origins.tolist()
    reached = dense_plain.dense_worlds(*rows_of(sampler), origins, 3, 0)
    expected = on_nodes(sampler, [worlds.bit_count() for worlds in reached])
    assert sampler.sample(256).counts.tolist() == expected


def test_events_of_a_hub_open_its_arcs_as_often_as_they_should():
    p, sampler = hub()
    counts = sampler.sample(100_000).counts[2:]
    at_hub = int(counts[p == 1.0][0])
    for each in (0.001, 0.1, 0.3):
        trials = at_hub * 1000
        margin = 6 * math.sqrt(trials * each * (1 - each))
        assert abs(int(counts[p == each].sum()) - trials * each) <= margin, each


@given(st.lists(st.floats(1e-9, 40), min_size=1, max_size=50))
def test_slots_give_each_arc_its_share(shares):
    slots = dense_plain.aliases(shares)
    mass = np.zeros(len(shares))
    for k, (threshold, other) in enumerate(slots):
        mass[k] += threshold
        mass[other] += 2**32 - threshold
    # Each slot is rounded once, and what a slot lacks is another's.
    expected = np.array(shares) / math.fsum(shares) * len(shares) * 2**32
    assert np.abs(mass - expected).max() <= len(shares) + 1 + 1e-9 * expected.max()
    assert mass.min() >= 1


def test_an_origin_that_leads_nowhere_is_sampled_sparse():
    assert sampler_of((3, np.array([1]), np.array([2]), np.array([0.5])), [0]).regime == "sparse"


@pytest.mark.parametrize("regime", REGIMES)
def test_nodes_of_a_large_network_all_get_their_turn(regime):
    """Against the order in which nodes take turns, so that each turn begins anew."""
    n = 9000
    network = (n, np.arange(1, n), np.arange(n - 1), np.ones(n - 1))
    assert sampler_of(network, [n - 1], regime=regime).sample(10).counts.tolist() == [10] * n


def test_a_cascade_that_dies_or_takes_all_is_sampled_mixed():
    """One in eight worlds gets beyond the first arc; whatever gets there reaches nearly all."""
    rng = np.random.default_rng(2)
    tail, head = rng.integers(1, 20_000, 200_000), rng.integers(1, 20_000, 200_000)
    network = (
        20_000,
        np.append(tail, 0),
        np.append(head, 1),
        np.append(np.full(200_000, 0.3), 0.12),
    )
    sampler = sampler_of(network, [0])
    assert sampler.regime == "mixed"
    n = 4 * sampler.chunk
    sparse, dense = (sampler_of(network, [0], regime=regime) for regime in ("sparse", "dense"))
    found = [each.sample(n).counts.sum() / n for each in (sampler, sparse, dense)]
    # The share of worlds that grow decides: 5 standard errors of the difference of two.
    margin = 5 * math.sqrt(2 * 0.12 * 0.88 / n) * 20_000
    assert max(found) - min(found) <= margin


@given(st.lists(PROBABILITIES.filter(bool), max_size=200))
def test_rows_hold_the_probabilities_to_within_their_resolution(probabilities):
    for segment in sparse_plain.survivals(probabilities):
        before = 2**32
        for i, survival in segment:
            held = 1 - survival / before if before else 1.0
            # Two roundings, magnified where survival is already small.
            assert held == pytest.approx(probabilities[i], abs=70 * 2**-32 / (before / 2**32 or 1))
            assert (held == 1) == (probabilities[i] == 1) or not before
            assert held > 0
            before = survival


@pytest.mark.parametrize("regime", REGIMES)
@settings(deadline=None)
@given(networks(), st.data())
def test_threads_and_batches_change_nothing(regime, network, data):
    origins = [data.draw(st.integers(0, network[0] - 1))]
    evidence = {data.draw(st.integers(0, network[0] - 1)): (9.0, 1.0)}
    sampler = sampler_of(network, origins, regime=regime)
    sampler.chunk = 256
    one = sampler.sample(1500, likelihood=evidence, n_threads=1)
    for threads in (2, 8):
        other = sampler.sample(1500, likelihood=evidence, n_threads=threads)
        assert other.counts.tobytes() == one.counts.tobytes()
        assert other.weighted.tobytes() == one.weighted.tobytes()
        assert (other.weight, other.weight_squares) == (one.weight, one.weight_squares)
    if regime == "sparse":
        sampler._kernel.width = 7
        assert sampler.sample(1500).counts.tolist() == one.counts.tolist()


def test_too_short_a_queue_gives_the_same_worlds():
    rng = np.random.default_rng(1)
    network = (60, rng.integers(0, 60, 600), rng.integers(0, 60, 600), np.full(600, 0.3))
    sampler = sampler_of(network, [0], regime="sparse")
    state, queue, keys = sampler._kernel.scratch()
    part = sampler._part
    found = []
    for length in (len(queue), part.n_arcs + 1):
        counts = np.zeros(len(part.nodes), np.int64)
        sparse.sample_sparse(
            part.rows, state, queue[:length], keys, part.origins, 0, 0, 640, 64, counts
        )
        found.append(counts.tolist())
    assert found[0] == found[1]
    assert max(found[0]) == 640


@pytest.mark.parametrize("regime", REGIMES)
def test_longer_run_repeats_the_worlds_of_a_shorter_one(regime):
    network = (6, np.arange(5), np.arange(1, 6), np.full(5, 0.5))
    sampler = sampler_of(network, [0], regime=regime)
    sampler.chunk = 512
    # Where worlds go on together, those of the last block are others.
    more = 512 if regime == "mixed" else 1
    short, longer = (sampler.sample(n).counts for n in (512, 512 + more))
    assert ((longer - short >= 0) & (longer - short <= more)).all()
    again = sampler.sample(512).counts
    assert again.tolist() == short.tolist()
    assert (short != sampler_of(network, [0], 1, regime).sample(512).counts).any()


@pytest.mark.parametrize("regime", REGIMES)
@settings(max_examples=30, deadline=None)
@given(networks(max_arcs=16), st.data())
def test_frequencies_agree_with_exact_reach(regime, network, data):
    origins = [data.draw(st.integers(0, network[0] - 1))]
    exact = np.array(reach_exact(HarmNetwork.from_arcs(*network), origins))
    n = 20_000
    counts = sampler_of(network, origins, regime=regime).sample(n).counts
    # Bernstein: beyond this with probability under 1e-9 a node, rounding of coins included.
    margin = 6.6 * np.sqrt(n * exact * (1 - exact)) + 15
    assert (np.abs(counts - n * exact) <= margin).all()


@pytest.mark.parametrize("regime", REGIMES)
def test_posterior_agrees_with_exact_conditioning(regime):
    network = (4, np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3]), np.array([0.4, 0.3, 0.5, 0.7]))
    evidence = {3: (9.0, 1.0), 1: (0.25, 1.0)}
    exact = reach_exact(HarmNetwork.from_arcs(*network), [0], likelihood=evidence)
    sample = sampler_of(network, [0], regime=regime).sample(200_000, likelihood=evidence)
    # 2.5 of the 95 % half-widths are 4.9 standard errors.
    assert (np.abs(sample.posterior() - exact) <= 2.5 * sample.half_width()).all()


def test_sums_are_brought_to_the_scale_of_a_heavier_world():
    sums, weighted, squares = np.array([-np.inf, 0.0, 0.0]), np.zeros(1), np.zeros(1)
    for log in (0.0, math.log(4)):
        weights = np.array([log])
        to_weights(weights, 1, sums, weighted, squares)
        weighted[0], squares[0] = weighted[0] + weights[0], squares[0] + weights[0] ** 2
    # A world of weight 1 and one of 4, in units of the heavier.
    assert sums.tolist() == pytest.approx([math.log(4), 1.25, 1 + 1 / 16])
    assert [weighted[0], squares[0]] == pytest.approx([1.25, 1 + 1 / 16])


@pytest.mark.parametrize("regime", REGIMES)
def test_many_ratios_do_not_underflow(regime):
    n = 400
    network = (n, np.zeros(n - 1, int), np.arange(1, n), np.full(n - 1, 0.5))
    evidence = dict.fromkeys(range(1, n), (1e-6, 1e-6 * 99))
    sample = sampler_of(network, [0], regime=regime).sample(2000, likelihood=evidence)
    assert math.isfinite(sample.weight)
    assert sample.weight > 0
    assert 0 <= sample.posterior().min() <= sample.posterior().max() == 1


def test_isolated_nodes_cost_nothing():
    network = (10**6, np.array([999_999]), np.array([0]), np.array([0.5]))
    sample = sampler_of(network, [999_999]).sample(10_000)
    assert sample.counts[999_999] == 10_000
    assert np.count_nonzero(sample.counts) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"origins": []}, "origins must name at least one node, got none"),
        ({"origins": [3]}, r"origins\[0\] must be a node in \[0, 3\), got 3"),
        ({"tail": [0, 5]}, r"tail\[1\] must be a node in \[0, 3\), got 5"),
        (
            {"tail": [0.0, 1.0]},
            "tail must be a one-dimensional array of whole numbers, got float64",
        ),
        ({"probability": [0.5, 1.5]}, r"probability\[1\] must be in \[0, 1\], got 1.5"),
        ({"probability": [0.5, math.nan]}, r"probability\[1\] must be in \[0, 1\], got nan"),
        ({"head": [1]}, "tail, head and probability must have the same length, got 2, 1 and 2"),
        ({"n_nodes": 2**31}, "n_nodes must be at most 2,147,483,647, got 2,147,483,648"),
        ({"n_worlds": 0}, "n_worlds must be a whole number of at least 1, got 0"),
        ({"rng_seed": -1}, "rng_seed must be a whole number of at least 0, got -1"),
    ],
)
def test_bad_input_is_named(change, message):
    given = {
        "n_nodes": 3,
        "tail": [0, 1],
        "head": [1, 2],
        "probability": [0.5, 0.5],
        "origins": [0],
        "n_worlds": 10,
        "rng_seed": 0,
    } | change
    with pytest.raises(EngineInputError, match=message):
        CascadeSampler(
            ArcArrays.from_arcs(*(given[k] for k in ("n_nodes", "tail", "head", "probability"))),
            given["origins"],
            given["rng_seed"],
        ).sample(given["n_worlds"])
