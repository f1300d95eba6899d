import json

import pytest
from demo import DEMO

from blastradius.errors import GraphFileError, ScenarioError
from blastradius.io import load_scenario, read_scenario
from blastradius.io.files import graph_from_bytes
from blastradius.model.scenario import Scenario

GRAPH = graph_from_bytes(DEMO.encode(), "demo.yaml")
WHOLE = {
    "schema": "blastradius/scenario/1",
    "name": "",
    "target": "demo-breach",
    "graph": {"name": "demo", "sha256": "0" * 64},
    "changes": [
        {"cut": "access:vw>conti:vpn"},
        {"edge": "share:vw>conti:vw-ecu", "probability": 0.3},
        {"cut": "vw-ecu"},
        {"cut": "pivot:vw-ecu"},
        {"cut": "outage:conti"},
        {"control": "conti", "effect": 0.8, "note": "two people for each export"},
        {"observe": "vw", "state": "could-be-affected"},
        {"observe": "vw", "state": "denied", "event": "disrupted"},
    ],
}


def read(tmp_path, text, graph=GRAPH, name="what-if.yaml"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_scenario(path, graph)


def problems(tmp_path, text, **options):
    with pytest.raises(GraphFileError) as caught:
        read(tmp_path, text, **options)
    return [str(problem) for problem in caught.value.problems]


def test_json_yaml_and_python_are_one_format(tmp_path):
    text = json.dumps(WHOLE)
    scenario = read(tmp_path, text, name="what-if.json")
    assert scenario == read(tmp_path, text)
    assert scenario == load_scenario(WHOLE, GRAPH) == load_scenario(scenario, GRAPH)
    assert scenario == load_scenario(str(tmp_path / "what-if.json"), GRAPH)
    assert scenario.model_dump(mode="json", by_alias=True, exclude_none=True) == WHOLE
    by_hand = read(tmp_path, "changes:\n- cut: vw-ecu\n")
    assert (by_hand.name, by_hand.graph, by_hand.changes[0].cut) == ("", None, "vw-ecu")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["the file is empty"]),
        ("5", ["must be a mapping with keys such as schema, name, target, got 5"]),
        ("schema: blastradius/scenario/2", [("line 1, column 9, schema: must be "
         "'blastradius/scenario/1', got 'blastradius/scenario/2'")]),
        ("changes: [{}]", [("line 1, column 11, changes[0]: must have exactly one of cut, edge, "
                            "control, observe")]),
        ("changes: [{cut: vw-ecu, control: vw}]",
         ["line 1, column 11, changes[0]: must have exactly one of cut, edge, control, observe"]),
        ("changes: [{cut: vw-ecu, probability: 0}]",
         ["line 1, column 11, changes[0]: 'cut' goes without 'probability'"]),
        ("changes: [{edge: vw-ecu}]", ["line 1, column 11, changes[0]: 'edge' needs 'probability'"]),
        ("changes: [{control: vw}]", ["line 1, column 11, changes[0]: 'control' needs 'effect'"]),
        ("changes: [{observe: vw}]", ["line 1, column 11, changes[0]: 'observe' needs 'state'"]),
        ("changes: [{control: VW, effect: 1.5}]",
         ["line 1, column 21, changes[0].control: unknown party 'VW' (did you mean 'vw'?)",
          "line 1, column 33, changes[0].effect: must be in [0, 1], got 1.5"]),
        ("changes: [{observe: vw, state: denyed, evnt: exposed}]",
         ["line 1, column 32, changes[0].state: unknown state 'denyed' (did you mean 'denied'?)",
          "line 1, column 40, changes[0]: unknown key 'evnt' (did you mean 'event'?)"]),
        ("changes: [{cut: 'share:vw>conti:vw-eco'}]",
         [("line 1, column 17, changes[0].cut: unknown edge 'share:vw>conti:vw-eco' (did you mean "
           "'share:vw>conti:vw-ecu'?)")]),
        ("changes: [{cut: demo-breach}]",
         [("line 1, column 17, changes[0].cut: 'demo-breach' is an incident: where it starts stays "
           "as it is")]),
        ("changes: [{cut: vw-ecu, dataset: vw-ecu}]",
         [("line 1, column 34, changes[0].dataset: 'vw-ecu' is no share: it has no datasets to "
           "choose from")]),
        ("changes: [{cut: 'share:vw>conti:vw-ecu', dataset: vw-eco}]",
         [("line 1, column 51, changes[0].dataset: 'share:vw>conti:vw-ecu' does not hold 'vw-eco' "
           "(did you mean 'vw-ecu'?)")]),
        ("changes: [{control: vw, effect: 1, dataset: vw-ecu}]",
         ["line 1, column 11, changes[0]: 'control' goes without 'dataset'"]),
        ("changes: [{edge: vw-ecu, probability: 0.2}, {edge: vw-ecu, probability: 0.3}]",
         ["line 1, column 10, changes: edge 'vw-ecu' is set to 0.2 and to 0.3: keep one"]),
        ("name: \"a\\u001bb\"", [("line 1, column 7, name: must not hold control characters, "
                                  "got 'a\\x1bb'")]),
        ("cut: vw-ecu", [("line 1, column 1: unknown key 'cut' (known: schema, name, target, "
                          "graph, changes)")]),
    ],
)  # fmt: skip
def test_bad_scenarios(tmp_path, text, expected):
    assert problems(tmp_path, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\xfe",
        b"changes: [",
        b"!!python/object:os.system {}",
        b"a: &a [*a]",
        b"[" * 10_000,
        b'{"changes": [{"effect": NaN, "control": "vw"}]}',
        b'{"changes": [{"effect": 1e999, "control": "vw"}]}',
        b'{"changes": {"cut": ["vw-ecu"]}, "changes": 1}',
        b'{"changes": [{"cut": {"cut": 1}}, [[]], null, {"edge": 5, "probability": "x"}]}',
        b"changes: [{cut: " + b"x" * 100_000 + b"}]",
    ],
)
def test_hostile_files_are_one_error(tmp_path, text):
    for name in ("x.json", "x.yaml"):
        with pytest.raises(GraphFileError) as caught:
            read(tmp_path, text, name=name)
        assert len(str(caught.value)) < 3000


def test_without_a_graph_references_are_not_checked(tmp_path):
    assert read(tmp_path, "changes: [{cut: anything}]", graph=None).changes[0].cut == "anything"


def test_a_scenario_from_python_lists_every_problem():
    wrong = {"changes": [{"cut": "vw-eco"}, {"observe": "vww", "state": "denied"}], "x": 1}
    with pytest.raises(ScenarioError) as caught:
        load_scenario(wrong, GRAPH)
    assert str(caught.value).splitlines() == [
        "scenario: 3 problems",
        "  unknown key 'x' (known: schema, name, target, graph, changes)",
        "  changes[0].cut: unknown edge 'vw-eco' (did you mean 'vw-ecu'?)",
        "  changes[1].observe: unknown party 'vww' (did you mean 'vw'?)",
    ]
    clashing = [{"edge": "vw-ecu", "probability": p} for p in (0.1, 0.2)]
    with pytest.raises(ValueError, match=r"is set to 0\.1 and to 0\.2"):
        Scenario.model_validate({"changes": clashing})
