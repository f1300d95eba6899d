"""Rankings, perimeters and hardenings of a register are those of its graph."""

import pytest

import blastradius as br
from blastradius.errors import UnknownNameError
from blastradius.io.catalog import find_graph
from blastradius.io.tables import register_of_graph


@pytest.fixture(scope="module", params=["automotive", "cross-industry"])
def pair(request):
    graph = find_graph(request.param).graph
    return graph, register_of_graph(graph)


def rows(view):
    return {row["id"]: row for row in view.to_rows()}


def same(found, want):
    assert found.keys() == want.keys()
    for key, row in want.items():
        for name, value in row.items():
            if isinstance(value, float):
                assert found[key][name] == pytest.approx(value, abs=1e-9), (key, name)
            elif name != "rank":  # equals may swap
                assert found[key][name] == value, (key, name)


def test_ranking(pair):
    graph, register = pair
    same(rows(br.rank(register)), rows(br.rank(graph)))


@pytest.mark.parametrize("party", ["volkswagen", "toyota"])
def test_perimeter(party):
    graph = find_graph("automotive").graph
    register = register_of_graph(graph)
    same(rows(br.perimeter(register, party)), rows(br.perimeter(graph, party)))


def test_hardening_of_one_breach_and_of_all():
    graph = find_graph("automotive").graph
    register = register_of_graph(graph)
    for target in ("continental", None):
        found, want = (br.harden(g, target, budget=2).hardening for g in (register, graph))
        assert found.total.value == pytest.approx(want.total.value, abs=1e-9)
        assert found.plan.residual.value == pytest.approx(want.plan.residual.value, abs=1e-9)
        assert [a.effect.value for a in found.actions] == pytest.approx(
            [a.effect.value for a in want.actions], abs=1e-9
        )


def test_unknown_names_are_refused():
    register = register_of_graph(find_graph("automotive").graph)
    with pytest.raises(UnknownNameError, match="did you mean"):
        br.perimeter(register, "volkswagn")
    with pytest.raises(UnknownNameError, match="did you mean"):
        br.harden(register, "continetal")
