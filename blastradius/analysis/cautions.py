"""What was said that asks for a second look: it is counted as it stands, and may not be meant so."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from blastradius.analysis.evidence import SourceBook, Weighed
from blastradius.analysis.harm import Event, Scope
from blastradius.analysis.priors import PriorTable
from blastradius.analysis.resolve import resolve_target
from blastradius.analysis.results import SourceNote
from blastradius.errors import AmbiguousNameError, UnknownNameError
from blastradius.model.graph import Graph, Incident
from blastradius.model.vocabulary import ObservationState

if TYPE_CHECKING:
    from blastradius.io.files import ObservationFile

_WEAKER: Final[Mapping[str, ObservationState]] = {
    "confirmed": "reported",
    "reported": "could-be-affected",
}
_HASHED: Final = "sha256 "
_HASH: Final = re.compile(rf"\b{_HASHED}[0-9a-f]{{64}}\b")
_NAMES: Final = 5
"""Names that a sentence spells out."""


def cautions_about(
    weighed: Iterable[Weighed], names: Mapping[str, str], book: SourceBook, priors: PriorTable
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
    priors : PriorTable
        Knows the ratios that states mean.
    """
    about: dict[Event, list[Weighed]] = {}
    for item in weighed:
        about.setdefault(item.event, []).append(item)
        doubt = _contradiction(item, priors)
        if doubt:
            yield f"a statement on {_name(item.event, names)} says {item.observation.state}, but {doubt}"
    yield from _opposites(about, names)
    yield from _shared_sources(about, names, book)


def _name(event: Event, names: Mapping[str, str]) -> str:
    return names.get(event.subject, event.subject)


def _contradiction(item: Weighed, priors: PriorTable) -> str:
    """Say how a ratio of its own goes against the word that stands beside it, if it does."""
    state, ratio = item.observation.state, item.ratio
    beside = f"the likelihood ratio {ratio:g} beside that"
    if ratio > 1 if state == "denied" else ratio < 1:
        return f"{beside} speaks {'for' if ratio > 1 else 'against'} it: the ratio counts"
    weaker = _WEAKER.get(state)
    if weaker is None:
        return ""
    own, below = priors.ratio(state), priors.ratio(weaker)
    if ratio < math.sqrt(own * below):
        return f"{beside} is that of {weaker} ({below:g}) rather than of {state} ({own:g})"
    return ""


def _opposites(about: Mapping[Event, Sequence[Weighed]], names: Mapping[str, str]) -> Iterator[str]:
    for event, items in about.items():
        if {"confirmed", "denied"} <= {item.observation.state for item in items}:
            yield f"of {_name(event, names)} it is both confirmed and denied that it is {event.kind}"


def _shared_sources(
    about: Mapping[Event, Sequence[Weighed]], names: Mapping[str, str], book: SourceBook
) -> Iterator[str]:
    """Yield sources on which more than one statement on a party rests, and parties with two listings."""
    shared: dict[str, dict[str, None]] = {}
    listed: dict[str, None] = {}
    for event, items in about.items():
        seen: dict[str, str] = {}
        n_listings = 0
        for item in items:
            sources = book.notes([item.observation.evidence])
            titles = {_key(source): source.title for source in sources}
            for key in titles.keys() & seen.keys():
                shared.setdefault(seen[key], {})[_name(event, names)] = None
            is_new = titles.keys().isdisjoint(seen)
            n_listings += is_new and any(key.startswith(_HASHED) for key in titles)
            seen |= {key: title for key, title in titles.items() if key not in seen}
        if n_listings > 1:
            listed[_name(event, names)] = None
    for title, subjects in shared.items():
        yield (
            f"more than one statement on {_listed(list(subjects))} rests on one source, {title}: they "
            "multiply as if each were a witness of its own"
        )
    if listed:
        yield (
            f"statements on {_listed(list(listed))} rest on different listings: if these are of one "
            "leak, triage them together, as they multiply like witnesses of their own"
        )


def _key(source: SourceNote) -> str:
    """Return what tells a source from others: of a listing its hash, whatever its name was."""
    match = _HASH.search(source.title)
    return match[0] if match else f"{source.url or ''} {source.title}"


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


def cautions_about_files(
    files: Iterable[ObservationFile], graph: Graph, scope: Scope
) -> Iterator[str]:
    """Yield doubts about files that say of themselves that they speak of another breach."""
    for file in files:
        if file.caveat is not None:
            yield f"the file {file.name} says of itself: {file.caveat}"
        doubt = "" if file.target is None else _other_breach(file.target, graph, scope)
        if doubt:
            yield (
                f"the file {file.name} speaks of {file.target}, {doubt}: its statements are counted "
                "here all the same"
            )


def _other_breach(target: str, graph: Graph, scope: Scope) -> str:
    """Say why a target is not the breach that is analysed; empty if it is."""
    try:
        found = resolve_target(graph, target)
    except (UnknownNameError, AmbiguousNameError) as error:
        return str(error)
    if isinstance(found, Incident) and scope.incident is not None:
        is_same = found.id == scope.incident.id
    else:
        origins = found.origins if isinstance(found, Incident) else (found.id,)
        is_same = not set(origins).isdisjoint(scope.origins)
    return "" if is_same else "which is another breach"
