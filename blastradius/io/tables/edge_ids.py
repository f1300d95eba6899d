"""Ids of edges that nobody named, made from their content: those that a graph file would have.

The rules are those of :func:`blastradius.model.graph._with_ids`, column by column.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from blastradius.io.tables.checks import Tables

_LONGEST = 150
_RANGE = ("probability_low", "probability", "probability_high")


def edge_ids(tables: Tables, name: str, between: tuple[str, pl.Series] | None = None) -> pl.Series:
    """Return the id of each edge of a table.

    Parameters
    ----------
    between : (column, party ids), optional
        Only edges with one of these parties in that column, in the order of the table. Their ids
        are the same: an edge can only share its plain id with others between the same parties.
    """
    frame = tables.frames.get(name, pl.DataFrame())
    taken = _column(frame, "id", pl.String).drop_nulls()
    if between is not None:
        frame = frame.filter(pl.col(between[0]).is_in(between[1].implode()))
    written = _column(frame, "id", pl.String)
    nameless = written.is_null()
    if not nameless.any():
        return written.alias("id")
    plain = frame.select(_PLAIN[name](frame)).to_series().alias("id")
    bare = pl.DataFrame({"plain": plain, "nameless": nameless}).with_row_index("row")
    bare = bare.filter("nameless")
    crowded = (
        (pl.col("plain").str.len_chars() > _LONGEST)
        | pl.col("plain").is_duplicated()
        | pl.col("plain").is_in(taken.implode())
    )
    doubtful = bare.filter(crowded)
    ids = written.to_frame("id").select(pl.coalesce(pl.col("id"), plain)).to_series()
    if not doubtful.height:
        return ids.alias("id")
    marks = _fingerprints(frame[doubtful["row"]], name)
    doubtful = doubtful.with_columns(marks.alias("mark"))
    needed = (
        (pl.col("plain").str.len_chars() > _LONGEST)
        | (pl.col("mark").n_unique().over("plain") > 1)
        | pl.col("plain").is_in(taken.implode())
    )
    marked = doubtful.filter(needed).select(
        "row",
        pl.concat_str(pl.col("plain").str.slice(0, _LONGEST), pl.lit("#"), "mark").alias("id"),
    )
    return ids.scatter(marked["row"], marked["id"]).alias("id")


def _column(frame: pl.DataFrame, name: str, dtype: type[pl.DataType]) -> pl.Series:
    if name in frame.columns:
        return frame[name]
    return pl.Series(name, [None], dtype=dtype).new_from_index(0, frame.height)


def _plain_share(_frame: pl.DataFrame) -> pl.Expr:
    datasets = pl.col("datasets").list.sort().list.join("+")
    return pl.concat_str(
        pl.lit("share:"), "discloser", pl.lit(">"), "recipient", pl.lit(":"), datasets
    )


def _plain_grant(_frame: pl.DataFrame) -> pl.Expr:
    via = pl.col("via").cast(pl.String)
    return pl.concat_str(pl.lit("access:"), "grantor", pl.lit(">"), "grantee", pl.lit(":"), via)


def _plain_dependency(frame: pl.DataFrame) -> pl.Expr:
    pair = pl.concat_str(pl.lit("dependency:"), "customer", pl.lit(">"), "supplier")
    if "what" not in frame.columns:
        return pair
    slug = pl.col("what").fill_null("").str.to_lowercase().str.replace_all("[^a-z0-9]+", "-")
    slug = slug.str.strip_chars("-").str.slice(0, 40)
    return pair + pl.when(slug != "").then(pl.lit(":") + slug).otherwise(pl.lit(""))


_PLAIN = {
    "shares": _plain_share,
    "access": _plain_grant,
    "dependencies": _plain_dependency,
}

_FIELDS = {
    "shares": ("since", "until", "discloser", "recipient", "datasets", "retention_days"),
    "access": ("since", "until", "grantor", "grantee", "via"),
    "dependencies": ("since", "until", "customer", "supplier", "what"),
}
"""Fields of each kind of edge in the order of its record; the probability is the last."""


def _fingerprints(frame: pl.DataFrame, name: str) -> pl.Series:
    """Hash what each edge says, in the JSON that the record would have."""
    parts = [pl.concat_str(pl.lit(f'"{field}":'), _json(frame, field)) for field in _FIELDS[name]]
    parts.append(pl.concat_str(pl.lit('"probability":'), _json_range(frame)))
    text = frame.select(
        pl.concat_str(pl.lit("{"), pl.concat_str(*parts, separator=","), pl.lit("}"))
    ).to_series()
    return pl.Series("mark", [hashlib.sha256(t.encode()).hexdigest()[:8] for t in text.to_list()])


def _json(frame: pl.DataFrame, field: str) -> pl.Expr:
    """Write a field as JSON; ids, words and dates hold nothing that has to be escaped."""
    if field not in frame.columns:
        return pl.lit("null")
    if field == "datasets":
        return pl.concat_str(pl.lit('["'), pl.col(field).list.join('","'), pl.lit('"]'))
    if field == "what":
        known = frame[field].drop_nulls().unique().to_list()
        written = [json.dumps(text, ensure_ascii=False) for text in known]
        return (
            pl.col(field)
            .replace_strict(known, written, default=None, return_dtype=pl.String)
            .fill_null("null")
        )
    text = pl.col(field).cast(pl.String)
    if field != "retention_days":
        text = pl.concat_str(pl.lit('"'), text, pl.lit('"'))
    return text.fill_null("null")


def _json_range(frame: pl.DataFrame) -> pl.Expr:
    if "probability" not in frame.columns:
        return pl.lit("null")
    present = [name for name in _RANGE if name in frame.columns]
    known = pl.concat([frame[n].alias("p") for n in present]).drop_nulls().unique().to_list()
    written = [_float_json(value) for value in known]
    low, mode, high = (
        pl.coalesce(name, "probability").replace_strict(
            known, written, default=None, return_dtype=pl.String
        )
        if name in frame.columns
        else pl.col("probability").replace_strict(
            known, written, default=None, return_dtype=pl.String
        )
        for name in _RANGE
    )
    whole = pl.concat_str(
        pl.lit('{"low":'), low, pl.lit(',"mode":'), mode, pl.lit(',"high":'), high, pl.lit("}")
    )
    return whole.fill_null("null")


def _float_json(value: float) -> str:
    """Write a number as pydantic writes it, which is not always as Python would."""
    from pydantic_core import to_json  # noqa: PLC0415 - rarely needed

    return to_json(value).decode()
