"""The command line from outside: a process, its streams and its exit code."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

import blastradius
from blastradius.cli.main import main
from blastradius.cli.output import check_suffix, emit
from blastradius.cli.usage import UsageError
from blastradius.report.comparison_schema import comparison_json_schema
from blastradius.report.result_schema import result_json_schema

DEMO = """\
schema: blastradius/graph/1
name: demo
parties:
  - {id: vw, name: Volkswagen, role: oem, aliases: [VW, Wolfsburg]}
  - {id: bmw, name: BMW, role: oem}
  - {id: conti, name: Continental, role: tier1, aliases: [Wolfsburg]}
  - {id: lonely, name: Lonely, role: tier2}
datasets:
  - {id: vw-ecu, owner: vw, varieties: [Secrets, Source code], documents: 1200}
  - {id: bmw-ecu, owner: bmw, varieties: [Personal], records: 10}
shares:
  - {discloser: vw, recipient: conti, datasets: [vw-ecu], probability: 0.5}
  - {discloser: bmw, recipient: conti, datasets: [bmw-ecu], probability: 0.5}
dependencies:
  - {customer: vw, supplier: conti, probability: 0.4}
incidents:
  - id: demo-breach
    origins: [conti]
    status: confirmed
    actions: [hacking]
    window: 2022-07-01/2022-08-05
    varieties: [Secrets]
    observations:
      - {party: vw, state: reported, event: exposed}
"""


@pytest.fixture
def demo(tmp_path):
    path = tmp_path / "demo.yaml"
    path.write_text(DEMO, encoding="utf-8")
    return str(path)


def run(*arguments, env=None, code=0, **options):
    """Run a command and return its completed process; nothing may end in a traceback."""
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    done = subprocess.run(
        [sys.executable, "-m", "blastradius", *arguments],
        env={**clean, "PYTHONUTF8": "1", "PYTHONWARNINGS": "error", **(env or {})},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        **options,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, done.stderr
    return done


# --- analyze ------------------------------------------------------------------------------------


def test_analyze_prints_a_table(demo):
    done = run("analyze", "conti", "--graph", demo)
    assert done.stdout.startswith("Breach of Continental: 2 parties on record")
    assert "WHO IS AT RISK DOWNSTREAM" in done.stdout
    assert "demo-breach" in done.stdout
    assert done.stderr == ""


def test_the_long_way_says_the_same(demo):
    quick = run("analyze", "conti", "--graph", demo)
    long = run("analyze", "--graph", demo, "--", "conti")
    assert long.stdout == quick.stdout


def test_analyze_json_keeps_the_contract_and_its_bytes(demo):
    command = ("analyze", "Continental", "--graph", demo, "--format", "json")
    first, second = run(*command), run(*command, env={"PYTHONHASHSEED": "7"})
    assert first.stdout == second.stdout
    data = json.loads(first.stdout)
    jsonschema.validate(data, result_json_schema())
    assert [party["id"] for party in data["parties"]] == ["vw", "bmw"]


def test_analyze_csv(demo):
    done = run("analyze", "conti", "--graph", demo, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["id"] for row in rows] == ["vw", "bmw"]


def test_a_filter_changes_the_list_only(demo):
    whole = json.loads(run("analyze", "conti", "--graph", demo, "--format", "json").stdout)
    command = ("analyze", "conti", "--graph", demo, "--top", "1", "--role", "oem")
    part = json.loads(run(*command, "--format", "json").stdout)
    assert part["blast_radius"] == whole["blast_radius"]
    assert part["parties"] == whole["parties"][:1]
    assert "showing 1 of 2" in run(*command).stdout


@pytest.mark.parametrize(
    ("name", "start"), [("x.json", "{"), ("x.csv", "rank,"), ("x.md", "# "), ("x.txt", "Breach")]
)
def test_the_suffix_decides_the_format(demo, tmp_path, name, start):
    target = tmp_path / name
    done = run("analyze", "conti", "--graph", demo, "--output", str(target))
    assert done.stdout == ""
    content = target.read_bytes()
    assert content.decode().startswith(start)
    assert b"\r" not in content
    assert b"\x1b" not in content


def test_o_is_short_for_output(demo, tmp_path):
    short, long = tmp_path / "short.json", tmp_path / "long.json"
    run("analyze", "conti", "--graph", demo, "-o", str(short))
    run("analyze", "conti", "--graph", demo, "--output", str(long))
    assert short.read_bytes() == long.read_bytes()


def test_format_beats_suffix(demo, tmp_path):
    target = tmp_path / "x.json"
    run("analyze", "conti", "--graph", demo, "--output", str(target), "--format", "csv")
    assert target.read_text(encoding="utf-8").startswith("rank,")


def test_an_observation_moves_the_posterior_only(demo):
    command = ("analyze", "conti", "--graph", demo, "--format", "json")
    plain = json.loads(run(*command).stdout)
    observed = json.loads(run(*command, "--observe", "BMW:exposed=confirmed").stdout)
    before = next(party for party in plain["parties"] if party["id"] == "bmw")["score"]
    after = next(party for party in observed["parties"] if party["id"] == "bmw")["score"]
    assert after["prior"] == before["prior"]
    assert after["posterior"] > before["posterior"]


def test_observations_from_a_file(demo, tmp_path):
    path = tmp_path / "said.yaml"
    path.write_text("observations:\n  - {party: bmw, state: confirmed}\n", encoding="utf-8")
    command = ("analyze", "conti", "--graph", demo, "--format", "json")
    by_file = json.loads(run(*command, "--observations", str(path)).stdout)
    by_option = json.loads(run(*command, "--observe", "bmw=confirmed").stdout)
    assert by_file["parties"] == by_option["parties"]


@pytest.fixture
def two_files(tmp_path):
    """Return two files of observations that share a statement."""
    both = "- {party: bmw, state: confirmed, likelihood_ratio: 20}\n"
    files = [tmp_path / "first.yaml", tmp_path / "second.yaml"]
    files[0].write_text(both, encoding="utf-8")
    files[1].write_text(both + "- {party: vw, state: denied}\n", encoding="utf-8")
    return [str(file) for file in files]


def named(files):
    return [word for file in files for word in ("--observations", file)]


def test_observations_of_all_files_count_and_repeats_once(demo, two_files):
    command = ("analyze", "conti", "--graph", demo)
    both = json.loads(run(*command, *named(two_files), "--format", "json").stdout)
    second = json.loads(run(*command, *named(two_files[1:]), "--format", "json").stdout)
    jsonschema.validate(both, result_json_schema())
    assert both["parties"] == second["parties"]
    files = both["provenance"]["options"]["observation_files"]
    assert [(file["name"], file["statements"]) for file in files] == [
        (two_files[0], 1),
        (two_files[1], 2),
    ]
    content = [Path(file).read_bytes() for file in two_files]
    assert [file["sha256"] for file in files] == [hashlib.sha256(c).hexdigest() for c in content]
    told = " ".join(run(*command, *named(two_files)).stdout.split())
    assert f"(sha256 {files[0]['sha256'][:12]}…, 1 statement)" in told
    assert "1 repeat not counted again." in told


def test_the_command_that_is_suggested_asks_the_same(demo, two_files):
    command = ("analyze", "conti", "--graph", demo, *named(two_files), "--observe", "bmw=denied")
    suggested = run(*command).stdout.splitlines()[-1].split()
    assert suggested[:2] == ["blastradius", "explain"]
    explained = json.loads(run(*suggested[1:], "--format", "json").stdout)["party"]
    asked = json.loads(run(*command, "--format", "json").stdout)["parties"]
    assert explained in asked


def test_the_faults_of_one_of_several_files_name_it(demo, two_files):
    Path(two_files[1]).write_text("- {party: bmv, state: denied}", encoding="utf-8")
    done = run("analyze", "conti", "--graph", demo, *named(two_files), code=1)
    assert done.stderr.startswith(f"error: {two_files[1]}: 1 problem")
    assert "did you mean 'bmw'?" in done.stderr


def test_no_file_of_observations_is_written_over(demo, two_files):
    words = ("--output", two_files[1], "--format", "json")
    done = run("analyze", "conti", "--graph", demo, *named(two_files), *words, code=2)
    assert "is an input of this command" in done.stderr


def test_worlds_sample_reproducibly(demo):
    command = ("analyze", "conti", "--graph", demo, "--format", "json", "--worlds", "2000")
    first, second = run(*command, "--rng-seed", "3"), run(*command, "--rng-seed", "3")
    assert first.stdout == second.stdout
    assert json.loads(first.stdout)["engine"]["method"] == "monte-carlo"


def test_a_hypothetical_breach(demo):
    done = run("analyze", "lonely", "--graph", demo)
    assert done.stdout.startswith("Hypothetical breach of Lonely: no recorded path")
    done = run("analyze", "conti", "--graph", demo, "--hypothetical", "--action", "malware")
    assert done.stdout.startswith("Hypothetical breach of Continental")


def test_the_graph_can_come_from_the_environment(demo):
    done = run("analyze", "conti", env={"BLASTRADIUS_GRAPH": demo})
    assert "demo-breach" in done.stdout


# --- what-if ------------------------------------------------------------------------------------

SCENARIO = """\
name: no copies
changes:
  - cut: share:vw>conti:vw-ecu
  - {control: conti, effect: 0.5}
  - {cut: outage:lonely}
"""


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "what-if.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return str(path)


def test_a_scenario_is_applied_and_told(demo, scenario):
    command = ("analyze", "conti", "--graph", demo)
    done = run(*command, "--scenario", scenario)
    assert done.stdout.startswith("What if: Breach of Continental")
    assert "no effect here" in " ".join(done.stdout.split())
    assert (
        run("analyze", "--graph", demo, "--scenario", scenario, "--", "conti").stdout == done.stdout
    )
    data = json.loads(run(*command, "--scenario", scenario, "--format", "json").stdout)
    jsonschema.validate(data, result_json_schema())
    assert [change["has_effect"] for change in data["scenario"]["changes"]] == [True, True, False]
    bmw = next(party for party in data["parties"] if party["id"] == "bmw")
    plain = json.loads(run(*command, "--format", "json").stdout)
    before = next(party for party in plain["parties"] if party["id"] == "bmw")
    assert plain["scenario"] is None
    assert bmw["score"]["prior"] == pytest.approx(before["score"]["prior"] / 2)


def test_explain_under_a_scenario(demo, scenario):
    done = run("explain", "conti", "bmw", "--graph", demo, "--scenario", scenario)
    assert "Scenario applied" in done.stdout
    assert "× 0.5 by controls at conti" in " ".join(done.stdout.split())


def test_compare(demo, scenario, tmp_path):
    before, after = str(tmp_path / "before.json"), str(tmp_path / "after.json")
    run("analyze", "conti", "--graph", demo, "--output", before)
    run("analyze", "conti", "--graph", demo, "--scenario", scenario, "--output", after)
    done = run("compare", before, after)
    assert done.stdout.startswith("What changed for conti: 2 lower")
    assert "scenario: no copies (3 changes)" in done.stdout
    data = json.loads(run("compare", before, after, "--format", "json").stdout)
    jsonschema.validate(data, comparison_json_schema())
    assert [party["id"] for party in data["parties"]] == ["vw", "bmw"]
    assert "What changed for conti: nothing" in run("compare", after, after).stdout
    target = tmp_path / "changes.csv"
    run("compare", before, after, "--min-change", "100", "--output", str(target))
    assert target.read_text(encoding="utf-8").splitlines()[1:] == []
    assert "# What changed" in run("compare", before, after, "--format", "markdown").stdout


def test_compare_reads_results_only(demo, scenario, tmp_path):
    done = run("compare", scenario, demo, code=1)
    assert done.stdout == ""
    assert done.stderr.startswith(f"error: {scenario}: 1 problem")
    assert "--format json" in done.stderr
    assert "no such file" in run("compare", str(tmp_path / "x.json"), demo, code=1).stderr
    done = run("compare", "a", "b", "--min-change", "-1", code=2)
    assert "--min-change: must be between 0 and 100, got -1" in done.stderr


def test_a_bad_scenario_is_one_message(demo, tmp_path):
    path = tmp_path / "what-if.yaml"
    path.write_text("changes: [{cut: share:vw>conti:vw-ec}]", encoding="utf-8")
    done = run("analyze", "conti", "--graph", demo, "--scenario", str(path), code=1)
    assert done.stdout == ""
    assert "line 1, column 17, changes[0].cut: unknown edge" in done.stderr
    assert "did you mean 'share:vw>conti:vw-ecu'?" in done.stderr


# --- explain, show and lists --------------------------------------------------------------------


def test_explain(demo):
    done = run("explain", "conti", "vw", "--graph", demo)
    assert done.stdout.startswith("Why Volkswagen scores")
    assert "share:vw>conti:vw-ecu" in done.stdout
    assert json.loads(run("explain", "conti", "vw", "--graph", demo, "--format", "json").stdout)


def test_explain_without_a_path(demo):
    assert "no recorded path" in run("explain", "conti", "lonely", "--graph", demo).stdout


def test_show_a_party(demo):
    done = run("show", "VW", "--graph", demo)
    assert done.stdout.startswith("Volkswagen (oem)")
    for part in ("vw-ecu", "share:vw>conti:vw-ecu", "Continental", "demo-breach"):
        assert part in done.stdout
    data = json.loads(run("show", "vw", "--graph", demo, "--format", "json").stdout)
    assert data["party"]["id"] == "vw"
    assert [share["recipient"] for share in data["shares"]] == ["conti"]


def test_show_an_incident(demo):
    done = run("show", "demo-breach", "--graph", demo, "--format", "markdown")
    assert done.stdout.startswith("# demo-breach")
    assert "**Volkswagen exposed: reported**" in done.stdout


def test_parties_and_incidents(demo):
    rows = list(
        csv.DictReader(
            io.StringIO(run("parties", "oem", "--graph", demo, "--format", "csv").stdout)
        )
    )
    assert [row["id"] for row in rows] == ["vw", "bmw"]
    data = json.loads(run("incidents", "--graph", demo, "--format", "json").stdout)
    assert [row["id"] for row in data["incidents"]] == ["demo-breach"]
    assert "Nothing found." in run("parties", "zzz", "--graph", demo).stdout


def test_graphs():
    data = json.loads(run("graphs", "--format", "json").stdout)
    assert "automotive" in [row["name"] for row in data["graphs"]]


def test_validate(demo, tmp_path):
    done = run("validate", demo)
    assert done.stdout.startswith("OK: ")
    assert (
        "4 parties, 2 datasets, 3 relations, 1 incident, 0% of relations with sources"
        in done.stdout
    )
    assert "warning: 3 relations without a source" in done.stdout
    assert "warning: 1 party without relations: lonely" in done.stdout
    broken = tmp_path / "broken.yaml"
    broken.write_text(DEMO.replace("role: tier2", "role: tire2"), encoding="utf-8")
    done = run("validate", str(broken), code=1)
    assert done.stderr.startswith("error: ")
    assert "line 7" in done.stderr
    assert "did you mean 'tier2'?" in done.stderr


def test_schema():
    graph = json.loads(run("schema").stdout)
    result = json.loads(run("schema", "--result").stdout)
    assert result == result_json_schema()
    assert graph != result
    comparison = json.loads(run("schema", "--comparison").stdout)
    assert comparison == comparison_json_schema()
    assert "choose one" in run("schema", "--comparison", "--result", code=2).stderr


def test_version_and_help():
    assert run("--version").stdout == f"blastradius {blastradius.__version__}\n"
    assert "analyze" in run().stdout
    for command in (
        "analyze",
        "explain",
        "compare",
        "parties",
        "incidents",
        "graphs",
        "show",
        "validate",
        "schema",
    ):
        assert "Examples" in run(command, "--help").stdout


def test_help_names_no_type_beside_a_flag():
    for words in (("--help",), ("analyze", "--help"), ("schema", "--help")):
        text = run(*words).stdout
        assert "--help" in text
        assert "bool" not in text.lower()


# --- streams ------------------------------------------------------------------------------------


def test_colour_follows_the_conventions(demo):
    command = ("analyze", "conti", "--graph", demo)
    assert "\x1b" not in run(*command).stdout
    assert "\x1b[" in run(*command, env={"FORCE_COLOR": "1"}).stdout
    assert "\x1b" not in run(*command, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout


def test_the_width_can_be_set(demo):
    done = run("analyze", "conti", "--graph", demo, env={"COLUMNS": "160"})
    assert any(len(line) > 100 for line in done.stdout.splitlines())


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_gets_colour_and_its_width(demo):
    pty = pytest.importorskip("pty")
    leader, follower = pty.openpty()
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
    process = subprocess.Popen(
        [sys.executable, "-m", "blastradius", "parties", "--graph", demo],
        stdout=follower,
        stderr=follower,
        env={**clean, "TERM": "xterm", "PYTHONUTF8": "1"},
    )
    os.close(follower)
    output = b""
    try:
        while chunk := os.read(leader, 4096):
            output += chunk
    except OSError:  # Linux reports the closed terminal this way.
        pass
    os.close(leader)
    assert process.wait(timeout=60) == 0
    assert b"\x1b[1mVolkswagen" in output


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
def test_a_reader_that_leaves_early_is_no_error(demo):
    process = subprocess.Popen(
        [sys.executable, "-m", "blastradius", "schema"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=60) == 141


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["analyze", "continental", "-o", "x.xlsx"], 2),
        (["analyze", "continental", "-o", "nowhere/x.json"], 1),
        (["analyze", "continental", "--html", "nowhere/x.html"], 1),
        (["explain", "continental", "bmw", "-o", "x.csv"], 2),
        (["explain", "continental", "bmw", "-o", "nowhere/x.md"], 1),
        (["rank", "-o", "nowhere/x.csv"], 1),
        (["harden", "continental", "-o", "nowhere/x.csv"], 1),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_computed(
    arguments, code, monkeypatch, tmp_path
):
    def compute(*_, **__):
        raise AssertionError

    for name in ("analyze", "rank", "harden"):
        monkeypatch.setattr(f"blastradius.api.{name}", compute)
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == code
    assert list(tmp_path.iterdir()) == []


def test_a_dash_stands_for_standard_output(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(["analyze", "continental", "-o", "-", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["target"] == "continental"
    assert list(tmp_path.iterdir()) == []


class Narrow(io.RawIOBase):
    """Takes at most so many bytes at once, as a disk that is nearly full, or a signal, may do."""

    def __init__(self):
        self.taken = b""

    def writable(self):
        return True

    def write(self, data):
        part = bytes(data[:1000])
        self.taken += part
        return len(part)


def test_no_part_of_a_long_output_is_lost_without_a_buffer(monkeypatch):
    raw = Narrow()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="utf-8", write_through=True))
    text = "".join(f"{k} → Škoda\n" for k in range(1000))
    emit(text)
    assert raw.taken.decode() == text.replace("\n", os.linesep)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_one_message(demo, unbuffered):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "blastradius", "parties", "--graph", demo],
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        )
    assert done.returncode == 1
    assert done.stderr == "error: cannot write to standard output: no space left on device\n"


def test_a_terminal_without_unicode(demo):
    done = run(
        "analyze", "conti", "--graph", demo, env={"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    )
    assert done.stdout.isascii()
    assert "->" in done.stdout


# --- mistakes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["analyze", "volkswagn"], "unknown party or incident 'volkswagn' (did you mean 'vw'?)"),
        (
            ["analyze", "Wolfsburg"],
            "'Wolfsburg' is ambiguous: it could be 'conti', 'vw'; use the id",
        ),
        (["explain", "conti", "bmv"], "unknown party 'bmv' (did you mean 'bmw'?)"),
        (["analyze", "conti", "--incident", "demo-braech"], "did you mean 'demo-breach'?"),
        (
            ["analyze", "conti", "--observe", "bmx=denied"],
            "unknown party 'bmx' (did you mean 'bmw'?)",
        ),
        (
            ["analyze", "conti", "--output", "/no/such/folder/x.md"],
            "cannot write /no/such/folder/x.md",
        ),
        (["analyze", "conti", "--observations", "missing.yaml"], "missing.yaml"),
    ],
)
def test_mistakes_in_the_question_are_one_message(demo, arguments, message):
    done = run(*arguments, "--graph", demo, code=1)
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert message in done.stderr


def test_an_unknown_graph():
    done = run("analyze", "conti", "--graph", "automotiv", code=1)
    assert "did you mean 'automotive'?" in done.stderr


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "bmw:disrupt=denied",
            "'bmw:disrupt' is no party, and 'disrupt' no event (did you mean 'd",
        ),
        ("x:foo=denied", "'x:foo' is no party, and 'foo' no event (events: exposed, compromised"),
    ],
)
def test_what_follows_a_colon_may_be_meant_as_an_event(demo, statement, message):
    done = run("analyze", "conti", "--graph", demo, "--observe", statement, code=2)
    assert f"--observe: {message}" in done.stderr


def test_suffixes_may_be_in_capitals():
    check_suffix("--html", "PAGE.HTML", (".html", ".htm"))
    with pytest.raises(UsageError, match=r"must end in \.html or \.htm"):
        check_suffix("--html", "PAGE.YAML", (".html", ".htm"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["analyse", "conti"], "unknown command 'analyse' (did you mean 'analyze'?)"),
        (
            ["analyze", "conti", "--formt", "json"],
            "unknown option '--formt' (did you mean '--format'?)",
        ),
        (["analyze"], "missing argument 'TARGET'"),
        (["analyze", "a", "b"], "'b' is too much"),
        (["rank", "vw"], "'vw' is too much: it ranks every party; analyze and perimeter"),
        (
            ["analyze", "a", "--top", "three"],
            "--top: must be a whole number such as 10, got 'three'",
        ),
        (
            ["analyze", "a", "--min-score", "x"],
            "--min-score: must be a number such as 2.5, got 'x'",
        ),
        (["analyze", "a", "--worlds", "1e6"], "--worlds: must be a whole number such as 10"),
        (
            ["harden", "a", "--budget", "abc"],
            "--budget: must be a number such as 2.5, got 'abc'",
        ),
        (["rank", "--precision", "2,5"], "--precision: must be a number such as 2.5, got '2,5'"),
        (["analyze", "a", "-f", "json"], "unknown option '-f' (did you mean '--format'?)"),
        (
            ["harden", "a", "-b", "3"],
            "unknown option '-b' (did you mean '--budget'?)",
        ),
        (["triage", "a", "-t"], "unknown option '-t' (options with that letter: --target"),
        (["analyze", "a", "--graph"], "Try 'blastradius analyze --help'"),
        (["analyze", "a", "--top", "0"], "--top: must be at least 1, got 0"),
        (["analyze", "a", "--min-score", "101"], "--min-score: must be between 0 and 100, got 101"),
        (["analyze", "a", "--worlds", "0"], "--worlds: must be between 1 and 100,000,000, got 0"),
        (["analyze", "a", "--exact", "--worlds", "9"], "choose one of them"),
        (["analyze", "a", "--incident", "i", "--hypothetical"], "choose one of them"),
        (
            ["analyze", "a", "--format", "jsn"],
            "--format: unknown value 'jsn' (did you mean 'json'?)",
        ),
        (["analyze", "a", "--role", "oen"], "--role: unknown value 'oen' (did you mean 'oem'?)"),
        (["analyze", "a", "--action", "hackng"], "did you mean 'hacking'?"),
        (["analyze", "a", "--as-of", "2022-13"], "--as-of: not a date: '2022-13'"),
        (["analyze", "a", "--observe", "bmw"], "--observe: 'bmw' names no state; write PARTY="),
        (["analyze", "a", "--observe", "x:foo="], "--observe: 'x:foo=' names no state; write"),
        (["analyze", "a", "--observe", "=denied"], "--observe: '=denied' names no party; write"),
        (["analyze", "a", "--observe", "bmw=maybe"], "--observe: unknown value 'maybe'"),
        (["parties", "--format", "text"], "--format: unknown value 'text'"),
        (["analyze", "a", "--html", "said.yaml"], "--html: 'said.yaml' must end in .html or .htm"),
        (["view", "a", "--output", "x.json"], "--output: 'x.json' must end in .html or .htm"),
        (
            ["analyze", "a", "--output", "x.HTML"],
            "--output: 'x.HTML' would be a page, which --html",
        ),
        (
            ["analyze", "a", "--format", "jsn"],
            "(did you mean 'json'?) (choose from table, json, csv, markdown)",
        ),
    ],
)
def test_options_that_make_no_sense(arguments, message):
    done = run(*arguments, code=2)
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert message.lower() in done.stderr.lower()
    assert "--help'" in done.stderr


# --- hostile input ------------------------------------------------------------------------------

HOSTILE = DEMO.replace("name: Volkswagen", r'name: "=cmd|calc \u202e V\u200bW | <b>"')


def test_hostile_names_stay_text(tmp_path):
    path = tmp_path / "hostile.yaml"
    path.write_text(HOSTILE, encoding="utf-8")
    for command in (["analyze", "conti"], ["explain", "conti", "vw"], ["show", "vw"], ["parties"]):
        done = run(*command, "--graph", str(path))
        assert all(line.isprintable() for line in done.stdout.split("\n")), command
        assert "\\u202e" in done.stdout
    done = run("analyze", "conti", "--graph", str(path), "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {row["name"][:2] for row in rows} >= {"'="}
    markdown = run("analyze", "conti", "--graph", str(path), "--format", "markdown").stdout
    assert "<b>" not in markdown
    assert "cmd\\|calc" in markdown


def test_control_characters_in_a_file_are_refused_and_escaped(tmp_path):
    path = tmp_path / "control.yaml"
    path.write_text(DEMO.replace("name: BMW", r'name: "B\e[31mW"'), encoding="utf-8")
    done = run("validate", str(path), code=1)
    assert "\x1b" not in done.stderr
    assert r"B\x1b[31mW" in done.stderr


def test_hostile_arguments_are_escaped():
    done = run("analyze", "\x1b[31mred\u202e", code=1)
    assert "\x1b" not in done.stderr
    assert "\u202e" not in done.stderr


# --- completion ---------------------------------------------------------------------------------


def complete(words, demo):
    env = {
        "_BLASTRADIUS_COMPLETE": "complete_bash",
        "COMP_WORDS": f"blastradius {words}",
        "COMP_CWORD": str(len(words.split(" "))),
        "BLASTRADIUS_GRAPH": demo,
    }
    return run(env=env).stdout.split()


def test_completion_offers_commands_ids_and_words(demo):
    assert "analyze" in complete("ana", demo)
    assert complete("analyze con", demo) == ["conti"]
    assert complete("analyze demo", demo) == ["demo-breach"]
    assert complete("explain conti v", demo) == ["vw"]
    assert "automotive" in complete("analyze conti --graph auto", demo)
    assert complete("analyze conti --role oe", demo) == ["oem"]


def test_an_input_is_never_written_over(tmp_path):
    graph = tmp_path / "demo.yaml"
    graph.write_text(DEMO, encoding="utf-8")
    link = tmp_path / "link.yaml"
    link.symlink_to(graph)
    for output in (graph, link):
        words = ("--graph", str(graph), "--format", "table", "--output", str(output))
        done = run("analyze", "conti", *words, code=2)
        assert "is an input of this command" in done.stderr
    assert graph.read_text(encoding="utf-8") == DEMO
