"""``blastradius generate``: make up a supply network of any size."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

from typing import Annotated

import typer

from blastradius.cli.convert import NOTATIONS, check_target, is_file, write_graph_file
from blastradius.cli.options import OUTPUT
from blastradius.cli.output import emit, patience
from blastradius.cli.usage import whole_number
from blastradius.model.text import printable

EXAMPLES = """Examples:

blastradius generate --parties 1000 --seed 7

blastradius generate --parties 50 --seed 1 --output made-up.yaml
"""


def generate(
    parties: Annotated[
        int,
        typer.Option(
            parser=whole_number("--parties"),
            help="Parties to make up, from 20 to 1,000,000.",
            metavar="N",
            show_default=False,
        ),
    ],
    seed: Annotated[
        int,
        typer.Option(
            parser=whole_number("--seed"),
            help="Of the random numbers, 0 or more: same seed, same file.",
            metavar="N",
        ),
    ] = 0,
    shares: Annotated[
        int,
        typer.Option(
            parser=whole_number("--shares"),
            help="Shares for each party on average, from 1 to 15.",
            metavar="N",
        ),
    ] = 10,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="A file that ends in .yaml, .yml or .json, or else a folder of tables. "
            "Default: a folder with the name of the graph.",
            metavar="PATH",
            show_default=False,
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    tables: Annotated[
        str | None,
        typer.Option(
            help=f"Notation of the tables: {' or '.join(NOTATIONS)}. Default: {NOTATIONS[0]}.",
            metavar="|".join(NOTATIONS),
            show_default=False,
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Replace the output if it exists: a file, or a folder of nothing but tables.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
) -> None:
    """Make up a supply network for benchmarks and demonstrations. Nothing in it is real.

    It has tiers, customers with very many suppliers, data that is handed on, access of IT
    providers, and one breach. The name of the graph and of every party says that it is synthetic.
    """
    if output is not None:
        check_target(output, tables)
    from blastradius.analysis.synthetic import synthetic_columns, synthetic_name
    from blastradius.io.tables import graph_of, register_of_columns, write_tables

    with patience("still making it up ..."):
        register = register_of_columns(synthetic_columns(parties, seed, shares))
        dest = output if output is not None else synthetic_name(parties, seed, shares)
        if is_file(dest):
            write_graph_file(graph_of(register, register.name), dest, force=force)
        else:
            write_tables(register, dest, tables or NOTATIONS[0], replace=force)
    emit(f"{printable(dest)}\n")
