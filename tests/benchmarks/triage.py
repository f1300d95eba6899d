"""How fast triage is, in how little memory, and how often it errs on a listing of ordinary software.

Run from the top of the repository, with the package and ``.[bench]`` installed, on a quiet machine::

    python tests/benchmarks/triage.py            # 5.5 million lines
    python tests/benchmarks/triage.py --whole    # 55 million lines, 8 GB of disk

A made-up listing is triaged and, in the same run, ``rg -c -i -F`` counts the lines that have any of the
same words, which it does not tell apart. Writes ``docs/explanation/triage-performance.md``; no figure
stands there that a run did not print. Needs ripgrep (``apt-get install ripgrep``); the listing of
ordinary software is Debian's index of contents (``apt-get install apt-file && apt-get update``).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import leak

import blastradius
from blastradius.triage.lexicon import Lexicon, shipped_lexicon
from blastradius.triage.run import TriageProvenance, TriageQuestion, triage_listings
from blastradius.triage.vocabulary import compile_vocabulary

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "explanation" / "triage-performance.md"
WHOLE = 55_000_000
TENTH = WHOLE // 10
HELPER = "/usr/lib/apt/apt-helper"


class Run(NamedTuple):
    """A whole process."""

    seconds: float
    mib: float
    output: str


def run(command: Sequence[str]) -> Run:
    """Run a command to its end; time, most memory and standard output."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        with subprocess.Popen(list(command), stdout=out) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        out.seek(0)
        text = out.read().decode(errors="replace")
    if process.returncode:
        sys.exit(f"{' '.join(command[:4])} failed")
    return Run(seconds, usage.ru_maxrss / 1024, text)


def words() -> list[str]:
    """Return the literals that triage searches, as ripgrep takes them."""
    graph = blastradius.load_graph("automotive").graph
    vocabulary = compile_vocabulary(graph, shipped_lexicon(), without=("continental",))
    return [literal.decode() for literal in vocabulary.literals]


class Row(NamedTuple):
    """One command on one listing."""

    command: str
    n_lines: int
    n_bytes: int
    run: Run


def speed(folder: Path, n_lines: int) -> list[Row]:
    """Triage a listing and search it with ripgrep."""
    wordlist = folder / "words.txt"
    wordlist.write_text("\n".join(words()) + "\n", encoding="utf-8")
    triage = [sys.executable, "-m", "blastradius", "triage", "--target", "continental"]
    # The first run of an installation compiles.
    small = folder / "small.txt"
    leak.write(small, 1_000)
    run([*triage, str(small)])
    rows: list[Row] = []

    def measure(name: str, command: Sequence[str], listing: Path, n_lines: int, size: int) -> Run:
        rows.append(Row(name, n_lines, size, run([*command, str(listing)])))
        print(*cells(rows[-1], rows[0]), flush=True)
        return rows[-1].run

    listing, report = folder / "listing.txt", folder / "report.json"
    size = leak.write(listing, n_lines)
    measure("`triage`", [*triage, "--report", str(report)], listing, n_lines, size)
    told = json.loads(report.read_text(encoding="utf-8"))
    print(f"{told['named']:,} name somebody, {told['told']:,} tell a kind", flush=True)
    measure("`triage --sample`", [*triage, "--sample", "0.01"], listing, n_lines, size)
    if shutil.which("rg"):
        search = ["rg", "-i", "-F", "-f", str(wordlist)]
        theirs = measure("`rg -c -i -F`", [*search, "-c"], listing, n_lines, size)
        print(f"{int(theirs.output):,} lines have a word", flush=True)
    size = leak.write(listing, n_lines // 10)
    measure("`triage`", triage, listing, n_lines // 10, size)
    return rows


def cells(row: Row, ours: Row) -> tuple[str, ...]:
    """Return the cells of a row; the last one is how long triage takes for each of its lines."""
    seconds, theirs = ours.run.seconds / ours.n_lines, row.run.seconds / row.n_lines
    return (
        row.command,
        f"{row.n_lines:,}",
        f"{row.n_bytes / 1e9:.2f}",
        f"{row.run.seconds:.1f}",
        f"{row.n_lines / row.run.seconds:,.0f}",
        f"{row.run.mib:,.0f}",
        f"{seconds / theirs:.2f}" if "rg" in row.command else "",
    )


def debian(folder: Path) -> Path | None:
    """Return the paths of Debian's index of contents, None if apt has none."""
    found = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(FILENAME)", "Created-By: Contents-deb"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    indexes = [path for path in found if Path(path).exists()]
    if not indexes or not Path(HELPER).exists():
        return None
    target = folder / "debian.txt"
    with target.open("wb") as file:
        for line in _lines(indexes):
            file.write(line.rstrip().rpartition(b" ")[0].rstrip() + b"\n")
    return target


def _lines(indexes: Sequence[str]) -> Iterator[bytes]:
    for index in indexes:
        with subprocess.Popen([HELPER, "cat-file", index], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            yield from process.stdout


def mistaken(listing: Path, lexicon: Lexicon) -> tuple[int, int, int]:
    """Return (lines, lines called a carmaker's at high, at medium confidence)."""
    graph = blastradius.load_graph("automotive").graph
    makers = {party.id for party in graph.parties if party.role == "oem"}
    provenance = TriageProvenance(blastradius.__version__, "automotive", "", lexicon.name, {})
    found = triage_listings(
        graph, [str(listing)], TriageQuestion(), lexicon=lexicon, provenance=provenance
    )
    called = [party for party in found.parties if party.id in makers]
    return found.files, sum(p.high for p in called), sum(p.medium for p in called)


def page(rows: Sequence[Row], ordinary: list[tuple[str, Any]]) -> str:
    """Return the page of the docs."""
    table = "\n".join(f"| {' | '.join(cells(row, rows[0]))} |" for row in rows)
    errors = "\n".join(
        f"| {name} | {lines:,} | {high:,} | {high / lines * 1e5:.2f} | {medium:,} |"
        for name, (lines, high, medium) in ordinary
    )
    return f"""\
# How fast triage is

Written by `python tests/benchmarks/triage.py`; no figure here was typed. Machine:
{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}.

## A made-up listing

Whole commands, reading, report and start-up included, on a listing made by `tests/benchmarks/leak.py`
in the style of corporate shares; most lines match something. In the same run ripgrep searches the
same {len(words()):,} words, without telling words, parties or kinds apart; it stops at the first word of
a line, which with words of two letters among them comes soon, where triage looks for all of them. The
ratio is the time that triage takes for a line, as a multiple of ripgrep's.

| command | lines | GB | seconds | lines/s | peak MiB | ratio |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
{table}

## Ordinary software

Lines of Debian's index of contents, in which no carmaker's files are, that are called a carmaker's. All
of them lie below folders of programs, where a name counts only in context; the second row leaves that
rule out, to show what the names alone would do.

| lexicon | lines | high | per 100,000 | medium |
| --- | ---: | ---: | ---: | ---: |
{errors}
"""


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--whole", action="store_true", help="55 million lines instead of a tenth")
    parser.add_argument("--folder", type=Path, help="where the listing is made")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        rows = speed(folder, WHOLE if options.whole else TENTH)
        ordinary = []
        listing = debian(folder)
        if listing is None:
            print("apt has no index of contents: left out", flush=True)
        else:
            shipped = shipped_lexicon()
            bare = shipped.model_copy(update={"programs": ()})
            for title, lexicon in (("as shipped", shipped), ("without that rule", bare)):
                ordinary.append((title, mistaken(listing, lexicon)))
                print(*ordinary[-1], flush=True)
    PAGE.write_text(page(rows, ordinary), encoding="utf-8")


if __name__ == "__main__":
    main()
