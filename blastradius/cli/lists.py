"""Printing of lists; shared by ``parties``, ``incidents``, ``graphs`` and ``priors``."""

# ruff: noqa: PLC0415 - what one command or format needs is imported when it is needed
from __future__ import annotations

from typing import TYPE_CHECKING

from blastradius.cli.output import Look, deliver

if TYPE_CHECKING:
    from blastradius.report.catalogue import Catalogue

FORMATS = ("table", "json", "csv", "markdown")


def deliver_list(catalogue: Catalogue, wanted: str | None, output: str | None) -> None:
    """Print or write a list."""
    deliver(
        wanted,
        output,
        {
            "table": lambda look: _table(catalogue, look),
            "json": lambda _: _json(catalogue),
            "csv": lambda _: _csv(catalogue),
            "markdown": lambda _: list_markdown(catalogue),
        },
    )


def _table(catalogue: Catalogue, look: Look) -> str:
    from blastradius.report.catalogue import catalogue_document
    from blastradius.report.text import render_text

    return render_text(catalogue_document(catalogue), width=look.width, colour=look.colour)


def list_markdown(catalogue: Catalogue) -> str:
    """Return a list as a page of Markdown."""
    from blastradius.report.catalogue import catalogue_document
    from blastradius.report.markdown import render_markdown

    return render_markdown(catalogue_document(catalogue))


def _json(catalogue: Catalogue) -> str:
    from blastradius.report.as_dict import json_text

    schema = f"blastradius/{catalogue.kind}/1"
    return json_text({"schema": schema, catalogue.kind: catalogue.rows})


def _csv(catalogue: Catalogue) -> str:
    from blastradius.report.rows import csv_text

    return csv_text(catalogue.rows, catalogue.columns)
