"""A made-up leak listing of any length, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

LABELLED = Path(__file__).resolve().parents[1] / "fixtures" / "triage"
PROJECTS = 2_000
"""Projects of one server."""
POOL = 400_000
"""Lines of one server; further servers hold the same files under another name, as backups do."""

_SHARES = ("Projekte", "Entwicklung", "Vertrieb", "Einkauf", "HR", "IT", "Werk_Nord", "Qualitaet")
_FOLDERS = (
    "Archiv 2018", "2019", "2020", "2021", "Alt", "Austausch", "Besprechungen", "Dokumentation",
    "Zeichnungen", "Versuch", "Software", "Freigaben", "Angebote", "Bilder", "Schulung", "Backup_PC",
    "Eigene Dateien", "Desktop", "Praesentationen", "Messungen", "Protokolle", "Vorlagen", "Tools",
    "Releases", "Integration", "Lieferanten", "Termine", "Reklamationen", "Muster", "Fertigung",
)  # fmt: skip


def names() -> dict[str, list[str]]:
    """Return file names of the labelled lines by the party that they name first; "" for nobody."""
    found: dict[str, set[str]] = {}
    for part in ("tune", "test"):
        lines = (LABELLED / f"{part}.tsv").read_text(encoding="utf-8").splitlines()[1:]
        for path, parties, *_ in (line.split("\t") for line in lines):
            name = path.replace("\\", "/").rstrip("/").split("/")[-1]
            found.setdefault(parties.split(",")[0], set()).add(name)
    return {party: sorted(filter(None, each)) for party, each in sorted(found.items())}


def _projects(files: dict[str, list[str]], rng: random.Random) -> list[tuple[str, str]]:
    """Return (party, folder) of the projects of a server: half of them for some customer."""
    customers = [party for party in files if party]
    sizes = [len(files[party]) for party in customers]
    projects = []
    for _ in range(PROJECTS):
        party = rng.choices(customers, sizes)[0] if rng.random() < 0.5 else ""
        folder = [rng.choice(_SHARES), rng.choice(_FOLDERS)]
        if party:
            folder.append(Path(rng.choice(files[party])).stem[:40])
        projects.append((party, "\\".join(folder)))
    return projects


def _server(rng: random.Random) -> str:
    """Return the lines of one server, its name left open.

    Files of a folder stand together, and mostly concern the customer of their project.
    """
    files = names()
    everything = [name for each in files.values() for name in each]
    projects = _projects(files, rng)
    lines: list[str] = []
    while len(lines) < POOL:
        party, project = rng.choice(projects)
        below = "\\".join(rng.choices(_FOLDERS, k=rng.randint(4, 9)))
        for _ in range(min(1 + int(rng.expovariate(0.06)), 300)):
            name = rng.choice(files[party] if rng.random() < 0.9 else everything)
            stem, dot, suffix = name.rpartition(".")
            number = f"_{rng.randint(0, 99_999):05d}" if rng.random() < 0.5 else ""
            lines.append(f"\\\\@@@@@@@@\\d$\\{project}\\{below}\\{stem}{number}{dot}{suffix}\n")
    return "".join(lines)


def blocks(n_lines: int, rng_seed: int = 1) -> Iterator[bytes]:
    """Yield the listing, server by server."""
    pool = _server(random.Random(rng_seed)).encode()
    in_pool = pool.count(b"\n")
    for server in range(0, n_lines, in_pool):
        text = pool.replace(b"@@@@@@@@", b"ffm%05d" % (server // in_pool))
        left = n_lines - server
        yield text if left >= in_pool else b"".join(text.splitlines(keepends=True)[:left])


def write(path: Path, n_lines: int, rng_seed: int = 1) -> int:
    """Write a listing; return its size [bytes]."""
    with path.open("wb") as file:
        return sum(file.write(block) for block in blocks(n_lines, rng_seed))
