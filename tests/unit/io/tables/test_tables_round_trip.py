"""Graph to tables to graph: nothing is lost, nothing is added, and the same bytes every time."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

import blastradius as br
from blastradius.analysis.harm import _best_supported_first, _description
from blastradius.io import find_graph, read_graph
from blastradius.io.files import graph_from_bytes
from blastradius.io.graph_text import graph_text
from blastradius.io.tables import load_register, read_register, register_of_graph, write_tables
from blastradius.io.tables.days import OPEN_END, OPEN_START
from blastradius.io.tables.register import VARIETY_BITS
from blastradius.model.graph import Graph
from blastradius.model.vocabulary import CERTAINTIES, ROLES

NOTATIONS = ("parquet", "csv")
SHIPPED = ("automotive", "cross-industry")

HARD = ("1e5", "no", "null", "''", "\uff1d", "\u2028", "\U0001f697", *"'=+-@\"|\\,;{}[]#~: é")
marks = st.sampled_from(HARD)
letters = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=4)
names = (
    st.lists(marks | letters, min_size=1)
    .map(lambda parts: "".join(parts).strip())
    .filter(lambda text: 0 < len(text) < 300)
)
texts = st.lists(names, min_size=1, max_size=3).map("\n\t\r\n".join)
dates = st.sampled_from(["2019", "2020-02", "2021-12-31"])
sources = st.fixed_dictionaries(
    {"title": texts, "tier": st.sampled_from(["press", "primary"])},
    optional={"url": names, "supports": texts, "date": dates, "id": st.just("inner")},
)
evidences = st.fixed_dictionaries(
    {"certainty": st.sampled_from(CERTAINTIES)},
    optional={
        "sources": st.lists(st.just("letter") | sources, max_size=3),
        "incident": st.just(strategies.INCIDENT),
        "date": dates,
        "note": texts,
    },
)


def maybe(draw, record, **optional):
    for name, values in optional.items():
        if draw(st.integers(0, 2)) == 0:
            record[name] = draw(values)


@st.composite
def rich_graphs(draw):
    """Draw a graph that says something in every field, in texts that are hard to write."""
    data = draw(strategies.graphs())
    data["name"] = draw(names)
    maybe(draw, data, description=texts)
    data["sources"] = [{"id": "letter", "title": "Letter", "tier": "press"}, draw(sources)]
    text = {"evidence": evidences, "note": texts}
    several = st.lists(names, max_size=3)
    contacts = st.fixed_dictionaries({}, optional={"name": names, "email": names, "phone": names})
    registered = st.fixed_dictionaries({}, optional={"bpn": names, "domain": names})
    for party in data["parties"]:
        maybe(
            draw,
            party,
            **text,
            name=names,
            aliases=several,
            terms=several,
            sector=names,
            country=st.just("NO"),
        )
        maybe(draw, party, contacts=st.lists(contacts, max_size=2), identifiers=registered)
        if isinstance(party.get("parent"), dict):
            maybe(draw, party["parent"], since=dates, evidence=evidences)
            party["parent"] = [party["parent"]] * draw(st.integers(1, 2))
    for item in data["datasets"]:
        maybe(
            draw,
            item,
            **text,
            name=names,
            subjects=texts,
            covers=st.sampled_from(["2019/..", "2020"]),
        )
    for item in (*data["shares"], *data["access"]):
        maybe(draw, item, **text)
    for item in data["dependencies"]:
        maybe(draw, item, evidence=evidences, what=texts)
    for name in ("shares", "access", "dependencies"):  # copies of an edge, which share one id
        if data[name] and draw(st.booleans()):
            data[name].append(
                draw(st.sampled_from(data[name])) | draw(evidences.map(lambda e: {"evidence": e}))
            )
            data[name][-1].pop("id", None)
    demand = st.fixed_dictionaries(
        {"amount": st.floats(0, 1e12)}, optional={"currency": st.just("EUR"), "note": texts}
    )
    volume = st.fixed_dictionaries(
        {"records": st.integers(0, 10**18)}, optional={"note": texts, "basis": st.just("reported")}
    )
    for item in data["incidents"]:
        maybe(
            draw,
            item,
            **text,
            name=names,
            window_note=texts,
            disclosed=dates,
            actor=texts,
            summary=texts,
        )
        maybe(draw, item, data_description=texts, volume=volume, demand=demand, tags=several)
        maybe(draw, item, disagreements=st.lists(texts, max_size=2))
        for said in item["observations"]:
            maybe(draw, said, **text, date=dates)
    return data


def through_tables(graph, notation):
    with tempfile.TemporaryDirectory() as folder:
        write_tables(graph, Path(folder) / "r", notation)
        return read_register(Path(folder) / "r")


@pytest.mark.parametrize("notation", NOTATIONS)
@settings(max_examples=25)
@given(data=rich_graphs())
def test_drawn_graphs_come_back(notation, data):
    graph = Graph.model_validate(data)
    register = through_tables(graph, notation)
    assert register.to_graph() == graph


@given(data=rich_graphs())
def test_drawn_graphs_come_back_from_files(data):
    graph = Graph.model_validate(data)
    assert graph_from_bytes(graph_text(graph).encode(), "g.yaml") == graph
    assert graph_from_bytes(graph_text(graph, as_json=True).encode(), "g.json") == graph


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_graphs_come_back(name, notation):
    graph = find_graph(name).graph
    assert through_tables(graph, notation).to_graph() == graph
    assert graph_from_bytes(graph_text(graph).encode(), "g.yaml") == graph


@pytest.mark.parametrize("notation", NOTATIONS)
def test_same_tables_same_bytes(notation, tmp_path):
    for place in ("a", "b"):
        write_tables("automotive", tmp_path / place, notation)
    write_tables(tmp_path / "a", tmp_path / "c", notation)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert f"shares.{notation}" in files
    for place in ("b", "c"):
        assert sorted(path.name for path in (tmp_path / place).iterdir()) == files
        for name in files:
            assert (tmp_path / "a" / name).read_bytes() == (tmp_path / place / name).read_bytes()
    assert read_register(tmp_path / "a").sha256 == read_register(tmp_path / "b").sha256


def test_an_answer_does_not_hang_on_the_notation(tmp_path):
    write_tables("automotive", tmp_path / "register", "csv")
    expected, found = (
        br.analyze(graph, "continental").to_dict()
        for graph in ("automotive", tmp_path / "register")
    )
    for result in (expected, found):
        result.pop("provenance", None)
        result.pop("graph", None)
    assert found == expected


# -- what the arrays of a register say -------------------------------------------------------


def ordinal(day, missing):
    return missing if day is None else day.toordinal()


@settings(max_examples=25)
@given(data=rich_graphs())
def test_arrays_say_what_the_records_say(data):
    graph = Graph.model_validate(data)
    register = register_of_graph(graph)
    parties = {party.id: row for row, party in enumerate(graph.parties)}
    datasets = {dataset.id: row for row, dataset in enumerate(graph.datasets)}
    assert list(register.parties.ids) == list(parties)
    assert [ROLES[code] for code in register.parties.roles] == [p.role for p in graph.parties]
    for row, dataset in enumerate(graph.datasets):
        assert register.dataset(row) == dataset
        assert register.datasets.owner[row] == parties[dataset.owner]
        assert register.datasets.varieties[row] == sum(
            VARIETY_BITS[v] for v in set(dataset.varieties)
        )
        assert register.datasets.records[row] == (
            -1 if dataset.records is None else dataset.records
        )
        assert register.datasets.kept_by_owner[row] == dataset.kept_by_owner
    for edges, records, record, ends in (
        (register.shares, graph.shares, register.share, ("discloser", "recipient")),
        (register.access, graph.access, register.grant, ("grantor", "grantee")),
        (register.dependencies, graph.dependencies, register.dependency, ("customer", "supplier")),
    ):
        assert list(edges.ids) == [edge.id for edge in records]
        for row, edge in enumerate(records):
            assert record(row) == edge
            assert [getattr(edges, end)[row] for end in ends] == [
                parties[getattr(edge, end)] for end in ends
            ]
            assert edges.first[row] == ordinal(edge.live.first, OPEN_START)
            assert edges.last[row] == ordinal(edge.live.last, OPEN_END)
            said = edge.probability
            numbers = [getattr(edges.probability, end)[row] for end in ("low", "mode", "high")]
            assert numbers == [said.low, said.mode, said.high] if said else np.isnan(numbers).all()
            best = min(
                (copy for copy in records if _description(copy) == _description(edge)),
                key=_best_supported_first,
            )
            assert records[edges.stands_for[row]].evidence == best.evidence
    pairs = [
        (row, datasets[d])
        for row, s in enumerate(graph.shares)
        for d in sorted(set(s.datasets), key=datasets.get)
    ]
    assert (
        list(
            zip(
                register.shares.pair_share.tolist(),
                register.shares.pair_dataset.tolist(),
                strict=True,
            )
        )
        == pairs
    )
    assert register.incidents == graph.incidents


def test_a_graph_file_is_a_register_too(tmp_path):
    path = tmp_path / "g.yaml"
    path.write_text(graph_text(find_graph("automotive").graph), encoding="utf-8")
    register = load_register(path)
    assert register.sha256 == read_graph(path).sha256
    row = register.parties.ids.row_of("continental")
    assert register.parties.names[row] == "Continental"
    assert register.party_names()["Continental"] == [row]
    assert register.parties.ids.row_of("nobody") is None
    assert not register.parties.roles.flags.writeable
