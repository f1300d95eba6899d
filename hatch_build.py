"""Build hook: puts the shipped graphs into the wheel, each also as JSON that reads fast."""

from __future__ import annotations

import shutil
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Callable


class GraphsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Validates every graph in ``graphs/``; an invalid one stops the build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the graphs into ``build/graphs``; an editable install reads them there."""
        root = Path(self.root)
        folder = root / "build" / "graphs"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        compile_graph = _load_compiler(root)
        files = sorted((root / "graphs").glob("*.yaml"))
        files += [compile_graph(source, folder) for source in files]
        if version != "editable":
            for file in files:
                build_data["force_include"][str(file)] = f"blastradius/graphs/{file.name}"


def _load_compiler(root: Path) -> Callable[[Path, Path], Path]:
    """Import the reader from the source tree, without the rest of the package.

    A stand-in for the package itself keeps its ``__init__``, and with it numpy and all other
    dependencies, out of the build: reading a graph needs pydantic and PyYAML alone.
    """
    package = types.ModuleType("blastradius")
    package.__path__ = [str(root / "blastradius")]
    sys.modules["blastradius"] = package
    from blastradius.io.catalog import compile_graph  # noqa: PLC0415

    return compile_graph
