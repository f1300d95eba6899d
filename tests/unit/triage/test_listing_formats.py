"""Each format of listings: what is read of it, and that nothing is lost."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from listing_samples import SAMPLES

from blastradius.triage.block import MAX_LINE, NO_DAY
from blastradius.triage.formats import FORMATS, detect
from blastradius.triage.formats.parser import MAX_FOLDER, MAX_OUTPUT
from blastradius.triage.lines import line_blocks

EACH = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)


def read(name, blocks):
    """Return the paths, sizes and days that a parser finds in blocks of lines, and its counts."""
    parser = FORMATS[name]()
    pairs = itertools.pairwise([*blocks, b""])
    found = [block for lines, following in pairs for block in parser.parse(lines, following)]
    found += list(parser.finish())
    paths = b"".join(block.paths for block in found).decode().split("\n")[:-1]
    sizes = [size for block in found if block.sizes is not None for size in block.sizes.tolist()]
    days = [day for block in found if block.days is not None for day in block.days.tolist()]
    for block in found:
        n_paths = block.paths.count(b"\n")
        assert block.sizes is None or block.sizes.shape == (n_paths,)
        assert block.days is None or block.days.shape == (n_paths,)
    assert sum(block.n_bytes for block in found) == sum(map(len, blocks))
    counts = parser.counts
    assert counts.lines == counts.paths + counts.folders + counts.other + counts.unread
    assert counts.paths == len(paths)
    return paths, sizes, days, counts


def text_of(sample, encoding="utf-8", newline="\n"):
    return b"".join(
        lines.text for lines in line_blocks([sample.text.replace("\n", newline).encode(encoding)])
    )


@EACH
def test_every_file_is_found_with_size_and_day(sample):
    paths, sizes, days, counts = read(sample.format, [text_of(sample)])

    assert paths == list(sample.paths)
    assert sizes == list(sample.sizes or ())
    assert days == [NO_DAY if day is None else day for day in sample.days or ()]
    assert (counts.folders, counts.unread, counts.cut) == (sample.folders, sample.unread, 0)
    assert len(counts.unread_examples) == sample.unread


@EACH
def test_a_whole_listing_ends_where_it_should(sample):
    assert not ends_early(sample.format, text_of(sample))


@pytest.mark.parametrize(
    "name", ["dir of a German Windows", "unzip -l", "unzip -v", "7z l", "unrar v"]
)
def test_a_listing_that_ends_after_a_file_is_cut_off(name):
    sample = SAMPLES[name]
    lines = text_of(sample).split(b"\n")
    last = sample.paths[-1].rpartition("\\" if sample.format == "dir" else "\n")[2].encode()
    end = max(k for k, line in enumerate(lines) if last in line)
    assert ends_early(sample.format, b"\n".join([*lines[: end + 1], b""]))
    assert ends_early(sample.format, b"\n".join([*lines[: end + 1], b"", b""]))


def test_sums_of_several_archives_end_a_listing():
    table = text_of(SAMPLES["7z l"])
    rows = table.split(b"\n")
    ruler = next(row for row in rows if row.startswith(b"-----"))
    total = next(row for row in reversed(rows) if b" files" in row)
    assert not ends_early("7z", b"\n".join([table, ruler, total, b"", b"Archives: 2", b""]))
    assert not ends_early("7z", b"\n".join([table, ruler, total, b""]))


def test_lines_of_dir_that_were_chosen_or_copied_may_end_anywhere():
    text = text_of(SAMPLES["dir of a German Windows"])
    chosen = [line for line in text.split(b"\n") if b".2023 " in line]
    assert not ends_early("dir", b"\n".join([*chosen, b""]))
    assert not ends_early("dir", text + b"\nD:\\Kunden>\n2 notes\n")
    bare = b"\n".join(line.strip() for line in text.split(b"\n"))
    assert not ends_early("dir", bare)
    one_sum = text[: text.rindex(b"     Anzahl")]
    assert ends_early("dir", one_sum)


def test_files_of_an_archive_without_headings_may_end_anywhere():
    rows = [line for line in text_of(SAMPLES["unzip -l"]).split(b"\n") if b"2023" in line]
    assert not ends_early("unzip", b"\n".join([*rows, b""]))


def ends_early(name, text):
    """Tell whether a listing ends too early, which does not depend on how it comes."""
    told = []
    for blocks in ([text], text.splitlines(keepends=True)):
        parser = FORMATS[name]()
        for block in blocks:
            list(parser.parse(block))
        list(parser.finish())
        told.append(parser.ends_early)
    assert len(set(told)) == 1
    return told[0]


@EACH
def test_the_format_is_recognised(sample):
    assert detect(text_of(sample)) == sample.format


@pytest.mark.parametrize(
    "text",
    [
        "Hello:\n\nyour files are ours\n\nContact:\nx@example.org\n",
        "\n\nNote:\nbe quick\n",
        "a, b\nc, d\n",
        "2023-02-01 is a date\n",
        "total 8\n",
        "[x]\n|y|\n",
        "-----\n",
        "",
        "\n\n",
    ],
)
def test_what_is_no_listing_is_plain(text):
    assert detect(text.encode()) == "plain"


def test_lines_of_two_programs_are_read_by_the_one_with_more():
    text = text_of(SAMPLES["dir of a German Windows"]) + text_of(SAMPLES["tar -tv of GNU"])

    assert detect(text) == "dir"
    assert read("dir", [text])[3].unread > 0


@EACH
@given(data=st.data())
@settings(max_examples=20)
def test_blocks_may_end_anywhere_between_lines(sample, data):
    lines = [line + b"\n" for line in text_of(sample).split(b"\n")[:-1]]
    # What decides about columns, and about days and months, is in the first lines.
    borders = data.draw(st.sets(st.integers(min(14, len(lines)), len(lines))))
    places = [0, *sorted(borders), len(lines)]
    blocks = [b"".join(lines[a:b]) for a, b in itertools.pairwise(places)]

    assert read(sample.format, blocks) == read(sample.format, [b"".join(lines)])


OF_WINDOWS = ["dir of a German Windows", "tree /f", "robocopy", "Get-ChildItem"]
ENCODINGS = ["cp1252", "cp850", "utf-16", "utf-16-le", "utf-16-be"]
WRITTEN = set(itertools.product(OF_WINDOWS, ENCODINGS))
WRITTEN.remove(("tree /f", "cp1252"))  # has no signs for branches


@pytest.mark.parametrize(("name", "encoding"), sorted(WRITTEN))
def test_windows_writes_in_many_encodings(name, encoding):
    sample = SAMPLES[name]

    text = text_of(sample, encoding, newline="\r\n")

    assert detect(text) == sample.format
    assert read(sample.format, [text])[0] == list(sample.paths)


@EACH
@pytest.mark.parametrize("name", FORMATS)
def test_no_parser_fails_on_what_is_of_another_format(name, sample):
    read(name, [text_of(sample)])


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=30)
@given(lines=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r")), max_size=9))
def test_no_parser_fails_on_anything(name, lines):
    read(name, ["".join(f"{line}\n" for line in lines).encode()])


def test_days_and_months_are_told_apart_by_what_is_possible():
    row = " Directory of C:\\a\n\n{}  10:15                 1 a.txt\n{}  10:15                 1 b.txt\n"

    *_, british, _ = read("dir", [row.format("01/02/2023", "13/02/2023").encode()])
    *_, american, _ = read("dir", [row.format("02/01/2023", "02/13/2023").encode()])
    *_, either, _ = read("dir", [row.format("01/02/2023", "02/03/2023").encode()])

    assert british == american == [19389, 19401]
    assert either == [19389, 19418]


def test_a_long_folder_before_many_names_comes_in_many_blocks():
    folder = b"D:\\" + b"x" * 10_000
    n_files = 3 * MAX_OUTPUT // MAX_FOLDER
    row = b"01.02.2023  10:15                 1 a.txt\n"
    parser = FORMATS["dir"]()

    blocks = list(parser.parse(b" Verzeichnis von " + folder + b"\n\n" + row * n_files))

    assert max(len(block.paths) for block in blocks) < 1.1 * MAX_OUTPUT
    assert sum(block.paths.count(b"\n") for block in blocks) == parser.counts.paths == n_files
    assert [len(block.sizes) for block in blocks] == [block.paths.count(b"\n") for block in blocks]
    assert parser.counts.cut == 1


def test_paths_are_cut_as_lines_are():
    name = b"n" * MAX_LINE
    parser = FORMATS["ls-names"]()

    (block,) = parser.parse(b"./folder:\n" + name + b"\nb\n")

    assert block.paths == (b"./folder/" + name)[:MAX_LINE] + b"\n./folder/b\n"
    assert parser.counts.cut == 1


SLOW = [
    b"-rw-r--r-- 1 " + b"1 " * 16_000,
    b"-rw-r--r-- 1 " + b"1" * 32_000,
    b"-rw-r--r-- " + b"a/" * 16_000,
    b"-rw-r--r-- 0 " + b"a " * 16_000,
    b"  1      4 -rw-r--r--   1 " + b"1,2 Jan " * 4_000,
    b"01.02.2023  10:15" + b" " * 32_000 + b"x",
    b"01.02.2023  10:15 " + b"1." * 16_000,
    b"01.02.2023  10:15              1 " + b"~1 " * 10_000 + b"\\",
    b" " + b"C:" * 16_000,
    b" " * 32_000 + b":",
    b"\t" * 32_000,
    b"\t" + b"1.2 k" * 6_000 + b"\tx",
    b"\t1" + b" 2023/02/01 10:15:00" * 1_600,
    b"|   " * 8_000 + b"x",
    b"|-- [" + b"1 Jan " * 5_000 + b"]  x",
    b"2023-02-01 11:30:26 ....A " + b" 1" * 16_000,
    b"        1  " + b"a 1 1% " * 4_000,
    b'"' * 32_000,
    b'"D:\\a.pdf",1' + b" " * 32_000 + b"x",
    b"D:\\a.pdf;" + b"1" * 32_000,
    b"\x1b[" * 16_000,
    b"\\1" * 16_000,
]


@pytest.mark.parametrize("name", FORMATS)
def test_lines_made_to_take_long_do_not(name):
    lines = b"".join(line[:MAX_LINE] + b"\n" for line in SLOW) * 4

    started = time.process_time()
    read(name, [lines])

    # Quadratic time would be minutes.
    assert time.process_time() - started < 5


def test_sizes_beyond_all_bounds_are_none():
    lines = (
        b"path,size\n"
        + b"".join(b"a/b,%d\n" % size for size in (1, 2, 2**63, 10**30))
        + b"a/b,1e5\na/c,-5\n"
    )

    assert read("csv", [lines])[1] == [1, 2, -1, -1, -1, -1]
