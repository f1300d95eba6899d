"""The page on the command line is generated; what the commands do not tell of is checked here."""

from __future__ import annotations

import re
from pathlib import Path

import blastradius
from blastradius.analysis.priors import default_priors
from blastradius.cli import main, output, triage
from blastradius.cli.lists import list_markdown
from blastradius.cli.reference import render_command_reference
from blastradius.report.catalogue import priors_catalogue

ENVIRONMENT = re.compile(r"environ(?:\.get\(|\[)\"(\w+)\"")


def rows(section):
    """Return the first cell of each row of the table in a section."""
    text = render_command_reference().split(f"\n## {section}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `?(\w+)`? \|", text, re.MULTILINE)[1:]


def test_the_published_reference_is_the_current_one(published):
    published("command-line.md", render_command_reference())


def test_every_variable_of_the_environment_is_documented():
    package = Path(blastradius.__file__).parent
    read = {
        name
        for source in package.rglob("*.py")
        for name in ENVIRONMENT.findall(source.read_text(encoding="utf-8"))
    }
    assert set(rows("Environment variables")) == read


def test_every_exit_code_is_documented():
    codes = [0, main._FAILED, main._MISUSED, triage._INCOMPLETE]
    codes += [main._INTERRUPTED, output._BROKEN_PIPE]
    assert rows("Exit codes") == [str(code) for code in codes]


def test_the_published_priors_are_the_shipped_ones(published):
    table = list_markdown(priors_catalogue(default_priors().rows.values(), None))
    published("priors.md", table)
