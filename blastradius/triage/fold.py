r"""Folding: the form in which file names and patterns are compared.

Letters in lower case, ``\`` as ``/``, separators as blanks, German umlauts spelled out, other accents
dropped. For everything but those accents one byte becomes one byte, so that places in the folded
text are places in the original, and blocks of megabytes fold in a few passes of the C library.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

SEPARATORS: Final = "_-,;()[]{}+~#&'!=%$^\t "
"""Characters that become a blank."""

_GERMAN: Final = {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}


def _table() -> bytes:
    table = bytearray(range(256))
    for upper in range(ord("A"), ord("Z") + 1):
        table[upper] = upper + 32
    for separator in SEPARATORS:
        table[ord(separator)] = ord(" ")
    table[ord("\\")] = ord("/")
    return bytes(table)


_FOLDED: Final = _table()
_SPELLED: Final = {ord(letter): two for letter, two in _GERMAN.items()}
_NOT_ASCII: Final = re.compile(rb"[\x80-\xff]")


def spell_umlauts(block: bytes) -> bytes:
    """Spell out the umlauts of UTF-8 text: two bytes each before and after.

    >>> spell_umlauts("Größe".encode())
    b'Groesse'
    """
    if _NOT_ASCII.search(block) is None:
        return block
    for letter, two in _GERMAN.items():
        block = block.replace(letter.encode(), two.encode())
    # A decomposed umlaut, as Apple writes it, is left to `plain`.
    return block


def plain(text: str) -> bytes:
    """Return text with umlauts spelled out and accents dropped, other scripts in UTF-8.

    >>> plain("Škoda Übergabe 蔚来").decode()
    'Skoda Uebergabe 蔚来'
    """
    text = unicodedata.normalize("NFC", text).translate(_SPELLED)
    if not text.isascii():
        bare = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in bare if not unicodedata.combining(c))
    return text.encode("utf-8", "replace")


def fold_bytes(block: bytes) -> bytes:
    """Fold text whose umlauts are spelled out; as many bytes come out as went in.

    >>> fold_bytes(rb"D:\\Kunden\\BMW_Group-LH.pdf").decode()
    'd:/kunden/bmw group lh.pdf'
    """
    return block.translate(_FOLDED)


def fold_text(text: str) -> bytes:
    """Fold a pattern or a single line.

    >>> fold_text("Requirement-Spezifikation Größe")
    b'requirement spezifikation groesse'
    """
    return fold_bytes(plain(text))
