"""``blastradius triage``: whom and what the file names of a leak listing name."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

import csv
import os
import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from blastradius.cli import options as shared
from blastradius.cli.output import check_suffix, emit, look_of, spare_inputs
from blastradius.cli.progress import reading_bar
from blastradius.cli.question import graph_name
from blastradius.cli.usage import UsageError, check_words, whole_number
from blastradius.errors import OutputError
from blastradius.model.text import printable, quoted
from blastradius.model.vocabulary import bare_label
from blastradius.report.tlp import DEFAULT_TLP, TLP_MEANINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from blastradius.api import OnPath
    from blastradius.model.vocabulary import Tlp
    from blastradius.report.triage_view import TriageView

EXAMPLES = """Examples:

blastradius triage listing.txt.gz --sample

blastradius triage listing.txt.gz --target continental -o observations.yaml --report triage.html

blastradius triage listing.txt.gz --party volkswagen --paths volkswagen.csv

blastradius analyze continental --observations observations.yaml
"""

REPORTS = {
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".json": "json",
    ".csv": "csv",
    ".txt": "text",
}

DEFAULT_SAMPLE = "0.01"
PATH_COLUMNS = ("listing", "path_number", "path", "party", "sureness", "term", "varieties", "tlp")
"""Columns of the table of paths: the number counts the paths of the listing, from 1. The label stands
on each row, so that it stays with what is filtered or copied out of a spreadsheet."""

_INCOMPLETE = 3
"""Exit code where some of a listing could not be read: what is missing may name anybody."""

_NUMBER = re.compile(r"[0-9]*\.?[0-9]+(e-?[0-9]+)?%?", re.IGNORECASE)

HOW = "How it is read"


def complete_format(incomplete: str) -> list[str]:
    """Offer formats of listings."""
    return [name for name in _formats() if name.startswith(incomplete)]


def complete_tlp(incomplete: str) -> list[str]:
    """Offer labels."""
    return [label for label in TLP_MEANINGS if label.startswith(incomplete.upper())]


def _formats() -> tuple[str, ...]:
    from blastradius.triage.formats import FORMATS

    return tuple(FORMATS)


def with_sample(words: list[str]) -> list[str]:
    """Return a command line on which ``--sample`` has a number, the default if none follows.

    >>> with_sample(["triage", "--sample", "listing.txt"])
    ['triage', '--sample', '0.01', 'listing.txt']
    >>> with_sample(["triage", "listing.txt", "--sample", "0.1"])
    ['triage', 'listing.txt', '--sample', '0.1']
    """
    if words[:1] != ["triage"]:
        return words
    end = words.index("--") if "--" in words else len(words)
    spelled: list[str] = []
    for place, word in enumerate(words[:end]):
        spelled.append(word)
        following = words[place + 1] if place + 1 < end else ""
        if word == "--sample" and _NUMBER.fullmatch(following) is None:
            spelled.append(DEFAULT_SAMPLE)
    return spelled + words[end:]


def _part(text: str) -> float:
    """Return a part of a whole, written as a number or as per cent.

    >>> _part("0.05"), _part("5%")
    (0.05, 0.05)
    """
    number = text.removesuffix("%")
    try:
        return float(number) / 100 if number != text else float(number)
    except ValueError:
        msg = f"--sample: must be a part such as 0.05 or 5%, got {quoted(text)}"
        raise UsageError(msg) from None


class TriageOptions(NamedTuple):
    """The options of a triage."""

    listings: tuple[str, ...]
    target: str | None
    graph: str | None
    lexicons: tuple[str, ...]
    format: str | None
    sample: float | None
    threads: int | None
    party: str | None
    paths: str | None
    output: str | None
    force: bool
    reports: tuple[str, ...]
    tlp: Tlp

    @property
    def outputs(self) -> tuple[str, ...]:
        """Files that are written."""
        return tuple(path for path in (self.output, *self.reports, self.paths) if path is not None)

    def check(self) -> None:
        """Refuse bad options before anything is read.

        Raises
        ------
        UsageError
        """
        if (self.party is None) != (self.paths is None):
            msg = "--party and --paths go together: whose paths, and the file to write them to"
            raise UsageError(msg)
        if self.sample is not None and not 0 < self.sample < 1:
            msg = (
                f"--sample: must be more than 0 and less than 1 (100%), got {self.sample:g}; "
                "without --sample all is looked at"
            )
            raise UsageError(msg)
        if self.threads is not None and self.threads < 1:
            msg = f"--threads: must be at least 1, got {self.threads}"
            raise UsageError(msg)
        check_words("--tlp", [self.tlp], TLP_MEANINGS)
        if self.format is not None:
            check_words("--format", [self.format], _formats())
        if self.listings.count("-") > 1:
            msg = "standard input, -, can be read only once"
            raise UsageError(msg)
        self._check_outputs()

    def _check_outputs(self) -> None:
        for path in self.reports:
            _form_of(path)
        if self.output is not None and _suffix(self.output) in (*REPORTS, ".pdf"):
            msg = (
                f"--output: {quoted(self.output)} would hold observations, which are YAML; a page "
                "is written with --report"
            )
            raise UsageError(msg)
        check_suffix("--paths", self.paths, (".csv",))
        goals = [os.path.realpath(path) for path in self.outputs]
        for path, goal in zip(self.outputs, goals, strict=True):
            if goals.count(goal) > 1:
                msg = f"{quoted(path)} would be written twice; write to different files"
                raise UsageError(msg)
        files = (path for path in self.listings if path != "-")
        spare_inputs(self.outputs, (self.graph, *self.lexicons, *files))
        self._spare_folders()

    def _spare_folders(self) -> None:
        """Refuse to write below a folder that is read: all of it is evidence, at any depth."""
        folders = [os.path.realpath(path) for path in self.listings if path != "-"]
        for path in self.outputs:
            goal = os.path.realpath(path)
            if any(goal.startswith(os.path.join(folder, "")) for folder in folders):  # noqa: PTH118
                msg = (
                    f"{quoted(path)} is below a folder that is an input of this command; write to "
                    "another place"
                )
                raise UsageError(msg)


def triage(
    listings: Annotated[
        list[str],
        typer.Argument(
            metavar="LISTING",
            help="Listings of the files of a leak: files, folders of them, or - for standard "
            "input. Compressed ones are unpacked as they are read.",
            show_default=False,
        ),
    ],
    target: Annotated[
        str | None,
        typer.Option(
            help="Whose listing it is: party or incident, by id, name, alias or identifier.",
            metavar="TARGET",
            autocompletion=shared.complete_target,
            show_default=False,
            rich_help_panel=shared.QUESTION,
        ),
    ] = None,
    graph: shared.GraphOption = None,
    lexicon: Annotated[
        list[str] | None,
        typer.Option(
            help="YAML or JSON file of rules and names that extend the shipped lexicon. "
            "Repeatable.",
            metavar="FILE",
            show_default=False,
            rich_help_panel=shared.QUESTION,
        ),
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="Format of the listings; found out by default. Completion offers the names, and "
            "a wrong one is answered with all of them.",
            metavar="NAME",
            autocompletion=complete_format,
            show_default=False,
            rich_help_panel=HOW,
        ),
    ] = None,
    sample: Annotated[
        float | None,
        typer.Option(
            parser=_part,
            help="Look at only this part of the listing for a first impression, such as 0.05 or 5%, "
            f"with 95 % intervals. Without a number: {DEFAULT_SAMPLE}.",
            metavar="[PART]",
            show_default=False,
            rich_help_panel=HOW,
        ),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(
            parser=whole_number("--threads"),
            help="Threads to use, 1 or more; by default as many as there are processors. The "
            "result is the same.",
            metavar="N",
            show_default=False,
            rich_help_panel=HOW,
        ),
    ] = None,
    party: Annotated[
        str | None,
        typer.Option(
            help="Party whose every matching line goes to --paths.",
            metavar="PARTY",
            autocompletion=shared.complete_party,
            show_default=False,
            rich_help_panel=shared.OUTPUT,
        ),
    ] = None,
    paths: Annotated[
        str | None,
        typer.Option(
            help="Write every matching line of --party to this file.",
            metavar="FILE.csv",
            show_default=False,
            rich_help_panel=shared.OUTPUT,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="Write the observations to this file, as YAML: for review, and for analyze "
            "--observations.",
            metavar="FILE",
            show_default=False,
            rich_help_panel=shared.OUTPUT,
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Replace the file of observations if it exists: it may have been reviewed.",
            rich_help_panel=shared.OUTPUT,
        ),
    ] = False,
    report: Annotated[
        list[str] | None,
        typer.Option(
            help="Write the page or the data to this file; its suffix decides: .html .md .txt "
            ".json .csv. Repeatable.",
            metavar="FILE",
            show_default=False,
            rich_help_panel=shared.OUTPUT,
        ),
    ] = None,
    tlp: Annotated[
        str,
        typer.Option(
            help="How far the outputs may be passed on, a label of TLP 2.0: "
            f"{', '.join(TLP_MEANINGS)}.",
            metavar="LABEL",
            autocompletion=complete_tlp,
            rich_help_panel=shared.OUTPUT,
        ),
    ] = DEFAULT_TLP,
) -> None:
    """Find whom and what the file names in a leak listing name, and propose observations.

    Only the listing is read: nothing that it names is ever opened or asked for. The page tells per
    party and kind how many files there are and where, what could not be read, and what matched
    nobody. Ctrl-C ends the reading and prints what was seen so far, marked partial. If a listing
    could not be read to its end or not in full, everything is printed and written all the same, and
    the exit code is 3.
    """
    options = TriageOptions(
        listings=tuple(listings),
        target=target,
        graph=graph,
        lexicons=tuple(lexicon or ()),
        format=format_,
        sample=sample,
        threads=threads,
        party=party,
        paths=paths,
        output=output,
        force=force,
        reports=tuple(report or ()),
        tlp=bare_label(tlp),  # type: ignore[arg-type] # checked below
    )
    options.check()
    _spare_reviewed(options)
    view = _read(options)
    _write_files(view, options)
    look = look_of(sys.stdout)
    from blastradius.report.triage_page import ON_SCREEN

    emit(
        view.to_text(
            width=look.width,
            colour=look.colour,
            tlp=options.tlp,
            details=ON_SCREEN,
            observations=options.output,
        )
    )
    if view.is_partial:
        # Said on the page already; the exit code is that of every interrupted command.
        raise KeyboardInterrupt
    if view.triage.is_incomplete:
        raise typer.Exit(_INCOMPLETE)


def _spare_reviewed(options: TriageOptions) -> None:
    """Refuse to write over a file of observations: somebody may have edited it."""
    if options.output is not None and os.path.isfile(options.output) and not options.force:  # noqa: PTH113
        msg = f"cannot write {printable(options.output, 200)}: it exists; --force replaces it"
        raise OutputError(msg)


def _read(options: TriageOptions) -> TriageView:
    from blastradius.api import triage as triage_listings

    with _path_writer(options.paths, options.tlp) as on_path, reading_bar("reading") as progress:
        return triage_listings(
            graph_name(options.graph),
            options.listings,
            target=options.target,
            lexicons=options.lexicons,
            listing_format=options.format,
            sample=options.sample,
            n_threads=options.threads,
            party=options.party,
            on_path=on_path,
            progress=progress,
        )


class _Sink(NamedTuple):
    """What takes the text of a CSV."""

    write: Callable[[str], object]


@contextmanager
def _path_writer(path: str | None, tlp: Tlp) -> Iterator[OnPath | None]:
    """Yield what takes one path after the other to a file, which has its name at the end."""
    if path is None:
        yield None
        return
    from blastradius.io.atomic import growing_text
    from blastradius.report.escape import csv_cell
    from blastradius.report.tlp import tlp_label

    label = tlp_label(tlp)
    with growing_text(path) as write:
        rows = csv.writer(_Sink(write), lineterminator="\n")
        rows.writerow(PATH_COLUMNS)

        def on_path(
            listing: str,
            number: int,
            name: str,
            party: str,
            sureness: str,
            term: str,
            varieties: tuple[str, ...],
        ) -> None:
            kinds = "; ".join(varieties)
            texts = map(csv_cell, (name, party, sureness, term, kinds, label))
            rows.writerow((csv_cell(listing), number, *texts))

        yield on_path


def _write_files(view: TriageView, options: TriageOptions) -> None:
    from blastradius.io.atomic import write_text

    if options.output is not None:
        write_text(options.output, view.to_observations(tlp=options.tlp))
    for path in options.reports:
        write_text(path, _render(view, _form_of(path), options))


def _render(view: TriageView, form: str, options: TriageOptions) -> str:
    if form == "json":
        return view.to_json(tlp=options.tlp)
    if form == "csv":
        return view.to_csv(tlp=options.tlp)
    if form == "html":
        return view.to_html(tlp=options.tlp, observations=options.output)
    if form == "markdown":
        return view.to_markdown(tlp=options.tlp, observations=options.output)
    return view.to_text(tlp=options.tlp, observations=options.output)


def _suffix(path: str) -> str:
    return os.path.splitext(path)[1].lower()  # noqa: PTH122


def _form_of(path: str) -> str:
    """Return the form of a report."""
    form = REPORTS.get(_suffix(path))
    if form is None:
        msg = (
            f"--report: {quoted(path)} has no suffix of a report; choose from {', '.join(REPORTS)}"
        )
        raise UsageError(msg)
    return form
