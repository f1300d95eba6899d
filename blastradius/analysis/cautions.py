"""What was said that asks for a second look: it is counted as it stands, and may not be meant so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from blastradius.analysis.evidence import SourceBook, Weighed
from blastradius.analysis.harm import Event, Scope
from blastradius.analysis.resolve import resolve_target
from blastradius.errors import AmbiguousNameError, UnknownNameError
from blastradius.model.graph import Graph, Incident

if TYPE_CHECKING:
    from blastradius.io.files import ObservationFile

_NAMES: Final = 5
"""Names that a sentence spells out."""


def cautions_about(
    weighed: Iterable[Weighed], names: Mapping[str, str], book: SourceBook
) -> Iterator[str]:
    """Yield doubts about statements: those that contradict themselves, and those that are no two.

    Parameters
    ----------
    weighed : iterable of Weighed
        Different statements, with their ratios.
    names : Mapping
        Party id -> name.
    book : SourceBook
        Knows what the statements rest on.
    """
    seen: set[tuple[Event, str]] = set()
    shared: dict[str, dict[str, None]] = {}
    for item in weighed:
        subject = names.get(item.event.subject, item.event.subject)
        if _contradicts(item):
            yield (
                f"a statement on {subject} says {item.observation.state}, but the likelihood ratio "
                f"{item.ratio:g} beside that speaks {'for' if item.ratio > 1 else 'against'} it: the "
                "ratio counts"
            )
        for source in book.notes([item.observation.evidence]):
            if (item.event, source.title) in seen:
                shared.setdefault(source.title, {})[subject] = None
            seen.add((item.event, source.title))
    for title, subjects in shared.items():
        yield (
            f"more than one statement on {_listed(list(subjects))} rests on one source, {title}: they "
            "multiply as if each were a witness of its own"
        )


def _listed(names: list[str]) -> str:
    """Write out some names.

    >>> _listed(["A", "B", "C"]), _listed(["A"])
    ('each of A, B and C', 'A')
    """
    if len(names) == 1:
        return names[0]
    if len(names) > _NAMES:
        return f"each of {', '.join(names[:_NAMES])} and {len(names) - _NAMES:,} more"
    return f"each of {', '.join(names[:-1])} and {names[-1]}"


def _contradicts(item: Weighed) -> bool:
    """Tell whether a ratio of its own speaks against the word that stands beside it."""
    denies = item.observation.state == "denied"
    return item.ratio > 1 if denies else item.ratio < 1


def cautions_about_files(
    files: Iterable[ObservationFile], graph: Graph, scope: Scope
) -> Iterator[str]:
    """Yield doubts about files that say of themselves that they speak of another breach."""
    for file in files:
        if file.target is not None and not _is_about(file.target, graph, scope):
            yield (
                f"the file {file.name} speaks of another breach, that of {file.target}: its "
                "statements are counted here all the same"
            )


def _is_about(target: str, graph: Graph, scope: Scope) -> bool:
    try:
        found = resolve_target(graph, target)
    except (UnknownNameError, AmbiguousNameError):
        return False
    if isinstance(found, Incident) and scope.incident is not None:
        return found.id == scope.incident.id
    origins = found.origins if isinstance(found, Incident) else (found.id,)
    return not set(origins).isdisjoint(scope.origins)
