"""The tables of a register and their columns: what may be in them, for readers, writers and docs.

A folder of tables says what a graph file says, column by column. The fields of the records in
:mod:`blastradius.model.graph` keep their names; what is nested there has columns of its own here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from blastradius.model.graph import SCHEMA
from blastradius.model.vocabulary import (
    ACTIONS,
    CERTAINTIES,
    DATA_VARIETIES,
    OBSERVATION_STATES,
    ROLES,
    EventKind,
    IncidentStatus,
    SourceTier,
    Via,
    VolumeBasis,
)

Kind = Literal[
    "id",
    "ids",
    "name",
    "names",
    "text",
    "texts",
    "word",
    "words",
    "sources",
    "fraction",
    "count",
    "days",
    "amount",
    "ratio",
    "flag",
    "date",
    "window",
    "country",
    "currency",
]
"""What the cells of a column hold; a plural holds several, separated by ``|``."""

LISTS: Final = frozenset({"ids", "names", "texts", "words", "sources"})
"""Kinds whose cells hold several values."""

NUMBERS: Final = frozenset({"fraction", "count", "days", "amount", "ratio"})
"""Kinds whose cells hold a number."""


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    kind: Kind
    meaning: str
    """What it says, with its unit."""
    required: bool = False
    """Whether every row needs it."""
    refers: str | None = None
    """Table whose ids the cells name."""
    choices: tuple[str, ...] = ()
    """Words that a cell may hold."""
    default: str | None = None
    """What an empty cell stands for, where that is more than "not known"."""

    @property
    def noun(self) -> str:
        """What messages call one value of the column."""
        return {"varieties": "variety", "actions": "action"}.get(self.name, self.name)


@dataclass(frozen=True)
class Table:
    """One table: a file of its name, with a suffix that tells the notation."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    defines: str | None = None
    """What the ids of the table name, in the singular."""

    def column(self, name: str) -> Column:
        """Return a column by its name.

        >>> TABLES["shares"].column("recipient").refers
        'parties'
        """
        return next(column for column in self.columns if column.name == name)


NOUNS: Final = {
    "parties": "party",
    "datasets": "dataset",
    "incidents": "incident",
    "sources": "source",
}
"""Tables that other tables refer to, and what one row is called."""

EVIDENCE: Final = (
    Column(
        "certainty",
        "word",
        "How well the row is supported. Needed where another column of evidence is filled.",
        choices=CERTAINTIES,
    ),
    Column(
        "sources",
        "sources",
        "Ids of `sources`, or a JSON list of ids and of sources written out.",
        refers="sources",
    ),
    Column("evidence_incident", "id", "Incident that revealed it.", refers="incidents"),
    Column("evidence_date", "date", "When the row was last checked."),
    Column("evidence_note", "text", "Reasoning behind a judgement."),
)
"""Columns that say why a row is believed; in a graph file they are one record, ``evidence``."""

_NOTE = Column("note", "text", "Remark for the reader.")

_LIFE = (
    Column("since", "date", "When it began; empty means always."),
    Column("until", "date", "When it ended; empty means still running."),
)


def _probability(name: str, meaning: str) -> tuple[Column, ...]:
    return (
        Column(name, "fraction", f"{meaning}, per incident [1]; empty lets a prior stand in."),
        Column(f"{name}_low", "fraction", f"Lowest credible value [1]; empty means `{name}`."),
        Column(f"{name}_high", "fraction", f"Highest credible value [1]; empty means `{name}`."),
    )


def _party(name: str, meaning: str) -> Column:
    return Column(name, "id", meaning, required=True, refers="parties")


_EDGE_ID = Column("id", "id", "Stable name; made from the content when empty.")


def _volume(prefix: str, meaning: str) -> tuple[Column, ...]:
    return tuple(
        Column(f"{prefix}{unit}", "count", f"{meaning} [{unit}].")
        for unit in ("records", "documents", "bytes")
    )


_TABLES = (
    Table(
        "graph",
        "What the whole is called: one row. Without it the folder's name is the name.",
        (
            Column("schema", "word", "Version of the meaning.", choices=(SCHEMA,), default=SCHEMA),
            Column("name", "name", "Name of the graph.", required=True),
            Column("description", "text", "What it covers, and what it must not be used for."),
        ),
    ),
    Table(
        "parties",
        "Organisations and groups of people. The one table that every register has.",
        (
            Column("id", "id", "Short stable name, used by the other tables.", required=True),
            Column("name", "name", "Name as people say it.", required=True),
            Column(
                "role",
                "word",
                "What the party is in the supply network.",
                choices=ROLES,
                default="other",
            ),
            Column("country", "country", "ISO 3166-1 alpha-2 code of the seat."),
            Column("sector", "name", "Trade, where the role alone does not tell."),
            Column("aliases", "names", "Other names by which it is searched."),
            Column("terms", "names", "Project, platform and model codes in file names."),
            Column("bpn", "name", "Catena-X business partner number."),
            Column("lei", "name", "Legal entity identifier, ISO 17442."),
            Column("duns", "name", "D-U-N-S number."),
            Column("domain", "name", "Main internet domain."),
            *EVIDENCE,
            _NOTE,
        ),
        defines="party",
    ),
    Table(
        "owners",
        "Who owns a party: one row for each owner. Carries no harm by itself.",
        (
            _party("party", "The party that is owned."),
            _party("owner", "The owning party."),
            Column("stake", "fraction", "Part owned [1]; empty, or over 0.5, makes a group."),
            Column("since", "date", "When the ownership began."),
            *EVIDENCE,
        ),
    ),
    Table(
        "contacts",
        "Whom to reach at a party: one row for each contact.",
        (
            _party("party", "The party."),
            Column("name", "name", "Person or team."),
            Column("role", "name", "For example PSIRT, data protection officer, account manager."),
            Column("email", "name", "Mail address."),
            Column("phone", "name", "Telephone number."),
        ),
    ),
    Table(
        "datasets",
        "Bodies of data, each with one owner; the varieties of one are disclosed together.",
        (
            Column("id", "id", "Short stable name, used by shares.", required=True),
            _party("owner", "Party whose data it is: who is harmed if it gets out."),
            Column("name", "name", "What the data is, in a few words."),
            Column(
                "varieties",
                "words",
                "Kinds of data in it, VERIS spelling.",
                required=True,
                choices=DATA_VARIETIES,
            ),
            *_volume("", "Volume held"),
            Column("subjects", "text", "Whom or what the data is about."),
            Column("terms", "names", "Codes by which file names give it away."),
            Column("covers", "window", "Period that the data is about."),
            *_probability("own_probability", "P(disclosed given its owner is compromised)"),
            Column(
                "kept_by_owner",
                "flag",
                "Whether the owner holds a copy itself.",
                default="true",
            ),
            *EVIDENCE,
            _NOTE,
        ),
        defines="dataset",
    ),
    Table(
        "shares",
        "Who handed which data to whom. One row may name one dataset or several; each is a coin "
        "of its own, so a row for each dataset means the same.",
        (
            _EDGE_ID,
            _party("discloser", "Party that hands the data over."),
            _party("recipient", "Party that receives and holds it."),
            Column("datasets", "ids", "What is handed over.", required=True, refers="datasets"),
            *_LIFE,
            Column("retention_days", "days", "How long the data is kept after the end [days]."),
            *_probability("probability", "P(a dataset is disclosed given recipient compromised)"),
            *EVIDENCE,
            _NOTE,
        ),
    ),
    Table(
        "access",
        "Who may enter whose systems.",
        (
            _EDGE_ID,
            _party("grantor", "Party whose systems may be entered."),
            _party("grantee", "Party that may enter."),
            Column("via", "word", "Technical way in.", required=True, choices=get_args(Via)),
            *_LIFE,
            *_probability("probability", "P(grantor is compromised given grantee is compromised)"),
            *EVIDENCE,
            _NOTE,
        ),
    ),
    Table(
        "dependencies",
        "Who needs whose operations.",
        (
            _EDGE_ID,
            _party("customer", "Party that is disrupted."),
            _party("supplier", "Party whose operations it needs."),
            Column("what", "text", "Goods or service."),
            *_LIFE,
            *_probability("probability", "P(customer is disrupted given supplier is disrupted)"),
            *EVIDENCE,
        ),
    ),
    Table(
        "incidents",
        "What happened.",
        (
            Column("id", "id", "Short stable name.", required=True),
            Column("name", "name", "Headline."),
            Column(
                "origins",
                "ids",
                "Parties compromised at the start.",
                required=True,
                refers="parties",
            ),
            Column(
                "status",
                "word",
                "Whether the breach is established or only claimed.",
                choices=get_args(IncidentStatus),
                default="confirmed",
            ),
            Column("actions", "words", "VERIS actions; empty: vector unclear.", choices=ACTIONS),
            Column("window", "window", "First access to containment: bounds which edges count."),
            Column("window_note", "text", "How the window is known, or why it is not."),
            Column("disclosed", "date", "When the public learned of it."),
            Column("actor", "text", "Who did it, as far as known."),
            Column("summary", "text", "How it happened, in a sentence or two."),
            Column(
                "varieties",
                "words",
                "Kinds of data that were taken; empty means that nothing is stated.",
                choices=DATA_VARIETIES,
            ),
            Column("data_description", "text", "What was taken, in words."),
            Column(
                "stops_operations",
                "flag",
                "Whether operations of the origin stopped; empty lets the actions decide.",
            ),
            *_volume("volume_", "Size of the haul"),
            Column(
                "volume_basis",
                "word",
                "Who vouches for these figures.",
                choices=get_args(VolumeBasis),
            ),
            Column("volume_note", "text", "How the figures came about."),
            Column("demand_amount", "amount", "Ransom or price asked [currency units]."),
            Column(
                "demand_currency",
                "currency",
                "ISO 4217 code in which the amount is stated.",
                default="USD",
            ),
            Column("demand_note", "text", "For example: to be paid in bitcoin."),
            Column("disagreements", "texts", "Where the sources contradict each other."),
            Column("tags", "names", "Free labels for searching."),
            *EVIDENCE,
            _NOTE,
        ),
        defines="incident",
    ),
    Table(
        "observations",
        "What was said of a party or dataset after an incident.",
        (
            Column("incident", "id", "The incident.", required=True, refers="incidents"),
            Column("party", "id", "Party spoken of; this or `dataset`.", refers="parties"),
            Column("dataset", "id", "Dataset spoken of; this or `party`.", refers="datasets"),
            Column(
                "state",
                "word",
                "What was said.",
                required=True,
                choices=OBSERVATION_STATES,
            ),
            Column(
                "event",
                "word",
                "Event of the party that is spoken of.",
                choices=get_args(EventKind),
                default="exposed",
            ),
            Column(
                "likelihood_ratio",
                "ratio",
                "P(seen given event) / P(seen given no event) [1]; empty: by the state.",
            ),
            Column("date", "date", "When it was said."),
            *EVIDENCE,
            replace(_NOTE, meaning="What exactly was said."),
        ),
    ),
    Table(
        "sources",
        "Publications that evidence refers to.",
        (
            Column("id", "id", "Name by which evidence refers to it."),
            Column("title", "text", "Publisher and, where known, headline.", required=True),
            Column("url", "text", "Address, as http(s)."),
            Column(
                "tier",
                "word",
                "Kind of publication.",
                required=True,
                choices=get_args(SourceTier),
            ),
            Column("supports", "text", "What the source says, in the author's words."),
            Column("date", "date", "Day, month or year of publication."),
        ),
        defines="source",
    ),
)

TABLES: Final = {table.name: table for table in _TABLES}
"""All tables by name, in the order in which they are read, checked and described."""

EDGE_ENDS: Final = {
    "shares": ("discloser", "recipient", "a share needs two parties, but {} shares with itself"),
    "access": ("grantor", "grantee", "a grant needs two parties, but {} admits itself"),
    "dependencies": ("customer", "supplier", "a dependency needs two parties, but {} needs itself"),
}
"""Tables of edges: their two ends, and what to say when both are one party."""

MAX_ROWS: Final = 20_000_000
"""Rows of one table that are read."""

MAX_TABLE_BYTES: Final = 2 * 2**30
"""Largest table that is read, uncompressed [bytes]."""

MAX_JSON: Final = 100_000
"""Characters of a cell that holds JSON; all other cells are shorter."""

SUFFIXES: Final = (".csv", ".csv.gz", ".parquet")
"""Notations of a table."""
