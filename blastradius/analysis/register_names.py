"""Names on a register: as much of a graph as the search for a target needs."""

from __future__ import annotations

from collections.abc import Iterable

from blastradius.analysis.resolve import fold, incident_names
from blastradius.errors import UnknownNameError
from blastradius.io.tables.register import Register
from blastradius.model.graph import Graph

_COMPARED = 5_000
"""Names compared letter by letter to find those like a mistyped one."""


def skeleton(register: Register, text: str) -> Graph:
    """Return a graph of the incidents, and of all parties that a text may mean, those first.

    Raises
    ------
    UnknownNameError
        If it means neither a party nor an incident; similar names are suggested.
    """
    incidents = register.incidents
    wanted = fold(text)
    rows = []
    own = register.parties.ids.row_of(text)
    if own is not None:
        rows.append(own)
    else:
        for name, found in register.party_names().items():
            if fold(name) == wanted:
                rows += found
        rows += [row for row, party in enumerate(register.parties.ids) if fold(party) == wanted]
    meant = {fold(name) for incident in incidents for name in incident_names(incident)}
    if not rows and wanted not in meant:
        raise UnknownNameError("party or incident", text, similar_names(register, text))
    named = [origin for incident in incidents for origin in incident.origins]
    rows += [row for row in map(register.parties.ids.row_of, named) if row is not None]
    return Graph.model_construct(
        name=register.name,
        sources=(),
        parties=tuple(register.party(row) for row in dict.fromkeys(rows)),
        datasets=(),
        shares=(),
        access=(),
        dependencies=(),
        incidents=incidents,
    )


def similar_names(register: Register, text: str) -> tuple[str, ...]:
    """Return ids of parties with a name like the text, looked for among the likeliest names."""
    import difflib  # noqa: PLC0415 - only needed when something went wrong

    wanted, ids = fold(text), register.parties.ids
    names: dict[str, str] = {}
    for name, rows in register.party_names().items():
        names.setdefault(fold(name), ids[rows[0]])
    for party in ids:
        names.setdefault(fold(party), party)
    near = _likeliest(wanted, names)
    within = sorted(name for name in names if len(wanted) >= 3 and wanted in name)[:3]
    close = difflib.get_close_matches(wanted, near, n=3, cutoff=0.6)
    return tuple(dict.fromkeys(names[name] for name in (*close, *within)))[:3]


def _likeliest(wanted: str, names: Iterable[str]) -> list[str]:
    """Return the names that share most pairs of letters with the text."""
    pairs = {wanted[i : i + 2] for i in range(len(wanted) - 1)}

    def shared(name: str) -> int:
        return -sum(pair in name for pair in pairs)

    return sorted(names, key=lambda name: (shared(name), name))[:_COMPARED]
