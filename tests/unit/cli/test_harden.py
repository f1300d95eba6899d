"""``blastradius harden`` from outside: options, files, errors."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from contextlib import contextmanager

import pytest
from test_command_line import demo, run

from blastradius.cli.main import main

__all__ = ["demo"]


def test_table_json_csv_and_markdown_say_the_same(demo, tmp_path):
    table = run("harden", "conti", "--graph", demo, "--budget", "1").stdout
    assert table.startswith("Hardening against a breach of Continental: 1 action takes")
    data = json.loads(
        run("harden", "conti", "--graph", demo, "--budget", "1", "--format", "json").stdout
    )
    assert data["schema"] == "blastradius/hardening/1"
    (step,) = data["plan"]["steps"]
    best = data["relations"]["listed"][0]
    assert (step["id"], step["effect"]) == (best["id"], best["effect"])
    path = tmp_path / "out.csv"
    run("harden", "conti", "--graph", demo, "--output", str(path))
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert [row["id"] for row in rows if row["is_control"] == "False"] == [
        item["id"] for item in data["relations"]["listed"]
    ]
    markdown = run("harden", "conti", "--graph", demo, "--format", "markdown").stdout
    assert markdown.startswith("# Hardening against a breach of Continental")


def test_a_plan_written_as_a_scenario_can_be_analysed(demo, tmp_path):
    plan, found = tmp_path / "plan.yaml", tmp_path / "plan.json"
    run(
        "harden", "conti", "--graph", demo, "--budget", "2", "--scenario-output", str(plan),
        "--output", str(found),
    )  # fmt: skip
    left = json.loads(found.read_text(encoding="utf-8"))["plan"]["residual"]["value"]
    after = json.loads(
        run(
            "analyze", "conti", "--graph", demo, "--hypothetical", "--scenario", str(plan),
            "--format", "json",
        ).stdout
    )  # fmt: skip
    assert after["blast_radius"]["total_score"]["prior"] == pytest.approx(left, abs=1e-9)
    assert after["scenario"]["notes"] == []
    assert all(change["has_effect"] for change in after["scenario"]["changes"])


def test_costs_and_other_options(demo, tmp_path):
    costs = tmp_path / "costs.csv"
    costs.write_text("what,name,cost\nkind,share,5\nkind,dependency,impossible\n", encoding="utf-8")
    data = json.loads(
        run(
            "harden", "--all", "--graph", demo, "--costs", str(costs), "--lower-to", "0.5",
            "--protect", "vw", "--top", "1", "--format", "json",
        ).stdout
    )  # fmt: skip
    assert len(data["relations"]["listed"]) == 1
    assert data["relations"]["listed"][0]["cost"] == 5.0
    assert (data["target"], data["n_origins"], data["lower_to"]) == (None, 4, 0.5)
    assert data["protect"]["id"] == "vw"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "name the breached TARGET, or --all"),
        (("conti", "--all"), 2, "name the breached TARGET, or --all"),
        (("conti", "--budget", "-1"), 2, "--budget: must be a number of at least 0, got -1"),
        (("conti", "--budget", "nan"), 2, "--budget: must be a number of at least 0, got nan"),
        (("conti", "--lower-to", "1"), 2, "--lower-to: must be at least 0 and less than 1, got 1"),
        (("conti", "--top", "0"), 2, "--top: must be at least 1, got 0"),
        (("conti", "--scenario-output", "x"), 2, "there is none without --budget"),
        (
            ("conti", "--budget", "1", "--scenario-output", "x.csv"),
            2,
            "--scenario-output: 'x.csv' must end in .json or .yaml or .yml",
        ),
        (("conti", "--exact", "--worlds", "5"), 2, "choose one of them"),
        (("conti", "--format", "xml"), 2, "unknown value 'xml'"),
        (("vv",), 1, "unknown party or incident 'vv'"),
        (("conti", "--protect", "conti"), 1, "is where the breach starts"),
        (("--all", "--incident", "demo-breach"), 1, "does not go with a breach that may start"),
        (("conti", "--costs", "nowhere.yaml"), 1, "no such file"),
    ],
)
def test_errors(demo, arguments, code, message):
    done = run("harden", *arguments, "--graph", demo, code=code)
    assert message in done.stderr
    assert done.stdout == ""


def test_inputs_are_never_written_over(demo, tmp_path):
    for option, name, text in (
        ("--output", "costs.csv", "what,name,cost\ndefault,,1\n"),
        ("--scenario-output", "costs.yaml", "default: 1\n"),
    ):
        costs = tmp_path / name
        costs.write_text(text, encoding="utf-8")
        done = run(
            "harden", "conti", "--graph", demo, "--budget", "1", "--costs", str(costs), option,
            str(costs), code=2,
        )  # fmt: skip
        assert "is an input of this command" in done.stderr


def test_a_scenario_replaces_a_scenario_and_nothing_else(demo, tmp_path):
    path = tmp_path / "plan.yaml"
    words = ("harden", "conti", "--graph", demo, "--scenario-output", str(path), "--budget")
    run(*words, "1")
    before = path.read_bytes()
    run(*words, "2")
    assert path.read_bytes() != before
    path.write_text("observations: [{party: vw, state: denied}]\n", encoding="utf-8")
    done = run(*words, "1", code=1)
    assert done.stderr == f"error: cannot write {path}: it exists, and it is no scenario\n"
    assert "denied" in path.read_text(encoding="utf-8")


def test_a_shipped_graph_needs_no_compiler():
    code = (
        "import sys; from blastradius.cli.main import main; "
        "main(['harden', 'continental', '--budget', '2']); sys.exit('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_interrupt_leaves_no_file(demo, tmp_path, monkeypatch, capsys):
    def interrupted(done, total):
        raise KeyboardInterrupt

    @contextmanager
    def bar(label):
        yield interrupted

    monkeypatch.setattr("blastradius.cli.harden.progress_bar", bar)
    plan, out = tmp_path / "plan.yaml", tmp_path / "out.json"
    words = ["harden", "conti", "--graph", demo, "--worlds", "1000", "--budget", "1"]
    code = main([*words, "--scenario-output", str(plan), "--output", str(out)])
    assert code == 130
    assert "Traceback" not in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo.yaml"]


def test_no_bar_through_a_pipe(demo):
    done = run("harden", "conti", "--graph", demo, "--worlds", "2000", "--budget", "1")
    assert done.stderr == ""
