"""From counts to observations: how much file names say for a disclosure.

A file name is evidence of presence, not proof: a folder may bear a customer's name and hold nothing
of it, and names are read by rules that err. So the likelihood ratio grows with the folders that bear
a party's name, ten thousand files in one folder being one statement rather than ten thousand, and it
saturates below that of a confirmation. All numbers here are judgement and said to be assumed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from blastradius.model.vocabulary import ObservationState

MOST: Final = 20.0
"""Likelihood ratio that no number of file names exceeds [1]: between reported (9) and confirmed (99)."""

HALF: Final = 3.0
"""Pieces of evidence at which half of the most is reached, on a logarithmic scale [folders]."""

BY_FILE: Final = 0.25
"""What a folder counts that does not bear the name itself, but holds files that do [folders]."""

UNSURE: Final = 0.25
"""Part that is left where every name of the party may also be an ordinary word [1]."""

REPORTED_FROM: Final = 9.0
"""Likelihood ratio from which the state is reported; could-be-affected below [1]."""


def pieces(folders: Iterable[tuple[bool, bool]]) -> float:
    """Return the pieces of evidence in folders, each told (bears the name, names surely) [folders].

    >>> pieces([(True, True), (True, False), (False, True), (False, False)])
    1.5625
    """
    return sum((1.0 if named else BY_FILE) * (1.0 if sure else UNSURE) for named, sure in folders)


def likelihood_ratio(evidence: float) -> float:
    """Return P(names seen | disclosed) / P(names seen | not disclosed) [1].

    ``MOST ** (n / (n + HALF))`` for n pieces: 1 without evidence, the most without end.

    >>> [round(likelihood_ratio(n), 1) for n in (0, 0.25, 1, 3, 9, 1e9)]
    [1.0, 1.3, 2.1, 4.5, 9.5, 20.0]
    """
    return float(MOST ** (evidence / (evidence + HALF)))


def state(ratio: float) -> ObservationState:
    """Return the state of an observation.

    >>> state(2.1), state(9.5)
    ('could-be-affected', 'reported')
    """
    return "reported" if ratio >= REPORTED_FROM else "could-be-affected"
