"""How far a page may be passed on: the Traffic Light Protocol, TLP 2.0.

FIRST (2022), Traffic Light Protocol, https://www.first.org/tlp/: labels, their meaning and colours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from blastradius.model.vocabulary import Tlp

if TYPE_CHECKING:
    from collections.abc import Mapping


class Labelled(Protocol):
    """What may say how far it may be passed on."""

    @property
    def tlp(self) -> Tlp | None:
        """The label, None where nothing says."""


DEFAULT_TLP: Final[Tlp] = "AMBER+STRICT"

TLP_MEANINGS: Final[Mapping[Tlp, str]] = {
    "RED": "for the individual recipients only",
    "AMBER": "for the organisation of the recipient and its clients, as far as they need to know",
    "AMBER+STRICT": "for the organisation of the recipient only, as far as it needs to know",
    "GREEN": "for the community of the recipient, not for public channels",
    "CLEAR": "no limit",
}
"""The labels without their prefix, and who may read what bears them."""

TLP_COLOURS: Final[Mapping[Tlp, str]] = {
    "RED": "#ff2b2b",
    "AMBER": "#ffc000",
    "AMBER+STRICT": "#ffc000",
    "GREEN": "#33ff00",
    "CLEAR": "#ffffff",
}
"""Colour of the words of a label, on black."""


def label_of(result: Labelled) -> str | None:
    """Return the label that a result bears, if what it was made of has one."""
    return None if result.tlp is None else tlp_label(result.tlp)


def tlp_label(tlp: Tlp) -> str:
    """Return a label as it is written.

    >>> tlp_label("AMBER+STRICT")
    'TLP:AMBER+STRICT'
    """
    return f"TLP:{tlp}"
