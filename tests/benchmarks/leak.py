"""A made-up leak listing of any length, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

LABELLED = Path(__file__).resolve().parents[1] / "fixtures" / "triage"
POOL = 400_000
"""Lines of one server; further servers hold the same files under another name, as backups do."""

_SHARES = ("Projekte", "Entwicklung", "Vertrieb", "Einkauf", "HR", "IT", "Werk_Nord", "Qualitaet")
_FOLDERS = (
    "Archiv 2018", "2019", "2020", "2021", "Alt", "Austausch", "Besprechungen", "Dokumentation",
    "Zeichnungen", "Versuch", "Software", "Freigaben", "Angebote", "Bilder", "Schulung", "Backup_PC",
    "Eigene Dateien", "Desktop", "Praesentationen", "Messungen", "Protokolle", "Vorlagen", "Tools",
    "Releases", "Integration", "Lieferanten", "Termine", "Reklamationen", "Muster", "Fertigung",
)  # fmt: skip


def names() -> list[str]:
    """Return file names of the labelled lines, those of customers and those of nobody."""
    found = []
    for part in ("tune", "test"):
        lines = (LABELLED / f"{part}.tsv").read_text(encoding="utf-8").splitlines()[1:]
        found += [line.split("\t")[0].replace("\\", "/").rstrip("/").split("/")[-1] for line in lines]
    return sorted(set(filter(None, found)))


def _server(rng: random.Random) -> str:
    """Return the lines of one server, its name left open; folders hold several files each."""
    files, lines = names(), []
    while len(lines) < POOL:
        folders = [rng.choice(_SHARES)]
        folders += rng.choices(_FOLDERS, k=rng.randint(1, 4))
        if rng.random() < 0.3:
            folders.insert(rng.randint(1, len(folders)), Path(rng.choice(files)).stem[:40])
        folder = "\\".join(folders)
        for _ in range(min(1 + int(rng.expovariate(0.08)), 200)):
            name = rng.choice(files)
            stem, dot, suffix = name.rpartition(".")
            number = f"_{rng.randint(0, 99_999):05d}" if rng.random() < 0.5 else ""
            lines.append(f"\\\\@@@@@@@@\\{folder}\\{stem}{number}{dot}{suffix}\n")
    return "".join(lines)


def blocks(n_lines: int, rng_seed: int = 1) -> Iterator[bytes]:
    """Yield the listing, server by server."""
    pool = _server(random.Random(rng_seed)).encode()
    in_pool = pool.count(b"\n")
    for server in range(0, n_lines, in_pool):
        text = pool.replace(b"@@@@@@@@", b"srv%05d" % (server // in_pool))
        left = n_lines - server
        yield text if left >= in_pool else b"".join(text.splitlines(keepends=True)[:left])


def write(path: Path, n_lines: int, rng_seed: int = 1) -> int:
    """Write a listing; return its size [bytes]."""
    with path.open("wb") as file:
        return sum(file.write(block) for block in blocks(n_lines, rng_seed))
