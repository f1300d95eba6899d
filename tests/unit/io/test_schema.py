import json
import re
from pathlib import Path

import jsonschema
import pytest
from demo import DEMO

from blastradius.errors import GraphFileError
from blastradius.io import graph_json_schema
from blastradius.io.files import graph_from_bytes
from blastradius.io.schema import render_schema_reference
from blastradius.io.yaml_text import read_yaml

ROOT = Path(__file__).parents[3]
VALIDATOR = jsonschema.Draft202012Validator(graph_json_schema())


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(graph_json_schema())


def test_the_published_schema_is_the_current_one(published):
    published("graph.schema.json", json.dumps(graph_json_schema(), indent=2) + "\n")


def test_the_published_reference_is_the_current_one(published):
    published("graph-format.md", render_schema_reference())


def test_the_example_of_the_reference_is_a_graph():
    (example,) = re.findall(r"```yaml\n(schema: .*?)```", render_schema_reference(), re.DOTALL)
    assert graph_from_bytes(example.encode(), "demo.yaml").name == "demo"
    VALIDATOR.validate(read_yaml(example).data)


def test_every_field_is_documented():
    schema = graph_json_schema()
    records = {"Graph": schema, **schema["$defs"]}
    missing = [
        (name, field)
        for name, record in records.items()
        for field, value in record.get("properties", {}).items()
        if not value.get("description")
    ]
    assert missing == []


@pytest.mark.parametrize("path", sorted((ROOT / "graphs").glob("*.yaml")), ids=lambda p: p.stem)
def test_what_ships_validates(path):
    errors = VALIDATOR.iter_errors(read_yaml(path.read_text(encoding="utf-8")).data)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


VARIANTS = [
    ("aliases: [VW]", "parent: conti", True),
    ("aliases: [VW]", "parent: {party: conti, stake: 0.3}", True),
    ("aliases: [VW]", "parent: [conti, {party: conti}]", True),
    ("aliases: [VW]", "parent: 5", False),
    ("probability: 0.5", "probability: {low: 0, mode: 0.5, high: 1}", True),
    ("probability: 0.5", "probability: 1", True),
    ("probability: 0.5", "probability: 1.5", False),
    ("probability: 0.5", "probability: '0.5'", False),
    ("probability: 0.5", "probability: null", True),
    ("probability: 0.5", "probability: true", False),
    ("probability: 0.5", "probability: {mode: 0.5}", False),
    ("since: 2015-01", "since: 2015", True),
    ("since: 2015-01", "since: 2015-1", False),
    ("since: 2015-01", "since: 15", False),
    ("since: 2015-01", "since: soon", False),
    ("window: 2022-07-01/2022-08-05", "window: 2022-07/..", True),
    ("window: 2022-07-01/2022-08-05", "window: 2022", True),
    ("window: 2022-07-01/2022-08-05", "window: ../2022-08-05", True),
    ("window: 2022-07-01/2022-08-05", "window: /2022-08", True),
    ("window: 2022-07-01/2022-08-05", "window: July", False),
    ("aliases: [VW]", "evidence: {certainty: assumed, sources: [{title: t, tier: press}]}", True),
    ("aliases: [VW]", "evidence: {certainty: assumed, sources: [{title: t}]}", False),
    ("aliases: [VW]", "evidence: {certainty: maybe}", False),
    ("role: oem", "role: king", False),
    ("role: oem", "colour: blue", False),
    ("country: NO", "country: no", False),
    ("id: demo-breach", "id: demo breach", False),
    ("name: Volkswagen", 'name: "a\\x07"', False),
    ("documents: 1200", "documents: 1.5", False),
    ("documents: 1200", "records: 0", True),
    ("origins: [conti]", "origins: []", False),
    ("name: demo\n", "", False),
    ("schema: blastradius/graph/1\n", "", True),
    ("schema: blastradius/graph/1", "schema: blastradius/graph/9", False),
]


@pytest.mark.parametrize(("old", "new", "valid"), VARIANTS, ids=[v[1] for v in VARIANTS])
def test_schema_and_reader_agree(old, new, valid):
    text = DEMO.replace(old, new)
    assert text != DEMO
    assert VALIDATOR.is_valid(read_yaml(text).data) == valid
    try:
        graph_from_bytes(text.encode(), "g.yaml")
    except GraphFileError:
        assert not valid
    else:
        assert valid
