"""The graph: who shares what with whom, who may enter where, who depends on whom, what happened.

Arrows are written as data flows, from discloser to recipient. Harm runs the other way;
only :mod:`blastradius.analysis.harm` turns arrows around.

Every class is frozen and refuses unknown keys. ``[1]`` marks a dimensionless number.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from blastradius.model import dates
from blastradius.model.vocabulary import (
    Action,
    Certainty,
    DataVariety,
    EventKind,
    IncidentStatus,
    ObservationState,
    Role,
    SourceTier,
    Via,
    VolumeBasis,
)

SCHEMA: Final = "blastradius/graph/1"
"""Version of the file format; the first line of every graph file."""


def _partial_date_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _check_partial(text: str) -> str:
    dates.parse_partial(text)
    return text


def _check_window(text: str) -> str:
    dates.parse_window(text)
    return text


def _one_or_many(value: object) -> object:
    """Accept a single item where a list is meant; ids stand for an ownership record."""
    items = value if isinstance(value, list | tuple) else [value]
    return [{"party": item} if isinstance(item, str) else item for item in items]


def _plain_number_is_mode(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"low": value, "mode": value, "high": value}
    return value


Identifier = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:>+#-]*$", min_length=1, max_length=200)
]
"""An id: letters, digits and ``. _ : > + # -``, starting with a letter or digit."""

# Control characters can recolour a terminal or hide text; tabs and line ends may be in a text.
Text = Annotated[
    str, Field(min_length=1, max_length=4000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$")
]
Name = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
PartialDate = Annotated[
    str, Field(max_length=10), BeforeValidator(_partial_date_text), AfterValidator(_check_partial)
]
"""YYYY, YYYY-MM or YYYY-MM-DD."""
Window = Annotated[
    str, Field(max_length=25), BeforeValidator(_partial_date_text), AfterValidator(_check_window)
]
"""``first-access/contained``; one partial date stands for all its days, ``..`` for an open end."""
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)]
Count = Annotated[int, Field(ge=0, le=10**18, strict=True)]


class Record(BaseModel):
    """Base of all records: frozen, unknown keys refused, each field documented in place."""

    # defer_build: schemas are built when a file is read, so that --help and the like start fast.
    # The field docs below become schema descriptions in io.schema, not here: reading the source
    # of every class at import would cost more than the rest of the import.
    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True
    )


class ProbabilityRange(Record):
    """A probability with the range that its author stands behind [1]."""

    low: Fraction
    """Lowest value that is still credible [1]."""
    mode: Fraction
    """Best value; used for every score [1]."""
    high: Fraction
    """Highest value that is still credible [1]."""

    @model_validator(mode="after")
    def _ordered(self) -> ProbabilityRange:
        if not self.low <= self.mode <= self.high:
            msg = (
                f"must have low <= mode <= high, got low {self.low:g}, "
                f"mode {self.mode:g}, high {self.high:g}"
            )
            raise ValueError(msg)
        return self


Probability = Annotated[ProbabilityRange, BeforeValidator(_plain_number_is_mode)]
"""A number in [0, 1], or ``{low, mode, high}``."""


class Source(Record):
    """A publication that a statement rests on."""

    id: Identifier | None = None
    """Name by which evidence refers to this source; needed only in the top-level list."""
    title: Text
    """Publisher and, where known, headline."""
    url: Text | None = None
    """Address, as http(s); ``seed:`` marks the founding article, which has no public address."""
    tier: SourceTier
    """Kind of publication."""
    supports: Text | None = None
    """What the source says, in the words of the graph's author."""
    date: PartialDate | None = None
    """Day, month or year of publication."""


class Evidence(Record):
    """Why a statement of the graph is believed."""

    certainty: Certainty
    """How well the statement is supported: documented, reported, inferred or assumed."""
    sources: tuple[Identifier | Source, ...] = ()
    """Ids of the graph's ``sources``, or sources written out in place."""
    incident: Identifier | None = None
    """Id of the incident that revealed it."""
    date: PartialDate | None = None
    """When the statement was last checked."""
    note: Text | None = None
    """Reasoning behind a judgement."""


class Identifiers(Record):
    """Identifiers of an organisation in public registers."""

    bpn: Name | None = None
    """Catena-X business partner number."""
    lei: Name | None = None
    """Legal entity identifier, ISO 17442."""
    duns: Name | None = None
    """D-U-N-S number."""
    domain: Name | None = None
    """Main internet domain."""

    def values(self) -> tuple[str, ...]:
        """Return the identifiers that are present."""
        return tuple(v for v in (self.bpn, self.lei, self.duns, self.domain) if v is not None)


class Contact(Record):
    """Whom to reach at a party when an incident is open."""

    name: Name | None = None
    """Person or team."""
    role: Name | None = None
    """For example PSIRT, data protection officer, account manager."""
    email: Name | None = None
    """Mail address."""
    phone: Name | None = None
    """Telephone number."""


class Ownership(Record):
    """One owner of a party."""

    party: Identifier
    """The owning party."""
    stake: Fraction | None = None
    """Part owned [1]; only a missing stake or one over 0.5 makes a group."""
    since: PartialDate | None = None
    """When the ownership began."""
    evidence: Evidence | None = None
    """Why it is believed."""

    @property
    def controls(self) -> bool:
        """Tell whether this owner rolls the party up into its group."""
        return self.stake is None or self.stake > 0.5


class Party(Record):
    """An organisation, or a group of people whose data is held."""

    id: Identifier
    """Short stable name, used by every edge."""
    name: Name
    """Name as people say it."""
    role: Role = "other"
    """What the party is in the supply network."""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    """ISO 3166-1 alpha-2 code of the seat."""
    sector: Name | None = None
    """Trade, in plain words, where the role alone does not tell."""
    aliases: tuple[Name, ...] = ()
    """Other names by which it is searched."""
    terms: tuple[Name, ...] = ()
    """Project, platform and model codes by which file names give it away; patterns of triage."""
    identifiers: Identifiers = Identifiers()
    """Register numbers and domain."""
    parent: Annotated[tuple[Ownership, ...], BeforeValidator(_one_or_many)] = ()
    """Owner or owners: an id, an ownership record, or a list of them. Carries no harm by itself."""
    contacts: tuple[Contact, ...] = ()
    """Whom to reach."""
    evidence: Evidence | None = None
    """Why the party's own description is believed."""
    note: Text | None = None
    """Remark for the reader."""


class Dataset(Record):
    """A body of data with one owner; its varieties are disclosed together."""

    id: Identifier
    """Short stable name, used by shares."""
    owner: Identifier
    """Party whose data it is. Personal data of people belongs to a ``data-subjects`` party."""
    name: Name | None = None
    """What the data is, in a few words."""
    varieties: Annotated[tuple[DataVariety, ...], Field(min_length=1)]
    """Kinds of data in it, VERIS spelling."""
    records: Count | None = None
    """Records held [records]; not a count of people."""
    documents: Count | None = None
    """Documents or files held [documents]."""
    bytes: Count | None = None
    """Size [bytes]."""
    subjects: Text | None = None
    """Whom or what the data is about."""
    terms: tuple[Name, ...] = ()
    """Codes by which file names give it away, such as ICAS1; patterns of triage."""
    covers: Window | None = None
    """Period that the data is about."""
    own_probability: Probability | None = None
    """P(disclosed | its owner is compromised), per incident [1]."""
    kept_by_owner: bool = True
    """Whether the owner holds a copy itself."""
    evidence: Evidence | None = None
    """Why it is believed to exist."""
    note: Text | None = None
    """Remark for the reader."""


class _Lived(Record):
    """An edge with a beginning and an end."""

    since: PartialDate | None = None
    """When it began; missing means always."""
    until: PartialDate | None = None
    """When it ended; missing means still running."""

    @model_validator(mode="after")
    def _in_order(self) -> Any:  # noqa: ANN401 - the subclass itself
        if self.since is None or self.until is None:
            return self
        first = dates.parse_partial(self.since).first
        last = dates.parse_partial(self.until).last
        if first is not None and last is not None and first > last:
            msg = f"since {self.since} is after until {self.until}"
            raise ValueError(msg)
        return self


class Share(_Lived):
    """A standing flow of data: the recipient holds a copy.

    The arrow follows the data, discloser to recipient. Harm runs the other way: when the
    recipient is compromised, the owner of the data is exposed. A share of a dataset that
    belongs to someone other than the discloser is an onward share.
    """

    id: Identifier | None = None
    """Stable name; made from the content when missing."""
    discloser: Identifier
    """Party that hands the data over."""
    recipient: Identifier
    """Party that receives and holds it."""
    datasets: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    """What is handed over; each dataset is a coin of its own."""
    retention_days: Annotated[int, Field(ge=0, le=36525, strict=True)] | None = None
    """How long the recipient keeps the data after the end [days]."""
    probability: Probability | None = None
    """P(a dataset is disclosed | the recipient is compromised), per incident [1]."""
    evidence: Evidence | None = None
    """Why it is believed."""
    note: Text | None = None
    """What the relation is about."""

    @property
    def live(self) -> dates.Period:
        """Days on which the recipient holds the data."""
        return dates.live_period(self.since, self.until, self.retention_days)


class AccessGrant(_Lived):
    """A right to enter: compromise of the grantee may reach the grantor's systems."""

    id: Identifier | None = None
    """Stable name; made from the content when missing."""
    grantor: Identifier
    """Party whose systems may be entered."""
    grantee: Identifier
    """Party that may enter."""
    via: Via
    """Technical way in."""
    probability: Probability | None = None
    """P(grantor is compromised | grantee is compromised), per incident [1]."""
    evidence: Evidence | None = None
    """Why it is believed."""
    note: Text | None = None
    """What the access is for."""

    @property
    def live(self) -> dates.Period:
        """Days on which the access exists."""
        return dates.live_period(self.since, self.until)


class Dependency(_Lived):
    """A need: loss of the supplier's operations disrupts the customer."""

    id: Identifier | None = None
    """Stable name; made from the content when missing."""
    customer: Identifier
    """Party that is disrupted."""
    supplier: Identifier
    """Party whose operations it needs."""
    what: Text | None = None
    """Goods or service."""
    probability: Probability | None = None
    """P(customer is disrupted | supplier is disrupted), per incident [1]."""
    evidence: Evidence | None = None
    """Why it is believed."""

    @property
    def live(self) -> dates.Period:
        """Days on which the need exists."""
        return dates.live_period(self.since, self.until)


class Volume(Record):
    """Size of the haul as a whole."""

    records: Count | None = None
    """Records taken [records]."""
    documents: Count | None = None
    """Documents or files taken [documents]."""
    bytes: Count | None = None
    """Size taken [bytes]."""
    basis: VolumeBasis | None = None
    """Who vouches for these figures."""
    note: Text | None = None
    """How the figures came about."""


class Demand(Record):
    """Ransom or price asked."""

    amount: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    """Amount [currency units]."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    """ISO 4217 code in which the amount is stated."""
    note: Text | None = None
    """For example: to be paid in bitcoin."""


class Observation(Record):
    """What was said of one party or dataset after an incident.

    It is soft evidence on an event; it never changes an edge.
    """

    party: Identifier | None = None
    """Party spoken of; either this or ``dataset``."""
    dataset: Identifier | None = None
    """Dataset spoken of; either this or ``party``."""
    state: ObservationState
    """What was said: confirmed, reported, could-be-affected or denied."""
    event: EventKind = "exposed"
    """Event of the party that is spoken of; a dataset has only one, its disclosure."""
    likelihood_ratio: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] | None = None
    """P(seen | event) / P(seen | no event) [1]; the table of states decides when missing."""
    date: PartialDate | None = None
    """When it was said."""
    evidence: Evidence | None = None
    """Who said it."""
    note: Text | None = None
    """What exactly was said."""

    @model_validator(mode="after")
    def _one_subject(self) -> Observation:
        if (self.party is None) == (self.dataset is None):
            msg = "must name either a party or a dataset"
            raise ValueError(msg)
        return self


class Incident(Record):
    """A breach: where it started, when, what was taken and what was said afterwards."""

    id: Identifier
    """Short stable name."""
    name: Name | None = None
    """Headline."""
    origins: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    """Parties compromised at the start."""
    status: IncidentStatus = "confirmed"
    """Whether the breach is established or only claimed."""
    actions: tuple[Action, ...] = ()
    """VERIS actions; empty means that the vector is unclear."""
    window: Window | None = None
    """``first-access/contained``: bounds which edges count."""
    window_note: Text | None = None
    """How the window is known, or why it is not."""
    disclosed: PartialDate | None = None
    """When the public learned of it."""
    actor: Text | None = None
    """Who did it, as far as known."""
    summary: Text | None = None
    """How it happened, in a sentence or two."""
    varieties: tuple[DataVariety, ...] = ()
    """Kinds of data that were taken; empty means that nothing is stated."""
    data_description: Text | None = None
    """What was taken, in words."""
    stops_operations: bool | None = None
    """Whether operations of the origin stopped; missing lets the actions decide."""
    volume: Volume | None = None
    """Size of the haul."""
    demand: Demand | None = None
    """Ransom or price asked."""
    observations: tuple[Observation, ...] = ()
    """What was said of others afterwards."""
    disagreements: tuple[Text, ...] = ()
    """Where the sources contradict each other."""
    tags: tuple[Name, ...] = ()
    """Free labels for searching."""
    evidence: Evidence | None = None
    """Why the incident is believed."""
    note: Text | None = None
    """Remark for the reader."""

    @property
    def period(self) -> dates.Period:
        """Days from first access to containment."""
        return dates.parse_window(self.window) if self.window else dates.Period(None, None)


Edge = Share | AccessGrant | Dependency


class Graph(Record):
    """A supply-chain graph annotated with data sharing, access, dependencies and incidents."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: Annotated[Literal["blastradius/graph/1"], Field(alias="schema")] = SCHEMA
    """Version of the file format."""
    name: Name
    """Name of the graph."""
    description: Text | None = None
    """What the graph covers, and what it must not be used for."""
    sources: tuple[Source, ...] = ()
    """Publications that evidence refers to by id."""
    parties: tuple[Party, ...] = ()
    """Organisations and groups of people."""
    datasets: tuple[Dataset, ...] = ()
    """Bodies of data."""
    shares: tuple[Share, ...] = ()
    """Who handed which data to whom."""
    access: tuple[AccessGrant, ...] = ()
    """Who may enter whose systems."""
    dependencies: tuple[Dependency, ...] = ()
    """Who needs whose operations."""
    incidents: tuple[Incident, ...] = ()
    """What happened."""

    @model_validator(mode="after")
    def _name_edges(self) -> Graph:
        for field in ("shares", "access", "dependencies"):
            self.__dict__[field] = _with_ids(getattr(self, field))
        return self

    @property
    def edges(self) -> tuple[Edge, ...]:
        """All shares, access grants and dependencies."""
        return (*self.shares, *self.access, *self.dependencies)


def _plain_id(edge: Edge) -> str:
    if isinstance(edge, Share):
        return f"share:{edge.discloser}>{edge.recipient}:{'+'.join(sorted(edge.datasets))}"
    if isinstance(edge, AccessGrant):
        return f"access:{edge.grantor}>{edge.grantee}:{edge.via}"
    what = re.sub(r"[^a-z0-9]+", "-", (edge.what or "").lower()).strip("-")[:40]
    return f"dependency:{edge.customer}>{edge.supplier}" + (f":{what}" if what else "")


def _fingerprint(edge: Edge) -> str:
    text = edge.model_dump_json(exclude={"id", "evidence", "note"})
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _with_ids(edges: tuple[Any, ...]) -> tuple[Any, ...]:
    """Give each nameless edge an id that depends on its content alone, never on its place."""
    nameless = [edge for edge in edges if edge.id is None]
    if not nameless:
        return edges
    content: dict[str, set[str]] = {}
    for edge in nameless:
        content.setdefault(_plain_id(edge), set()).add(_fingerprint(edge))
    taken = Counter(edge.id for edge in edges if edge.id is not None)
    named = []
    for edge in edges:
        if edge.id is None:
            plain = _plain_id(edge)
            if len(plain) > 150 or len(content[plain]) > 1 or taken[plain]:
                plain = f"{plain[:150]}#{_fingerprint(edge)}"
            named.append(edge.model_copy(update={"id": plain}))
        else:
            named.append(edge)
    return tuple(named)


def without_made_ids(graph: Graph) -> Graph:
    """Return a graph without the ids of edges that were made from their content.

    Two copies of an edge share the id that was made for them; written to a file, it would be an id
    used twice. An id that would come out otherwise is kept: somebody wrote it.
    """
    bare = graph.model_copy()
    for field in ("shares", "access", "dependencies"):
        bare.__dict__[field] = _without_made_ids(getattr(graph, field))
    return bare


def _is_made(edge: Edge) -> bool:
    """Tell whether an id could have been made from the content of its edge."""
    plain = _plain_id(edge)
    return edge.id in (plain, f"{plain[:150]}#{_fingerprint(edge)}")


def _without_made_ids(edges: tuple[Any, ...]) -> tuple[Any, ...]:
    written = {edge.id for edge in edges if not _is_made(edge)}
    while True:
        bare = tuple(
            edge if edge.id in written else edge.model_copy(update={"id": None}) for edge in edges
        )
        again = _with_ids(bare)
        other = {a.id for a, b in zip(edges, again, strict=True) if a.id != b.id}
        if not other:
            return bare
        written |= other
