import pytest
from demo import DEMO

from blastradius.errors import GraphFileError
from blastradius.io import read_observations
from blastradius.io.files import graph_from_bytes

GRAPH = graph_from_bytes(DEMO.encode(), "demo.yaml")
ITEMS = "- {party: vw, state: confirmed, date: 2022-11}\n- {dataset: vw-ecu, state: denied}\n"
WRAPPED = "schema: blastradius/observations/1\nobservations:\n" + ITEMS


def read(tmp_path, text, graph=None, name="seen.yaml"):
    path = tmp_path / name
    path.write_text(text)
    return read_observations(path, graph)


def problems(tmp_path, text, graph=None):
    with pytest.raises(GraphFileError) as caught:
        read(tmp_path, text, graph)
    return [str(problem) for problem in caught.value.problems]


def test_list_and_mapping(tmp_path):
    bare = read(tmp_path, ITEMS, GRAPH)
    assert [o.state for o in bare] == ["confirmed", "denied"]
    assert bare[0].date == "2022-11"
    assert read(tmp_path, WRAPPED, GRAPH) == bare
    assert read(tmp_path, '[{"party": "vw", "state": "denied"}]', name="s.json")[0].party == "vw"
    assert read(tmp_path, "[]") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["the file is empty"]),
        ("5", ["must be a list, got 5 (write [...])"]),
        ("- vw", [("line 1, column 3, [0]: must be a mapping with keys such as party, dataset, "
                  "state, got 'vw'")]),
        ("- {party: vw}", ["line 1, column 3, [0].state: required, but missing"]),
        ("- {party: vw, state: denyed, kind: x}",
         ["line 1, column 22, [0].state: unknown state 'denyed' (did you mean 'denied'?)",
          ("line 1, column 30, [0]: unknown key 'kind' (known: party, dataset, state, event, "
          "likelihood_ratio, date, evidence, note)")]),
        ("observation: []", [("line 1, column 1: unknown key 'observation' (did you mean "
                             "'observations'?)"),
                             "line 1, column 1, observations: required, but missing"]),
        ("schema: blastradius/graph/1\nobservations: []",
         [("line 1, column 9, schema: must be 'blastradius/observations/1', got "
          "'blastradius/graph/1'")]),
        ("observations:\n- {party: vww, state: denied}\n- {state: denied}",
         ["line 2, column 11, observations[0].party: unknown party 'vww' (did you mean 'vw'?)",
          "line 3, column 3, observations[1]: must name either a party or a dataset"]),
        ("- {party: vw, state: denied, likelihood_ratio: 0}",
         ["line 1, column 48, [0].likelihood_ratio: must be more than 0, got 0"]),
    ],
)  # fmt: skip
def test_bad_observations(tmp_path, text, expected):
    assert problems(tmp_path, text, GRAPH) == expected


def test_without_a_graph_references_are_not_checked(tmp_path):
    assert read(tmp_path, "- {party: anyone, state: denied}")[0].party == "anyone"
