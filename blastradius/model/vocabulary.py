"""The closed word lists of the graph format, each from the standard it names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, get_args

Role = Literal[
    "oem",
    "tier1",
    "tier2",
    "tier3",
    "it-provider",
    "software-vendor",
    "engineering-service",
    "logistics",
    "dealer-group",
    "marketing-agency",
    "finance",
    "data-space",
    "data-subjects",
    "other",
]
"""What a party is in the supply network; ``data-subjects`` are people, not organisations."""

DataVariety = Literal[
    "API key",
    "Bank",
    "Classified",
    "Copyrighted",
    "Credentials",
    "Digital certificate",
    "Internal",
    "Medical",
    "Multi-factor credential",
    "Payment",
    "Personal",
    "Sensitive Personal",
    "Secrets",
    "Session key",
    "Source code",
    "System",
    "Virtual currency",
    "Other",
    "Unknown",
]
"""VERIS 1.4 ``attribute.confidentiality.data.variety``, spelled as VERIS spells it."""

Action = Literal[
    "malware", "hacking", "social", "misuse", "physical", "error", "environmental", "unknown"
]
"""VERIS 1.4 ``action`` categories."""

Via = Literal[
    "vpn", "portal", "remote-maintenance", "managed-service", "software-update", "api", "on-site"
]
"""How a grantee enters the grantor's systems."""

Certainty = Literal["documented", "reported", "inferred", "assumed"]
"""How well a statement is supported, strongest first."""

IncidentStatus = Literal["confirmed", "alleged"]
"""Whether the breach itself is established, or only claimed by the attacker."""

ObservationState = Literal["confirmed", "reported", "could-be-affected", "denied"]
"""What was said of a party or dataset after an incident."""

Tlp = Literal["RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"]
"""Labels of the Traffic Light Protocol, TLP 2.0, without their prefix; the strictest first."""

EventKind = Literal["exposed", "compromised", "disrupted", "harmed"]
"""Which event of a party an observation speaks of."""

SourceTier = Literal["primary", "press", "trade", "data", "mirror", "blog"]
"""Kind of publication; ``mirror`` is a copy or translation of another outlet."""

VolumeBasis = Literal["confirmed", "reported", "claimed-by-attacker"]
"""Who vouches for the stated volume."""

DATA_VARIETIES: Final = get_args(DataVariety)
CERTAINTIES: Final = get_args(Certainty)
ROLES: Final = get_args(Role)
ACTIONS: Final = get_args(Action)
OBSERVATION_STATES: Final = get_args(ObservationState)
TLP_LABELS: Final = get_args(Tlp)

PIVOT_VARIETIES: Final = frozenset(
    {"API key", "Credentials", "Digital certificate", "Multi-factor credential", "Session key"}
)
"""Varieties that open the owner's systems to whoever holds them."""


def bare_label(text: str) -> str:
    """Return a label of TLP as it is known here, whatever its prefix and case.

    >>> bare_label("tlp:amber+strict")
    'AMBER+STRICT'
    """
    return text.upper().removeprefix("TLP:")


def strictest(labels: Iterable[Tlp | None]) -> Tlp | None:
    """Return the label that allows least, of those that there are; None for none.

    >>> strictest(("CLEAR", None, "AMBER"))
    'AMBER'
    """
    told = [label for label in labels if label is not None]
    return min(told, key=TLP_LABELS.index, default=None)


def weakest(certainties: tuple[Certainty, ...]) -> Certainty:
    """Return the weakest of some certainties; ``assumed`` for none.

    >>> weakest(("documented", "inferred", "reported"))
    'inferred'
    """
    if not certainties:
        return "assumed"
    return max(certainties, key=CERTAINTIES.index)
