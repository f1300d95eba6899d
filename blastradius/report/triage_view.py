"""A triage, and the ways to look at it."""

# ruff: noqa: PLC0415 - what one format needs is imported when it is needed
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blastradius.model.vocabulary import Tlp
from blastradius.report.tlp import DEFAULT_TLP
from blastradius.report.triage_page import IN_REPORT, TriageLook

if TYPE_CHECKING:
    from blastradius.report.document import Document
    from blastradius.report.rows import Row
    from blastradius.triage.results import PartyFound, Triage


class TriageView:
    """Whom and what leak listings name, in all forms.

    Paths are what criminals wrote. Every text escapes them; `triage`, `to_dict` and `to_rows` hold
    them as they are. ``tlp`` is the label of TLP 2.0 that a form bears: RED, AMBER, AMBER+STRICT,
    GREEN or CLEAR. ``graph`` and ``lexicons`` are what finds these again, for the commands that a page
    suggests.
    """

    def __init__(
        self, triage: Triage, *, graph: str | None = None, lexicons: tuple[str, ...] = ()
    ) -> None:
        self.triage = triage
        self._graph = graph
        self._lexicons = lexicons

    def __repr__(self) -> str:
        parties = len(self.triage.parties)
        return f"<Triage of {self.triage.files:,} files: {parties:,} parties named>"

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        """Return a compact table, as which a notebook shows the answer."""
        from blastradius.report.notebook import rows_html
        from blastradius.report.triage_data import TRIAGE_COLUMNS

        return rows_html(self._document(TriageLook()).title, self.to_rows(), TRIAGE_COLUMNS[1:9])

    @property
    def parties(self) -> tuple[PartyFound, ...]:
        """Parties of the graph that are named, most files first."""
        return self.triage.parties

    @property
    def is_partial(self) -> bool:
        """Whether reading was interrupted."""
        return self.triage.is_partial

    def to_dict(self, *, tlp: Tlp = DEFAULT_TLP) -> dict[str, Any]:
        """Return the triage as plain data, in the form of its JSON contract."""
        from blastradius.report.triage_data import triage_dict

        return triage_dict(self.triage, tlp)

    def to_json(self, *, tlp: Tlp = DEFAULT_TLP) -> str:
        """Return the triage as JSON; same input, same bytes."""
        from blastradius.report.triage_data import triage_json

        return triage_json(self.triage, tlp)

    def to_rows(self, *, tlp: Tlp = DEFAULT_TLP) -> list[Row]:
        """Return one flat row for each party and kind of files."""
        from blastradius.report.triage_data import triage_rows

        return triage_rows(self.triage, tlp)

    def to_csv(self, *, tlp: Tlp = DEFAULT_TLP) -> str:
        """Return the rows as CSV, safe to open in a spreadsheet."""
        from blastradius.report.rows import csv_text
        from blastradius.report.triage_data import TRIAGE_COLUMNS

        return csv_text(self.to_rows(tlp=tlp), TRIAGE_COLUMNS)

    def to_observations(self, *, tlp: Tlp = DEFAULT_TLP) -> str:
        """Return the observations as YAML, for review and for ``analyze --observations``."""
        from blastradius.report.triage_observations import observations_text

        return observations_text(self.triage, tlp)

    def to_text(
        self,
        *,
        width: int = 80,
        colour: bool = False,
        tlp: Tlp = DEFAULT_TLP,
        details: int = IN_REPORT,
        observations: str | None = None,
    ) -> str:
        """Return the page as text for a terminal of ``width`` columns.

        ``details`` parties are told of one by one; ``observations`` is the file that they were
        written to, if they were.
        """
        from blastradius.report.text import render_text

        look = TriageLook(tlp, details, self._graph, observations, self._lexicons)
        return render_text(self._document(look), width=width, colour=colour)

    def to_markdown(
        self,
        *,
        tlp: Tlp = DEFAULT_TLP,
        details: int = IN_REPORT,
        observations: str | None = None,
    ) -> str:
        """Return the page as Markdown."""
        from blastradius.report.markdown import render_markdown

        look = TriageLook(tlp, details, self._graph, observations, self._lexicons)
        return render_markdown(self._document(look))

    def to_html(
        self,
        *,
        tlp: Tlp = DEFAULT_TLP,
        details: int = IN_REPORT,
        observations: str | None = None,
    ) -> str:
        """Return the page as one HTML file without a script, which asks nothing of a network."""
        from blastradius.report.html import render_html

        look = TriageLook(tlp, details, self._graph, observations, self._lexicons)
        return render_html(self._document(look), tlp=tlp)

    def _document(self, look: TriageLook) -> Document:
        from blastradius.report.triage_page import triage_document

        return triage_document(self.triage, look)
