"""Sketches: equal to their plain twins to the last bit, to any number of threads, and to enumeration."""

from __future__ import annotations

import math

import numpy as np
import oracle
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from blastradius.engine.kernels import coins, coins_plain, sketch, sketch_plain, totals_plain
from blastradius.engine.kernels import totals as totals_kernel
from blastradius.engine.rows import SURE, rows_by
from blastradius.engine.sketches import (
    WORLDS,
    Asked,
    count_worlds,
    losses,
    measure,
    merged,
    reached_from,
)
from blastradius.engine.totals import sample_totals

SIGMAS = 6
"""Standard errors that a sampled number may be off: once in 10^9 for each."""


class Case:
    """A random network in which the first nodes are origins and each of them has questions."""

    def __init__(self, seed, n=14, m=40, n_origins=6):
        rng = np.random.default_rng(seed)
        self.n, self.n_origins = n, n_origins
        self.tail = rng.integers(0, n, m).astype(np.int32)
        self.head = rng.integers(0, n, m).astype(np.int32)
        self.p = rng.choice([0.0, 1.0, 0.05, 0.3, 0.8], m, p=[0.1, 0.1, 0.3, 0.3, 0.2])
        # Nodes belong to parties in turn; half of a node's arcs are its party's passing on.
        self.passer = np.where(rng.random(m) < 0.5, self.tail % n_origins, -1).astype(np.int32)
        self.back = rows_by(n, self.head, self.tail, self.p, self.passer)
        self.forth = rows_by(n, self.tail, self.head, self.p)
        self.slot = np.full(n, -1, dtype=np.int32)
        self.slot[:n_origins] = np.arange(n_origins)
        # Each target: harmed if any of two nodes is reached, and gravely if the first one is.
        events = np.array([rng.choice(n, 2, replace=False) for _ in range(n_origins)])
        mild, grave = np.arange(n_origins), n_origins + np.arange(n_origins)
        by = np.concatenate([mild, mild, grave])
        other = np.concatenate([events[:, 0], events[:, 1], events[:, 0]])
        self.sets = rows_by(2 * n_origins, by, other, np.ones(len(by)))
        self.asks = rows_by(n + 2 * n_origins, other, n + by, np.ones(len(by)))
        self.asked = Asked(
            np.arange(0, 2 * n_origins + 1, 2),
            np.column_stack([mild, grave]).ravel().astype(np.int32),
            np.tile([30.0, 45.0], n_origins),
            mild.astype(np.int32),
        )
        self.marks = np.array([0, 2, 5], dtype=np.int32)
        place = {0: 0, 2: 1, 5: 2}
        self.watch = np.array([place.get(v % n_origins, -1) for v in range(n)], dtype=np.int32)
        self.events = events

    @property
    def arcs(self):
        return list(zip(self.tail.tolist(), self.head.tolist(), self.p.tolist(), strict=True))


@pytest.mark.parametrize("threshold", [1, 2**20, 2**52, 2**52 + 1, 2**53 - 1, int(SURE)])
def test_coins_are_those_of_the_plain_twin(threshold):
    for arc in (0, 1, 10**9):
        state = np.uint64(coins.stream(np.uint64(5), 3))
        assert int(state) == coins_plain.stream(5, 3)
        word = int(coins.open_in(state, arc, np.uint64(threshold), np.uint64(2**64 - 1)))
        plain = [coins_plain.is_open(int(state), arc, threshold, w) for w in range(WORLDS)]
        assert [bool(word >> w & 1) for w in range(WORLDS)] == plain
        # Worlds that are not asked for change nothing for the others.
        some = int(coins.open_in(state, arc, np.uint64(threshold), np.uint64(0b1011)))
        assert some == word & 0b1011


@pytest.mark.parametrize("p", [1e-3, 0.02, 0.3, 0.5, 0.97])
def test_coins_open_as_often_as_they_should(p):
    n = 4_000
    threshold, every = np.uint64(round(p * 2**53)), np.uint64(2**64 - 1)
    opened = 0
    for block in range(n):
        state = np.uint64(coins.stream(np.uint64(1), block))
        opened += int(coins.open_in(state, block % 7, threshold, every)).bit_count()
    error = math.sqrt(p * (1 - p) / (n * WORLDS))
    assert abs(opened / (n * WORLDS) - p) < SIGMAS * error


def test_bits_are_counted():
    for word in (0, 1, 2**63, 2**64 - 1, 0x0123456789ABCDEF):
        assert coins.n_bits(np.uint64(word)) == word.bit_count()


@pytest.mark.parametrize("seed", range(12))
def test_measures_are_those_of_the_plain_twin(seed):
    case = Case(seed)
    found = []
    for kernel in (sketch, sketch_plain):
        scores, harms, sums = np.zeros((6, 2)), np.zeros((6, 2)), np.zeros((6, 2))
        kernel.measure(
            case.back,
            case.sets,
            case.asked,
            np.arange(6),
            case.slot,
            np.uint64(seed),
            2,
            1,
            6,
            scores,
            harms,
            sums,
        )
        found.append((scores.tolist(), harms.tolist(), sums.tolist()))
    assert found[0] == found[1]


@pytest.mark.parametrize("seed", range(12))
def test_losses_are_those_of_the_plain_twin(seed):
    case = Case(seed)
    found = []
    for kernel in (sketch, sketch_plain):
        scores, lost = np.zeros(6), np.zeros((6, 3))
        kernel.lose(
            case.back,
            case.sets,
            case.asked,
            np.arange(6),
            case.slot,
            case.watch,
            case.marks,
            np.uint64(seed),
            0,
            0,
            6,
            scores,
            lost,
        )
        found.append((scores.tolist(), lost.tolist()))
    assert found[0] == found[1]


@pytest.mark.parametrize("seed", range(8))
def test_counts_and_closures_are_those_of_the_plain_twin(seed):
    case = Case(seed)
    questions = np.arange(12, dtype=np.int32)
    found = []
    for kernel in (sketch, sketch_plain):
        counts = np.zeros((12, 6), dtype=np.int64)
        kernel.count(case.back, case.sets, questions, case.slot, 1, np.uint64(9), 3, 6, counts)
        seen = np.zeros(case.n, dtype=bool)
        size = kernel.close(case.back, np.array([4, 4, 9]), seen, np.empty(case.n, np.int32))
        found.append((counts.tolist(), seen.tolist(), size))
    assert found[0] == found[1]
    assert not np.array(found[0][0])[:, 1].any()


@pytest.mark.parametrize("seed", range(8))
def test_totals_are_those_of_the_plain_twin(seed):
    case = Case(seed)
    weights = np.zeros((case.n + 12, 2))
    weights[case.n :] = np.random.default_rng(seed).integers(0, 4, (12, 2))
    found = []
    for kernel in (totals_kernel, totals_plain):
        totals = np.zeros((100, 2))
        own = np.array([case.n, case.n + 7], dtype=np.int32)
        rows = rows_by(case.n + 12, case.tail, case.head, case.p)
        kernel.sum_totals(rows, case.asks, 2, own, weights, np.uint64(seed), 30, 130, totals)
        found.append(totals.tolist())
    assert found[0] == found[1]


@pytest.mark.parametrize("n_threads", [2, 8])
def test_any_number_of_threads_gives_the_same_bits(n_threads):
    case = Case(3, n=60, m=240, n_origins=40)
    one, more = (
        measure(case.back, case.sets, case.asked, case.slot, rng_seed=1, n_threads=n)
        for n in (1, n_threads)
    )
    for name in ("scores", "harms", "sums", "squares", "looked"):
        assert np.array_equal(getattr(one, name), getattr(more, name)), name
    one, more = (
        losses(
            case.back,
            case.sets,
            case.asked,
            np.arange(40),
            case.slot,
            case.watch,
            case.marks,
            rng_seed=1,
            n_blocks=3,
            n_threads=n,
        )
        for n in (1, n_threads)
    )
    assert np.array_equal(one.found, more.found)
    assert np.array_equal(one.lost, more.lost)
    one, more = (
        count_worlds(
            case.back,
            case.sets,
            np.arange(9, dtype=np.int32),
            case.slot,
            -1,
            rng_seed=1,
            n_blocks=11,
            n_threads=n,
        )
        for n in (1, n_threads)
    )
    assert np.array_equal(one[0], more[0])


def exact(case, origin):
    """Return what a breach does to every target but itself, by enumeration: (score, harm)."""
    arcs = [(t, h, p) for t, h, p in case.arcs]
    marks = range(case.n, case.n + 2 * case.n_origins)
    for target, (grave, mild) in enumerate(case.events.tolist()):
        arcs += [(grave, case.n + target, 1.0), (mild, case.n + target, 1.0)]
        arcs += [(grave, case.n + case.n_origins + target, 1.0)]
    reach = oracle.reach_probability(case.n + 2 * case.n_origins, arcs, [origin])
    others = [t for t in range(case.n_origins) if t != origin]
    harm = sum(reach[marks[t]] for t in others)
    score = sum(30 * reach[marks[t]] + 45 * reach[marks[case.n_origins + t]] for t in others)
    return score, harm


@pytest.mark.parametrize("seed", range(5))
def test_measures_agree_with_enumeration(seed):
    case = Case(seed, n=8, m=14, n_origins=4)
    measured = measure(case.back, case.sets, case.asked, case.slot, rng_seed=seed)
    for block in range(1, 40):
        more = measure(case.back, case.sets, case.asked, case.slot, rng_seed=seed, block=block)
        measured = merged(measured, more)
    score, width = measured.score()
    harm, harm_width = measured.harm()
    whole = [0.0, 0.0]
    for origin in range(4):
        expected = exact(case, origin)
        assert abs(score[origin] - expected[0]) <= SIGMAS / 1.96 * width[origin] + 1e-9
        assert abs(harm[origin] - expected[1]) <= SIGMAS / 1.96 * harm_width[origin] + 1e-9
        whole[0] += expected[0]
        whole[1] += expected[1]
    for (value, half_width), expected in zip(measured.whole(), whole, strict=True):
        assert abs(value - expected) <= SIGMAS / 1.96 * half_width + 1e-9


@given(strategies.networks(max_nodes=6, most=10), st.integers(0, 2**64))
@settings(max_examples=20)
def test_counts_agree_with_enumeration(network, rng_seed):
    n, arcs, origins = network
    tail, head, p = np.array([*arcs, (0, 0, 0.0)]).T
    back = rows_by(n, head.astype(np.int32), tail.astype(np.int32), p)
    every = np.arange(n, dtype=np.int32)
    sets = rows_by(n, every, every, np.ones(n))
    counts, _ = count_worlds(back, sets, every, every, -1, rng_seed=rng_seed, n_blocks=32)
    n_worlds = 32 * WORLDS
    for origin in origins:
        for node, expected in enumerate(oracle.reach_probability(n, arcs, [origin])):
            error = math.sqrt(max(0.0, expected * (1 - expected)) / n_worlds)
            # Bernstein's bound: for rare events the count is skewed.
            tolerance = SIGMAS * error + SIGMAS**2 / n_worlds
            assert abs(counts[node, origin] / n_worlds - expected) <= tolerance


def test_direct_sampling_agrees_with_sketches():
    case = Case(7, n=50, m=160, n_origins=20)
    measured = measure(case.back, case.sets, case.asked, case.slot, rng_seed=1)
    for block in range(1, 20):
        more = measure(case.back, case.sets, case.asked, case.slot, rng_seed=1, block=block)
        measured = merged(measured, more)
    weights = np.zeros((50 + 40, 2))
    weights[50:70], weights[70:] = [30.0, 1.0], [45.0, 0.0]
    rows = rows_by(90, case.tail, case.head, case.p)
    totals = sample_totals(
        rows,
        case.asks,
        np.arange(20),
        [[50 + t, 70 + t] for t in range(20)],
        weights,
        rng_seed=2,
        n_worlds=4_000,
    )
    for k, (value, width) in enumerate((measured.score(), measured.harm())):
        both = SIGMAS / 1.96 * np.hypot(width, totals.half_width[:, k])
        assert (np.abs(value - totals.mean[:, k]) <= both + 1e-9).all()


def test_nothing_to_search():
    none = rows_by(3, np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0))
    slot = np.array([0, 1, 2], dtype=np.int32)
    asked = Asked(np.zeros(4, np.int64), np.zeros(0, np.int32), np.zeros(0), slot)
    measured = measure(none, none, asked, slot, rng_seed=0)
    assert not measured.scores.any()
    assert not measured.harms.any()
    assert reached_from(none, [1]).tolist() == [False, True, False]


def test_a_million_isolated_nodes():
    n = 1_000_000
    none = rows_by(n, np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0))
    slot = np.arange(n, dtype=np.int32)
    counts, looked = count_worlds(
        none, none, np.array([5], dtype=np.int32), slot, -1, rng_seed=0, n_blocks=1
    )
    assert (int(counts.sum()), looked) == (0, 0)
