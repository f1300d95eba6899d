from __future__ import annotations

import csv
import dataclasses
import io
import json

import jsonschema
import pytest
import sample

from blastradius.report.as_dict import analysis_dict, explanation_dict, json_text
from blastradius.report.listing import ListFilter, select
from blastradius.report.result_schema import result_json_schema
from blastradius.report.rows import ANALYSIS_COLUMNS, analysis_rows, csv_text


def test_json_of_an_analysis(golden):
    golden("analysis.json", json_text(analysis_dict(sample.ANALYSIS)))


def test_json_of_an_explanation(golden):
    golden("explanation.json", json_text(explanation_dict(sample.EXPLANATION)))


def test_csv_of_an_analysis(golden):
    golden("analysis.csv", csv_text(analysis_rows(sample.ANALYSIS), ANALYSIS_COLUMNS))


def test_the_published_schema_is_the_current_one(published):
    published("result.schema.json", json_text(result_json_schema()))


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(result_json_schema())


@pytest.mark.parametrize("wanted", [ListFilter(), ListFilter(top=1), ListFilter(is_grouped=True)])
def test_output_keeps_the_contract(wanted):
    data = analysis_dict(sample.ANALYSIS, select(sample.ANALYSIS, wanted))
    jsonschema.validate(json.loads(json_text(data)), result_json_schema())


def test_the_schema_notices_a_missing_key():
    data = analysis_dict(sample.ANALYSIS)
    del data["parties"][0]["score"]["low"]
    with pytest.raises(jsonschema.ValidationError, match="'low' is a required property"):
        jsonschema.validate(data, result_json_schema())


def test_floats_keep_twelve_digits_and_one_zero():
    radius = dataclasses.replace(
        sample.ANALYSIS.blast_radius,
        total_score=dataclasses.replace(
            sample.ANALYSIS.blast_radius.total_score, prior=-0.0, posterior=0.1 + 0.2
        ),
    )
    data = analysis_dict(dataclasses.replace(sample.ANALYSIS, blast_radius=radius))
    assert json_text(data["blast_radius"]["total_score"]) == (
        '{\n  "prior": 0.0,\n  "posterior": 0.3\n}\n'
    )


def test_json_refuses_nan():
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text({"x": float("nan")})


def test_json_lists_what_was_asked_for():
    data = analysis_dict(sample.ANALYSIS, select(sample.ANALYSIS, ListFilter(("oem",), 0, 1)))
    assert [party["id"] for party in data["parties"]] == ["volkswagen"]
    assert data["listing"] == {
        "shown": 1,
        "total": 6,
        "roles": ["oem"],
        "min_score": 0.0,
        "top": 1,
        "grouped": False,
    }
    assert data["blast_radius"]["reachable_parties"] == 6


def test_json_with_groups_lists_no_member_twice():
    data = analysis_dict(sample.ANALYSIS, select(sample.ANALYSIS, ListFilter(is_grouped=True)))
    assert [group["id"] for group in data["groups"]] == ["volkswagen"]
    listed = {party["id"] for party in data["parties"]}
    assert not listed & set(data["groups"][0]["members"])


def test_rows_have_stable_columns():
    for wanted in (ListFilter(), ListFilter(is_grouped=True)):
        for row in analysis_rows(sample.ANALYSIS, select(sample.ANALYSIS, wanted)):
            assert tuple(row) == ANALYSIS_COLUMNS


def test_csv_reads_back():
    rows = analysis_rows(sample.ANALYSIS)
    read = list(csv.DictReader(io.StringIO(csv_text(rows, ANALYSIS_COLUMNS))))
    assert [row["id"] for row in read] == [row["id"] for row in rows]
    assert float(read[0]["score"]) == rows[0]["score"]
