"""From files to observations: the whole way, in parts, interrupted, and with names that mean harm."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import signal
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from triage_world import graph_of, lexicon_of

from blastradius import analyze, api
from blastradius.errors import PatternError, QuestionError
from blastradius.io.files import read_observations
from blastradius.triage import folders, interrupts, lexicon, lines, reading, run, sample, unpack
from blastradius.triage.evidence import MOST, UNSURE
from blastradius.triage.results import TriageProvenance

GRAPH = graph_of("Audi", "Bosch", "Seat", {"id": "zf", "name": "ZF"})
LEXICON = lexicon_of(
    ("prices", "Secrets", ["preis"], [], []), ordinary=[{"term": "seat", "because": "a chair"}]
)
PROVENANCE = TriageProvenance("1", "world", "00", "ours", {})
DAY = 1_668_038_400
"""2022-11-10 in UTC."""


@pytest.fixture
def listing(tmp_path):
    def written(paths, name="listing.txt"):
        path = tmp_path / name
        content = paths if isinstance(paths, bytes) else "".join(f"{p}\n" for p in paths).encode()
        path.write_bytes(content)
        os.utime(path, (DAY, DAY))
        return path

    return written


@pytest.fixture
def small_blocks(monkeypatch):
    """Cut listings into blocks of few lines: the length is bound when the function is defined."""
    monkeypatch.setattr(lines.line_blocks, "__defaults__", (256,))
    monkeypatch.setattr(reading, "PIECE_BYTES", 256)
    monkeypatch.setattr(sample, "PIECE_BYTES", 256)


def triage(*paths, question=None, **options):
    return run.triage_listings(
        GRAPH,
        [str(path) for path in paths],
        question or run.TriageQuestion(n_threads=1),
        lexicon=LEXICON,
        provenance=PROVENANCE,
        **options,
    )


def only(found, id_):
    (party,) = (party for party in (*found.parties, *found.nearly) if party.id == id_)
    return party


# Observations


def test_a_listing_changes_an_analysis(listing, tmp_path):
    paths = [f"D:/Kunden/Ford/projekt{k}/Lastenheft.pdf" for k in range(6)]
    paths += [f"D:/Projekte/Porsche/x{k}/y.pdf" for k in range(30)]
    view = api.triage("automotive", [listing(paths)], target="continental")
    seen = tmp_path / "seen.yaml"
    seen.write_text(view.to_observations(), encoding="utf-8")
    said = read_observations(seen, api.load_graph("automotive").graph)
    assert said == view.triage.observations
    ratios = {item.party: item.likelihood_ratio for item in said}

    def odds(observations):
        result = analyze("automotive", "continental", observations=observations)
        p = {row["id"]: row["p_exposed"] for row in result.to_rows()}
        return {id_: p[id_] / (1 - p[id_]) for id_ in ("ford", "porsche", "stellantis")}

    before, after = odds(()), odds(said)
    assert after["ford"] / before["ford"] == pytest.approx(ratios["ford"], rel=0.02)
    assert after["porsche"] / before["porsche"] == pytest.approx(ratios["porsche"], rel=0.02)
    assert after["stellantis"] == pytest.approx(before["stellantis"], rel=0.02)


@pytest.mark.parametrize(
    ("n_folders", "state"), [(0, None), (1, "could-be-affected"), (3, "could-be-affected"),
                             (8, "could-be-affected"), (9, "reported"), (2000, "reported")]
)  # fmt: skip
def test_ratio_grows_with_folders_and_saturates(listing, n_folders, state):
    paths = [f"x/{k}/audi/{n}" for k in range(n_folders) for n in range(3)]
    found = triage(listing([*paths, "x/y"]))
    if not n_folders:
        assert found.parties == found.observations == ()
        return
    (said,) = found.observations
    ratio = 20 ** (n_folders / (n_folders + 3))
    assert (said.party, said.state) == ("audi", state)
    assert said.likelihood_ratio == pytest.approx(ratio, abs=5e-4)
    assert said.likelihood_ratio < MOST
    party = only(found, "audi")
    assert (party.files, party.n_folders, party.pieces) == (3 * n_folders, n_folders, n_folders)


def test_folders_of_unsure_names_count_less(listing):
    found = triage(listing(["a/ZF/x", "b/ZF/x", "c/ZF/y"]))
    assert only(found, "zf").pieces == 3 * UNSURE
    (said,) = found.observations
    assert said.likelihood_ratio == pytest.approx(20 ** (0.75 / 3.75), abs=5e-4)


def test_near_misses_are_no_observation(listing):
    found = triage(listing(["a/seat/x", "b/zf/x"]))
    assert found.observations == found.parties == ()
    assert {party.id for party in found.nearly} == {"seat", "zf"}
    assert [sample.path for sample in only(found, "seat").missed] == ["a/seat/x"]


def test_an_observation_tells_its_source(listing):
    path = listing(["audi/preis.pdf"])
    (said,) = triage(path).observations
    assert said.date == "2022-11-10"
    (source,) = said.evidence.sources
    assert source.date == "2022-11-10"
    assert path.name in source.title
    assert "sha256" in source.title
    assert "Secrets 1" in said.note


# Inputs


def test_standard_input_is_a_listing(monkeypatch, listing):
    content = b"x/Volkswagen/Lastenheft.pdf\ny\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    found = api.triage("automotive", ["-"]).triage
    assert (found.files, [party.id for party in found.parties]) == (2, ["volkswagen"])
    assert found.inputs[0].modified is None
    assert found.inputs[0].stored_bytes == len(content)


def test_paths_are_numbered_in_their_listing(listing, small_blocks):
    first = listing(["x" * 900, "audi/1"], "a.txt")
    second = listing(["y", "audi/2", "z" * 900, "audi/3"], "b.txt")
    seen = []
    question = run.TriageQuestion(party="audi")
    found = triage(first, second, question=question, on_path=lambda *told: seen.append(told))
    assert seen == [
        (str(first), 2, "audi/1", "audi", "high", "Audi", ()),
        (str(second), 2, "audi/2", "audi", "high", "Audi", ()),
        (str(second), 4, "audi/3", "audi", "high", "Audi", ()),
    ]
    assert [read.name for read in found.inputs] == [str(first), str(second)]
    assert found.files == 6


def test_paths_name_the_member_of_an_archive(tmp_path):
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("a.txt", "x\naudi/1\n")
        members.writestr("b.txt", "audi/2\n")
    seen = []
    question = run.TriageQuestion(party="audi")
    triage(archive, question=question, on_path=lambda *told: seen.append(told[:3]))
    assert seen == [(f"{archive}!a.txt", 2, "audi/1"), (f"{archive}!b.txt", 1, "audi/2")]


def test_each_line_of_a_party_is_handed_out_once_and_in_order(listing, small_blocks):
    rng = np.random.default_rng(3)
    words = ["audi", "bosch", "preis", "seat", "x"]
    paths = ["/".join(rng.choice(words, 4)) for _ in range(1000)]
    seen = []
    question = run.TriageQuestion(party="audi", n_threads=4)
    triage(listing(paths), question=question, on_path=lambda *told: seen.append(told))
    assert [(number, path) for _, number, path, *_ in seen] == [
        (number, path) for number, path in enumerate(paths, start=1) if "audi" in path
    ]
    assert all((told[6] == ("Secrets",)) is ("preis" in told[2]) for told in seen)


def test_a_party_nobody_searches_for_has_no_paths(listing):
    question = run.TriageQuestion(party="audi", origins=("audi",))
    seen = []
    found = triage(listing(["audi/x"]), question=question, on_path=lambda *told: seen.append(told))
    assert seen == []
    assert found.parties == ()


def connected(second):
    """Return a graph that the library takes: Audi has disclosed something to another party."""
    return graph_of(
        "Audi",
        second,
        datasets=[{"id": "x", "owner": "audi", "varieties": ["Secrets"]}],
        shares=[{"discloser": "audi", "recipient": "other", "datasets": ["x"], "probability": 0.5}],
    )


@pytest.mark.parametrize(
    ("party", "target", "message"),
    [
        ("Audi", "audi", "'audi' is whose listing it is"),
        ("Staff", None, "nothing of 'other' is searched for"),
        ("Staff", "audi", "nothing of 'other' is searched for"),
    ],
)
def test_paths_of_a_party_nobody_searches_for_are_refused(listing, party, target, message):
    graph = connected({"id": "other", "name": "Staff", "role": "data-subjects"})
    with pytest.raises(QuestionError, match=message):
        api.triage(graph, [listing(["audi/staff"])], target=target, party=party)


def test_one_path_may_stand_alone(listing, monkeypatch):
    path = listing(["audi/x"])
    graph = connected({"id": "other", "name": "Bosch"})
    monkeypatch.chdir(path.parent)
    whole = api.triage(graph, [path.name]).to_json()
    assert api.triage(graph, path.name).to_json() == whole
    assert api.triage(graph, path).parties == api.triage(graph, [path]).parties


def test_commands_of_the_page_read_alike(listing, tmp_path):
    words = tmp_path / "words.yaml"
    words.write_text("schema: blastradius/lexicon/1\nname: ours\n", encoding="utf-8")
    graph = connected({"id": "other", "name": "Bosch"})
    view = api.triage(graph, listing(["audi/x"]), lexicons=words, listing_format="plain")
    assert f"--lexicon {words} --format plain" in view.to_text(width=1000)


def test_the_provenance_has_the_hash_of_every_lexicon(listing, tmp_path):
    words = tmp_path / "words.yaml"
    words.write_text("schema: blastradius/lexicon/1\nname: ours\n", encoding="utf-8")
    graph = connected({"id": "other", "name": "Bosch"})
    view = api.triage(graph, listing(["audi/x"]), lexicons=words)
    provenance = view.to_dict()["provenance"]
    shipped = sorted(Path(lexicon.__file__).parent.glob("data/*.yaml"))
    expected = [(path.name, path.read_bytes(), True) for path in shipped]
    expected.append((str(words), words.read_bytes(), False))
    assert provenance["lexicon_files"] == [
        {"name": name, "sha256": hashlib.sha256(content).hexdigest(), "is_shipped": is_shipped}
        for name, content, is_shipped in expected
    ]
    for text in (view.to_html(), view.to_markdown(), view.to_text(width=200)):
        assert all(file["sha256"] in text for file in provenance["lexicon_files"])


def test_a_party_outside_the_graph_has_paths(listing):
    seen = []
    found = api.triage(
        connected({"id": "other", "name": "Bosch"}),
        [listing(["x/subaru/y"])],
        party="subaru",
        on_path=lambda *t: seen.append(t),
    )
    assert [told[3] for told in seen] == [party.id for party in found.triage.proposed]


@pytest.mark.parametrize("fields", [{"sample": 0}, {"sample": 1.5}, {"n_threads": 0}])
def test_options_out_of_range(fields):
    with pytest.raises(QuestionError, match=next(iter(fields))):
        run.TriageQuestion(**fields)


def test_a_term_that_means_nothing_is_named(listing):
    dataset = {"id": "d", "owner": "acme", "varieties": ["Secrets"], "terms": ["a*b"]}
    share = {"discloser": "acme", "recipient": "bolt", "datasets": ["d"]}
    graph = graph_of("Acme", "Bolt", datasets=[dataset], shares=[share])
    with pytest.raises(PatternError, match=r"'a\*b'"):
        api.triage(graph, [listing(["x"])])


# Interrupted


@pytest.mark.parametrize("n_calls", [1, 7])
def test_what_was_counted_before_an_interrupt_is_told(listing, small_blocks, n_calls):
    paths = [f"audi/{k:04}/preis.pdf" for k in range(2000)]
    path = listing(paths)
    calls = []

    def interrupted(done, total, n_paths):
        calls.append((done, total, n_paths))
        if len(calls) == n_calls:
            raise KeyboardInterrupt

    found = triage(path, progress=interrupted)
    assert found.is_partial
    assert found.files == calls[-1][2] < 2000
    assert calls[-1][1] == path.stat().st_size
    assert (found.files > 0) is (n_calls == 7)
    before = triage(listing(paths[: found.files], "before.txt"))
    assert [(p.id, p.files, p.n_folders) for p in found.parties] == [
        (p.id, p.files, p.n_folders) for p in before.parties
    ]
    assert not triage(path).is_partial


def test_a_block_that_is_counted_in_part_is_not_told_of(listing, small_blocks, monkeypatch):
    """A second Ctrl-C may come in the midst of counting: then it ends the program."""
    path = listing([f"audi/{k:04}/preis.pdf" for k in range(2000)])

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(folders.Folders, "add", interrupted)
    with pytest.raises(KeyboardInterrupt):
        triage(path)


class Pressed(io.BytesIO):
    """A file before whose end somebody presses Ctrl-C while the program waits for more."""

    def read1(self, n_bytes=-1):
        chunk = super().read1(n_bytes)
        if not chunk:
            signal.raise_signal(signal.SIGINT)
        return chunk


def as_zip(text):
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("a/list.txt", text)
        archive.writestr("b/list.txt", text)
    return into.getvalue()[:-60]


@pytest.mark.parametrize("pack", [bytes, lambda text: gzip.compress(text)[:-2], as_zip])
def test_ctrl_c_is_heeded_while_nothing_comes(listing, pack):
    more = listing([f"bmw/{k}/preis.pdf" for k in range(10)])
    text = b"".join(b"audi/%d/preis.pdf\n" % k for k in range(20))
    before = signal.getsignal(signal.SIGINT)
    found = triage("-", more, stdin=Pressed(pack(text)))
    assert found.is_partial
    assert (only(found, "audi").files, len(found.parties)) == (40 if pack is as_zip else 20, 1)
    assert [(each.problems, each.sha256) for each in found.inputs] == [((), "")] * len(found.inputs)
    assert signal.getsignal(signal.SIGINT) is before


class Watched(io.BytesIO):
    """A file that nobody may read on in once Ctrl-C was pressed."""

    is_pressed = False

    def read1(self, n_bytes=-1):
        assert not self.is_pressed
        return super().read1(n_bytes)


def test_nothing_more_is_read_after_ctrl_c(monkeypatch, small_blocks):
    """The line in which the reading ended is not told of: what was cut off may name another."""
    monkeypatch.setattr(unpack, "READ_BYTES", 1001)
    file = Watched(b"audi/preis.pdf\n" * 400_000)

    def pressed(*_):
        if not file.is_pressed:
            file.is_pressed = True
            signal.raise_signal(signal.SIGINT)

    found = triage("-", stdin=file, progress=pressed)
    assert found.is_partial
    assert only(found, "audi").files == file.tell() // 15 < 400_000
    assert file.tell() % 15
    assert found.inputs[0].problems == ()


def test_ctrl_c_within_a_member_accuses_nobody(monkeypatch, small_blocks):
    monkeypatch.setattr(unpack, "READ_BYTES", 1000)
    into = io.BytesIO()
    rng = np.random.default_rng(0)
    lines = b"".join(b"audi/%d.pdf\n" % k for k in rng.integers(0, 10**9, 5000))
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        with zipfile.ZipFile(into, "w", method) as archive:
            archive.writestr("list.txt", lines)
        found = triage("-", stdin=Pressed(into.getvalue()[:8000]))
        assert found.is_partial
        assert 0 < only(found, "audi").files < 5000
        assert [each.problems for each in found.inputs] == [()]


def test_what_had_come_does_not_go_on_for_long(monkeypatch, small_blocks):
    monkeypatch.setattr(unpack, "_AFTER_STOP", 10_000)
    packed = gzip.compress(b"audi/preis.pdf\n" * 200_000)
    told = []

    def pressed(*_):
        if not told:
            signal.raise_signal(signal.SIGINT)
        told.append(1)

    found = triage("-", stdin=io.BytesIO(packed), progress=pressed)
    assert found.is_partial
    assert only(found, "audi").files < 100_000
    assert found.inputs[0].problems == ()


def test_an_interrupted_sample(listing, small_blocks):
    path = listing([f"audi/{k:04}/preis.pdf" for k in range(4000)])
    told = []

    def pressed(*_):
        if len(told) == 3:
            signal.raise_signal(signal.SIGINT)
        told.append(1)

    found = triage(path, question=run.TriageQuestion(n_threads=1, sample=0.3), progress=pressed)
    assert found.is_partial
    assert 0 < found.files < 600
    assert found.inputs[0].problems == ()


def test_ctrl_c_is_heeded_before_anything_comes():
    found = triage("-", stdin=Pressed())
    assert (found.is_partial, found.files) == (True, 0)
    assert not any(each.problems for each in found.inputs)


def test_ctrl_c_is_heeded_within_one_long_line(monkeypatch):
    monkeypatch.setattr(unpack, "READ_BYTES", 2**12)

    class Endless(io.BytesIO):
        n_reads = 0

        def read1(self, n_bytes=-1):
            self.n_reads += 1
            if self.n_reads == 50:
                signal.raise_signal(signal.SIGINT)
            return b"audi " * (n_bytes // 5)

    found = triage("-", stdin=Endless())
    assert found.is_partial
    assert found.inputs[0].cut == 1


def test_a_second_ctrl_c_does_not_wait():
    pressed = interrupts.Interrupt()
    before = signal.getsignal(signal.SIGINT)
    with pressed.heeded():
        signal.raise_signal(signal.SIGINT)
        assert pressed.is_pressed
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(interrupts.StoppedError):
            pressed.wait_for(lambda: b"more")
    assert signal.getsignal(signal.SIGINT) is before


def test_progress_tells_of_bytes_and_paths(listing, small_blocks):
    path = listing([f"audi/{k:04}/x" for k in range(500)])
    calls = []
    triage(path, progress=lambda *told: calls.append(told))
    size = path.stat().st_size
    assert {total for _, total, _ in calls} == {size}
    assert calls[-1][0] == size
    assert calls == sorted(calls)


# Samples


def test_intervals_contain_the_truth(listing, small_blocks):
    hits, widths = 0, []
    for rng_seed in range(50):
        rng = np.random.default_rng(rng_seed)
        rate = rng.uniform(0.05, 0.5)
        # Files of a folder stand together: runs of one to twelve lines.
        paths = []
        while len(paths) < 4000:
            name = "audi" if rng.random() < rate else "x"
            n_files = int(rng.integers(1, 13))
            paths += [f"{name}/{rng.integers(1_000_000):06}/{k}.pdf" for k in range(n_files)]
        path = listing(paths, f"{rng_seed}.txt")
        truth = sum(line.startswith("audi") for line in paths)
        found = triage(path, question=run.TriageQuestion(sample=0.3, n_threads=1))
        assert 0.15 < found.sampled < 0.5
        interval = only(found, "audi").interval
        widths.append((interval.high - interval.low) / truth)
        hits += interval.low <= truth <= interval.high
    assert hits >= 45
    assert np.median(widths) < 1


def test_a_sample_of_everything_has_no_interval(listing, small_blocks):
    path = listing([f"audi/{k}" for k in range(2000)])
    found = triage(path, question=run.TriageQuestion(sample=1))
    assert found.sampled == 1
    assert only(found, "audi").interval is None
    assert only(found, "audi").files == 2000


def test_too_few_blocks_give_no_interval(listing):
    found = triage(listing(["audi/x"] * 10), question=run.TriageQuestion(sample=0.01))
    assert only(found, "audi").files == 10  # the first block is always looked at
    assert only(found, "audi").interval is None


# Names that mean harm

HOSTILE = {
    "ansi": b"\x1b[2J\x1b]0;owned\x07/Volkswagen/x.pdf\n",
    "bidi": "D:/\u202egpj.exe\u202c/Volkswagen/x\n".encode(),
    "formula": b"=cmd|' /C calc'!A0/Volkswagen\n",
    "markup": b"<script>alert(1)</script>/Volkswagen/x\n",
    "long": b"D:/Volkswagen/" + b"a" * 40_000 + b"/x.pdf\ny\n",
    "zeros": b"D:/Volks\0wagen/\0\0\nVolkswagen/x\n",
    "returns": b"D:/a\rb/Volkswagen\r\r\nx\r\n",
    "broken": b"D:/\xff\xfe\xc3(\xe2\x82/Volkswagen\nD:/\xf0\x9f\x98/Volkswagen/\x80\n",
    "surrogates": b"\xed\xa0\x80/Volkswagen/\xed\xb0\x80\n",
    "separators": "\u2028Volkswagen\u2029/\x85\x0b\x0c\x1c\n".encode(),
    "many": b"/".join([b"Volkswagen", b"BMW"] * 5_000) + b"\n",
    "slashes": b"/" * 10_000 + b"Volkswagen\n" + b"\\" * 10_000 + b"\n",
    "blanks": b" " * 10_000 + b"Volkswagen" + b" _-" * 10_000 + b"\n",
    "marks": ("Volkswagen/" + "a\u0300" * 9_000).encode() + b"\n",
}


def escaped(text):
    """Tell whether nothing in a text moves a cursor or hides; a space that does not break is shown."""
    return all(character.isprintable() or character in "\n\u00a0" for character in text)


@pytest.mark.parametrize("kind", [*HOSTILE, "all"])
def test_hostile_names_go_through(listing, kind, tmp_path):
    content = b"".join(HOSTILE.values()) if kind == "all" else HOSTILE[kind]
    seen = []
    view = api.triage(
        "automotive",
        [listing(content)],
        listing_format="plain",
        party="volkswagen",
        on_path=lambda *told: seen.append(told),
    )
    party = only(view.triage, "volkswagen")
    assert party.files == len(seen) >= 1
    assert escaped(view.to_text())
    assert escaped(view.to_observations())
    assert json.loads(view.to_json())["schema"]
    assert "<script>alert" not in view.to_html()
    assert "\x1b" not in view.to_markdown() + view.to_csv()
    path = tmp_path / "seen.yaml"
    path.write_text(view.to_observations(), encoding="utf-8")
    assert read_observations(path) == view.triage.observations
