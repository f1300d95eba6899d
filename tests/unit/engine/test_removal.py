"""What is lost without each arc: the kernel against its definition, and both against chances."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import networks

from blastradius.engine.kernels import worlds
from blastradius.engine.kernels.dominators_plain import (
    MASK,
    arc_draw,
    mixed,
    removals_of_world,
    start_of,
    world_key,
)
from blastradius.engine.removal import RemovalSampler, Weighed
from blastradius.errors import EngineInputError


@st.composite
def questions(draw):
    """Draw (n_nodes, arcs, unit, stays, points, owner, starts): every arc may be in a unit."""
    n, arcs, _ = draw(networks())
    by_tail = {}
    for i, (tail, _, _) in enumerate(arcs):
        by_tail.setdefault(tail, []).append(i)
    unit, n_units = [-1] * len(arcs), 0
    for rows in by_tail.values():
        for row in rows:
            how = draw(st.sampled_from(["alone", "with the last", "with the last", "never"]))
            if (
                how == "with the last"
                and n_units
                and arcs[row][0] == arcs[unit.index(n_units - 1)][0]
            ):
                unit[row] = n_units - 1
            elif how != "never":
                unit[row] = n_units
                n_units += 1
    part = st.sampled_from([0.0, 0.0, 0.5, 1.0])
    owner = [draw(st.sampled_from([-1, 0, 1])) for _ in range(n)]
    start = st.tuples(st.integers(0, n - 1), st.sampled_from([-1, 0, 1]))
    return (
        n,
        arcs,
        unit,
        [draw(part) for _ in arcs],
        [draw(st.sampled_from([0, 0, 1, 5, 100])) for _ in range(n)],
        owner,
        draw(st.lists(start, min_size=1, max_size=3)),
    )


def sampler(question, **options):
    n, arcs, unit, _, points, owner, starts = question
    weighed = Weighed(
        np.array(points, dtype=float),
        np.array(owner),
        np.array([node for node, _ in starts]),
        np.array([left_out for _, left_out in starts]),
    )
    ends = [tail for tail, _, _ in arcs], [head for _, head, _ in arcs]
    return RemovalSampler(n, *ends, unit, weighed, **options)


def chances(question):
    p = np.array([p for _, _, p in question[1]])
    return p, p * np.array(question[3])


def ends(probability):
    return [int(end) for end in np.ldexp(probability, 63)]


def by_definition(question, rng_seed, n_worlds):
    _, arcs, unit, _, points, owner, starts = question
    p, stays = chances(question)
    total, by_arc, by_unit = 0, np.zeros(len(arcs)), np.zeros(max(unit, default=-1) + 1)
    pairs = [(tail, head) for tail, head, _ in arcs]
    for world in range(n_worlds):
        reached, one, other = removals_of_world(
            pairs, unit, ends(p), ends(stays), points, owner, starts, rng_seed, world
        )
        total += reached
        by_arc += one
        for place, lost in other.items():
            by_unit[place] += lost
    return total / n_worlds, by_arc / n_worlds, by_unit / n_worlds


@given(questions(), st.integers(0, 2**32))
def test_losses_are_those_of_taking_arcs_and_units_away_one_at_a_time(question, rng_seed):
    found = sampler(question).removals(*chances(question), 16, rng_seed)
    total, by_arc, by_unit = by_definition(question, rng_seed, 16)
    # Whole points in 16 worlds: the means have no rounding.
    assert found.total == total
    assert found.arc.value.tolist() == by_arc.tolist()
    assert found.unit.value.tolist() == by_unit.tolist()


@pytest.mark.parametrize("seed", range(25))
def test_losses_in_larger_worlds_with_long_ways_and_circles(seed):
    # Dominators several steps up the search tree occur in few of the small networks above.
    rng = np.random.default_rng(seed)
    n, m = 25, 45
    arcs = [(*map(int, rng.integers(0, n, 2)), float(rng.choice([0.8, 1.0]))) for _ in range(m)]
    arcs += [(k, k + 1, 1.0) for k in range(n - 1)]
    points = [int(rng.integers(0, 10)) for _ in range(n)]
    unit = list(range(len(arcs)))
    question = (n, arcs, unit, [0.0] * len(arcs), points, [-1] * n, [(0, -1)])
    found = sampler(question).removals(*chances(question), 2, seed)
    total, by_arc, by_unit = by_definition(question, seed, 2)
    assert found.total == total
    assert found.arc.value.tolist() == by_arc.tolist()
    assert found.unit.value.tolist() == by_unit.tolist()


@given(questions(), st.integers(0, 2**32), st.data())
def test_a_unit_lost_by_node_and_in_comparison_is_the_same_loss(question, rng_seed, data):
    net, (p, stays) = sampler(question), chances(question)
    if not net.n_units:
        return
    whole = net.removals(p, stays, 16, rng_seed)
    watched = [(unit, -1) for unit in range(net.n_units)]
    by_node = net.lost_by_node(p, stays, watched, 16, rng_seed)
    assert (by_node @ np.array(question[4])).tolist() == whole.unit.value.tolist()
    unit = data.draw(st.integers(0, net.n_units - 1))
    arc = data.draw(st.sampled_from([i for i, u in enumerate(question[2]) if u == unit]))
    twice = net.lost_by_node(p, stays, [(unit, -1), (unit, arc), (unit, -1)], 16, rng_seed)
    assert twice[0].tolist() == twice[2].tolist() == by_node[unit].tolist()
    assert float(twice[1] @ np.array(question[4])) == whole.arc.value[arc]
    after = np.where(np.array(question[2]) == unit, stays, p)
    found = net.compared(p, after, 16, rng_seed)
    assert found.points.value.tolist() == [
        whole.total,
        whole.total - whole.unit.value[unit],
        whole.unit.value[unit],
    ]
    assert found.lost_by_node.tolist() == by_node[unit].tolist()


@given(questions())
def test_the_loss_of_a_node_is_that_of_all_its_ways_in(question):
    n, arcs, _, _, points, owner, starts = question
    into = [head for _, head, _ in arcs]
    for node in range(n):
        tails = {tail for tail, head, _ in arcs if head == node and tail != node}
        if len(tails) != 1 or any(node == start for start, _ in starts):
            continue
        unit = [0 if head == node and tail != node else -1 for tail, head, _ in arcs]
        changed = (n, arcs, unit, [0.0] * len(arcs), points, owner, starts)
        found = sampler(changed).removals(*chances(changed), 16, 1)
        assert found.node.value[node] == found.unit.value[0]
    assert len(into) == len(arcs)


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_threads_do_not_change_a_bit(threads):
    rng = np.random.default_rng(5)
    tail, head = rng.integers(0, 300, (2, 1500))
    weighed = Weighed(rng.random(300), np.full(300, -1), np.array([0]), np.array([-1]))
    net = RemovalSampler(300, tail, head, np.arange(1500), weighed, threads=threads)
    p = rng.random(1500) * 0.4
    found = net.removals(p, np.zeros(1500), 1000, 3)
    once = RemovalSampler(300, tail, head, np.arange(1500), weighed, threads=3).removals(
        p, np.zeros(1500), 1000, 3
    )
    for one, other in ((found.arc, once.arc), (found.unit, once.unit), (found.node, once.node)):
        assert one.value.tobytes() == other.value.tobytes()
        assert one.half_width.tobytes() == other.half_width.tobytes()
    assert (found.total, found.total_half_width) == (once.total, once.total_half_width)


def loss_by_enumeration(question, gone):
    """Return the expected points lost without some arcs that surely go."""
    _, arcs, _, _, points, owner, starts = question

    def expected(without):
        total = 0.0
        for states in itertools.product([False, True], repeat=len(arcs)):
            chance = math.prod(p if s else 1 - p for s, (_, _, p) in zip(states, arcs, strict=True))
            if chance == 0:
                continue
            kept = [a[:2] for i, a in enumerate(arcs) if states[i] and i not in without]
            for start, left_out in starts:
                seen, stack = {start}, [start]
                while stack:
                    node = stack.pop()
                    for t, h in kept:
                        if t == node and h not in seen:
                            seen.add(h)
                            stack.append(h)
                value = sum(points[v] for v in seen if left_out < 0 or owner[v] != left_out)
                total += chance * value / len(starts)
        return total

    return expected(set()) - expected(gone)


def test_means_are_those_of_all_worlds_within_a_derived_bound():
    arcs = [
        (0, 1, 0.5),
        (0, 2, 0.7),
        (1, 3, 0.6),
        (2, 3, 0.4),
        (3, 4, 0.9),
        (4, 1, 0.3),
        (2, 2, 1.0),
    ]
    question = (5, arcs, [0, 0, 1, 2, 3, 4, 5], [0.0] * 7, [0, 2, 3, 5, 7], [-1, 0, 0, 1, 1],
                [(0, -1), (1, 1)])  # fmt: skip
    n_worlds = 20_000
    found = sampler(question).removals(*chances(question), n_worlds, 7)
    # Hoeffding: a loss lies in [0, 17]; each of 6 differs by more with probability below 1e-9.
    tolerance = 17 * math.sqrt(math.log(2 / 1e-9) / (2 * n_worlds))
    for unit, value in enumerate(found.unit.value):
        gone = {i for i, u in enumerate(question[2]) if u == unit}
        assert value == pytest.approx(loss_by_enumeration(question, gone), abs=tolerance)


def test_the_stated_interval_holds_the_truth_about_as_often_as_it_says():
    question = (3, [(0, 1, 0.3), (1, 2, 0.5)], [0, 1], [0.0, 0.0], [0, 4, 6], [-1] * 3, [(0, -1)])
    net, hits = sampler(question), 0
    for rng_seed in range(200):
        found = net.removals(*chances(question), 400, rng_seed)
        hits += abs(found.unit.value[0] - (0.3 * 4 + 0.15 * 6)) <= found.unit.half_width[0]
    # 200 draws at 95 %: below 178 or at 200 has a probability of less than 1e-4.
    assert 178 <= hits < 200


def test_coins_of_the_kernel_are_those_of_the_definition():
    for seed, world, arc in itertools.product((0, 3, 2**40), (0, 1, 2**40), (0, 5, 10**6)):
        key = world_key(seed, world)
        assert int(worlds.world_key(seed, world)) == key
        draw = arc_draw(key, arc)
        limit = np.uint64(draw + 1)
        assert worlds.is_open(np.uint64(key), arc, np.uint64(0), limit)
        assert not worlds.is_open(np.uint64(key), arc, np.uint64(0), np.uint64(draw))
        assert not worlds.is_open(np.uint64(key), arc, limit, np.uint64(2**63))
        assert worlds.start_of(np.uint64(key), 7) == start_of(key, 7)
        assert mixed(key) <= MASK


def test_no_arcs_and_no_points():
    weighed = Weighed(np.zeros(2), np.full(2, -1), np.array([0]), np.array([-1]))
    found = RemovalSampler(2, [], [], [], weighed).removals(np.zeros(0), np.zeros(0), 5, 0)
    assert (found.total, found.arc.value.tolist(), found.unit.value.tolist()) == (0.0, [], [])


def test_progress_counts_up_to_the_end():
    told = []
    question = (2, [(0, 1, 0.5)], [0], [0.0], [0, 1], [-1, -1], [(0, -1)])
    net = sampler(question)
    net.removals(
        *chances(question), 100, 0, progress=lambda done, total: told.append((done, total))
    )
    assert told == [(n, 25) for n in range(1, 26)]


@pytest.mark.parametrize(
    ("unit", "stays", "n_worlds", "message"),
    [
        ([0, 0], 0.0, 5, "unit 0 has arcs from more than one node"),
        ([0], 0.0, 5, "must have the same length, got 2, 2 and 1"),
        ([0, 1], 0.9, 5, "stays must be at most probability"),
        ([0, 1], 0.0, 0, "n_worlds must be a whole number of at least 1"),
    ],
)
def test_bad_input(unit, stays, n_worlds, message):
    weighed = Weighed(np.zeros(3), np.full(3, -1), np.array([0]), np.array([-1]))
    with pytest.raises(EngineInputError, match=message):
        RemovalSampler(3, [0, 1], [1, 2], unit, weighed).removals(
            np.full(2, 0.5), np.full(2, stays), n_worlds, 0
        )
