"""Paths through arcs, and cheapest cuts, against trying everything."""

from __future__ import annotations

import itertools
import math

from hypothesis import given
from hypothesis import strategies as st
from strategies import networks

from blastradius.engine.coverage import Net, PathCover
from blastradius.engine.mincut import cheapest_cut

N_WORLDS = 64


def net_of(network, points):
    n, arcs, origins = network
    tail, head, p = ([arc[k] for arc in arcs] for k in range(3))
    return Net(list(tail), list(head), list(p), points[:n], sorted(set(origins)))


points = st.lists(st.sampled_from([0.0, 1.0, 4.0]), min_size=10, max_size=10)


@given(networks(), points, st.data())
def test_a_covered_node_has_an_open_walk_through_the_arcs(network, points, data):
    _, arcs, origins = network
    cover = PathCover(net_of(network, points), N_WORLDS, 3)
    chosen = data.draw(st.lists(st.integers(0, len(arcs) - 1), max_size=3)) if arcs else []
    found = cover.through(chosen)
    for world in range(N_WORLDS):
        is_open = [(bits >> world) & 1 for bits in cover._coins]

        def reach(starts, is_open=is_open):
            seen, stack = set(starts), list(starts)
            while stack:
                node = stack.pop()
                for i, (tail, head, _) in enumerate(arcs):
                    if tail == node and is_open[i] and head not in seen:
                        seen.add(head)
                        stack.append(head)
            return seen

        first = reach(origins)
        beyond = reach([arcs[i][1] for i in chosen if is_open[i] and arcs[i][0] in first])
        covered = {node for node, bits in found.items() if (bits >> world) & 1}
        assert covered == {node for node in beyond if points[node] > 0}


@given(networks(), points, st.data())
def test_the_points_of_paths_bound_what_cutting_loses(network, points, data):
    n, arcs, origins = network
    cover = PathCover(net_of(network, points), N_WORLDS, 4)
    chosen = data.draw(st.sets(st.integers(0, len(arcs) - 1), max_size=3)) if arcs else set()
    gain = sum(cover.gain(cover.through(chosen), {}, half) for half in (0, 1)) / 2
    kept = [(t, h, 0.0 if i in chosen else p) for i, (t, h, p) in enumerate(arcs)]
    without = PathCover(net_of((n, kept, origins), points), N_WORLDS, 4)
    lost = 0.0
    for node, bits in cover._reached.items():
        lost += points[node] * (bits & ~without._reached.get(node, 0)).bit_count() / N_WORLDS
    assert lost <= gain + 1e-9


@given(networks(), points, st.data())
def test_coverage_is_monotone_and_submodular(network, points, data):
    arcs = network[1]
    if not arcs:
        return
    cover = PathCover(net_of(network, points), N_WORLDS, 5)
    place = st.integers(0, len(arcs) - 1)
    small = data.draw(st.sets(place, max_size=2))
    large = small | data.draw(st.sets(place, max_size=2))
    more = cover.through([data.draw(place)])
    gains = [cover.gain(more, cover.through(some), 0) for some in (small, large)]
    assert gains[0] >= gains[1] >= 0


@given(networks(), st.data())
def test_no_cheaper_set_cuts_off_the_sink(network, data):
    n, drawn, _ = network
    costs = st.sampled_from([0.0, 1.0, 1.0, 2.5, math.inf])
    arcs = [(tail, head, data.draw(costs)) for tail, head, _ in drawn[:9]]

    def is_cut(gone):
        seen, stack = {0}, [0]
        while stack:
            node = stack.pop()
            for i, (tail, head, _) in enumerate(arcs):
                if tail == node and i not in gone and head not in seen:
                    seen.add(head)
                    stack.append(head)
        return n - 1 not in seen

    sets = (
        set(gone)
        for size in range(len(arcs) + 1)
        for gone in itertools.combinations(range(len(arcs)), size)
    )
    least = min((sum(arcs[i][2] for i in gone) for gone in sets if is_cut(gone)), default=math.inf)
    found = cheapest_cut(arcs, 0, n - 1)
    if found is None:
        assert math.isinf(least)
    else:
        assert is_cut(set(found))
        assert sum(arcs[i][2] for i in found) == least
        assert least == 0 or cheapest_cut(arcs, 0, n - 1, limit=least / 2) is None
