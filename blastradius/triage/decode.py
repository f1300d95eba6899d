"""Lines in UTF-8, Windows-1252 and DOS code page 850, all in one file, become UTF-8.

The choice between the last two is made for each line, by which of them gives letters where people
write letters. Parts of a line that are valid UTF-8 stay what they are: on file servers, folders and
files were often named under different encodings.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import Final

from blastradius.triage.scan import is_utf8

_WINDOWS: Final = "blastradius-windows-1252"
_DOS: Final = "blastradius-code-page-850"
_LINES: Final = "blastradius-lines"

_LETTERS: Final = {
    # How much a letter, read in this code page, speaks for it: German ones and French e the most.
    **dict.fromkeys("äöüßÄÖÜé", 4),
    **dict.fromkeys("èàçñóíáêâôúëïîûùœæøåòãý", 3),
    **dict.fromkeys("ÉÈÀÇÑÓÍÁÊÂÔÚØÅõšž", 2),
    **dict.fromkeys("–\u2019“”„€ŠŽÿÕÃÆì°²³§µ®©½±×", 1),
}


def _table(codec: str) -> tuple[str, ...]:
    """Return the character of each byte; bytes that the code page leaves out become controls."""
    return tuple(bytes([n]).decode(codec, "ignore") or chr(n) for n in range(256))


_ASCII: Final = bytes(range(128))
_CODECS: Final = {_WINDOWS: "cp1252", _DOS: "cp850"}
_TABLES: Final = {name: _table(codec) for name, codec in _CODECS.items()}
_SHARP_S: Final = 0xE1
# Sharp s of DOS is a with acute of Windows, and only told by the letters before it.
_BALANCE: Final = tuple(
    _LETTERS.get(dos, 0) * (n != _SHARP_S) - _LETTERS.get(windows, 0)
    for n, (windows, dos) in enumerate(zip(_TABLES[_WINDOWS], _TABLES[_DOS], strict=True))
)
_SURELY: Final = 20
_HINTS: Final = tuple(
    (frozenset(telling), re.compile(pattern), weight)
    for telling, pattern, weight in (
        # Lines that trees are drawn with.
        (b"\xc4", rb"\xc4\xc4", _SURELY),
        (b"\xb3", rb"^[\xb3 ]*\xb3 {3}", _SURELY),
        # The blank between the digits of a French size.
        (b"\xff", rb"\d\xff\d{3}", _SURELY),
        (b"\xa0", rb"\d\xa0\d{3}", -_SURELY),
        # Paragraphs have numbers, and dashes blanks or numbers beside them.
        (b"\xf5", rb"\xf5 ?\d", _SURELY),
        (b"\x96", rb"[ \d]\x96[ \d]", -_SURELY),
        (b"\xe1", rb"[aoue\x84\x94\x81]\xe1|[ea]i\xe1|ie\xe1", 5),
        # No capital umlaut of DOS stands behind a small letter, and no word begins with e grave.
        (b"\x8e\x99\x9a", rb"[a-z][\x8e\x99\x9a]", -5),
        (b"\x8a", rb"(?<![A-Za-z\x80-\xff])\x8a[A-Za-z]", -5),
    )
)
"""Bytes without which a pattern cannot match, the pattern, and how much it speaks for DOS."""
_ALL_TELLING: Final = frozenset[int]().union(*(telling for telling, _, _ in _HINTS))
_MOST_BYTES: Final = 64
"""Bytes of a line that decide by themselves."""
_UTF8: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


def decode_line(line: bytes) -> str:
    r"""Return the text of a line, whatever its encoding; never fails.

    >>> decode_line("Größe".encode()), decode_line(b"Gr\xf6\xdfe"), decode_line(b"Gr\x94\xe1e")
    ('Größe', 'Größe', 'Größe')
    >>> decode_line("Übersicht/".encode() + b"\xdcbersicht.pdf")
    'Übersicht/Übersicht.pdf'
    """
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("utf-8", _code_page(line))


def normalise_lines(lines: bytes) -> bytes:
    r"""Return lines in UTF-8; each is decoded as `decode_line` does.

    >>> normalise_lines(b"M\xfcnchen\nM\x81nchen\nM\xc3\xbcnchen\n").decode()
    'München\nMünchen\nMünchen\n'
    """
    if lines.isascii() or is_utf8(lines):
        return lines
    return lines.decode("utf-8", _LINES).encode("utf-8")


def _code_page(line: bytes) -> str:
    """Choose a code page for the bytes of a line that are no UTF-8."""
    rest, high = line, line.translate(None, _ASCII)
    if _UTF8.search(high):
        rest = _UTF8.sub(b"", line)
        high = rest.translate(None, _ASCII)
    balance = _balance(high[:_MOST_BYTES])
    if not _ALL_TELLING.isdisjoint(high):
        for telling, pattern, weight in _HINTS:
            if not telling.isdisjoint(high):
                balance += weight * len(pattern.findall(rest))
    return _DOS if balance > 0 else _WINDOWS


@lru_cache(maxsize=4_096)
def _balance(high: bytes) -> int:
    """Return how much more some bytes look like letters of DOS than like those of Windows."""
    return sum(map(_BALANCE.__getitem__, high))


def _fault(error: UnicodeError) -> UnicodeDecodeError:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error


def _windows(error: UnicodeError) -> tuple[str, int]:
    fault = _fault(error)
    return "".join(_TABLES[_WINDOWS][n] for n in fault.object[fault.start : fault.end]), fault.end


def _dos(error: UnicodeError) -> tuple[str, int]:
    fault = _fault(error)
    return "".join(_TABLES[_DOS][n] for n in fault.object[fault.start : fault.end]), fault.end


def _line(error: UnicodeError) -> tuple[str, int]:
    """Decode the rest of the line in which a fault was found."""
    fault = _fault(error)
    lines = fault.object
    start = lines.rfind(b"\n", 0, fault.start) + 1
    end = lines.find(b"\n", fault.start)
    end = len(lines) if end < 0 else end
    page = _code_page(lines[start:end])
    rest = lines[fault.start : end]
    if _UTF8.search(rest.translate(None, _ASCII)) is None:
        # All of it is in the code page, which the standard library decodes faster.
        return rest.decode(_CODECS[page], page), end
    return rest.decode("utf-8", page), end


# The standard library's way to say what becomes of bytes that do not decode, at its own speed.
codecs.register_error(_WINDOWS, _windows)
codecs.register_error(_DOS, _dos)
codecs.register_error(_LINES, _line)
