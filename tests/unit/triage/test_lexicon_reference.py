"""The page on the lexicon is generated, and what it shows is tried."""

from __future__ import annotations

import re

import pytest
from searching import search

from blastradius.io.schema import record_schemas
from blastradius.triage import lexicon
from blastradius.triage.lexicon import read_lexicon
from blastradius.triage.patterns import parse_pattern
from blastradius.triage.reference import PATTERN_EXAMPLES, render_lexicon_reference


def finds(text, path):
    """Tell whether a pattern is in a path."""
    return bool(search([parse_pattern(text)], [path]))


@pytest.mark.parametrize("example", PATTERN_EXAMPLES, ids=lambda example: example.pattern)
def test_patterns_find_what_the_page_says(example):
    assert [path for path in example.found if not finds(example.pattern, path)] == []
    assert [path for path in example.passed if finds(example.pattern, path)] == []


def test_the_published_page_is_the_current_one(published):
    published("lexicon.md", render_lexicon_reference())


def test_the_example_is_a_lexicon_and_its_rules_hold(tmp_path):
    (text,) = re.findall(r"```yaml\n(.*?)```", render_lexicon_reference(), re.DOTALL)
    path = tmp_path / "ours.yaml"
    path.write_text(text, encoding="utf-8")
    assert len(read_lexicon(path).rules) == 1


def test_every_field_is_documented():
    schema, records = record_schemas(lexicon.Lexicon, lexicon.__file__)
    fields = [
        (name, field, value.get("description"))
        for name, record in {"Lexicon": schema, **records}.items()
        for field, value in record["properties"].items()
    ]
    assert [field for field in fields if not field[2]] == []
