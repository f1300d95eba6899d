"""The page, JSON, CSV and observations of a triage, of a listing whose names mean harm."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import jsonschema
import pytest
import triage_sample as sample
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pydantic import ValidationError

from blastradius.io.files import read_observations
from blastradius.model.graph import Evidence, Observation, Source
from blastradius.model.text import printable
from blastradius.report.as_dict import json_text
from blastradius.report.cells import cell_width
from blastradius.report.tlp import TLP_MEANINGS
from blastradius.report.triage_data import TRIAGE_COLUMNS
from blastradius.report.triage_schema import triage_json_schema
from blastradius.report.triage_view import TriageView
from blastradius.triage.results import FolderFound, InputRead, SamplePath

TRIAGES = {"whole": sample.TRIAGE, "sampled": sample.sampled(), "nothing": sample.NOTHING}
VIEWS = {name: TriageView(triage) for name, triage in TRIAGES.items()}
EACH = pytest.mark.parametrize("name", VIEWS)


def flat(text):
    return " ".join(text.split())


# -- golden pages ------------------------------------------------------------------------


def test_golden(golden):
    view = VIEWS["whole"]
    golden("triage-80.txt", view.to_text(width=80))
    golden("triage-120.txt", view.to_text(width=120))
    golden("triage.md", view.to_markdown())
    golden("triage.json", view.to_json())
    golden("triage.csv", view.to_csv())
    golden("triage.html", view.to_html())
    golden("triage.yaml", view.to_observations())


def test_golden_of_an_interrupted_sample(golden):
    golden("triage-sample-80.txt", VIEWS["sampled"].to_text(width=80, details=1))


# -- contracts ---------------------------------------------------------------------------


@EACH
def test_json_keeps_the_contract(name):
    schema = triage_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    text = VIEWS[name].to_json()
    data = json.loads(text)
    jsonschema.Draft202012Validator(schema).validate(data)
    assert data == json.loads(json.dumps(VIEWS[name].to_dict()))


def test_the_published_schema_is_the_current_one(published):
    published("triage.schema.json", json_text(triage_json_schema()))


def test_json_shows_nothing_that_moves_a_cursor_and_loses_nothing():
    text = VIEWS["whole"].to_json()
    assert all(line.isprintable() for line in text.split("\n"))
    assert text.encode()
    kinds = json.loads(text)["parties"][0]["varieties"]
    paths = [item["path"] for kind in kinds for item in kind["samples"]]
    assert set(sample.HOSTILE[:8]) - {sample.HOSTILE[4]} <= set(paths)


@EACH
def test_csv_has_one_row_for_each_party_and_kind(name):
    view = VIEWS[name]
    rows = view.to_rows()
    assert all(tuple(row) == TRIAGE_COLUMNS for row in rows)
    read = list(csv.reader(io.StringIO(view.to_csv())))
    assert {len(row) for row in read} == {len(TRIAGE_COLUMNS)}
    assert len(read) == 1 + len(rows)
    whole = [p for p in view.triage.parties for _ in p.varieties or (None,)]
    assert [row["id"] for row in rows if row["kind"] == "party"] == [p.id for p in whole]


def test_csv_cells_are_no_formulas_and_hold_no_controls():
    text = VIEWS["whole"].to_csv()
    rows = list(csv.reader(io.StringIO(text)))
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert all(line.replace("\u00a0", " ").isprintable() for line in text.split("\n"))
    assert f"'{sample.FORMULA}" in text
    assert sum(sample.LISTING.sha256 in row for row in rows) == len(rows) - 1


# -- pages -------------------------------------------------------------------------------


@EACH
@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_no_line_is_too_wide(name, width):
    for line in VIEWS[name].to_text(width=width).splitlines():
        # A command and a hash are never broken: they can be copied.
        copied = ("blastradius ", "5f5f", "cdcd", "efef")
        assert cell_width(line) <= width or any(mark in line for mark in copied)


@EACH
@pytest.mark.parametrize("colour", [False, True])
def test_a_terminal_gets_no_control_from_a_name(name, colour):
    text = VIEWS[name].to_text(width=80, colour=colour)
    for tone in ("1;31", "1", "2", "33", "0", "4"):
        text = text.replace(f"\x1b[{tone}m", "") if colour else text
    for line in text.split("\n"):
        assert line.replace("\u00a0", " ").isprintable()


def test_markdown_gets_no_markup_from_a_name():
    honest = dict.fromkeys(sample.HOSTILE, "D:/honest")
    shapes = []
    for triage in (sample.TRIAGE, _renamed(sample.TRIAGE, honest)):
        tokens = MarkdownIt("commonmark").enable("table").parse(TriageView(triage).to_markdown())
        inner = [t.type for token in tokens for t in (token, *(token.children or ()))]
        shapes.append([kind for kind in inner if kind not in ("text", "text_special")])
    assert shapes[0] == shapes[1]


def _renamed(value, names):
    """Return a triage with other texts, whatever the depth at which they stand."""
    if isinstance(value, tuple):
        return tuple(_renamed(item, names) for item in value)
    if hasattr(value, "__dataclass_fields__"):
        fields = {key: getattr(value, key) for key in value.__dataclass_fields__}
        return replace(value, **{key: _renamed(item, names) for key, item in fields.items()})
    return names.get(value, value) if isinstance(value, str) else value


def test_what_was_not_read_is_counted_and_shown():
    text = flat(VIEWS["whole"].to_text(width=120))
    assert "not read: 75 lines not of the format" in text
    assert r"listing.txt.gz D:/\x1b[2J\x1b]0;owned\x07/x.pdf" in text
    assert "INCOMPLETE: 1 listing could not be read" in text
    assert "problem: the archive ends in the middle of a block" in text
    assert "cut: 1 line of excessive length" in text


@EACH
@pytest.mark.parametrize("tlp", TLP_MEANINGS)
def test_every_form_says_its_label_and_the_hash(name, tlp):
    view = VIEWS[name]
    label = f"TLP:{tlp}"
    forms = [form(tlp=tlp) for form in (view.to_text, view.to_html, view.to_json)]
    forms += [view.to_observations(tlp=tlp), view.to_markdown(tlp=tlp).replace("\\", "")]
    forms += [view.to_csv(tlp=tlp)] if view.to_rows() else []
    assert all(label in form for form in forms)
    if view.triage.inputs:
        assert all(sample.LISTING.sha256 in form for form in forms)


def test_partial_and_sampled_are_said_on_top():
    text = VIEWS["sampled"].to_text(width=200)
    assert text.startswith("PARTIAL, SAMPLE, INCOMPLETE: Leak listing of Continental")
    told = flat(text)
    assert "SAMPLE: 1% was looked at of what was read before the interrupt" in told
    assert "PARTIAL: reading was interrupted" in told
    assert "11,800–12,901 files, 95% interval" in told
    assert "blastradius triage listing.txt.gz --target continental" in told
    notes = VIEWS["sampled"].to_observations()
    assert "# PARTIAL: " in notes
    assert "# SAMPLE: 1% " in notes
    for word in ("PARTIAL", "SAMPLE", "INCOMPLETE"):
        assert word in VIEWS["sampled"].to_html()
    assert "PARTIAL" not in VIEWS["whole"].to_text()
    assert "too little" not in told
    bare = replace(sample.sampled(), parties=(sample.BMW,))
    assert "too little was looked at for intervals" in flat(TriageView(bare).to_text())


def test_a_sample_of_everything_says_so():
    view = TriageView(sample.changed(sampled=1.0))
    text = flat(view.to_text())
    assert "SAMPLE: the listing is so small that all of it was looked at" in text
    assert "100%" not in text.split("Who is named")[0].split("Naming")[0]
    for phrase in ("too little", "may be named in the rest", "Read the whole listing"):
        assert phrase not in text
    assert text.startswith("INCOMPLETE: Leak listing of Continental")
    assert "# SAMPLE: the listing is so small" in view.to_observations()


def test_what_was_passed_over_is_shown():
    view = TriageView(sample.changed(skipped=("f/link", "f/\\x1b", "f/pipe", "f/more")))
    text = flat(view.to_text())
    assert "4 entries: links, devices, repeats f/link" in text
    assert "f/more" not in text
    assert json.loads(view.to_json())["skipped"][3] == "f/more"


def test_two_breached_parties_stand_in_the_headline():
    view = TriageView(sample.changed(breached=("Acme", "Bolt")))
    assert "Leak listing of Acme and Bolt, " in flat(view.to_text(width=200))


def test_equal_listings_are_told():
    other = replace(sample.LISTING, name="copy.txt")
    view = TriageView(sample.changed(inputs=(sample.LISTING, other)))
    assert "copy.txt is the same as " in flat(view.to_text(width=200))
    members = [replace(sample.LISTING, name=f"a.zip!{name}") for name in "bc"]
    view = TriageView(sample.changed(inputs=tuple(members)))
    assert "is the same as" not in flat(view.to_text(width=200))


def test_commands_keep_the_label():
    text = flat(VIEWS["whole"].to_text(width=200, tlp="RED"))
    assert text.count("--tlp RED") == 2
    assert "--tlp" not in flat(VIEWS["whole"].to_text(width=200))


def test_a_listing_without_an_end_has_no_hash():
    read = replace(sample.LISTING, sha256="", format="", compression="", modified=None)
    view = TriageView(sample.changed(inputs=(read,)))
    assert "sha256 not known: the file was not read to its end" in flat(view.to_text())
    assert "13.2 MB (nothing read)" in view.to_text()
    assert "#   sha256 not known" in view.to_observations()
    assert {row["sha256"] for row in view.to_rows()} == {""}


def test_nothing_found_is_no_all_clear():
    text = flat(VIEWS["nothing"].to_text())
    assert "no party of the graph is named" in text
    assert "A party that is not named is not safe" in text
    assert text.count("safe") == 1
    assert VIEWS["nothing"].to_observations().endswith("observations: []\n")


def test_details_are_of_as_many_parties_as_asked():
    text = VIEWS["whole"].to_text(details=1)
    assert "VOLKSWAGEN volkswagen" in flat(text)
    assert "BMW bmw" not in flat(text)
    assert "first 1 of 3 parties" in flat(text)
    assert "Below are" not in flat(VIEWS["whole"].to_text())


def test_long_lists_are_counted():
    many = tuple(replace(sample.BMW, id=f"p{k}", name=f"P {k}") for k in range(250))
    inputs = tuple(replace(sample.LISTING, name=f"{k}.txt") for k in range(13))
    nearly = tuple(replace(sample.NEARLY, id=f"n{k}") for k in range(12))
    said = tuple(map(sample.observation, many))
    view = TriageView(sample.changed(parties=many, inputs=inputs, nearly=nearly, observations=said))
    text = flat(view.to_text(details=0))
    assert "showing 200 of 250" in text
    assert "3 more listings; all stand in the JSON" in text
    assert "showing 10 of 12 parties" in text
    assert "10 more in the JSON" in view.to_csv()
    assert len(json.loads(view.to_json())["parties"]) == 250
    assert view.to_observations().count("- party: ") == 250


def test_commands_to_go_on_with():
    view = TriageView(sample.TRIAGE, graph="x y.yaml")
    text = view.to_text(width=200, observations="said.yaml")
    assert "blastradius analyze continental --observations said.yaml --graph 'x y.yaml'" in text
    assert "Write the observations to a file" not in text
    assert "--party volkswagen --paths paths.csv" in text


CUT = printable("folder/" * 40, 200)


def test_commands_repeat_how_it_was_read():
    provenance = replace(sample.TRIAGE.provenance, options={"listing_format": "tree"})
    triage = sample.changed(provenance=provenance, sampled=0.5)
    text = TriageView(triage, lexicons=("x.yaml", "our words.yaml")).to_text(width=300)
    how = "--lexicon x.yaml --lexicon 'our words.yaml' --format tree"
    assert f"blastradius triage listing.txt.gz --target continental {how}\n" in text
    assert f"--party volkswagen --paths paths.csv {how}\n" in text
    assert f"--target continental {how} --output observations.yaml" in text
    assert text.count("--lexicon x.yaml") == text.count("blastradius triage")
    (analyze,) = (line for line in text.splitlines() if "blastradius analyze" in line)
    assert "--lexicon" not in analyze


@pytest.mark.parametrize(
    "name", ["-", "--output", "a b.txt", "a\x1b.txt", "$(reboot)", "蔚来.txt", CUT]
)
def test_names_of_listings_are_no_part_of_a_command_unless_they_are_plain(name):
    read = replace(sample.LISTING, name=name)
    text = TriageView(sample.changed(inputs=(read,))).to_text(width=200)
    assert "blastradius triage LISTING --party" in text


def test_what_it_says_of_itself():
    view = VIEWS["whole"]
    assert repr(view) == "<Triage of 1,204,553 files: 3 parties named>"
    assert str(view) == view.to_text()
    assert view.parties is sample.TRIAGE.parties
    assert "<script" not in view._repr_html_()
    assert "\x1b" not in view._repr_html_()


# -- observations ------------------------------------------------------------------------

ANY_TEXT = st.one_of(
    st.text(max_size=60),
    st.sampled_from(sample.HOSTILE),
    st.sampled_from(["no", "null", "~", "1e5", "2022", "- a", "a: b # c", '"', "'", "\\", "\\x1b"]),
)


def valid(build):
    """Return what a model makes of a text, None where the model refuses it."""
    try:
        return build()
    except (ValidationError, ValueError):
        return None


@st.composite
def said(draw):
    """Draw an observation with all that a file may say, and texts that mean harm."""
    text = lambda: draw(ANY_TEXT)  # noqa: E731
    sources = [valid(lambda: Source(title=text(), tier="press", url=text())) for _ in range(2)]
    evidence = Evidence(
        certainty=draw(st.sampled_from(["inferred", "assumed"])),
        sources=tuple(filter(None, sources)),
    )
    return valid(
        lambda: Observation(
            party=draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:>+#-]{0,9}", fullmatch=True)),
            state=draw(st.sampled_from(["confirmed", "reported", "could-be-affected", "denied"])),
            event=draw(st.sampled_from(["exposed", "harmed"])),
            likelihood_ratio=draw(st.none() | st.floats(1e-6, 1e6)),
            date=draw(st.sampled_from([None, "2022", "2022-11", "2022-11-10"])),
            evidence=draw(st.sampled_from([None, evidence])),
            note=text(),
        )
    )


@given(items=st.lists(said().filter(bool), max_size=3), text=ANY_TEXT)
def test_observations_read_back_whatever_names_say(tmp_path_factory, items, text):
    parties = tuple(
        replace(
            sample.BMW,
            id=item.party,
            name=text,
            folders=(FolderFound(text, 1, 1), FolderFound(text + text, 1, 1)),
        )
        for item in items
    )
    read = replace(sample.LISTING, name=text, modified=None)
    triage = sample.changed(
        inputs=(read,), parties=parties, observations=tuple(items), target=text, sampled=0.5
    )
    path = tmp_path_factory.mktemp("said") / "observations.yaml"
    path.write_text(TriageView(triage).to_observations(), encoding="utf-8", newline="")
    assert read_observations(path) == tuple(items)


def test_the_file_of_the_sample_reads_back(tmp_path):
    for view in VIEWS.values():
        path = tmp_path / "observations.yaml"
        path.write_text(view.to_observations(), encoding="utf-8")
        assert read_observations(path) == view.triage.observations


def test_a_comment_cannot_be_left():
    text = VIEWS["whole"].to_observations()
    keys = ("schema:", "observations:", "  - party:", "    ", "")
    for line in text.split("\n"):
        assert line.isprintable()
        assert line.lstrip().startswith("#") or line.startswith(keys)
    assert "# 500 in " + printable(sample.HOSTILE[4]) in text


# -- what a page shows of any text -------------------------------------------------------


@given(text=st.text())
def test_any_path_is_shown_harmlessly_everywhere(text):
    path = SamplePath(text, 1, "high", "x")
    kind = replace(sample.VOLKSWAGEN.varieties[0], samples=(path,))
    party = replace(
        sample.VOLKSWAGEN,
        varieties=(kind,),
        folders=(FolderFound(text, 1, 1),),
        missed=(path,),
    )
    read: InputRead = replace(sample.LISTING, name=text, unread_examples=(text,))
    view = TriageView(sample.changed(parties=(party,), inputs=(read,), proposed=()))
    spaces = str.maketrans(dict.fromkeys("\u00a0\u1680\u202f\u205f\u3000", " ") | {
        chr(number): " " for number in range(0x2000, 0x200B)
    })  # fmt: skip
    for page in (view.to_text(), view.to_html(), view.to_markdown(), view.to_csv()):
        assert all(line.translate(spaces).isprintable() for line in page.split("\n"))
        assert page.encode()
    assert all(line.isprintable() for line in view.to_json().split("\n"))
    first = json.loads(view.to_json())["parties"][0]["varieties"][0]["samples"][0]
    assert first["path"] == text
