"""``blastradius triage`` from outside, with a triage made by hand: options, files, errors, Ctrl-C."""

from __future__ import annotations

import csv
import fcntl
import gzip
import inspect
import io
import json
import os
import signal
import struct
import subprocess
import sys
import termios
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import triage_sample as sample

from blastradius import api
from blastradius.cli import progress
from blastradius.cli.main import main
from blastradius.cli.progress import _ReadingBar, reading_bar
from blastradius.engine import compiled
from blastradius.io.files import read_observations
from blastradius.report.triage_view import TriageView

WHOLE = sample.changed(inputs=(replace(sample.LISTING, problems=()),))
"""The sample, read to its end."""


ROOT = Path(__file__).parents[3]


class Reading:
    """Stands in for the reading: keeps what it was asked, and tells of some paths."""

    def __init__(self, triage=WHOLE, paths=()):
        self.triage, self.paths, self.asked = triage, paths, []

    def __call__(self, source, listings, **options):
        # Whatever the command passes, the real one must take.
        inspect.signature(REAL).bind(source, listings, **options)
        self.asked.append({"source": source, "listings": listings, **options})
        if options["on_path"] is not None:
            for path in self.paths:
                options["on_path"](*path)
        return TriageView(self.triage)


REAL = api.triage


@pytest.fixture
def reading(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BLASTRADIUS_GRAPH", raising=False)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    formats = SimpleNamespace(FORMATS=("paths", "tree"))
    monkeypatch.setitem(sys.modules, "blastradius.triage.formats", formats)
    fake = Reading()
    monkeypatch.setattr(api, "triage", fake)
    (tmp_path / "listing.txt").write_text("a\n")
    return fake


def test_the_page_goes_to_standard_output(reading, capsys):
    assert main(["triage", "listing.txt"]) == 0
    out, err = capsys.readouterr()
    assert out == TriageView(WHOLE).to_text(details=5)
    assert err == ""
    (asked,) = reading.asked
    assert asked == {
        "source": "automotive",
        "listings": ("listing.txt",),
        "target": None,
        "lexicons": (),
        "listing_format": None,
        "sample": None,
        "n_threads": None,
        "party": None,
        "on_path": None,
        "progress": None,
    }


def test_options_are_passed_on(reading, monkeypatch):
    monkeypatch.setenv("BLASTRADIUS_GRAPH", "ours.yaml")
    words = "a.txt b - --target conti --lexicon x.yaml --lexicon y.yaml --format tree --sample 0.2"
    assert main(["triage", *words.split(), "--threads", "3"]) == 0
    (asked,) = reading.asked
    assert asked["source"] == "ours.yaml"
    assert asked["listings"] == ("a.txt", "b", "-")
    assert asked["lexicons"] == ("x.yaml", "y.yaml")
    assert (asked["listing_format"], asked["sample"], asked["n_threads"]) == ("tree", 0.2, 3)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--sample", "listing.txt"], 0.01),
        (["listing.txt", "--sample"], 0.01),
        (["--sample", "--target", "x", "listing.txt"], 0.01),
        (["--sample", ".5", "listing.txt"], 0.5),
        (["--sample=5e-3", "listing.txt"], 0.005),
        (["--sample", "5%", "listing.txt"], 0.05),
        (["--sample=0.5%", "listing.txt"], 0.005),
        (["--", "listing.txt", "--sample"], None),
    ],
)
def test_a_sample_needs_no_number(reading, words, part):
    assert main(["triage", *words]) == 0
    assert reading.asked[0]["sample"] == part
    assert reading.asked[0]["listings"][0] == "listing.txt"


def test_observations_and_reports_are_written(reading, tmp_path, capsys):
    reports = ["r.html", "r.md", "r.json", "r.csv", "r.txt"]
    words = [word for name in reports for word in ("--report", name)]
    assert main(["triage", "listing.txt", "-o", "said.yaml", *words, "--tlp", "tlp:red"]) == 0
    out = capsys.readouterr().out
    assert "blastradius analyze continental --observations said.yaml" in out
    view = TriageView(WHOLE)
    assert read_observations("said.yaml") == sample.TRIAGE.observations
    look = {"tlp": "RED", "observations": "said.yaml"}
    for name, text in zip(
        reports,
        (view.to_html(**look), view.to_markdown(**look), view.to_json(tlp="RED"),
         view.to_csv(tlp="RED"), view.to_text(**look)),
        strict=True,
    ):  # fmt: skip
        assert (tmp_path / name).read_text(encoding="utf-8") == text
        assert "RED" in text
        assert "AMBER" not in text
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["tlp"] == "TLP:RED"


def test_paths_of_a_party_are_escaped_and_no_formulas(reading, tmp_path):
    reading.paths = [
        ("=x\u202e.zip!a;=1", k, path, "vw", "high", "=term", ("Secrets", "Internal"))
        for k, path in enumerate(sample.HOSTILE, start=1)
    ]
    assert main(["triage", "listing.txt", "--party", "VW", "--paths", "vw.csv"]) == 0
    assert reading.asked[0]["party"] == "VW"
    text = (tmp_path / "vw.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    columns = ["listing", "path_number", "path", "party", "sureness", "term", "varieties", "tlp"]
    assert list(rows[0]) == columns
    assert {row["tlp"] for row in rows} == {"TLP:AMBER+STRICT"}
    assert [row["path_number"] for row in rows] == [str(k + 1) for k in range(len(sample.HOSTILE))]
    assert rows[3]["path"] == f"'{sample.FORMULA}"
    assert {row["listing"] for row in rows} == {"'=x\\u202e.zip!a;'=1"}
    assert rows[0]["term"] == "'=term"
    assert rows[0]["varieties"] == "Secrets; Internal"
    assert all(line.replace("\u00a0", " ").isprintable() for line in text.split("\n"))


def test_each_path_bears_the_label(reading, tmp_path):
    reading.paths = [("x", 1, "D:/x", "vw", "high", "vw", ())]
    assert main(["triage", "x", "--party", "vw", "--paths", "p.csv", "--tlp", "red"]) == 0
    assert (tmp_path / "p.csv").read_text(encoding="utf-8").endswith(",TLP:RED\n")


# -- interrupted -------------------------------------------------------------------------


def test_ctrl_c_prints_and_writes_what_was_seen(reading, tmp_path, capsys):
    reading.triage = sample.sampled()
    reading.paths = [("x", 1, "D:/x", "vw", "high", "vw", ())]
    words = ["-o", "o.yaml", "--report", "r.json", "--party", "vw", "--paths", "p.csv"]
    assert main(["triage", "listing.txt", *words]) == 130
    out, err = capsys.readouterr()
    assert out.startswith("PARTIAL, SAMPLE, INCOMPLETE: ")
    assert err == "error: interrupted\n"
    assert "# PARTIAL: " in (tmp_path / "o.yaml").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["is_partial"]
    assert "D:/x" in (tmp_path / "p.csv").read_text(encoding="utf-8")


def test_ctrl_c_is_heeded_while_a_pipe_is_idle(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "blastradius", "triage", "-", "-o", "o.yaml"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    pipe = process.stdin
    process.stdin = None  # it stays open: its end would be the end of the listing
    with pipe:
        pipe.write(b"D:/Volkswagen/Lastenheft.pdf\n" * 5)
        pipe.flush()
        end = time.monotonic() + 120
        while bytes_waiting(pipe) and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, b"error: interrupted\n")
    assert out.startswith(b"PARTIAL: Leak listing standard input, 5 files: ")
    assert "# PARTIAL: " in (tmp_path / "o.yaml").read_text(encoding="utf-8")


def bytes_waiting(pipe):
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0]


def test_an_interrupt_before_there_is_a_result_leaves_no_file(reading, tmp_path, monkeypatch):
    def interrupted(*_, on_path, **__):
        on_path("x", 1, "D:/x", "vw", "high", "vw", ())
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "triage", interrupted)
    words = ["--party", "vw", "--paths", "p.csv", "-o", "o.yaml"]
    assert main(["triage", "listing.txt", *words]) == 130
    assert [path.name for path in tmp_path.iterdir()] == ["listing.txt"]


def test_what_could_not_be_read_in_full_is_told_by_the_exit_code(reading, tmp_path, capsys):
    reading.triage = sample.TRIAGE
    reading.paths = [("x", 1, "D:/x", "vw", "high", "vw", ())]
    words = ["-o", "o.yaml", "--report", "r.json", "--party", "vw", "--paths", "p.csv"]
    assert main(["triage", "listing.txt", *words]) == 3
    out, err = capsys.readouterr()
    assert "INCOMPLETE: 1 listing could not be read" in out
    assert err == ""
    assert all((tmp_path / name).stat().st_size for name in ("o.yaml", "r.json", "p.csv"))


@pytest.mark.parametrize(("content", "code"), [("D:/BMW/x.pdf\n", 0), ("", 3), (None, 3)])
def test_exit_codes_of_real_listings(tmp_path, capsys, content, code):
    path = tmp_path / "listing.txt"
    if content is None:
        lines = "".join(f"D:/BMW/{number * 7919 % 10007}.pdf\n" for number in range(10_000))
        path.write_bytes(gzip.compress(lines.encode())[:-2000])
    else:
        path.write_text(content)
    assert main(["triage", str(path)]) == code
    assert ("INCOMPLETE" in capsys.readouterr().out) is (code == 3)


# -- errors ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "missing argument"),
        (["x", "--party", "vw"], "--party and --paths go together"),
        (["x", "--paths", "p.csv"], "--party and --paths go together"),
        (["x", "--party", "vw", "--paths", "p.txt"], "'p.txt' must end in .csv"),
        (["x", "--sample", "1"], "--sample: must be more than 0 and less than 1 (100%), got 1"),
        (["x", "--sample", "0"], "--sample: must be more than 0 and less than 1 (100%), got 0"),
        (["x", "--sample", "100%"], "--sample: must be more than 0 and less than 1 (100%), got 1"),
        (["x", "--sample=nan"], "--sample: must be more than 0"),
        (["x", "--sample=some"], "--sample: must be a part such as 0.05 or 5%, got 'some'"),
        (["x", "--threads", "0"], "--threads: must be at least 1, got 0"),
        (["x", "--tlp", "WHITE"], "--tlp: unknown value 'WHITE'"),
        (["x", "--format", "tre"], "--format: unknown value 'tre' (did you mean 'tree'?)"),
        (["x", "--format", "zzz"], "(choose from paths, tree)"),
        (["x", "--report", "r.pdf"], "--report: 'r.pdf' has no suffix of a report"),
        (["x", "--report", "r"], "--report: 'r' has no suffix of a report"),
        (["x", "-o", "r.html"], "a page is written with --report"),
        (["x", "-", "-"], "standard input, -, can be read only once"),
        (["listing.txt", "--report", "./listing.txt"], "is an input of this command"),
        (["x", "--lexicon", "l.yaml", "-o", "l.yaml"], "is an input of this command"),
        (["listings", "-o", "listings/o.yaml"], "is an input of this command"),
        (["x", "--report", "a.md", "--report", "./a.md"], "would be written twice"),
        (["x", "--sampel"], "unknown option '--sampel' (did you mean '--sample'?)"),
    ],
)
def test_bad_options(reading, capsys, words, message):
    assert main(["triage", *words]) == 2
    out, err = capsys.readouterr()
    assert message in err
    assert "Try 'blastradius triage --help'" in err
    assert out == ""
    assert reading.asked == []


@pytest.mark.parametrize("option", [["-o"], ["--report"], ["--party", "vw", "--paths"]])
@pytest.mark.parametrize("folder", ["d", "./d/", "link", "d/sub/.."])
def test_nothing_is_written_below_a_folder_that_is_read(reading, capsys, tmp_path, option, folder):
    (tmp_path / "d" / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to("d", target_is_directory=True)
    name = "l.yaml" if option == ["-o"] else "l.csv"
    for place in ("d", "d/sub", "d/sub/deep", "link/sub", "d/../link/sub"):
        (tmp_path / "d" / "sub" / name).write_text("evidence\n")
        assert main(["triage", folder, *option, f"{place}/{name}"]) == 2
        assert "is an input of this command" in capsys.readouterr().err
        assert (tmp_path / "d" / "sub" / name).read_text() == "evidence\n"
    assert reading.asked == []
    # A name that only begins alike is another folder.
    (tmp_path / "d2").mkdir()
    assert main(["triage", folder, *option, f"d2/{name}"]) != 2


def test_places_that_cannot_be_written(reading, capsys, tmp_path):
    for words in (["-o", "no/o.yaml"], ["--party", "vw", "--paths", "no/p.csv"]):
        assert main(["triage", "listing.txt", *words]) == 1
        assert "no such folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["listing.txt"]


# -- what the terminal sees --------------------------------------------------------------


@pytest.mark.parametrize(
    ("env", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colour_only_where_it_is_wanted(reading, monkeypatch, capsys, env, coloured):
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert main(["triage", "listing.txt", "--report", "r.txt"]) == 0
    out = capsys.readouterr().out
    assert ("\x1b[1m" in out) is coloured
    assert "\x1b[2J" not in out
    assert "\x1b]0" not in out
    with open("r.txt", encoding="utf-8") as report:  # noqa: PTH123
        assert "\x1b" not in report.read()


def test_width_follows_the_terminal(reading, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["triage", "listing.txt"]) == 0
    assert capsys.readouterr().out == TriageView(WHOLE).to_text(width=120, details=5)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("total", [10**9, None])
def test_a_bar_shows_rate_and_time_left(monkeypatch, total):
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with reading_bar("reading") as progress:
        progress(0, total, 0)
        assert screen.getvalue() == ""
        progress._begun -= 10
        progress(5 * 10**8, total, 20_000_000)
        progress._shown[0].refresh()
    drawn = screen.getvalue()
    assert "500 MB, 50 MB/s, 20 million lines, 2 million/s" in drawn
    assert ("50%" in drawn) is (total is not None)
    assert ("-:--:--" in drawn) is (total is not None)
    assert drawn.endswith(("\x1b[2K", "\r", "\x1b[?25h"))


def test_short_reading_draws_nothing(monkeypatch):
    bar = _ReadingBar("reading")
    bar._begun -= 10
    bar(10, 10, 1)
    assert bar._shown is None
    bar.close()


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("paths", "compiles", "is_said"), [(0, True, True), (10, True, False), (0, False, False)]
)
def test_a_first_run_says_why_nothing_moves(monkeypatch, paths, compiles, is_said):
    monkeypatch.setattr(compiled, "is_compiling", lambda: compiles)
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(progress, "_FIRST_DELAY", 0.05)
    with progress.reading_bar("reading") as bar:
        bar(1, 10, paths)
        time.sleep(0.3)
    assert ("first run after an installation compiles" in screen.getvalue()) is is_said


def test_reviewed_observations_are_not_written_over(reading, capsys, tmp_path):
    file = tmp_path / "o.yaml"
    file.write_text("reviewed\n", encoding="utf-8")
    assert main(["triage", "listing.txt", "-o", "o.yaml"]) == 1
    assert "it exists; --force replaces it" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "reviewed\n"
    assert reading.asked == []
    assert main(["triage", "listing.txt", "-o", "o.yaml", "--force"]) == 0
    assert "schema: blastradius/observations/1" in file.read_text(encoding="utf-8")
