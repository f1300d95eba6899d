import pytest

from blastradius.errors import GraphError
from blastradius.model.check import check_graph, find_faults, find_observation_faults, spell
from blastradius.model.graph import Graph


def graph(**fields):
    base = {
        "name": "g",
        "parties": [{"id": p, "name": p.upper()} for p in "abc"],
        "datasets": [{"id": "d", "owner": "a", "varieties": ["Secrets"]}],
        "dependencies": [{"customer": "a", "supplier": "b"}],
    }
    return Graph.model_validate({**base, **fields})


def problems(built):
    with pytest.raises(GraphError) as caught:
        check_graph(built)
    return caught.value.problems


def test_sound_graph_passes():
    check_graph(graph())


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"parties": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}, {"id": "a", "name": "A2"}]},
            "parties[2].id: duplicate party id 'a', first used in parties[0].id",
        ),
        (
            {"access": [{"id": "e", "grantor": "a", "grantee": "b", "via": "vpn"}],
             "dependencies": [{"id": "e", "customer": "a", "supplier": "b"}]},
            "dependencies[0].id: duplicate edge id 'e', first used in access[0].id",
        ),
        (
            {"shares": [{"discloser": "a", "recipient": "x", "datasets": ["d"]}]},
            "shares[0].recipient: unknown party 'x'",
        ),
        (
            {"shares": [{"discloser": "a", "recipient": "b", "datasets": ["d", "dd"]}]},
            "shares[0].datasets[1]: unknown dataset 'dd' (did you mean 'd'?)",
        ),
        (
            {"datasets": [{"id": "d", "owner": "nobody", "varieties": ["Secrets"]}]},
            "datasets[0].owner: unknown party 'nobody'",
        ),
        (
            {"incidents": [{"id": "i", "origins": ["zz"]}]},
            "incidents[0].origins[0]: unknown party 'zz'",
        ),
        (
            {"incidents": [{"id": "i", "origins": ["a"],
                            "observations": [{"dataset": "e9", "state": "denied"}]}]},
            "incidents[0].observations[0].dataset: unknown dataset 'e9'",
        ),
        (
            {"parties": [{"id": "a", "name": "A", "parent": "owner"}, {"id": "b", "name": "B"}]},
            "parties[0].parent[0].party: unknown party 'owner'",
        ),
        (
            {"parties": [{"id": "a", "name": "A",
                          "evidence": {"certainty": "assumed", "sources": ["press"]}},
                         {"id": "b", "name": "B"}],
             "sources": [{"id": "press-1", "title": "t", "tier": "press"}]},
            "parties[0].evidence.sources[0]: unknown source 'press' (did you mean 'press-1'?)",
        ),
        (
            {"dependencies": [{"customer": "a", "supplier": "b",
                               "evidence": {"certainty": "assumed", "incident": "i"}}]},
            "dependencies[0].evidence.incident: unknown incident 'i'",
        ),
        (
            {"dependencies": [{"customer": "a", "supplier": "a"}]},
            "dependencies[0].supplier: a dependency needs two parties, but 'a' needs itself",
        ),
        (
            {"access": [{"grantor": "c", "grantee": "c", "via": "api"}]},
            "access[0].grantee: a grant needs two parties, but 'c' admits itself",
        ),
        (
            {"shares": [{"discloser": "c", "recipient": "c", "datasets": ["d"]}]},
            "shares[0].recipient: a share needs two parties, but 'c' shares with itself",
        ),
        ({"dependencies": []}, "no edges: the graph has no shares, access or dependencies"),
    ],
)  # fmt: skip
def test_each_fault_has_its_message(fields, message):
    assert problems(graph(**fields)) == (message,)


def test_all_faults_come_together():
    found = problems(
        graph(
            shares=[{"discloser": "x", "recipient": "y", "datasets": ["z"]}],
            incidents=[{"id": "i", "origins": ["w"]}, {"id": "i", "origins": ["a"]}],
        )
    )
    assert len(found) == 5


def party(name, *owners):
    return {"id": name, "name": name, "parent": list(owners)}


@pytest.mark.parametrize(
    ("parties", "messages"),
    [
        ([party("a", "a"), party("b")], ["parties[0].parent[0]: 'a' cannot be its own parent"]),
        (
            [party("a", "b"), party("b", "c"), party("c", "a")],
            ["parties[2].parent[0]: circle of parents: 'a' > 'b' > 'c' > 'a'"],
        ),
        # One circle, reached from outside and by two ways, is told once.
        (
            [party("x", "a", "b"), party("a", "b"), party("b", "a")],
            ["parties[2].parent[0]: circle of parents: 'a' > 'b' > 'a'"],
        ),
        # A diamond is no circle.
        ([party("a", "b", "c"), party("b", "d"), party("c", "d"), party("d")], []),
        # Cross-holdings of minorities are no group.
        (
            [party("a", {"party": "b", "stake": 0.15}), party("b", {"party": "a", "stake": 0.43})],
            [],
        ),
    ],
)
def test_circles_of_parents(parties, messages):
    data = {"parties": parties, "dependencies": [{"customer": "a", "supplier": "b"}]}
    found = find_faults(data)
    assert [f"{spell(f.location)}: {f.message}" for f in found] == messages


def test_long_chain_of_parents_needs_no_recursion():
    n = 20_000
    parties = [party(f"p{i}", f"p{i + 1}") for i in range(n)] + [party(f"p{n}", "p0")]
    edges = [{"customer": "p0", "supplier": "p1"}]
    (fault,) = find_faults({"parties": parties, "dependencies": edges})
    assert fault.message.startswith("circle of parents: 'p0' > 'p1' > ")
    assert len(fault.message) < 200


def test_a_party_named_by_its_name_gets_its_id_as_hint():
    built = graph(
        parties=[{"id": "vw", "name": "Volkswagen", "aliases": ["VAG"]}, {"id": "b", "name": "B"}],
        datasets=[],
        dependencies=[
            {"customer": "volkswagen", "supplier": "b"},
            {"customer": "VAG", "supplier": "b"},
        ],
    )
    assert problems(built) == (
        "dependencies[0].customer: unknown party 'volkswagen' (did you mean 'vw'?)",
        "dependencies[1].customer: unknown party 'VAG' (did you mean 'vw'?)",
    )


def test_one_edge_described_twice_without_id_is_no_duplicate():
    edge = {"customer": "a", "supplier": "b"}
    check_graph(graph(dependencies=[edge, {**edge, "evidence": {"certainty": "assumed"}}]))
    check_graph(graph(dependencies=[edge, {**edge, "probability": 0.5}]))


def test_surrounding_spaces_are_no_fault():
    data = {
        "parties": [{"id": " a "}, {"id": "b"}],
        "dependencies": [{"customer": "a", "supplier": "b "}],
    }
    assert find_faults(data) == []


@pytest.mark.parametrize("junk", [None, 3, "text", [1, None, "x", []], {"a": 1}])
@pytest.mark.parametrize(
    "field", ["parties", "datasets", "shares", "access", "dependencies", "incidents", "sources"]
)
def test_malformed_parts_are_passed_over(field, junk):
    records = [
        {"id": junk, "owner": junk, "parent": junk, "evidence": junk, "datasets": junk},
        {"origins": junk, "observations": junk, "aliases": junk, "customer": junk},
        {
            "evidence": {"sources": junk, "incident": junk},
            "parent": [{"party": junk, "stake": junk}],
        },
    ]
    find_faults({field: junk}, validated=False)
    find_faults({field: records}, validated=False)


def test_observations_are_checked_against_a_graph():
    observations = [{"party": "a"}, {"party": "aa"}, {"dataset": "d"}, 5]
    faults = find_observation_faults(graph(), {"observations": observations})
    assert [(f.location, f.message) for f in faults] == [
        (("observations", 1, "party"), "unknown party 'aa' (did you mean 'a'?)")
    ]
