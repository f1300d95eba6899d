"""Every command, output and link in the documentation is tried.

A page is followed from top to bottom, in a folder of its own: ``sh`` blocks are run, as far as
they call ``blastradius`` or ``python`` or export a variable. A comment before a block says more:

- ``<!-- file: NAME -->``: the block is the content of a file;
- ``<!-- more of: NAME -->``: the block is added to the end of that file;
- ``<!-- exit code: N -->``: the commands of the block end with N, not with 0;
- ``<!-- output -->``: the block is what the commands of the last ``sh`` block print. A line of
  ``...`` stands for lines that are left out.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import blastradius

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[a-z ]+)(?:: (?P<value>\S+))? -->\n+)?"
    r"^```(?P<language>\w+)\n(?P<body>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)]*))?\)")
HEADING = re.compile(r"^#+ (.*)", re.MULTILINE)
MARKS = {None, "file", "more of", "exit code", "output", "test command"}


class Block(NamedTuple):
    mark: str | None
    value: str | None
    language: str
    body: str


def blocks(page):
    text = page.read_text(encoding="utf-8")
    return [Block(*match.group(*Block._fields)) for match in BLOCK.finditer(text)]


class Reader:
    """Somebody who follows a page in an empty folder."""

    def __init__(self, folder):
        self.folder = folder
        settings = {
            "BROWSER": "true",  # a program that opens nothing
            "COLUMNS": "80",
            "NO_COLOR": "1",
            "PYTHONUTF8": "1",
            "PYTHONPATH": str(ROOT),
        }
        self.env = os.environ | settings
        self.env.pop("BLASTRADIUS_GRAPH", None)
        self.printed = []

    def follow(self, block):
        if block.mark in ("file", "more of"):
            mode = "w" if block.mark == "file" else "a"
            (self.folder / block.value).parent.mkdir(exist_ok=True)
            with (self.folder / block.value).open(mode, encoding="utf-8") as file:
                file.write(block.body)
        elif block.mark == "output":
            assert_shown(block.body, self.printed)
        elif block.language == "sh":
            code = int(block.value) if block.mark == "exit code" else 0
            self.printed = []
            for line in block.body.splitlines():
                self.type(line, code)

    def type(self, line, code=0):
        program, *arguments = shlex.split(line, comments=True) or [""]
        if program == "export":
            self.env |= dict(argument.split("=", 1) for argument in arguments)
        if program not in ("blastradius", "python"):
            return
        module = ["-m", "blastradius"] if program == "blastradius" else []
        done = subprocess.run(
            [sys.executable, *module, *arguments],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == code, f"{line}\n{done.stderr}"
        self.printed += (done.stdout + done.stderr).splitlines()


def assert_shown(text, printed):
    """See that a shown output is the printed one, but for what ``...`` stands for."""
    start = 0
    for piece in re.split(r"^\.\.\.$", text, flags=re.MULTILINE):
        lines = piece.strip("\n").splitlines()
        places = range(start, len(printed) - len(lines) + 1)
        place = next((at for at in places if printed[at : at + len(lines)] == lines), None)
        assert place is not None, "not printed (here):\n" + "\n".join(lines)
        start = place + len(lines)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_page_can_be_followed(page, tmp_path):
    reader = Reader(tmp_path)
    for block in blocks(page):
        assert block.mark in MARKS, block.mark
        reader.follow(block)


def test_output_in_the_readme_is_what_the_command_prints(tmp_path):
    reader = Reader(tmp_path)
    reader.type("blastradius analyze continental")
    (shown,) = (block.body for block in blocks(ROOT / "README.md") if block.language == "text")
    assert_shown(shown, reader.printed)


@pytest.mark.parametrize("shown", ["a\nb\nc", "...\nb\n...", "a\n...\nc\n", "a\n\n...\n\nc"])
def test_output_that_was_printed(shown):
    assert_shown(shown, ["a", "b", "c"])


@pytest.mark.parametrize("shown", ["a\nc", "b\n...\na", "a\n...\na", "d"])
def test_output_that_was_not_printed(shown):
    with pytest.raises(AssertionError, match="not printed"):
        assert_shown(shown, ["a", "b", "c"])


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            goal = page.parent / target if target else page
            assert goal.exists(), target
            assert not anchor or anchor in anchors(goal), f"{target}#{anchor}"


def anchors(page):
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_every_page_is_linked_from_the_index():
    index = ROOT / "docs" / "index.md"
    links = LINK.findall(index.read_text(encoding="utf-8"))
    linked = {(index.parent / target).resolve() for target, _ in links}
    assert {page for page in PAGES if page.is_relative_to(index.parent)} - {index} <= linked


def test_every_public_name_is_in_the_reference_of_the_api():
    page = (ROOT / "docs" / "reference" / "python-api.md").read_text(encoding="utf-8")
    assert [name for name in blastradius.__all__ if f"`{name}" not in page] == []
