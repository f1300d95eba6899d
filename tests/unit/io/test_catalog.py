import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from demo import DEMO

import blastradius.io as graph_io
from blastradius.errors import GraphError, GraphFileError
from blastradius.io import LoadedGraph, catalog, find_graph, read_graph, shipped_graphs
from blastradius.model.graph import Graph

GRAPHS = Path(__file__).parents[3] / "graphs"


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A catalogue of its own, with the demo in it."""
    place = catalog.Catalog(tmp_path / "graphs", tmp_path / "compiled")
    place.sources.mkdir()
    place.compiled.mkdir()
    (place.sources / "demo.yaml").write_text(DEMO)
    monkeypatch.setattr(catalog, "_catalog", lambda: place)
    return place


def test_a_shipped_graph_is_found_by_its_name(shelf):
    loaded = find_graph("demo")
    assert loaded.graph.parties[0].name == "Volkswagen"
    assert (loaded.name, loaded.path) == ("demo", None)
    assert loaded.sha256 == hashlib.sha256(DEMO.encode()).hexdigest()
    assert shipped_graphs() == ("demo",)


def test_both_routes_give_the_same(shelf):
    slow = find_graph("demo")
    path = catalog.compile_graph(shelf.sources / "demo.yaml", shelf.compiled)
    fast = find_graph("demo")
    assert fast == slow
    assert fast.graph.shares[0].id == "share:vw>conti:vw-ecu"
    # The file is itself a graph.
    assert read_graph(path).graph == slow.graph


@pytest.mark.parametrize("source", sorted(GRAPHS.glob("*.yaml")), ids=lambda path: path.stem)
def test_both_routes_give_the_same_for_what_ships(source, tmp_path):
    path = catalog.compile_graph(source, tmp_path)
    compiled = Graph.model_validate_json(path.read_bytes())
    assert compiled == read_graph(source).graph
    assert find_graph(source.stem).graph == compiled


def test_the_fast_route_is_taken_and_never_stale(shelf):
    path = catalog.compile_graph(shelf.sources / "demo.yaml", shelf.compiled)
    path.write_text(path.read_text().replace("Volkswagen", "taken from the JSON"))
    assert find_graph("demo").graph.parties[0].name == "taken from the JSON"
    (shelf.sources / "demo.yaml").write_text(DEMO + "# edited\n")
    assert find_graph("demo").graph.parties[0].name == "Volkswagen"


@pytest.mark.parametrize("text", ["", "{", '{"name": "x", "colour": "blue"}'])
def test_an_unusable_json_is_passed_over(shelf, text):
    catalog.compile_graph(shelf.sources / "demo.yaml", shelf.compiled).write_text(text)
    assert find_graph("demo").graph.parties[0].name == "Volkswagen"


def test_an_invalid_graph_is_not_compiled(shelf):
    (shelf.sources / "bad.yaml").write_text(DEMO.replace("recipient: conti", "recipient: x"))
    with pytest.raises(GraphFileError, match="unknown party 'x'"):
        catalog.compile_graph(shelf.sources / "bad.yaml", shelf.compiled)
    assert not any(shelf.compiled.iterdir())


def test_anything_else_is_a_path(shelf, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("demo").write_text(DEMO.replace("name: demo", "name: file"))
    assert find_graph("demo").name == "demo"
    assert find_graph("./demo").name == "file"
    assert find_graph(tmp_path / "demo").name == "file"
    assert find_graph("./demo").path == Path("demo")


def test_unknown_names_get_a_hint(shelf, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GraphFileError) as caught:
        find_graph("dmeo")
    assert str(caught.value) == "dmeo: 1 problem\n  no such file (did you mean 'demo'?)"
    with pytest.raises(GraphFileError) as caught:
        find_graph("quite-another")
    assert str(caught.value).endswith("no such file (shipped graphs: demo)")


def test_a_graph_built_in_python_gets_a_checksum_of_its_content():
    graph = Graph.model_validate(
        {
            "name": "g",
            "parties": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}],
            "dependencies": [{"customer": "a", "supplier": "b"}],
        }
    )
    loaded = LoadedGraph.from_graph(graph)
    assert (loaded.name, loaded.path, len(loaded.sha256)) == ("g", None, 64)
    assert LoadedGraph.from_graph(graph.model_copy()) == loaded
    with pytest.raises(GraphError, match="no edges"):
        LoadedGraph.from_graph(graph.model_copy(update={"dependencies": ()}))


def test_reading_what_ships_needs_no_parser_of_yaml(shelf):
    """The start of the command line depends on it."""
    catalog.compile_graph(shelf.sources / "demo.yaml", shelf.compiled)
    script = f"""
import sys
from pathlib import Path
from blastradius.io import catalog
catalog._catalog = lambda: catalog.Catalog(Path({str(shelf.sources)!r}), Path({str(shelf.compiled)!r}))
assert catalog.find_graph("demo").name == "demo"
print(sorted({{"yaml", "json", "difflib", "numpy", "blastradius.io.files"}} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_public_names():
    for name in graph_io.__all__:
        assert callable(getattr(graph_io, name))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        graph_io.nothing  # noqa: B018
