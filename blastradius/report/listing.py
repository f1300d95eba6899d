"""Which parties of an answer are listed. A filter changes the list, never what is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

    from blastradius.analysis.results import Analysis, GroupResult, PartyResult


class ListFilter(NamedTuple):
    """What to list."""

    roles: Collection[str] = ()
    """Only parties with one of these roles; empty means all."""
    min_score: float = 0.0
    """Only parties with at least this posterior score [points]."""
    top: int | None = None
    """At most this many of those with a path; None means all.

    Who was spoken of without a path is told of all the same: it is a relation that is missing."""
    is_grouped: bool = False
    """Whether to list groups instead of their members."""


class Listing(NamedTuple):
    """The parties and groups that a report lists, highest score first."""

    entries: tuple[PartyResult | GroupResult, ...]
    total: int
    """How many there would be without a filter."""
    filter: ListFilter
    n_beyond: int = 0
    """How many of the total were only spoken of: no path leads to them."""

    @property
    def is_partial(self) -> bool:
        """Tell whether a filter hid something."""
        return len(self.entries) < self.total

    @property
    def note(self) -> str:
        """Return how much of the whole is shown.

        >>> Listing((), 12, ListFilter()).note
        'showing 0 of 12'
        """
        beyond = sum(map(is_only_spoken_of, self.entries))
        shown, total = len(self.entries) - beyond, self.total - self.n_beyond
        more = f", and {beyond:,} without a path" if beyond else ""
        return f"showing {shown:,} of {total:,}{more}"


def select(analysis: Analysis, wanted: ListFilter = ListFilter()) -> Listing:  # noqa: B008 - frozen
    """Choose what to list from the ranking."""
    entries = _grouped(analysis) if wanted.is_grouped else analysis.ranking
    kept = [
        entry
        for entry in entries
        if entry.score.posterior >= wanted.min_score
        and (not wanted.roles or _roles(analysis, entry) & set(wanted.roles))
    ]
    on_path = [entry for entry in kept if not is_only_spoken_of(entry)]
    beyond = [entry for entry in kept if is_only_spoken_of(entry)]
    n_beyond = sum(map(is_only_spoken_of, entries))
    return Listing((*on_path[: wanted.top], *beyond), len(entries), wanted, n_beyond)


def is_only_spoken_of(entry: PartyResult | GroupResult) -> bool:
    """Tell whether a party was spoken of and no path leads to it; of groups some path always does."""
    return getattr(entry, "hops", 0) is None


def _grouped(analysis: Analysis) -> tuple[PartyResult | GroupResult, ...]:
    """Put each group in the place of its members; parties without a group stay."""
    members = {member for group in analysis.groups for member in group.members}
    singles = [party for party in analysis.ranking if party.id not in members]
    entries: list[PartyResult | GroupResult] = [*analysis.groups, *singles]
    return tuple(sorted(entries, key=lambda entry: (-entry.score.posterior, entry.id)))


def _roles(analysis: Analysis, entry: PartyResult | GroupResult) -> set[str]:
    members: tuple[str, ...] = getattr(entry, "members", (entry.id,))
    return {analysis.parties[member].role for member in members if member in analysis.parties}
