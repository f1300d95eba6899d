"""Results read back: the JSON that ``analyze`` writes, checked as far as a comparison needs it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from blastradius.errors import ResultError
from blastradius.io.files import Source, read_bytes, validated
from blastradius.model.check import Fault, spell
from blastradius.model.text import printable, quoted

_SCHEMA = "blastradius/result/1"
_HINT = "write one with: blastradius analyze TARGET --format json"

_Number = Annotated[float, Field(allow_inf_nan=False, strict=True)]
_Count = Annotated[int, Field(ge=0, strict=True)]


class _Part(BaseModel):
    """A part of a result; keys that are of no use here may hold anything."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class _Pair(_Part):
    prior: _Number
    posterior: _Number


class _Harmed(_Part):
    harmed: _Pair


class _Entry(_Part):
    id: str
    name: str
    score: _Pair
    band: str
    verdict: str
    probability: _Harmed


class _Party(_Entry):
    role: str


class _Graph(_Part):
    name: str
    sha256: str


class _Provenance(_Part):
    version: str
    graph: _Graph
    options: dict[str, Any]


class _Incident(_Part):
    id: str | None
    name: str


class _Change(_Part):
    kind: str
    subject: str
    text: str


class _Scenario(_Part):
    name: str
    changes: tuple[_Change, ...]


class _Engine(_Part):
    method: str
    half_width: _Number | None


class _BlastRadius(_Part):
    reachable_parties: _Count
    expected_harmed_parties: _Pair
    total_score: _Pair


class _Listing(_Part):
    shown: _Count
    total: _Count


class _Assumption(_Part):
    key: str
    meaning: str
    value: _Number
    low: _Number
    high: _Number


class _Result(_Part):
    schema_: Annotated[Literal["blastradius/result/1"], Field(alias="schema")]
    provenance: _Provenance
    target: str
    incident: _Incident
    scenario: _Scenario | None = None
    origins: tuple[_Party, ...]
    engine: _Engine
    blast_radius: _BlastRadius
    listing: _Listing
    parties: tuple[_Party, ...]
    groups: tuple[_Entry, ...]
    assumptions: tuple[_Assumption, ...]


def load_result(source: str | Path | Mapping[str, Any]) -> dict[str, Any]:
    """Read a result from a file, or check one that was read before.

    Raises
    ------
    GraphFileError
        If the file cannot be read or holds no result; lists every problem with its place.
    ResultError
        If the plain data is no result.
    """
    if not isinstance(source, Mapping):
        return read_result(source)
    data = dict(source)
    faults = _faults(data)
    if faults:
        problems = (f"{spell(f.location)}: {f.message}".removeprefix(": ") for f in faults)
        raise ResultError(tuple(problems))
    return data


def read_result(path: str | Path) -> dict[str, Any]:
    """Read a result, as ``blastradius analyze --format json`` writes it, as plain data.

    Raises
    ------
    GraphFileError
        With every problem of the file, each with its place.
    """
    source = Source(read_bytes(Path(path)), str(path))
    faults = _faults(source.document.data)
    if faults or source.document.problems:
        raise source.failure(faults)
    data: dict[str, Any] = source.document.data
    return data


def _faults(data: object) -> list[Fault]:
    """Find what makes plain data no result; of another kind of file only that is said."""
    kind = data.get("schema") if isinstance(data, dict) else None
    if not isinstance(data, dict) or kind is None:
        return [Fault((), f"not a result ({_HINT})")]
    if kind != _SCHEMA:
        found = quoted(kind) if isinstance(kind, str) else printable(repr(kind), 80)
        return [Fault(("schema",), f"must be {quoted(_SCHEMA)}, got {found} ({_HINT})")]
    return validated(data, _Result.model_validate, _Result)[0]
