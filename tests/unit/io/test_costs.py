"""Costs of actions: files in three notations, every problem at once with its place."""

from __future__ import annotations

import math

import pytest

from blastradius.analysis.hardening.costs import Costs
from blastradius.errors import CostsError, GraphFileError
from blastradius.io.costs import load_costs
from blastradius.model.graph import Graph

GRAPH = Graph.model_validate(
    {
        "name": "g",
        "parties": [{"id": "vw", "name": "VW"}, {"id": "conti", "name": "Conti"}],
        "datasets": [{"id": d, "owner": "vw", "varieties": ["Secrets"]} for d in ("ecu", "cad")],
        "shares": [
            {"id": "s", "discloser": "vw", "recipient": "conti", "datasets": ["ecu", "cad"]}
        ],
    }
)

YAML = """\
schema: blastradius/costs/1
default: 2
kinds: {share: 4, access: impossible}
parties: {conti: 3}
edges: {"s#ecu": free, "pivot:ecu": 7.5, outage:conti: 1}
"""

CSV = """\
what,name,cost
default,,2
kind,share,4
kind,access,impossible
party,conti,3
edge,s#ecu,free
edge,pivot:ecu,7.5
edge,outage:conti,1
"""

COSTS = Costs(
    2.0,
    {"share": 4.0, "access": math.inf},
    {"conti": 3.0},
    {"s#ecu": 0.0, "pivot:ecu": 7.5, "outage:conti": 1.0},
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.yaml", YAML),
        ("c.csv", CSV),
        ("c.csv", "\ufeff" + CSV.replace("\n", "\r\n") + "\r\n"),
        ("c.csv", CSV.replace(",", ";")),
        ("c.csv", CSV.replace(",", "\t")),
        ("c.json", ('{"default": 2, "kinds": {"share": 4, "access": "impossible"}, "parties": '
                    '{"conti": 3}, "edges": {"s#ecu": "free", "pivot:ecu": 7.5, '
                    '"outage:conti": 1}}')),
    ],
)  # fmt: skip
def test_three_notations_say_the_same(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text.encode())
    assert Costs.of(load_costs(path, GRAPH)) == COSTS


def test_costs_from_python():
    assert Costs.of(load_costs({}, GRAPH)) == Costs()
    with pytest.raises(CostsError) as caught:
        load_costs({"kinds": {"shares": 1}, "edges": {"s": -1}, "x": 2}, GRAPH)
    assert str(caught.value).splitlines() == [
        "costs: 3 problems",
        "  unknown key 'x' (known: schema, default, kinds, parties, edges)",
        "  kinds: unknown kind 'shares' (did you mean 'share'?)",
        "  edges.s: must be a number of at least 0, free or impossible, got -1",
    ]


def problems(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(GraphFileError) as caught:
        load_costs(path, GRAPH)
    return [str(problem) for problem in caught.value.problems]


def test_every_problem_of_a_file_has_its_place(tmp_path):
    text = "default: cheap\nparties: {cont: 3}\nedges: {s: 1e999, 's#eco': 1}\nkinds: [share]\n"
    assert problems(tmp_path, "c.yaml", text) == [
        (
            "line 1, column 10, default: must be a number of at least 0, free or impossible, got "
            "'cheap'"
        ),
        "line 2, column 11, parties: unknown party 'cont' (did you mean 'conti'?)",
        "line 3, column 12, edges.s: must be a number of at least 0, free or impossible, got inf",
        "line 3, column 19, edges: unknown edge 's#eco' (did you mean 's#ecu'?)",
        "line 4, column 8, kinds: must be a mapping of names to costs",
    ]
    csv = "what,name,cost\nkind,shar,1\nedge,s,x\nedge,s,2\nfoo,s,1\nedge,s\nparty,vw,nan\n"
    assert problems(tmp_path, "c.csv", csv) == [
        "line 2, column 1: unknown kind 'shar' (did you mean 'share'?)",
        "line 3, column 1: must be a number of at least 0, free or impossible, got 'x'",
        "line 4, column 1: 's' has a cost in line 3 already",
        "line 5, column 1: what must be one of default, kind, party, edge, got 'foo'",
        "line 6, column 1: must have 3 cells, got 2",
        "line 7, column 1: must be a number of at least 0, free or impossible, got nan",
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.csv", b"\xff\xfe\x00"),
        ("c.csv", b""),
        ("c.csv", b"a,b\n"),
        ("c.csv", b'what,name,cost\n"edge,s,1\n'),
        ("c.yaml", b"- 1"),
        ("c.yaml", b"edges: {"),
        ("c.yaml", b"edges: {[1]: 2}"),
        ("c.yaml", b"edges: {s: !!python/object:os.system {}}"),
        ("c.json", b'{"edges": {"s": [[[1]]]}}'),
        ("c.csv", b"what,name,cost\n" + b"edge,\x1b[31m" + b"x" * 100_000 + b",1\n"),
    ],
)
def test_hostile_files_are_one_error(tmp_path, name, text):
    found = problems(tmp_path, name, text)
    assert found
    assert all("\x1b" not in problem and len(problem) < 400 for problem in found)
