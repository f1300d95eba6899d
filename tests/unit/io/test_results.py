import copy
import json

import pytest

import blastradius as br
from blastradius.errors import GraphFileError, ResultError
from blastradius.io import read_result
from blastradius.io.results import load_result

HINT = "(write one with: blastradius analyze TARGET --format json)"


@pytest.fixture(scope="module")
def whole():
    return br.analyze("cross-industry", "solarwinds").to_dict()


def read(tmp_path, text, name="a.json"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_result(path)


def problems(tmp_path, text):
    with pytest.raises(GraphFileError) as caught:
        read(tmp_path, text)
    return [str(problem) for problem in caught.value.problems]


def test_a_result_reads_back(tmp_path, whole):
    assert read(tmp_path, json.dumps(whole)) == whole
    assert load_result(whole) == whole
    later = whole | {"new": {"key": [1]}}
    assert load_result(later) == later


def test_other_files_are_told_for_what_they_are(tmp_path):
    assert problems(tmp_path, "[]") == [f"not a result {HINT}"]
    assert problems(tmp_path, "{}") == [f"not a result {HINT}"]
    assert problems(tmp_path, '{"schema": "blastradius/explanation/1"}') == [
        "line 1, column 12, schema: must be 'blastradius/result/1', got 'blastradius/explanation/1' "
        + HINT
    ]
    assert "got 2" in problems(tmp_path, '{"schema": 2}')[0]


def test_every_fault_is_told_with_its_place(tmp_path, whole):
    broken = copy.deepcopy(whole)
    broken["parties"][0]["score"]["posterior"] = "high"
    del broken["engine"]["method"]
    broken["blast_radius"]["reachable_parties"] = -1
    found = problems(tmp_path, json.dumps(broken, indent=1))
    assert len(found) == 3
    assert "engine.method: required, but missing" in found[0]
    assert "blast_radius.reachable_parties: must be at least 0, got -1" in found[1]
    assert "parties[0].score.posterior: must be a number, got 'high'" in found[2]
    assert all(text.startswith("line ") for text in found)
    with pytest.raises(ResultError, match=r"result: 3 problems\n  engine\.method: required"):
        load_result(broken)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff",
        b"{",
        b"[" * 10_000,
        b'{"schema": "blastradius/result/1", "parties": 5, "listing": [null]}',
        b'{"schema": "blastradius/result/1", "engine": {"half_width": 1e999}}',
        b'{"schema": {"schema": {}}}',
    ],
)
def test_hostile_files_are_one_error(tmp_path, text):
    assert problems(tmp_path, text)


def test_numbers_must_be_numbers(whole):
    for bad in (float("nan"), float("inf"), True, 10**400, None, [1.0]):
        broken = copy.deepcopy(whole)
        broken["blast_radius"]["total_score"]["posterior"] = bad
        with pytest.raises(ResultError, match=r"blast_radius\.total_score\.posterior"):
            load_result(broken)
