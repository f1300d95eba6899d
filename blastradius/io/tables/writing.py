"""Writing tables: a folder that is there as a whole or not at all, the same bytes every time."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from blastradius.errors import OutputError
from blastradius.io.tables.cells import FORMULA, join_escaped, type_of
from blastradius.io.tables.folder import is_folder, split_name
from blastradius.io.tables.layout import LISTS, SUFFIXES, TABLES, Column
from blastradius.model.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Notation = Literal["parquet", "csv"]
NOTATIONS: tuple[Notation, ...] = ("parquet", "csv")

_ROW_GROUP = 262_144


def write_frames(
    frames: Mapping[str, pl.DataFrame],
    target: str | Path,
    notation: str = "parquet",
    *,
    replace: bool = False,
) -> None:
    """Write typed tables to a folder, which appears when it is complete.

    Raises
    ------
    OutputError
        If there is something of that name and it may not be replaced, or writing fails; nothing
        is left behind then.
    """
    with new_folder(target, replace=replace) as folder:
        for name in TABLES:
            frame = frames.get(name)
            if frame is not None and (frame.height or name == "parties"):
                _write(folder / f"{name}.{notation}", table_bytes(frame, name, notation))


def table_bytes(frame: pl.DataFrame, name: str, notation: str) -> bytes:
    """Return a typed table as the bytes of its file."""
    written = _as_written(frame, name, notation)
    buffer = io.BytesIO()
    if notation == "parquet":
        written.write_parquet(buffer, compression="zstd", row_group_size=_ROW_GROUP)
    else:
        written.write_csv(buffer)
    return buffer.getvalue()


def frames_of_rows(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, pl.DataFrame]:
    """Return typed tables of rows of cells."""
    frames = {}
    for name, records in rows.items():
        used = {key for record in records for key in record}
        frames[name] = pl.DataFrame(
            [
                pl.Series(c.name, [record.get(c.name) for record in records], type_of(c))
                for c in TABLES[name].columns
                if c.name in used or c.required
            ]
        )
    return frames


def _as_written(frame: pl.DataFrame, name: str, notation: str) -> pl.DataFrame:
    """Return what is written: columns in their order, without those that say nothing."""
    columns = []
    for column in TABLES[name].columns:
        if column.name in frame.columns:
            cells = frame[column.name]
            if column.required or cells.null_count() < len(cells):
                columns.append(_cells(cells, column, notation))
    return pl.DataFrame(columns)


def _cells(cells: pl.Series, column: Column, notation: str) -> pl.Series:
    if column.kind == "sources":
        cells = _joined_sources(cells)
    elif column.kind in ("names", "texts"):
        joined = [None if items is None else join_escaped(items) for items in cells.to_list()]
        cells = pl.Series(column.name, joined, pl.String)
    elif column.kind in LISTS:
        cells = cells.list.join("|")
    elif column.kind == "word":
        cells = cells.cast(pl.String)
    if notation == "csv" and column.kind in ("name", "names", "text", "texts"):
        cells = (
            cells.to_frame()
            .select(
                pl.when(pl.first().str.contains(FORMULA))
                .then(pl.lit("'") + pl.first())
                .otherwise(pl.first())
            )
            .to_series()
        )
    return cells.rename(column.name)


def _joined_sources(cells: pl.Series) -> pl.Series:
    """Join ids with ``|``; a list with a source written out becomes JSON."""
    joined = cells.list.join("|")
    nested = joined.str.contains("{", literal=True)
    if not nested.any():
        return joined
    texts = [
        json.dumps([json.loads(i) if i.startswith("{") else i for i in items], ensure_ascii=False)
        if is_nested
        else text
        for text, items, is_nested in zip(
            joined.to_list(), cells.to_list(), nested.to_list(), strict=True
        )
    ]
    return pl.Series(cells.name, texts, pl.String)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def new_folder(target: str | Path, *, replace: bool = False) -> Iterator[Path]:
    """Give a temporary folder, which takes the name of the target once all is written.

    A folder is only ever replaced if it holds nothing but tables: whatever else lies there is not
    ours to remove.

    Raises
    ------
    OutputError
        If the target may not be replaced, or the folder cannot be written.
    """
    with _output_errors(target):
        goal = Path(os.path.realpath(target))
        _refuse_target(goal, replace=replace)
        temporary = Path(tempfile.mkdtemp(prefix=f".{goal.name[:100]}.", dir=goal.parent))
        try:
            temporary.chmod(0o777 & ~_umask())
            yield temporary
            _swap(temporary, goal)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


def check_target(target: str | Path, *, replace: bool = False) -> None:
    """Refuse a folder that could not be written in the end.

    Raises
    ------
    OutputError
        If it exists and may not be replaced, or its own folder does not exist.
    """
    with _output_errors(target):
        _refuse_target(Path(os.path.realpath(target)), replace=replace)


@contextmanager
def _output_errors(target: str | Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        reason = printable((getattr(error, "strerror", None) or str(error)).lower(), 200)
        msg = f"cannot write {printable(str(target), 200)}: {reason}"
        raise OutputError(msg) from None


def _refuse_target(goal: Path, *, replace: bool) -> None:
    if not goal.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "no such folder")
    if not os.path.lexists(goal):
        return
    if not is_folder(goal):
        raise NotADirectoryError(errno.ENOTDIR, "there is a file of that name")
    others = [item.name for item in goal.iterdir() if not _is_table(item)]
    if others:
        reason = f"the folder holds other things, such as {printable(min(others), 80)}"
        raise FileExistsError(errno.EEXIST, reason)
    if not replace and any(goal.iterdir()):
        raise FileExistsError(errno.EEXIST, "it exists; --force replaces it")


def _is_table(item: Path) -> bool:
    is_named = item.name.endswith(SUFFIXES) and split_name(item.name)[0] in TABLES
    return is_named and item.is_file() and not item.is_symlink()


def _swap(temporary: Path, goal: Path) -> None:
    """Put the new folder in the place of the old one, which is gone only once the new one is there."""
    if not goal.exists():
        temporary.rename(goal)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{goal.name[:100]}.", dir=goal.parent))
    goal.rename(old / goal.name)
    try:
        temporary.rename(goal)
    except BaseException:
        (old / goal.name).rename(goal)
        with suppress(OSError):
            old.rmdir()
        raise
    shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask
