"""``blastradius view``: the answer as an interactive page, opened in the browser."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

from typing import Annotated

import typer

from blastradius.cli import options as shared
from blastradius.cli.answer import MAX_NODES, PAGE_SUFFIXES, check_max_nodes, write_page
from blastradius.cli.output import check_suffix, emit, spare_inputs
from blastradius.cli.question import QuestionOptions, ask, input_files

EXAMPLES = """Examples:

blastradius view continental --output continental.html --no-open

blastradius view nio --hypothetical --output nio.html --no-open
"""


def view(
    target: shared.TargetArgument,
    graph: shared.GraphOption = None,
    incident: shared.IncidentOption = None,
    hypothetical: shared.HypotheticalOption = False,
    action: shared.ActionOption = None,
    as_of: shared.AsOfOption = None,
    observe: shared.ObserveOption = None,
    observations: shared.ObservationsOption = None,
    scenario: shared.ScenarioOption = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="Write the page to this file. Without it the page lies in a new temporary folder, "
            "which stays until you delete it.",
            metavar="FILE",
            show_default=False,
            rich_help_panel=shared.OUTPUT,
        ),
    ] = None,
    no_open: Annotated[
        bool,
        typer.Option(
            "--no-open",
            help="Write the page and print where it is, but open no browser.",
            rich_help_panel=shared.OUTPUT,
        ),
    ] = False,
    max_nodes: shared.MaxNodesOption = MAX_NODES,
    rng_seed: shared.RngSeedOption = 0,
    exact: shared.ExactOption = False,
    worlds: shared.WorldsOption = None,
    precision: shared.PrecisionOption = None,
) -> None:
    """Show whom a breach of TARGET exposes as an interactive page in the browser.

    The page is one file that needs no network and sends nothing: graph and ranking side by side,
    the evidence behind every arrow, and what would change if a relation were cut. The path of the
    file is printed.
    """
    check_max_nodes(max_nodes)
    check_suffix("--output", output, PAGE_SUFFIXES)
    question = QuestionOptions(
        graph=graph,
        incident=incident,
        hypothetical=hypothetical,
        actions=tuple(action or ()),
        as_of=as_of,
        observe=tuple(observe or ()),
        observations=tuple(observations or ()),
        scenario=scenario,
        exact=exact,
        worlds=worlds,
        precision=precision,
        rng_seed=rng_seed,
    )
    spare_inputs((output,), input_files(question))
    result = ask(target, question)
    path = output if output is not None else _temporary_file()
    write_page(result, path, max_nodes)
    emit(f"{path}\n")
    if not no_open:
        _open(path)


def _temporary_file() -> str:
    """Return the path of a file in a new folder that only its owner may read."""
    import tempfile
    from pathlib import Path

    return str(Path(tempfile.mkdtemp(prefix="blastradius-")) / "page.html")


def _open(path: str) -> None:
    import sys
    import webbrowser
    from pathlib import Path

    if not webbrowser.open(Path(path).absolute().as_uri()):
        sys.stderr.write("no browser could be started; open the file in one\n")
