"""From files to blocks of paths, with the account of what was read."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from listing_samples import SAMPLES

from blastradius.errors import ListingError, UnknownNameError
from blastradius.triage import lines as lines_module
from blastradius.triage import reading as reading_module
from blastradius.triage import sample
from blastradius.triage.block import BLOCK_BYTES
from blastradius.triage.interrupts import Interrupt, StoppedError
from blastradius.triage.reading import NO_LISTING, NO_TEXT, Reading, read_blocks

DIR = SAMPLES["dir of a German Windows"]


class Drops(io.RawIOBase):
    """A stream that hands over a few bytes at a time."""

    def __init__(self, content, sizes):
        self._content, self._sizes = io.BytesIO(content), sizes

    def read(self, _n_bytes=-1):
        return self._content.read(self._sizes.pop() if self._sizes else 7)


def read(*sources, **options):
    reading = Reading()
    blocks = list(read_blocks([str(source) for source in sources], reading=reading, **options))
    paths = b"".join(block.paths for block in blocks).decode().split("\n")[:-1]
    return paths, reading, blocks


def test_inputs_are_told_apart(tmp_path):
    plain, packed = tmp_path / "a.txt", tmp_path / "b.gz"
    plain.write_bytes(b"D:\\a.pdf\n\nD:\\b.pdf\n")
    packed.write_bytes(gzip.compress(DIR.text.encode("cp850")))

    paths, reading, blocks = read(tmp_path)

    first, second = reading.inputs
    assert paths == ["D:\\a.pdf", "D:\\b.pdf", *DIR.paths]
    assert (first.format, first.compression, first.n_bytes) == ("plain", "", 19)
    assert (first.counts.lines, first.counts.paths, first.counts.other) == (3, 2, 1)
    assert (second.format, second.compression) == ("dir", "gzip")
    assert second.n_bytes == len(DIR.text)
    assert second.n_raw_bytes == packed.stat().st_size
    assert second.sha256 == hashlib.sha256(packed.read_bytes()).hexdigest()
    assert sum(block.n_bytes for block in blocks) == first.n_bytes + second.n_bytes
    assert first.problems == second.problems == reading.skipped == []


def test_members_of_a_zip_are_inputs(tmp_path):
    path = tmp_path / "lists.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../a.txt", "D:\\a.pdf\n")
        archive.writestr("b.csv", "path,size\nb.pdf,3\n")

    paths, reading, _ = read(path)

    assert paths == ["D:\\a.pdf", "b.pdf"]
    assert [of.name for of in reading.inputs] == [f"{path}!../a.txt", f"{path}!b.csv"]
    assert [of.format for of in reading.inputs] == ["plain", "csv"]
    assert {of.sha256 for of in reading.inputs} == {hashlib.sha256(path.read_bytes()).hexdigest()}


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
@given(sizes=st.lists(st.integers(1, 200), max_size=50))
@settings(max_examples=10)
def test_the_pieces_of_a_stream_change_nothing(sample, sizes):
    content = gzip.compress(sample.text.encode("utf-16"))

    paths, reading, _ = read("-", stdin=Drops(content, sizes))

    assert paths == list(sample.paths)
    assert reading.inputs[0].format == sample.format
    assert reading.inputs[0].counts.unread == sample.unread


def test_small_blocks_change_nothing(monkeypatch):
    text = DIR.text * 30
    whole = read("-", stdin=io.BytesIO(text.encode()))
    monkeypatch.setattr(
        lines_module.line_blocks, "__defaults__", (1_024,)
    )  # a block holds some folders

    small = read("-", stdin=io.BytesIO(text.encode()))

    assert len(small[2]) > 20
    assert small[0] == whole[0]
    assert small[1].inputs[0].counts == whole[1].inputs[0].counts


def test_the_format_can_be_said():
    paths, reading, _ = read("-", stdin=io.BytesIO(b"path,size\na,1\n"), format="plain")

    assert paths == ["path,size", "a,1"]
    assert reading.inputs[0].format == "plain"


def test_an_unknown_format_is_an_error():
    with pytest.raises(UnknownNameError, match=r"unknown format 'tre' .did you mean 'tree'"):
        read("-", format="tre")


def test_what_was_not_read_is_told():
    content = DIR.text.encode() + b"Zugriff verweigert\n" + b"x" * 40_000 + b"\n"

    _, reading, _ = read("-", stdin=io.BytesIO(content))

    counts = reading.inputs[0].counts
    assert (counts.unread, counts.cut) == (2, 1)
    assert counts.unread_examples == [b"Zugriff verweigert", b"x" * 500]


def test_a_listing_cut_off_is_read_so_far():
    content = gzip.compress(b"".join(b"D:\\%d.pdf\n" % n for n in range(10_000)))[:-2_000]

    paths, reading, _ = read("-", stdin=io.BytesIO(content))

    assert paths[0] == "D:\\0.pdf"
    assert 5_000 < len(paths) < 10_000
    assert "cut off" in reading.inputs[0].problems[0]


def test_empty_and_binary_files_are_told(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "b").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "c").symlink_to(tmp_path / "a")

    _, reading, _ = read(tmp_path)

    empty, binary = reading.inputs
    assert (empty.problems, empty.format, empty.counts.lines) == (["is empty"], "", 0)
    assert binary.problems == [NO_TEXT]
    assert (binary.counts.lines, binary.n_bytes) == (0, 256 * 20)
    assert binary.sha256 == hashlib.sha256(bytes(range(256)) * 20).hexdigest()
    assert reading.skipped == [str(tmp_path / "c")]


def test_random_bytes_name_nobody_unless_asked(tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, 100_000, dtype=np.uint8).tobytes()
    (tmp_path / "a").write_bytes(noise + b"\nKunden/Audi/x.pdf\n")

    assert read(tmp_path)[0] == []
    assert "Kunden/Audi/x.pdf" in read(tmp_path, format="plain")[0]


LINES_OF_A_FILE = st.lists(
    st.sampled_from(
        ["a", "a/b", "ä/ö.pdf", "", "x" * 30, "a/", "Kunden\\Audi\\Lastenheft.pdf", "\r"]
    )
).map("\n".join)


@given(LINES_OF_A_FILE, st.sampled_from([1, 2, 3, 7, 16]))
@settings(deadline=None)
def test_all_pieces_of_a_file_are_the_file(tmp_path_factory, text, n_bytes):
    path = tmp_path_factory.mktemp("listing") / "listing.txt"
    path.write_bytes(("b\n" + text).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading_module, "PIECE_BYTES", n_bytes)
        patch.setattr(sample, "PIECE_BYTES", n_bytes)
        paths, reading, blocks = read(path, part=1.0, format="plain")
    whole, read_through, _ = read(path, format="plain")
    assert paths == whole
    assert reading.inputs[0].counts == read_through.inputs[0].counts
    assert sum(block.n_bytes for block in blocks) == path.stat().st_size
    assert reading.inputs[0].sha256 is None


def test_a_sample_of_a_small_file_is_all_of_it(tmp_path):
    path = tmp_path / "listing.txt"
    path.write_bytes(b"D:/x/y.pdf\n" * 100_000)
    paths, _, blocks = read(path, part=0.01)
    assert len(paths) == 100_000
    assert sum(block.n_passed for block in blocks) == 0


def test_a_sample_knows_the_size_of_what_it_passed_over(tmp_path):
    path = tmp_path / "listing.txt"
    for n_lines in (4_000_000, 4_100_000, 4_200_000):  # whether the end is looked at is chance
        path.write_bytes(b"D:/x/y.pdf\n" * n_lines)
        reading = Reading()
        list(read_blocks([str(path)], part=0.01, reading=reading))
        assert reading.inputs[0].n_raw_bytes == path.stat().st_size


def test_nothing_is_yielded_of_a_sample_after_ctrl_c(tmp_path):
    path = tmp_path / "listing.txt"
    path.write_bytes(b"D:/x/y.pdf\n" * 900_000)
    interrupt, blocks = Interrupt(), []
    for block in read_blocks([str(path)], part=0.3, interrupt=interrupt):
        interrupt.is_pressed = True
        blocks.append(block)
    assert len(blocks) == 1


def test_no_other_listing_is_opened_after_ctrl_c(tmp_path):
    for name in "ab":
        (tmp_path / name).write_bytes(b"D:/x/y.pdf\n" * 10)
    interrupt, reading = Interrupt(), Reading()
    for _ in read_blocks([str(tmp_path)], reading=reading, interrupt=interrupt):
        interrupt.is_pressed = True
    assert len(reading.inputs) == 1


def test_what_ctrl_c_cut_off_is_not_called_cut_off():
    class Pressing(io.BytesIO):
        def read1(self, n_bytes=-1):
            chunk = super().read1(n_bytes)
            interrupt.is_pressed = interrupt.is_pressed or not chunk
            if not chunk:
                raise StoppedError
            return chunk

    interrupt, reading = Interrupt(), Reading()
    file = Pressing(SAMPLES["7z l"].text[:-120].encode())
    list(read_blocks(["-"], stdin=file, reading=reading, interrupt=interrupt))
    assert reading.inputs[0].counts.paths
    assert reading.inputs[0].problems == []


def test_a_file_that_shrinks_while_it_is_read_is_told(tmp_path):
    path = tmp_path / "listing.txt"
    path.write_bytes(b"D:/x/y.pdf\n" * 900_000)
    reading, seen = Reading(), 0
    for block in read_blocks([str(path)], reading=reading):
        if not seen:
            os.truncate(path, 5_000_000)
        seen += block.n_bytes
    assert seen < 6_000_000
    assert "changed while it was read" in reading.inputs[0].problems[0]
    assert reading.inputs[0].sha256 is None


def test_a_file_that_shrinks_while_it_is_sampled_is_told(tmp_path):
    path = tmp_path / "listing.txt"
    path.write_bytes(b"D:/x/y.pdf\n" * 900_000)
    size = path.stat().st_size
    reading, seen = Reading(), []
    for block in read_blocks([str(path)], part=0.3, reading=reading):
        if not seen:
            os.truncate(path, size // 3)
        seen.append(block)
    (told,) = reading.inputs[0].problems
    assert "changed while it was read" in told
    looked_at = sum(block.n_bytes for block in seen)
    assert looked_at < size / 3
    assert looked_at + sum(block.n_passed for block in seen) == size


LETTER = """Hello!

All of your files were copied before we left your network.
Among them are contracts with Volkswagen, BMW and Mercedes-Benz.
You have three days. Write to us in the chat:
http://example.onion/chat
If you call the police, everything will be published at once
and your partners will be told what you did with their data.
"""


def test_a_letter_is_no_listing(tmp_path):
    path = tmp_path / "readme.txt"
    path.write_text(LETTER)
    paths, reading, _ = read(path)
    assert (paths, reading.inputs[0].problems) == ([], [NO_LISTING])
    assert reading.inputs[0].sha256 == hashlib.sha256(LETTER.encode()).hexdigest()
    assert len(list(read_blocks([str(path)], part=0.5))) == 0
    reading = Reading()
    (block,) = read_blocks([str(path)], "plain", reading=reading)
    assert block.paths.count(b"\n") == 7
    assert reading.inputs[0].problems == []


@pytest.mark.parametrize(
    "lines",
    [
        ["Audi", "BMW", "Volkswagen", "Mercedes Benz"] * 3,
        ["Protokoll der Sitzung vom 3 Maerz.docx", "Angebot an die Audi AG.pdf"] * 3,
        ["Kunden/Protokoll der Sitzung vom 3 Maerz", "Kunden/Angebot an die Audi AG"] * 3,
        ["one line of a few words"] * 2,
        ['"Protokoll der Sitzung vom 3 Maerz.docx"', '"Angebot an die Audi AG.pdf",'] * 3,
        ["Protokoll der Sitzung vom 3 Maerz.docx*", "Angebot an die Audi AG.pdf (12 KB)"] * 3,
        ["Protokoll der Sitzung vom 3 Maerz.docx", *["we have all of your files"] * 3],
        ["two words", "and three words"] * 5,
    ],
)
def test_lists_with_blanks_in_names_are_listings(tmp_path, lines):
    path = tmp_path / "listing.txt"
    path.write_text("".join(f"{line}\n" for line in lines))
    paths, reading, _ = read(path)
    assert (paths, reading.inputs[0].problems) == (lines, [])


def test_a_letter_before_a_listing_does_not_hide_it(tmp_path):
    path = tmp_path / "listing.txt"
    path.write_text(LETTER * 200 + "D:/BMW/x.pdf\n" * 100)
    paths, reading, _ = read(path)
    assert paths.count("D:/BMW/x.pdf") == 100
    assert reading.inputs[0].problems == []


def test_a_listing_that_is_cut_off_says_so(tmp_path):
    path = tmp_path / "listing.txt"
    path.write_text(SAMPLES["7z l"].text[:-120])
    reading = Reading()
    list(read_blocks([str(path)], reading=reading))
    assert reading.inputs[0].problems == [
        "ends before the end that its format has: it may be cut off"
    ]


def test_a_format_that_no_line_has_is_a_problem(tmp_path):
    path = tmp_path / "listing.txt"
    path.write_bytes(b"D:/x/y.pdf\n" * 10)
    _, reading, _ = read(path, format="tar")
    assert "nothing was read" in reading.inputs[0].problems[0]


def test_a_sample_passes_over_the_rest(tmp_path):
    path = tmp_path / "listing.txt"
    path.write_bytes(b"".join(b"D:/%06d/x.pdf\n" % k for k in range(900_000)))
    size = path.stat().st_size

    paths, reading, blocks = read(path, part=0.2)
    again, _, _ = read(path, part=0.2)

    assert paths == again
    assert 0.2 < len(paths) / 900_000 < 0.7
    assert set(paths) <= {f"D:/{k:06}/x.pdf" for k in range(900_000)}
    assert sum(block.n_bytes + block.n_passed for block in blocks) == size
    assert sum(block.n_bytes for block in blocks) / size == pytest.approx(
        len(paths) / 900_000, abs=0.002
    )
    assert (reading.inputs[0].sha256, reading.inputs[0].n_raw_bytes) == (None, size)


def test_what_cannot_be_read_here_and_there_is_read_through(tmp_path):
    packed, folders, wide = tmp_path / "a.gz", tmp_path / "b.txt", tmp_path / "c.txt"
    packed.write_bytes(gzip.compress(b"D:\\a.pdf\nD:\\b.pdf\n"))
    folders.write_bytes(DIR.text.encode("cp850"))
    wide.write_bytes("D:\\a.pdf\nD:\\b.pdf\n".encode("utf-16"))

    paths, reading, blocks = read(packed, folders, wide, part=0.01)

    assert paths == ["D:\\a.pdf", "D:\\b.pdf", *DIR.paths, "D:\\a.pdf", "D:\\b.pdf"]
    assert not any(block.is_sample for block in blocks)
    assert all(each.sha256 for each in reading.inputs)


def test_progress_ends_with_all_bytes(tmp_path):
    for name in "ab":
        (tmp_path / name).write_bytes(b"D:\\a.pdf\n" * 1_000_000)
    seen = []

    read(tmp_path, progress=lambda used, of_all: seen.append((used, of_all)))

    assert seen[-1] == (18_000_000, 18_000_000)
    assert seen == sorted(seen)
    assert len(seen) == 2 * -(-9_000_000 // BLOCK_BYTES)


def test_progress_of_a_pipe_has_no_total():
    seen = []

    read("-", stdin=io.BytesIO(b"a\n"), progress=lambda *told: seen.append(told))

    assert seen == [(2, None)]


def test_nothing_is_opened_because_a_listing_names_it(tmp_path, monkeypatch):
    path = tmp_path / "list.txt"
    path.write_text("/etc/passwd\n\\\\attacker\\share\\x\nfile:///etc/shadow\n")
    opened = []
    original = io.open

    def note(file, *rest, **options):
        opened.append(str(file))
        return original(file, *rest, **options)

    monkeypatch.setattr("io.open", note)

    paths, _, _ = read(path)

    assert len(paths) == 3
    assert set(opened) <= {str(path)}


def test_a_missing_file_is_told_before_anything_is_read(tmp_path):
    (tmp_path / "a").write_bytes(b"a\n")
    blocks = read_blocks([str(tmp_path / "a"), str(tmp_path / "b")])

    with pytest.raises(ListingError, match="b: no such file or folder"):
        next(blocks)


def test_blocks_tell_which_listing_they_are_of(tmp_path):
    (tmp_path / "a").write_bytes(b"a/1\na/2\n")
    (tmp_path / "b").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "c", "w") as archive:
        archive.writestr("x", "x/1\n")
        archive.writestr("y", ".\n|-- y\n`-- z\n")  # the last line comes in a block of its own
    reading = Reading()

    blocks = list(read_blocks([str(tmp_path)], reading=reading))

    assert {
        (Path(reading.inputs[block.listing].name).name, path)
        for block in blocks
        for path in block.paths.split()
    } == {("a", b"a/1"), ("a", b"a/2"), ("c!x", b"x/1"), ("c!y", b"./y"), ("c!y", b"./z")}
    assert [block.listing for block in blocks] == sorted(block.listing for block in blocks)
