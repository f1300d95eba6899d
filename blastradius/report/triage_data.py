"""A triage as plain data and as rows: what listings name, party by party and kind by kind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from blastradius.model.vocabulary import Tlp
from blastradius.report.as_dict import json_text, plain_value
from blastradius.report.numbers import canonical
from blastradius.report.tlp import DEFAULT_TLP, tlp_label
from blastradius.triage.evidence import BY_FILE, HALF, MOST, REPORTED_FROM, UNSURE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from blastradius.model.graph import Observation
    from blastradius.report.rows import Row
    from blastradius.triage.results import (
        FolderFound,
        InputRead,
        PartyFound,
        RuleFired,
        SamplePath,
        TermFound,
        Triage,
        TriageProvenance,
        VarietyFound,
    )

TRIAGE_SCHEMA = "blastradius/triage/1"

Plain = dict[str, Any]

_HASHES = 3
"""Hashes that a row of CSV carries."""

_PERHAPS_UNSEEN = re.compile(r"[^\n -~]+")
"""Runs of characters some of which may not be shown; a quick look before a close one."""


def triage_dict(triage: Triage, tlp: Tlp = DEFAULT_TLP) -> Plain:
    """Return a triage as plain data, in the form of its JSON contract."""
    return {
        "schema": TRIAGE_SCHEMA,
        "tlp": tlp_label(tlp),
        "provenance": _provenance(triage.provenance),
        "target": triage.target,
        "breached": list(triage.breached),
        "is_partial": triage.is_partial,
        "is_incomplete": triage.is_incomplete,
        "sampled": _number(triage.sampled),
        "inputs": [_input(read) for read in triage.inputs],
        "skipped": list(triage.skipped),
        "files": triage.files,
        "bytes": triage.bytes,
        "sized": triage.sized,
        "named": triage.named,
        "told": triage.told,
        "parties": [_party(party) for party in triage.parties],
        "proposed": [_party(party) for party in triage.proposed],
        "nearly": [_party(party) for party in triage.nearly],
        "nobody": _party(triage.nobody),
        "rules": [_rule(rule) for rule in triage.rules],
        "observations": [observation_dict(item) for item in triage.observations],
        "ratio": {
            "most": MOST,
            "half": HALF,
            "by_file": BY_FILE,
            "unsure": UNSURE,
            "reported_from": REPORTED_FROM,
            "basis": "assumed",
        },
        "folders_dropped": triage.folders_dropped,
    }


def triage_json(triage: Triage, tlp: Tlp = DEFAULT_TLP) -> str:
    """Return a triage as JSON in which nothing moves a cursor or hides text; same input, same bytes.

    Names of files are data and stay whole, but for a terminal they are what criminals wrote. So
    every character that cannot be seen is written as JSON's own escape of it.
    """
    return _PERHAPS_UNSEEN.sub(_visible, json_text(triage_dict(triage, tlp)))


def _visible(match: re.Match[str]) -> str:
    return "".join(map(_visible_character, match.group()))


def _visible_character(character: str) -> str:
    if character.isprintable():
        return character
    number = ord(character)
    if number < 0x10000:
        return f"\\u{number:04x}"
    high, low = divmod(number - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def _provenance(item: TriageProvenance) -> Plain:
    return {
        "version": item.version,
        "graph": {"name": item.graph, "sha256": item.graph_sha256},
        "lexicon": item.lexicon,
        "lexicon_files": [
            {"name": file.name, "sha256": file.sha256, "is_shipped": file.is_shipped}
            for file in item.lexicon_files
        ],
        "options": plain_value(item.options),
    }


def _input(read: InputRead) -> Plain:
    return {
        "name": read.name,
        "sha256": read.sha256,
        "stored_bytes": read.stored_bytes,
        "text_bytes": read.text_bytes,
        "modified": read.modified,
        "format": read.format,
        "compression": read.compression,
        "lines": read.lines,
        "paths": read.paths,
        "folders": read.folders,
        "other": read.other,
        "unread": read.unread,
        "cut": read.cut,
        "unread_examples": list(read.unread_examples),
        "problems": list(read.problems),
    }


def _party(party: PartyFound) -> Plain:
    interval = party.interval
    return {
        "id": party.id,
        "name": party.name,
        "in_graph": party.in_graph,
        "files": party.files,
        "share": canonical(party.share),
        "interval": None
        if interval is None
        else {"low": canonical(interval.low), "high": canonical(interval.high)},
        "bytes": party.bytes,
        "high": party.high,
        "medium": party.medium,
        "near_misses": party.near_misses,
        "first_day": party.first_day,
        "last_day": party.last_day,
        "varieties": [_variety(kind) for kind in party.varieties],
        "folders": [_folder(folder) for folder in party.folders],
        "n_folders": party.n_folders,
        "terms": [_term(term) for term in party.terms],
        "rules": [_rule(rule) for rule in party.rules],
        "missed": [_sample(sample) for sample in party.missed],
        "pieces": canonical(party.pieces),
        "likelihood_ratio": canonical(party.likelihood_ratio),
    }


def _variety(kind: VarietyFound) -> Plain:
    return {
        "variety": kind.variety,
        "files": kind.files,
        "bytes": kind.bytes,
        "samples": [_sample(sample) for sample in kind.samples],
    }


def _sample(sample: SamplePath) -> Plain:
    return {
        "path": sample.path,
        "line": sample.line,
        "sureness": sample.sureness,
        "term": sample.term,
    }


def _folder(item: FolderFound) -> Plain:
    return {"folder": item.folder, "files": item.files, "bytes": item.bytes}


def _term(item: TermFound) -> Plain:
    return {
        "term": item.term,
        "lines": item.lines,
        "dataset": item.dataset,
        "because": item.because,
    }


def _rule(item: RuleFired) -> Plain:
    return {
        "rule": item.rule,
        "variety": item.variety,
        "subject": item.subject,
        "files": item.files,
    }


def observation_dict(item: Observation) -> Plain:
    """Return an observation in the form of a file of observations."""
    return item.model_dump(mode="json", by_alias=True, exclude_none=True)


def _number(value: float | None) -> float | None:
    return None if value is None else canonical(value)


# -- rows --------------------------------------------------------------------------------

TRIAGE_COLUMNS: tuple[str, ...] = (
    "kind",
    "id",
    "name",
    "variety",
    "files",
    "bytes",
    "party_files",
    "party_share",
    "party_low",
    "party_high",
    "party_bytes",
    "sure",
    "in_context",
    "near_misses",
    "first_day",
    "last_day",
    "folders",
    "most_in",
    "pieces",
    "likelihood_ratio",
    "state",
    "sample_line",
    "sample_path",
    "is_partial",
    "sampled",
    "tlp",
    "sha256",
    "is_incomplete",
)
"""Columns of a row, in order. New ones may be added at the end; none change their meaning."""


def triage_rows(triage: Triage, tlp: Tlp = DEFAULT_TLP) -> list[Row]:
    """Return one flat row for each party and kind of files, most files first."""
    states = {item.party: item.state for item in triage.observations if item.party is not None}
    whole: Row = {
        "is_partial": triage.is_partial,
        "sampled": _number(triage.sampled),
        "tlp": tlp_label(tlp),
        "sha256": _hashes(triage),
        "is_incomplete": triage.is_incomplete,
    }
    return [
        {"kind": kind, **row, **whole}
        for kind, parties in (
            ("party", triage.parties),
            ("proposed", triage.proposed),
            ("near misses", triage.nearly),
            ("nobody", (triage.nobody,) if triage.nobody.files else ()),
        )
        for party in parties
        for row in _rows_of(party, states)
    ]


def _hashes(triage: Triage) -> str:
    """Return the hashes of the listings, of many the first and their number."""
    hashes = [read.sha256 for read in triage.inputs if read.sha256]
    more = len(hashes) - _HASHES
    return "; ".join(hashes[:_HASHES]) + (f"; {more} more in the JSON" if more > 0 else "")


def _rows_of(party: PartyFound, states: Mapping[str, str]) -> Iterator[Row]:
    common: Row = {
        "party_files": party.files,
        "party_share": canonical(party.share),
        "party_low": None if party.interval is None else canonical(party.interval.low),
        "party_high": None if party.interval is None else canonical(party.interval.high),
        "party_bytes": party.bytes,
        "sure": party.high,
        "in_context": party.medium,
        "near_misses": party.near_misses,
        "first_day": party.first_day,
        "last_day": party.last_day,
        "folders": party.n_folders,
        "most_in": party.folders[0].folder if party.folders else None,
        "pieces": canonical(party.pieces),
        "likelihood_ratio": canonical(party.likelihood_ratio),
        "state": states.get(party.id or ""),
    }
    kinds: Iterable[VarietyFound | None] = party.varieties or (None,)
    for kind in kinds:
        samples = party.missed if kind is None else kind.samples
        yield {
            "id": party.id,
            "name": party.name,
            "variety": kind.variety if kind else None,
            "files": kind.files if kind else 0,
            "bytes": kind.bytes if kind else 0,
            **common,
            "sample_line": samples[0].line if samples else None,
            "sample_path": samples[0].path if samples else None,
        }
