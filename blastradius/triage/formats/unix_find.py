"""``find -ls``."""

from __future__ import annotations

import re
from typing import Final

from blastradius.triage.formats.unix_rows import REST, RIGHTS, UnixRows, special_file, unescape

_START: Final = rb" *\d+ +\d+(?:\.\d)? +"


class FindParser(UnixRows):
    """Reads ``find -ls``; GNU's escapes are undone."""

    special = special_file(_START)
    row = re.compile(
        rb"(?:" + _START + rb"(?:-" + REST + rb"(\S.*)|(d)" + RIGHTS + rb" +\d+ .*)()|(.*))\n"
    )

    def _tidy(self, names: list[bytes]) -> list[bytes]:
        return unescape(names)
