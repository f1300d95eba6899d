"""Sampling under strong evidence: bits, laws, frequencies."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from test_cascade import networks

from blastradius.engine import HarmNetwork, annealing, reach_exact
from blastradius.engine.annealing import Annealed
from blastradius.engine.arrays import ArcArrays
from blastradius.engine.cascade import CascadeSampler
from blastradius.engine.in_reach import in_reach
from blastradius.engine.kernels import annealed, annealed_plain, dense
from blastradius.engine.regimes import Tally, evidence_on

RATIOS = st.sampled_from([1 / 99, 1 / 9, 3.0, 99.0])


def annealed_of(network, origins, likelihood, seed=0, n_steps=None):
    arcs = ArcArrays.from_arcs(*network)
    part = in_reach(arcs, tuple(sorted(set(origins))))
    evidence = evidence_on(likelihood, part)
    found = Annealed(arcs, part, evidence, np.uint64(seed))
    found.n_steps = n_steps or found.n_steps
    return found


def posterior(sampler, n_worlds):
    """Sum up as a sample does; return the nodes in reach, their posterior and its half-width."""
    tally = Tally(len(sampler.part.nodes), weighted=True)
    sampler.run(sampler.scratch(), 0, n_worlds, tally, None)
    p = tally.weighted / tally.sums[1]
    spread = tally.squares * (1 - 2 * p) + p**2 * tally.sums[2]
    width = 1.96 * np.sqrt(np.maximum(spread, 0)) / tally.sums[1]
    effective = tally.sums[1] ** 2 / tally.sums[2]
    return sampler.part.nodes, p, np.maximum(width, 3 / effective), effective


def plain_network(sampler):
    inner, said = sampler.cause, sampler.said
    spans = [slice(*inner.first_in[node : node + 2]) for node in range(len(inner.is_origin))]
    return annealed_plain.Network(
        len(inner.is_origin),
        [tuple(map(int, arc)) for arc in zip(inner.tail, inner.head, inner.coin, strict=True)],
        [inner.up_to[span].tolist() for span in spans],
        inner.log_odds.tolist(),
        frozenset(np.flatnonzero(inner.is_origin).tolist()),
        [
            (int(node), said.log_if_reached[k], said.log_if_not[k])
            for node in said.node
            for k in [said.of_node[node]]
        ],
    )


@st.composite
def questions(draw):
    network = draw(networks(max_nodes=7, max_arcs=14))
    node = st.integers(0, network[0] - 1)
    origins = draw(st.lists(node, min_size=1, max_size=2))
    reached = np.flatnonzero(reach_exact(HarmNetwork.from_arcs(*network), origins))
    spoken = draw(st.lists(st.sampled_from(reached.tolist()), min_size=1, max_size=4, unique=True))
    return network, origins, {node: (draw(RATIOS), 1.0) for node in spoken}


@settings(deadline=None, max_examples=25)
@given(questions(), st.integers(0, 2**63 - 1), st.integers(1, 20))
def test_worlds_are_those_of_the_plain_twin(question, seed, n_steps):
    sampler = annealed_of(*question, seed, n_steps)
    chains = sampler._chains()
    annealed.anneal(sampler.cause, sampler.said, n_steps, np.uint64(seed), np.int64(7), chains)
    reached, weights = annealed_plain.annealed_worlds(plain_network(sampler), n_steps, seed, 7)
    words = chains.reached.reshape(-1, dense.LANES)
    assert [
        sum(int(word) << 64 * lane for lane, word in enumerate(row)) for row in words
    ] == reached
    assert chains.log_weight.tolist() == pytest.approx(weights, abs=1e-9)


@settings(deadline=None, max_examples=25)
@given(questions(), st.sampled_from([1, 3, 64]))
def test_posterior_is_right_with_any_number_of_steps(question, n_steps):
    network, origins, likelihood = question
    exact = np.array(reach_exact(HarmNetwork.from_arcs(*network), origins, likelihood=likelihood))
    sampler = annealed_of(network, origins, likelihood, 5, n_steps)
    nodes, p, half_width, effective = posterior(sampler, 256 * 60)
    assume(effective >= 200)  # else the interval is wide, and it says so
    # 2.5 of the 95 % half-widths are 4.9 standard errors.
    assert (np.abs(p - exact[nodes]) <= 2.5 * half_width + 1e-9).all()


def twenty_confirmed():
    """Suppliers rarely breached, each with data of three of twenty parties that say they were hit."""
    tail, head, p = [], [], []
    for supplier in range(1, 9):
        tail, head, p = [*tail, 0], [*head, supplier], [*p, 0.05]
        for k in range(3):
            tail, head, p = [*tail, supplier], [*head, 9 + (3 * supplier + k) % 20], [*p, 0.4]
    for party in range(9, 29):  # a rare way of its own, and something that follows from it
        tail, head, p = [*tail, 0, party], [*head, party, party + 20], [*p, 0.02, 0.5]
    return (49, np.array(tail), np.array(head), np.array(p)), dict.fromkeys(
        range(9, 29), (99.0, 1.0)
    )


def test_many_strong_statements_leave_enough_worlds():
    network, likelihood = twenty_confirmed()
    exact = reach_exact(HarmNetwork.from_arcs(*network), [0], likelihood=likelihood)
    sampler = CascadeSampler(ArcArrays.from_arcs(*network), [0])
    sample = sampler.sample(20_480, likelihood=likelihood)
    assert sample.half_width().max() < 0.03
    assert (np.abs(sample.posterior() - exact) <= 2.5 * sample.half_width()).all()
    _, kernel = sampler._annealed
    # As they come, hardly one world in a million speaks for all twenty.
    kernel.n_steps = 1
    assert sampler.sample(20_480, likelihood=likelihood).half_width().max() > 0.5


def common_cause(depth, p_common, p_own, n_parties):
    """A rare chain to what all parties have in common, or each by a way of its own."""
    tail, head, p = [*range(depth)], [*range(1, depth + 1)], [p_common] * depth
    for party in range(depth + 1, depth + 1 + n_parties):
        tail, head, p = [*tail, depth, 0], [*head, party, party], [*p, 0.9, p_own]
    said = dict.fromkeys(range(depth + 1, depth + 1 + n_parties), (99.0, 1.0))
    return (depth + 1 + n_parties, tail, head, p), said


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("shape", [(4, 0.05, 0.1, 8), (3, 0.02, 0.1, 10)])
def test_a_rare_common_cause_is_found(shape, seed):
    network, likelihood = common_cause(*shape)
    exact = reach_exact(HarmNetwork.from_arcs(*network), [0], likelihood=likelihood)
    sampler = CascadeSampler(ArcArrays.from_arcs(*network), [0], seed)
    sample = sampler.sample(1024, likelihood=likelihood)
    assert exact[shape[0]] > 0.99
    assert sample.half_width().max() < 0.05
    # Weighed as they come, worlds do not show it; with half of the steps, some seeds do not.
    assert abs(sample.posterior()[shape[0]] - exact[shape[0]]) <= 0.02


def test_many_weak_statements_are_as_strong_as_few():
    n = 40
    network = (n + 1, [0] * n, list(range(1, n + 1)), [0.5] * n)
    likelihood = dict.fromkeys(range(1, n + 1), (3.0, 1.0))
    sampler = CascadeSampler(ArcArrays.from_arcs(*network), [0])
    assert sampler.is_moved(likelihood)
    sample = sampler.sample(4096, likelihood=likelihood)
    assert sample.half_width().max() < 0.03
    assert (np.abs(sample.posterior()[1:] - 0.75) <= 2.5 * sample.half_width()[1:]).all()


def test_where_steps_are_too_much_work_worlds_are_weighed_as_before(monkeypatch):
    network, likelihood = twenty_confirmed()
    monkeypatch.setattr(annealing, "_MOST_WORK", 500)
    sampler = CascadeSampler(ArcArrays.from_arcs(*network), [0])
    assert not sampler.is_moved(likelihood)
    assert not sampler.sample(512, likelihood=likelihood).is_moved
    monkeypatch.setattr(annealing, "_MOST_WORK", 20_000)
    sampler = annealed_of(network, [0], likelihood)
    assert sampler.is_useful
    assert 64 <= sampler.n_steps < 2000


def test_ratios_beyond_floats():
    network = (3, [0, 0], [1, 2], [1e-4, 0.5])
    for ratio in (1e160, 1e-160):
        sampler = CascadeSampler(ArcArrays.from_arcs(*network), [0])
        found = sampler.sample(2048, likelihood={1: (ratio, 1.0)}).posterior()[1]
        assert found == pytest.approx(float(ratio > 1), abs=1e-9)


def test_what_is_rare_is_moved_though_no_world_of_the_pilot_shows_it():
    network = (3, np.array([0, 0]), np.array([1, 2]), np.array([0.0005, 0.5]))
    likelihood = {1: (999.0, 1.0)}
    sampler = CascadeSampler(ArcArrays.from_arcs(*network), [0])
    sample = sampler.sample(10_240, likelihood=likelihood)
    exact = reach_exact(HarmNetwork.from_arcs(*network), [0], likelihood=likelihood)
    assert sample.half_width()[1] < 0.02
    assert abs(sample.posterior()[1] - exact[1]) <= 2.5 * sample.half_width()[1]


def test_weak_statements_are_weighed_as_before():
    network, _ = twenty_confirmed()
    sampler = CascadeSampler(ArcArrays.from_arcs(*network), [0])
    sampler.sample(512, likelihood={9: (2.0, 1.0)})
    assert sampler._annealed[1] is None
    assert not sampler.is_moved({9: (2.0, 1.0)})


def test_threads_and_longer_runs_change_no_world():
    network, likelihood = twenty_confirmed()
    samples = []
    for n_worlds, threads in ((700, 1), (700, 2), (700, 8), (1024, 1)):
        sampler = CascadeSampler(ArcArrays.from_arcs(*network), [0], 3)
        samples.append(sampler.sample(n_worlds, likelihood=likelihood, n_threads=threads))
    for other in samples[1:3]:
        assert other.weighted.tobytes() == samples[0].weighted.tobytes()
        assert other.counts.tobytes() == samples[0].counts.tobytes()
    more = samples[3].counts - samples[0].counts
    assert ((more >= 0) & (more <= 324)).all()


@pytest.mark.parametrize(
    ("network", "likelihood"),
    [
        ((2, [0], [1], [1.0]), {1: (99.0, 1.0)}),
        ((2, [0], [1], [0.5]), {0: (99.0, 1.0)}),
        ((3, [0, 1, 1], [1, 1, 0], [0.001, 0.5, 0.5]), {1: (1e-3, 1.0), 0: (1e-9, 1.0)}),
    ],
)
def test_evidence_on_what_is_sure_and_on_loops(network, likelihood):
    sampler = annealed_of(network, [0], likelihood)
    nodes, p, half_width, _ = posterior(sampler, 2560)
    exact = np.array(reach_exact(HarmNetwork.from_arcs(*network), [0], likelihood=likelihood))
    assert (np.abs(p - exact[nodes]) <= 2.5 * half_width).all()
    assert math.isfinite(half_width.max())
