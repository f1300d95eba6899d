"""A register compiles to the same network as the graph that it stands for."""

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import graphs

from blastradius.analysis.harm import Scope
from blastradius.analysis.priors import default_priors
from blastradius.analysis.whole import ARC_KINDS, whole_harm
from blastradius.analysis.whole_register import register_harm
from blastradius.engine.exact import ExactSolver
from blastradius.io.catalog import find_graph
from blastradius.io.tables import register_of_graph
from blastradius.model.dates import Period, parse_partial
from blastradius.model.graph import Graph


def scores(whole, row, probability):
    solver = ExactSolver.build(
        whole.n_nodes,
        list(zip(whole.tail.tolist(), whole.head.tolist(), strict=True)),
        probability.tolist(),
        [int(whole.compromised[row])],
    )
    reach = np.array(solver.evaluate(probability.tolist()).posterior())
    points = np.zeros(whole.n_parties)
    np.add.at(points, whole.level_party, whole.level_points * reach[whole.level_node])
    return dict(zip(whole.party_ids, zip(points, reach[whole.harmed], strict=True), strict=True))


def in_reach(whole):
    """Nodes that some breach can reach; a graph compiles no others."""
    seen, stack = set(), whole.compromised.tolist()
    heads = {}
    for tail, head in zip(whole.tail.tolist(), whole.head.tolist(), strict=True):
        heads.setdefault(tail, []).append(head)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack += heads.get(node, ())
    return seen


def coins(whole):
    """Every coin with its meaning; equal for both ways of compiling."""
    names, reached = list(whole.party_ids), in_reach(whole)
    return sorted(
        (
            ARC_KINDS[whole.kind[i]],
            whole.edge_ids[int(whole.edge[i])],
            names[whole.origin[i]],
            names[whole.target[i]],
            whole.dataset_ids[int(whole.dataset[i])] if whole.dataset[i] >= 0 else None,
            float(whole.low[i]),
            float(whole.value[i]),
            float(whole.high[i]),
            int(whole.certainty[i]),
        )
        for i in range(whole.n_coins)
        if int(whole.tail[i]) in reached
    )


def both(graph, actions=(), period=Period(None, None)):  # noqa: B008 - frozen
    scope = Scope(tuple(p.id for p in graph.parties), None, actions, period)
    other = register_harm(register_of_graph(graph), default_priors(), scope).whole
    return whole_harm(graph, default_priors(), actions=actions, period=period), other


@settings(deadline=None)
@given(graphs())
def test_coins_and_answers_are_the_same(content):
    graph = Graph.model_validate(content)
    one, other = both(graph)
    assert coins(one) == coins(other)
    for party in list(one.party_ids)[:3]:
        want = scores(one, list(one.party_ids).index(party), one.value)
        found = scores(other, list(other.party_ids).index(party), other.value)
        assert found.keys() == want.keys()
        for key, value in want.items():
            assert found[key] == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("name", ["automotive", "cross-industry"])
@pytest.mark.parametrize(
    ("actions", "period"),
    [
        ((), Period(None, None)),
        (("error",), Period(None, None)),
        (("malware",), parse_partial("2019")),
    ],
)
def test_shipped_graphs_compile_to_the_same_coins(name, actions, period):
    one, other = both(find_graph(name).graph, actions, period)
    assert coins(one) == coins(other)
