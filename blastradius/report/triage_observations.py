"""The observations of a triage as a file to read, to edit and to hand to ``analyze``.

What strangers wrote stands in quotes or behind a comment sign, with everything escaped that could
end either.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any, Final

from blastradius.model.text import printable
from blastradius.model.vocabulary import Tlp
from blastradius.report import numbers
from blastradius.report.tlp import DEFAULT_TLP, TLP_MEANINGS, tlp_label
from blastradius.report.triage_data import observation_dict
from blastradius.report.triage_page import ratio_note, sample_words
from blastradius.report.triage_parties import day_words, kind_words
from blastradius.triage.evidence import HALF, MOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blastradius.triage.results import PartyFound, Triage

SCHEMA: Final = "blastradius/observations/1"

_WIDTH = 98
_LISTINGS = 20
"""Listings named at the head."""
_FOLDERS = 3
_LONGEST = 300
"""Characters of foreign text in a comment."""

_BARE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*|[0-9]{4}-[0-9]{2}(-[0-9]{2})?")
"""Texts that need no quotes: words of the format, dates, most ids."""
_TAKEN = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""Words that are no text for one reader of YAML or another."""


def observations_text(triage: Triage, tlp: Tlp = DEFAULT_TLP) -> str:
    """Return the observations of a triage as YAML that ends with a newline."""
    lines = [f"# {line}".rstrip() for line in _head(triage, tlp)]
    lines += ["", f"schema: {SCHEMA}", f"tlp: {tlp}"]
    if triage.target_id is not None:
        lines.append(f"target: {_scalar(triage.target_id)}")
    if triage.caveat:
        lines.append(f"caveat: {_scalar(triage.caveat)}")
    if not triage.observations:
        return "\n".join([*lines, "observations: []", ""])
    found = {party.id: party for party in triage.parties}
    lines.append("observations:")
    for item in triage.observations:
        party = found.get(item.party)
        if party is not None:
            lines.append("")
            lines += [f"  # {line}" for line in _remarks(party)]
        lines += _item(observation_dict(item), "  ")
    return "\n".join(lines) + "\n"


def _head(triage: Triage, tlp: Tlp) -> Iterator[str]:
    provenance = triage.provenance
    yield _foreign(
        f"Observations from a leak listing, by blastradius {provenance.version} "
        f"(graph {provenance.graph}, lexicon {provenance.lexicon})"
    )
    yield f"{tlp_label(tlp)}: {TLP_MEANINGS[tlp]}"
    if triage.is_partial:
        yield "PARTIAL: reading was interrupted; parties named later are missing"
    if triage.sampled is not None:
        yield from textwrap.wrap(
            f"SAMPLE: {sample_words(triage.sampled, is_partial=triage.is_partial)}", _WIDTH
        )
    for read in triage.inputs[:_LISTINGS]:
        day = f", last written {read.modified}" if read.modified else ""
        yield _foreign(f"listing: {read.name}, {read.stored_bytes:,} bytes{day}")
        yield _foreign(f"  sha256 {read.sha256 or 'not known, not read to its end'}")
        for problem in read.problems[:_LISTINGS]:
            yield _foreign(f"  INCOMPLETE: {problem}")
    more = len(triage.inputs) - _LISTINGS
    if more > 0:
        yield f"and {more:,} more listings"
    yield ""
    for text in (_REVIEW, ratio_note()):
        yield from textwrap.wrap(text, _WIDTH)


_REVIEW: Final = (
    "Review before use: delete what you do not believe, add what you learn. The ratio decides, not "
    "the state beside it: who changes a state deletes the ratio or changes it too. A file name is evidence of presence, not proof, and a party that is not here is not "
    "safe. Then: blastradius analyze TARGET --observations THIS-FILE"
)


def _remarks(party: PartyFound) -> Iterator[str]:
    days = f", {day_words(party)}" if day_words(party) else ""
    yield _foreign(
        f"{party.name}: {numbers.counted(party.files, 'file')} ({party.high:,} by a sure name), "
        f"{numbers.percent_of_whole(party.share)} of all{days}"
    )
    kinds = kind_words(party, 5)
    if kinds:
        yield f"by name: {kinds}"
    for folder in party.folders[:_FOLDERS]:
        yield _foreign(f"{folder.files:,} in {folder.folder}")
    n = f"{party.pieces:.6g}"
    noun = "piece" if party.pieces == 1 else "pieces"
    yield (
        f"{n} {noun} of evidence from {numbers.counted(party.n_folders, 'folder')}: "
        f"{MOST:g}^({n} / ({n} + {HALF:g})) = {party.likelihood_ratio:.4g}"
    )


def _foreign(text: str) -> str:
    """Return text that stays on the line of its comment."""
    return printable(text, _LONGEST)


def _item(value: dict[str, Any], indent: str) -> Iterator[str]:
    """Yield the lines of a mapping as an item of a list."""
    first, *rest = _mapping(value, indent + "  ")
    yield f"{indent}- {first.lstrip()}"
    yield from rest


def _mapping(value: dict[str, Any], indent: str) -> Iterator[str]:
    for key, inner in value.items():
        if isinstance(inner, dict) and inner:
            yield f"{indent}{key}:"
            yield from _mapping(inner, indent + "  ")
        elif isinstance(inner, list) and inner:
            yield f"{indent}{key}:"
            for each in inner:
                if isinstance(each, dict):
                    yield from _item(each, indent + "  ")
                else:
                    yield f"{indent}  - {_scalar(each)}"
        else:
            yield f"{indent}{key}: {_scalar(inner)}"


def _scalar(value: object) -> str:
    r"""Return a number, or text in quotes where it could be taken for anything else.

    >>> print(_scalar("bmw"), _scalar("no"), _scalar("1e5"), _scalar('a"\x9b\U000e0001'))
    bmw "no" "1e5" "a\"\x9B\U000E0001"
    """
    if not isinstance(value, str):
        return "[]" if value == [] else repr(value)
    if _BARE.fullmatch(value) and value not in _TAKEN:
        return value
    return f'"{"".join(map(_character, value))}"'


def _character(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    if sign.isprintable():
        return sign
    number = ord(sign)
    if number < 0x100:
        return f"\\x{number:02X}"
    return f"\\u{number:04X}" if number < 0x10000 else f"\\U{number:08X}"
