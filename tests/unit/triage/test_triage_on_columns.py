"""A folder of tables too large for records is searched by its names all the same."""

from __future__ import annotations

import pytest

import blastradius as br
from blastradius import api
from blastradius.errors import GraphFileError
from blastradius.io.tables import Register, load_register, loading, write_tables

GRAPH = br.Graph(
    name="demo",
    parties=[
        {"id": "audi", "name": "Audi AG", "aliases": ["quattro"], "terms": ["MLB"]},
        {"id": "zf", "name": "ZF", "identifiers": {"domain": "zf.example"}},
        {"id": "supplier", "name": "Supplier"},
    ],
    datasets=[
        {"id": "plans", "owner": "audi", "varieties": ["Secrets"], "terms": ["e-tron"]},
        {"id": "files", "owner": "zf", "varieties": ["Personal"]},
    ],
    shares=[{"discloser": "audi", "recipient": "supplier", "datasets": ["plans"]}],
    incidents=[{"id": "breach", "origins": ["supplier"], "status": "alleged"}],
)
LISTING = "D:/audi/x.pdf\nD:/MLB/preis.pdf\nD:/y/e_tron.txt\nD:/quattro/zf.example/1\nsupplier/2\n"


@pytest.fixture
def listing(tmp_path):
    path = tmp_path / "listing.txt"
    path.write_text(LISTING)
    return path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "COLUMNS_FROM", 0)
    path = tmp_path / "register"
    write_tables(GRAPH, path, "csv")
    assert isinstance(api.load_source(path), Register)
    return path


def plain(view):
    """Return the answer without what tells the graphs apart."""
    data = view.to_dict()
    del data["provenance"]["graph"]
    return data


@pytest.mark.parametrize("options", [{}, {"target": "Supplier"}, {"target": "breach"}])
def test_columns_give_the_answer_of_records(listing, folder, options):
    by_columns = api.triage(folder, listing, **options)
    assert plain(by_columns) == plain(api.triage(GRAPH, listing, **options))
    assert [party.files for party in by_columns.parties][:2] == [4, 1]


def test_a_party_has_its_paths(listing, folder):
    seen = []
    api.triage(folder, listing, party="ZF", on_path=lambda *told: seen.append(told[2]))
    assert seen == ["D:/quattro/zf.example/1"]


def test_the_provenance_and_the_commands_name_the_folder(listing, folder):
    view = api.triage(folder, listing)
    register = load_register(folder)
    assert view.to_dict()["provenance"]["graph"] == {"name": "demo", "sha256": register.sha256}
    assert f"--graph {folder}" in view.to_text(width=500)


def test_too_many_parties_are_refused_with_what_to_do(listing, folder, monkeypatch):
    monkeypatch.setattr(loading, "MAX_NAMED", 2)
    with pytest.raises(GraphFileError) as caught:
        api.triage(folder, listing)
    assert str(caught.value) == (
        f"{folder}: 1 problem\n  3 parties are too many to be looked for by name, at most 2 are; "
        "cut the graph down to those that may be named"
    )
