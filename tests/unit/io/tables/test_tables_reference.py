"""The page on tables is generated from the layout that the reader uses."""

import pytest

from blastradius.io.tables.layout import TABLES
from blastradius.io.tables.records import GROUPS, RANGES
from blastradius.io.tables.reference import render_tables_reference
from blastradius.model import graph as model

RECORDS = {
    "graph": model.Graph,
    "parties": model.Party,
    "owners": model.Ownership,
    "contacts": model.Contact,
    "datasets": model.Dataset,
    "shares": model.Share,
    "access": model.AccessGrant,
    "dependencies": model.Dependency,
    "incidents": model.Incident,
    "observations": model.Observation,
    "sources": model.Source,
}
ELSEWHERE = {
    "graph": set(TABLES),
    "parties": {"parent", "contacts"},
    "incidents": {"observations"},
}
"""Fields of records that have a table of their own."""
LINKS = {"owners": {"party", "owner"}, "contacts": {"party"}, "observations": {"incident"}}


def test_the_published_reference_is_the_current_one(published):
    published("tables.md", render_tables_reference())


@pytest.mark.parametrize("table", TABLES)
def test_columns_are_the_fields_of_the_records(table):
    """A field that is added to a record needs a column, or graphs would lose it."""
    fields = {field.alias or name for name, field in RECORDS[table].model_fields.items()}
    columns = {column.name for column in TABLES[table].columns} - LINKS.get(table, set())
    wanted = fields - ELSEWHERE.get(table, set()) - set(GROUPS[table])
    if table == "owners":
        wanted.remove("party")
    if table in RANGES:
        wanted |= {f"{RANGES[table]}_{end}" for end in ("low", "high")}
    for inner in GROUPS[table].values():
        wanted |= set(inner.values())
    assert columns == wanted


@pytest.mark.parametrize("table", TABLES)
def test_required_columns_are_the_required_fields(table):
    fields = RECORDS[table].model_fields
    required = {c.name for c in TABLES[table].columns if c.required} - LINKS.get(table, set())
    expected = {n for n, f in fields.items() if f.is_required()} - LINKS.get(table, set())
    assert required == expected
