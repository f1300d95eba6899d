"""Rankings and perimeters, and the ways to look at them."""

# ruff: noqa: PLC0415 - what one format needs is imported when it is needed
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blastradius.report.survey_data import SurveyListing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blastradius.analysis.survey import (
        Concentration,
        Perimeter,
        RankedParty,
        Ranking,
        SurveyEngine,
        Threat,
    )
    from blastradius.report.document import Document
    from blastradius.report.rows import Row


class _View:
    """Forms that every answer has; subclasses say what stands in them."""

    def __init__(self, listing: SurveyListing | None, graph: str | None) -> None:
        self._listing = listing or SurveyListing()
        self._graph = graph

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        """Return a compact table, as which a notebook shows the answer."""
        from blastradius.report.notebook import rows_html

        return rows_html(self._document().title, self.to_rows(), self._columns()[:10])

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain data, in the form of its JSON contract."""
        raise NotImplementedError

    def to_rows(self) -> list[Row]:
        """Return one flat row for each listed party."""
        raise NotImplementedError

    def _columns(self) -> tuple[str, ...]:
        raise NotImplementedError

    def _document(self) -> Document:
        raise NotImplementedError

    def to_json(self) -> str:
        """Return the answer as JSON; same input, same bytes."""
        from blastradius.report.as_dict import json_text

        return json_text(self.to_dict())

    def to_csv(self) -> str:
        """Return the rows as CSV, safe to open in a spreadsheet."""
        from blastradius.report.rows import csv_text

        return csv_text(self.to_rows(), self._columns())

    def to_markdown(self) -> str:
        """Return the page as Markdown."""
        from blastradius.report.markdown import render_markdown

        return render_markdown(self._document())

    def to_text(self, *, width: int = 80, colour: bool = False) -> str:
        """Return the page as text for a terminal of ``width`` columns."""
        from blastradius.report.text import render_text

        return render_text(self._document(), width=width, colour=colour)


class RankingView(_View):
    """Every party as the origin of a supposed breach, the most harmful first."""

    def __init__(
        self,
        ranking: Ranking,
        listing: SurveyListing | None = None,
        *,
        graph: str | None = None,
    ) -> None:
        super().__init__(listing, graph)
        self.ranking = ranking

    def __repr__(self) -> str:
        best = self.parties[0].id if self.parties else None
        return f"<Ranking of {self.ranking.n_parties:,} parties: {best!r} first>"

    @property
    def parties(self) -> tuple[RankedParty, ...]:
        """Parties whose breach can harm another, largest total score first."""
        return self.ranking.parties

    @property
    def concentration(self) -> Concentration:
        """How much of the summed risk few parties account for."""
        return self.ranking.concentration

    @property
    def engine(self) -> SurveyEngine:
        """Which engine ran, and why."""
        return self.ranking.engine

    def listing(self, *, roles: Sequence[str] = (), top: int | None = None) -> RankingView:
        """Return the same answer with fewer parties listed; no number changes."""
        return RankingView(self.ranking, SurveyListing(tuple(roles), top), graph=self._graph)

    def to_dict(self) -> dict[str, Any]:
        """Return the ranking as plain data, in the form of its JSON contract."""
        from blastradius.report.survey_data import ranking_dict

        return ranking_dict(self.ranking, self._listing)

    def to_rows(self) -> list[Row]:
        """Return one flat row for each listed party."""
        from blastradius.report.survey_data import ranking_rows

        return ranking_rows(self.ranking, self._listing)

    def _columns(self) -> tuple[str, ...]:
        from blastradius.report.survey_data import RANKING_COLUMNS

        return RANKING_COLUMNS

    def _document(self) -> Document:
        from blastradius.report.survey_page import ranking_document

        return ranking_document(self.ranking, self._listing, graph=self._graph)


class PerimeterView(_View):
    """Whose breach would harm one party, the most harmful first."""

    def __init__(
        self,
        perimeter: Perimeter,
        listing: SurveyListing | None = None,
        *,
        graph: str | None = None,
    ) -> None:
        super().__init__(listing, graph)
        self.perimeter = perimeter

    def __repr__(self) -> str:
        return f"<Perimeter of {self.perimeter.id!r}: {len(self.parties):,} parties>"

    @property
    def parties(self) -> tuple[Threat, ...]:
        """Parties whose breach can harm the one that asks, highest score first."""
        return self.perimeter.threats

    @property
    def engine(self) -> SurveyEngine:
        """Which engine ran, and why."""
        return self.perimeter.engine

    def listing(self, *, roles: Sequence[str] = (), top: int | None = None) -> PerimeterView:
        """Return the same answer with fewer parties listed; no number changes."""
        return PerimeterView(self.perimeter, SurveyListing(tuple(roles), top), graph=self._graph)

    def to_dict(self) -> dict[str, Any]:
        """Return the perimeter as plain data, in the form of its JSON contract."""
        from blastradius.report.survey_data import perimeter_dict

        return perimeter_dict(self.perimeter, self._listing)

    def to_rows(self) -> list[Row]:
        """Return one flat row for each listed party."""
        from blastradius.report.survey_data import perimeter_rows

        return perimeter_rows(self.perimeter, self._listing)

    def _columns(self) -> tuple[str, ...]:
        from blastradius.report.survey_data import PERIMETER_COLUMNS

        return PERIMETER_COLUMNS

    def _document(self) -> Document:
        from blastradius.report.survey_page import perimeter_document

        return perimeter_document(self.perimeter, self._listing, graph=self._graph)
