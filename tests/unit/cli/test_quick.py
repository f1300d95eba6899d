"""The quick reader and typer must read the same command the same way."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.main import get_command

from blastradius.cli import analyze as analyze_module
from blastradius.cli.app import app
from blastradius.cli.quick import OPTIONS, read_quickly


def read_by_typer(monkeypatch, arguments):
    """Return what the command would answer, read the long way."""
    calls = []
    monkeypatch.setattr(analyze_module, "answer", lambda *parts: calls.append(parts))
    get_command(app).main(arguments, prog_name="blastradius", standalone_mode=False)
    return calls[0]


def test_both_know_the_same_options():
    command = get_command(app).commands["analyze"]
    known = {name for param in command.params for name in param.opts if name.startswith("--")}
    assert set(OPTIONS) == known - {"--help"}


@pytest.mark.parametrize(
    "words",
    [
        "continental",
        "continental --graph automotive --top 3 --min-score 2.5 --rng-seed 7",
        "--top=3 continental --format=json --output x.json",
        "conti --role oem --role tier1 --action malware --action=hacking",
        "conti --observe a=denied --observe b:harmed=reported --observations said.yaml",
        "conti --observations a.yaml --observations=b.yaml",
        "conti --scenario what-if.json",
        "conti --hypothetical --exact --group --as-of 2024-06",
        "conti --incident a --worlds 10",
        "conti --top 1 --top 2",
        "conti --graph=",
    ],
)
def test_both_read_the_same(monkeypatch, words):
    arguments = ["analyze", *words.split()]
    quick = read_quickly(arguments)
    assert quick is not None
    assert tuple(quick) == read_by_typer(monkeypatch, arguments)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "explain a b",
        "analyze",
        "analyze a b",
        "analyze a --help",
        "analyze a --top x",
        "analyze a --top",
        "analyze a --exact=1",
        "analyze a --graph --top 1",
        "analyze -- a",
        "analyze a --unknown 1",
    ],
)
def test_whatever_is_not_plain_goes_the_long_way(words):
    assert read_quickly(words.split()) is None


def test_the_quick_way_imports_no_command_line_library():
    code = (
        "import sys; from blastradius.cli.main import main; main(['analyze', 'no-such-party']); "
        "bad = {'typer', 'click', 'rich', 'networkx', 'argparse'} & set(sys.modules); "
        "sys.exit(', '.join(sorted(bad)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr


def test_only_a_scenario_imports_what_scenarios_need():
    code = (
        "import sys; from blastradius.cli.main import main; main(['analyze', 'continental']); "
        "sys.stdout = sys.stderr; print([m for m in sys.modules if 'scenario' in m])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stderr) == (0, "[]\n")


def test_importing_the_package_imports_nothing():
    code = "import sys, blastradius; sys.exit('pydantic' in sys.modules or 'blastradius.api' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
