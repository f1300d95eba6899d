"""YAML and JSON to plain data: the same data, the same places, from every parser."""

import json
import math

import pytest
import yaml
from demo import DEMO
from hypothesis import example, given
from hypothesis import strategies as st

from blastradius.errors import GraphFileError
from blastradius.io.document import Document, UnreadableTextError
from blastradius.io.files import graph_from_bytes
from blastradius.io.json_text import read_json
from blastradius.io.yaml_text import read_yaml
from blastradius.model.text import printable

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=8)
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(-1e6, 1e6)
DATA = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"), ("no", "no"), ("yes", "yes"), ("on", "on"), ("Off", "Off"), ("y", "y"),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("2022-07-01", "2022-07-01"), ("2022-07", "2022-07"), ("2022", 2022),
        ("2022-07-01T10:00:00Z", "2022-07-01T10:00:00Z"), ("12:30:45", "12:30:45"),
        ("010", "010"), ("0o14", "0o14"), ("0x1F", "0x1F"), ("1_000", "1_000"), ("0b1", "0b1"),
        ("0", 0), ("-7", -7), ("+7", 7), ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0),
        ("-1.5E-2", -0.015), ("1.2.3", "1.2.3"), ("-", "-"), (".", "."), ("1e", "1e"),
        (".inf", math.inf), ("-.inf", -math.inf), ("=", "="), ("'1'", "1"), ('"true"', "true"),
        ("١٢", "١٢"),
    ],
)  # fmt: skip
def test_words_of_yaml(text, value):
    found = read_yaml(f"key: {text}").data["key"] if text != "-" else read_yaml("['-']").data[0]
    assert found == value
    assert type(found) is type(value)


def test_not_a_number_is_read_for_the_schema_to_refuse():
    assert math.isnan(read_yaml("a: .nan").data["a"])


def test_keys_are_text_as_written():
    assert read_yaml("{no: 1, 2022: 2, null: 3, 1.0: 4}").data == {
        "no": 1, "2022": 2, "null": 3, "1.0": 4,
    }  # fmt: skip


def locations(value, location=()):
    yield location
    items = enumerate(value) if isinstance(value, list) else ()
    for step, inner in value.items() if isinstance(value, dict) else items:
        yield from locations(inner, (*location, step))


def at(value, location):
    for step in location:
        value = value[step]
    return value


@given(DATA, st.sampled_from([None, 1]))
def test_json_and_its_places(data, indent):
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    wanted = frozenset(locations(data))
    document = read_json(text, wanted)
    assert document.data == data
    assert document.places.keys() == wanted
    assert_places(text, data, document)


# YAML limits keys on one line to 1,024 characters, and reads no number with an exponent alone.
@given(DATA, st.sampled_from([None, 1]))
@example({"a": [1, {"b": []}], "c": {}}, 1)
def test_json_is_yaml_with_the_same_places(data, indent):
    text = json.dumps(data, ensure_ascii=True, indent=indent)
    wanted = frozenset(locations(data))
    try:
        document = read_yaml(text, wanted)
    except UnreadableTextError:
        assert "\\ud" in text  # YAML has no surrogate pairs
        return
    assert document.data == data
    if isinstance(data, dict | list):
        assert_places(text, data, document)


def assert_places(text: str, data: object, document: Document) -> None:
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for location, place in document.places.items():
        offset = starts[place.line - 1] + place.column - 1
        assert json.JSONDecoder().raw_decode(text, offset)[0] == at(data, location)
        if location and isinstance(location[-1], str):
            offset = starts[place.key_line - 1] + place.key_column - 1
            assert json.JSONDecoder().raw_decode(text, offset)[0] == location[-1]


@given(st.text(st.sampled_from("ab:-,[]{}&*!#'\"|> \n?%@1.") | st.characters(codec="utf-8")))
def test_the_parsers_in_c_and_in_python_agree(text):
    fast = outcome(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(yaml, "CSafeLoader", raising=False)
        slow = outcome(text)
    if fast is not None and slow is not None:
        assert repr(fast) == repr(slow)


def outcome(text):
    try:
        return read_yaml(text).data
    except UnreadableTextError:
        return None


def test_the_parser_in_python_reads_the_demo_and_places_its_faults(monkeypatch):
    expected = graph_from_bytes(DEMO.encode(), "demo.yaml")
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert graph_from_bytes(DEMO.encode(), "demo.yaml") == expected
    with pytest.raises(GraphFileError, match=r"line 5, column 58, parties\[1\].country: must be"):
        graph_from_bytes(DEMO.replace("country: NO", "country: XXX").encode(), "demo.yaml")


SNIPPETS = st.sampled_from(
    ["name: x\n", "parties:\n", "  - {id: a, name: A}\n", "shares: [", "]", "{", "}", "&a ", "*a ",
     "!t ", "<<: ", "? ", ": ", "- ", "\n", "\t", "'", '"', "\\ud800", "\x00", "\ufeff", "---\n",
     "access: [{grantor: a, grantee: b, via: vpn}]\n", "probability: 1e999\n", "9" * 450, '{"a":',
     "evidence: {certainty: assumed, sources: [", "datasets: ", "parent: ", "\xff", "#", "..."]
)  # fmt: skip


@given(st.binary() | st.text().map(lambda t: t.encode("utf-8", "surrogatepass")),
       st.sampled_from(["g.yaml", "g.json", "g"]))  # fmt: skip
def test_arbitrary_bytes_never_raise_anything_else(content, name):
    assert_graph_or_error(content, name)


@given(st.lists(SNIPPETS).map("".join), st.sampled_from(["g.yaml", "g.json", "g"]))
@example('{"\\ud800": 1}', "g.json")
@example('{"schema": "\\udfff", "parties": [{"id": "\\ud800", "role": "\\ud800"}]}', "g.json")
def test_pieces_of_graphs_never_raise_anything_else(text, name):
    assert_graph_or_error(text.encode(), name)


@given(st.data(), st.sampled_from(["g.yaml", "g.json"]))
def test_well_formed_nonsense_never_raises_anything_else(data, name):
    """Put any value in the place of any value of the demo."""
    graph = json.loads(json.dumps(read_yaml(DEMO).data))
    location = data.draw(st.sampled_from([loc for loc in locations(graph) if loc]))
    at(graph, location[:-1])[location[-1]] = data.draw(DATA | st.just(10**400))
    assert_graph_or_error(json.dumps(graph).encode(), name)


def assert_graph_or_error(content, name):
    problems = ()
    try:
        graph_from_bytes(content, name)
    except GraphFileError as error:
        problems = error.problems or ("an error without a problem \0",)
    assert all(printable(str(problem)) == str(problem) for problem in problems)
