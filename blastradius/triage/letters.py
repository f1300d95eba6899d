"""Kinds of bytes: letters, digits and signs, and where words part between them."""

from __future__ import annotations

from typing import Final

import numpy as np

SLASH, BACKSLASH, NEWLINE, BLANK, COLON, DOT = 0x2F, 0x5C, 0x0A, 0x20, 0x3A, 0x2E

OTHER, LOWER, UPPER, DIGIT = 0, 1, 2, 3
"""Kinds of bytes; those of other scripts are `OTHER`."""


def kind_of(byte: int) -> int:
    """Return the kind of a byte.

    >>> [kind_of(byte) for byte in b"aZ7_"] == [LOWER, UPPER, DIGIT, OTHER]
    True
    """
    if 0x61 <= byte <= 0x7A:
        return LOWER
    if 0x41 <= byte <= 0x5A:
        return UPPER
    return DIGIT if 0x30 <= byte <= 0x39 else OTHER


HYPHEN: Final = 0x2D

IS_HEX: Final = np.array([chr(byte) in "0123456789abcdefABCDEF" for byte in range(256)])
"""Whether a byte is a hexadecimal digit, shape (256,)."""

LEAST_RANDOM: Final = 16
"""Hexadecimal digits in a row, letters and digits, from which on they are taken for random."""

GUID: Final = 36
"""Length of a GUID, in groups of 8, 4, 4, 4 and 12 digits."""


def _is_border(before: int, here: int, after: int) -> bool:
    """Tell whether words part before a byte, by its kind and those of its neighbours."""
    if OTHER in (before, here):
        return True
    if DIGIT in (before, here):
        return before != here
    return here == UPPER and LOWER in (before, after)


def _borders() -> int:
    return sum(_is_border(code >> 4, code >> 2 & 3, code & 3) << code for code in range(64))


BORDERS: Final = np.uint64(_borders())
"""Of the kinds of three bytes as a number of six bits: whether words part before the second."""
