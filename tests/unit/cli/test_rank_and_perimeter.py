"""``rank`` and ``perimeter`` from outside, and the bar that long work shows."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import time

import jsonschema
import pytest

from blastradius.cli import progress as progress_module
from blastradius.cli.progress import progress_bar
from blastradius.report.survey_schema import perimeter_json_schema, ranking_json_schema


def run(*arguments, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "blastradius", *arguments],
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONWARNINGS": "error", "COLUMNS": "80"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, done.stderr
    return done


def test_rank():
    done = run("rank")
    assert done.stdout.startswith("Whose breach would harm others in automotive: 94 of 208 parties")
    assert "showing 20 of 94" in done.stdout
    assert done.stderr == ""
    data = json.loads(run("rank", "--top", "200", "--format", "json").stdout)
    jsonschema.validate(data, ranking_json_schema())
    assert data["listing"] == {"shown": 94, "total": 94, "roles": [], "top": 200}


def test_rank_lists_roles_and_asks_otherwise():
    rows = list(csv.DictReader(io.StringIO(run("rank", "--role", "oem", "--format", "csv").stdout)))
    assert {row["role"] for row in rows} == {"oem"}
    options = json.loads(
        run("rank", "--action", "error", "--as-of", "2021", "--format", "json").stdout
    )["provenance"]["options"]
    assert (options["actions"], options["as_of"]) == (["error"], "2021")


def test_perimeter(tmp_path):
    done = run("perimeter", "VW", "--top", "3")
    assert done.stdout.startswith("Whose breach would harm Volkswagen: 15 parties on record")
    target = tmp_path / "perimeter.json"
    assert run("perimeter", "volkswagen", "--output", str(target)).stdout == ""
    data = json.loads(target.read_text(encoding="utf-8"))
    jsonschema.validate(data, perimeter_json_schema())
    assert len(data["parties"]) == 15
    markdown = run("perimeter", "vw", "--format", "markdown").stdout
    assert markdown.startswith("# Whose breach would harm Volkswagen")


def test_sampling_is_reproducible():
    command = ("rank", "--graph", "cross-industry", "--worlds", "64", "--format", "json")
    first, second = run(*command, "--rng-seed", "3").stdout, run(*command, "--rng-seed", "3").stdout
    assert first == second
    assert json.loads(first)["engine"]["n_worlds"] == 128  # two blocks at least


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("perimeter", "volkswagn"), 1, "unknown party 'volkswagn' (did you mean 'volkswagen'"),
        (("perimeter",), 2, "missing argument"),
        (("rank", "--top", "0"), 2, "--top: must be at least 1, got 0"),
        (("rank", "--precision", "0"), 2, "--precision: must be more than 0 and less than 100"),
        (("rank", "--role", "oen"), 2, "--role: unknown value 'oen' (did you mean 'oem'?)"),
        (("rank", "--action", "hack"), 2, "--action: unknown value 'hack'"),
        (("rank", "--as-of", "soon"), 2, "--as-of: not a date: 'soon'"),
        (("rank", "--exact", "--worlds", "5"), 2, "--exact computes and --worlds samples"),
        (("rank", "--output", "x.html"), 2, "--output: 'x.html' looks like a format"),
        (("rank", "--graph", "nowhere"), 1, "nowhere"),
        (("perimeter", "vw", "--output", "/no/such/folder/x.json"), 1, "no such folder"),
        (("schema", "--ranking", "--perimeter"), 2, "are two schemas: choose one of them"),
    ],
)
def test_mistakes_are_one_message(arguments, code, message):
    done = run(*arguments, code=code)
    assert done.stdout == ""
    assert message in done.stderr


def test_schemas_are_printed():
    assert json.loads(run("schema", "--ranking").stdout) == ranking_json_schema()
    assert json.loads(run("schema", "--perimeter").stdout) == perimeter_json_schema()


# --- the bar ------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_no_bar_in_a_pipe(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress_bar("working") as progress:
        assert progress is None


def test_no_bar_for_short_work(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress_bar("working") as progress:
        progress(1, 2)
        progress(2, 2)
    assert sys.stderr.getvalue() == ""


def test_a_bar_for_long_work_that_goes_away(monkeypatch):
    monkeypatch.setattr(progress_module, "_DELAY", 0.0)
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("[red]working") as progress:
        progress(1, 4)
        progress(2, 4)
    shown = sys.stderr.getvalue()
    assert "[red]working" in shown
    assert shown.endswith(("\x1b[?25h", "\x1b[2K", "\x1b[1A\x1b[2K"))


def test_ctrl_c_leaves_no_half_written_file(tmp_path):
    target = tmp_path / "ranking.json"
    target.write_text("old", encoding="utf-8")
    reader, writer = pty.openpty()  # a terminal for the bar
    command = ("rank", "--worlds", "100000000", "--output", str(target))
    process = subprocess.Popen(
        [sys.executable, "-m", "blastradius", *command],
        stderr=writer,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(writer)
    shown = b""
    end = time.monotonic() + 90
    while b"breaching every party" not in shown and time.monotonic() < end:
        shown += os.read(reader, 4096)
    process.send_signal(signal.SIGINT)
    while True:
        try:
            more = os.read(reader, 4096)
        except OSError:  # the other end is closed
            break
        if not more:
            break
        shown += more
    os.close(reader)
    assert process.wait(timeout=60) == 130
    assert b"interrupted" in shown
    assert b"Traceback" not in shown
    assert target.read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["ranking.json"]
