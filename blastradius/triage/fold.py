r"""Folding: the form in which file names and patterns are compared.

Letters in lower case, ``\`` as ``/``, separators as blanks, German umlauts spelled out, other accents
and what hides in text (zero-width and reordering characters) dropped.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

SEPARATORS: Final = "_-,;()[]{}+~#&'!=%$^\t "
"""Characters that become a blank."""

KEPT: Final = 0xFF
"""In the table of code points: the character stays as it is."""

_MOST: Final = 2
"""ASCII letters that may stand for a character: never more bytes than it has itself."""

_GERMAN: Final = {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
_OTHERS: Final = {"ẞ": "SS", "ø": "oe", "Ø": "Oe", "å": "a", "Å": "A", "æ": "ae", "Æ": "Ae"} | {
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "\u0131": "i",
    "œ": "oe",
    "Œ": "Oe",
    "\u0308": "e",
}

DOTS: Final = 0x308
"""The two dots alone, as Apple writes umlauts; they spell an e after the vowels of German ones."""

TAKES_DOTS: Final = np.isin(np.arange(256), [ord(vowel) for vowel in "aouAOU"])
"""Whether a byte is a vowel on which dots make an umlaut: Müller, but Citroën."""

_BLANKS: Final = (
    "\u2010\u2011\u2012\u2013\u2014\u2015\u2018\u2019\u201a\u201c\u201d\u201e\u00b7\u2022"
)


def _folding() -> bytes:
    table = bytearray(range(256))
    for upper in range(ord("A"), ord("Z") + 1):
        table[upper] = upper + 32
    for separator in SEPARATORS:
        table[ord(separator)] = ord(" ")
    table[ord("\\")] = ord("/")
    return bytes(table)


FOLDING: Final = _folding()
"""What each byte becomes."""

FOLDED: Final = np.frombuffer(FOLDING, dtype=np.uint8)
"""The same for compiled code."""


@cache
def spelled() -> NDArray[np.uint8]:
    """Return what each character of the basic plane becomes, shape (65,536, 3).

    How many letters, 0 to 2, or `KEPT`; and the letters.

    >>> spelled()[ord("ü")].tolist() == [2, ord("u"), ord("e")]
    True
    >>> spelled()[ord("é")].tolist() == [1, ord("e"), 0]
    True
    """
    table = np.full((0x10000, 3), KEPT, dtype=np.uint8)
    for code, letters in _spellings():
        row = [len(letters), *map(ord, letters), 0, 0][:3]
        table[code] = row
    table.setflags(write=False)
    return table


def _spellings() -> Iterator[tuple[int, str]]:
    for code in range(0x80, 0x10000):
        character = chr(code)
        category = unicodedata.category(character)
        if category in ("Cf", "Mn"):
            yield code, ""
        elif category == "Zs":
            yield code, " "
        elif category.startswith(("L", "N", "S")):
            bare = "".join(
                c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c)
            )
            if bare.isascii() and 0 < len(bare) <= _MOST:
                yield code, bare
        elif 0xFF01 <= code <= 0xFF5E:  # full-width punctuation
            yield code, chr(code - 0xFEE0)
    yield from ((ord(letter), two) for letter, two in (_GERMAN | _OTHERS).items())
    yield from ((ord(blank), " ") for blank in _BLANKS)


def plain(text: str) -> bytes:
    """Return text with umlauts spelled out and accents dropped, other scripts in UTF-8.

    >>> plain("Škoda Übergabe 蔚来").decode()
    'Skoda Uebergabe 蔚来'
    >>> import unicodedata  # accents apart, as Apple writes them
    >>> plain(unicodedata.normalize("NFD", "Citroën Übergabe")).decode()
    'Citroen Uebergabe'
    """
    if text.isascii():
        return text.encode()
    table = spelled()
    found = list[bytes]()
    for character in text:
        code = ord(character)
        row = table[code] if 0x80 <= code < len(table) else None
        if code == DOTS and not (found and TAKES_DOTS[found[-1][-1]]):
            continue
        if row is None or row[0] == KEPT:
            found.append(character.encode("utf-8", "replace"))
        elif row[0]:
            found.append(bytes(row[1 : 1 + row[0]]))
    return b"".join(found)


def fold_text(text: str) -> bytes:
    """Fold a pattern or a single line.

    >>> fold_text("Requirement-Spezifikation Größe")
    b'requirement spezifikation groesse'
    """
    return plain(text).translate(FOLDING)
