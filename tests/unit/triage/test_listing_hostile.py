"""Lines that somebody wrote to keep a parser busy: time grows with their length, and no faster."""

from __future__ import annotations

import random
import re
import time
import tracemalloc

import pytest
from listing_samples import SAMPLES

from blastradius.triage.formats import FORMATS, detect
from blastradius.triage.formats.fields import Calendar

SHORT, LONG = 4_000, 32_000
FILLERS = (
    *" \t1/[]-.:,'\"\\~<>|=a;",
    "  \t", "1 ", "1.", " 1/", "a ", " a", "a/", "\\a ", " [", "[ ", "] [", "- ", " -> ", "    ", "|   ",
    "1,", "12:00 ", "2023-02-01 ", " 1 Jan 2023", "a\t", "\t1", "\r", "\r\t", "%", "1% ", "\u00e9 ", "\u00a0",
    "A", "A~1", "\x1b[", "\x1b[1;", " \\", "(1 ", "'", "<DIR>", "./", " \u202f",
)  # fmt: skip
ENDS = ("", "x", "\\")
# Where one of these ends, something that repeats may follow.
TOKENS = re.compile(r"\s+|\w+|[^\w\s]")
STARTS = ("", "a/b.pdf\n\t", "\t", "\t\t", " 1 ", "x\\", "[", "d", "l", "-")


def true_rows():
    """Return a few rows of each sample, of different shapes."""
    rows = {}
    for sample in SAMPLES.values():
        for line in sample.text.splitlines():
            shape = re.sub(r"\d+", "1", re.sub(r"[^\W\d_]+", "a", line))[:30]
            rows.setdefault((sample.format, shape), line[:90])
    return list(rows.values())


def lines_of(start, filler, end, length):
    return (start + filler * (length // len(filler)) + end + "\n").encode()


def parse_with(name):
    def parse(lines):
        parser = FORMATS[name]()
        for _ in parser.parse(lines):
            pass
        for _ in parser.finish():
            pass

    return parse


READERS = {**{name: parse_with(name) for name in FORMATS}, "detect": detect}


def seconds(read, lines, times):
    taken = []
    for _ in range(times):
        started = time.process_time()
        read(lines)
        taken.append(time.process_time() - started)
    return min(taken)


def grows_too_fast(read, start, filler, end):
    """Tell whether eight times the length take more than twenty times as long."""
    short, long = (lines_of(start, filler, end, length) for length in (SHORT, LONG))
    # Times of microseconds are mostly noise; what is quadratic takes much longer at this length.
    return all(
        seconds(read, long, times) > 20 * seconds(read, short, times) + 0.01 for times in (1, 3)
    )


@pytest.mark.parametrize("name", READERS)
def test_no_filler_takes_long(name):
    found = [
        (start, filler, end)
        for start in STARTS
        for filler in FILLERS
        for end in ENDS[: 1 if name in ("csv", "detect") else None]
        if grows_too_fast(READERS[name], start, filler, end)
    ]

    assert found == []


@pytest.mark.parametrize("name", FORMATS)
def test_no_filler_behind_the_beginning_of_a_true_row_takes_long(name):
    # Which of the many are tried is drawn anew for each format, and always the same.
    draw = random.Random(name)
    starts = [row[: match.end()] for row in true_rows() for match in TOKENS.finditer(row)]
    found = [
        case
        for case in (
            (draw.choice(starts), draw.choice(FILLERS), draw.choice(ENDS)) for _ in range(600)
        )
        if grows_too_fast(READERS[name], *case)
    ]

    assert found == []


def test_blanks_before_the_owner_of_a_file_in_dir():
    row = "01.02.2023  10:15                12 "
    owner = parse_with("dir")

    assert not grows_too_fast(owner, row + "A\\b" + "c" * 30, " ", "")
    assert not grows_too_fast(owner, row + "A\\b" + "c" * 30, " \v", "")
    assert not grows_too_fast(owner, "01.02.2023  10:15    <SYMLINK>      a", " [", "x")
    assert not grows_too_fast(owner, "01.02.2023  10:15    <SYMLINK>      a", " [", "]x")


def test_short_rows_of_a_wide_table_take_no_memory():
    heading = b"name,size," + b",".join(b"c%d" % n for n in range(16_000)) + b",date\n"
    whole = b"a/b.pdf,1" + b"," * 16_001 + b"\n"
    lines = heading + whole * 20 + b"a/b.pdf,1\n" * 19_980
    parser = FORMATS["csv"]()
    tracemalloc.start()

    blocks = list(parser.parse(lines))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert b"".join(block.paths for block in blocks) == b"a/b.pdf\n" * 20_000
    assert peak < 50e6


def test_rows_end_where_no_column_is_used_any_more():
    parser = FORMATS["csv"]()
    text = b"name;a;size;b;c\n" + b"a/x.pdf;;7;;\n" * 9 + b"a/y.pdf;;8\na/z.pdf;\n;;3\n"

    blocks = list(parser.parse(text))

    assert b"".join(block.paths for block in blocks) == b"a/x.pdf\n" * 9 + b"a/y.pdf\na/z.pdf\n"
    assert [size for block in blocks for size in block.sizes.tolist()] == [7] * 9 + [8, -1]
    assert parser.counts.unread == 1


def test_long_texts_are_not_remembered():
    calendar = Calendar()
    long = b"2023-02-01 " + b"x" * 32_000
    assert calendar.days([long, b"2023-02-01"]).tolist() == [19389, 19389]
    assert list(calendar) == [b"2023-02-01"]

    parser = FORMATS["tree"]()
    list(parser.parse(b".\n" + b"|   " * 8_000 + b"|-- a\n|-- b\n|   |-- c\n"))
    assert max(map(len, parser._depths)) < 500
