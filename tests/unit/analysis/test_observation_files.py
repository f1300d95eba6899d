"""Observations in the library: statements, files of them, or both."""

from __future__ import annotations

from pathlib import Path

import pytest

import blastradius as br
from blastradius.errors import GraphFileError

GRAPH = br.Graph(
    name="demo",
    parties=[{"id": p, "name": p} for p in ("supplier", "a", "b", "c")],
    datasets=[{"id": f"of-{p}", "owner": p, "varieties": ["Secrets"]} for p in "abc"],
    shares=[
        {"discloser": p, "recipient": "supplier", "datasets": [f"of-{p}"], "probability": 0.5}
        for p in "abc"
    ],
)


@pytest.fixture
def files(tmp_path):
    found = [tmp_path / "one.yaml", tmp_path / "two.json"]
    found[0].write_text("- {party: a, state: confirmed}")
    found[1].write_text('[{"party": "b", "state": "denied"}]')
    return found


def exposed(observations):
    result = br.analyze(GRAPH, "supplier", observations=observations)
    return [result.parties[p].probability["exposed"].posterior for p in "abc"]


def said(party, state):
    return br.Observation(party=party, state=state)


def test_files_and_statements_join(files):
    expected = exposed([said("a", "confirmed"), said("b", "denied"), said("c", "reported")])
    assert exposed([str(files[0]), said("c", "reported"), files[1]]) == expected
    assert expected == pytest.approx([0.99, 0.1, 0.9])


@pytest.mark.parametrize("form", [str, Path])
def test_one_file_may_stand_alone(files, form):
    assert exposed(form(files[0])) == exposed([files[0]]) == exposed([said("a", "confirmed")])


def test_the_same_statement_counts_once_wherever_it_stands(files):
    assert exposed([*files, files[0], said("b", "denied")]) == exposed(files)


def test_the_provenance_has_the_files_first_and_their_part_of_the_statements(files):
    result = br.analyze(GRAPH, "supplier", observations=[said("c", "reported"), *files])
    options = result.provenance.options
    assert [file["name"] for file in options["observation_files"]] == list(map(str, files))
    assert [file["statements"] for file in options["observation_files"]] == [1, 1]
    assert [item["party"] for item in options["observations"]] == ["a", "b", "c"]


def test_a_file_is_checked_against_the_graph(files):
    files[1].write_text('[{"party": "d", "state": "denied"}]')
    with pytest.raises(GraphFileError, match="unknown party 'd'"):
        exposed(files)
