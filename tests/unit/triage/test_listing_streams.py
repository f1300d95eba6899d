"""Files, folders, archives and standard input as streams; bombs, damage and what is no listing."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import hashlib
import io
import lzma
import os
import pickle
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastradius.errors import ListingError
from blastradius.triage import unpack, zips
from blastradius.triage.streams import find_places, open_listings
from blastradius.triage.unpack import RawFile

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PACK = {
    "gzip": gzip.compress,
    "xz": lzma.compress,
    "bzip2": bz2.compress,
    "zstd": lambda content: zstd.compress(
        content, options={zstd.CompressionParameter.checksum_flag: 1}
    ),
}
EACH = pytest.mark.parametrize("method", PACK)

LINES = b"".join(b"D:\\Kunden\\%d\\%s.pdf\n" % (n, hashlib.md5(b"%d" % n).hexdigest().encode()) for n in range(1_500))  # fmt: skip


def read(*sources, **options):
    """Return name, bytes and problems of each listing."""
    return [
        (listing.name, b"".join(listing.chunks()), listing.problems)
        for listing in open_listings([str(source) for source in sources], **options)
    ]


def read_bytes(content):
    return read("-", stdin=io.BytesIO(content))


def zipped(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def test_a_file_is_read_hashed_and_counted(tmp_path):
    path = tmp_path / "list.txt"
    path.write_bytes(LINES)
    (listing,) = listings = [*open_listings([str(path)])]  # asked for all: its file is closed
    assert listing.raw.sha256 is not None
    for listing in open_listings([str(path)]):
        assert listing.raw.sha256 is None
        assert b"".join(listing.chunks()) == LINES
        assert (listing.name, listing.compression, listing.problems) == (str(path), "", [])
        assert listing.raw.sha256 == hashlib.sha256(LINES).hexdigest()
        assert listing.raw.consumed == listing.raw.n_read == listing.raw.size == len(LINES)
        assert listing.n_bytes == len(LINES)
    assert len(listings) == 1


@EACH
def test_compression_is_told_by_the_bytes_and_not_by_the_name(tmp_path, method):
    path = tmp_path / "list.txt"
    path.write_bytes(PACK[method](LINES))

    for listing in open_listings([str(path)]):
        assert listing.compression == method
        assert b"".join(listing.chunks()) == LINES
        assert listing.raw.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert listing.raw.consumed == path.stat().st_size
        assert listing.problems == []


@EACH
def test_streams_behind_each_other_are_one_listing(method):
    content = PACK[method](b"a\n") + PACK[method](b"") + PACK[method](LINES) + b"\0" * 4_096

    assert read_bytes(content) == [("standard input", b"a\n" + LINES, [])]


PACKED = {method: pack(LINES) for method, pack in PACK.items()}


@EACH
@given(data=st.data())
def test_what_came_before_a_cut_is_read(method, data):
    packed = PACKED[method]
    # zstd and bzip2 work on long blocks, of which nothing is known before their end.
    length = data.draw(st.integers(40, len(packed) - 1))

    ((_, content, problems),) = read_bytes(packed[:length])

    assert LINES.startswith(content)
    assert len(content) > (length / len(packed) - 0.05) * len(LINES) or method in ("zstd", "bzip2")
    (problem,) = problems
    assert "end too early" in problem


@EACH
@given(data=st.data())
def test_what_came_before_damage_is_read(method, data):
    packed = bytearray(PACKED[method])
    place = data.draw(st.integers(20, len(packed) - 1))
    packed[place] ^= data.draw(st.integers(1, 255))

    ((_, content, problems),) = read_bytes(bytes(packed))

    pairs = zip(content, LINES, strict=False)
    n_good = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(content), len(LINES)))
    reach = unpack.SLICE_BYTES / len(packed) + 0.05
    assert n_good > (place / len(packed) - reach) * len(LINES) or method in ("zstd", "bzip2")
    # A check sum covers all but some fields of headers.
    assert problems or content == LINES


def test_a_wrong_check_sum_at_the_end_costs_nothing():
    packed = bytearray(gzip.compress(LINES))
    packed[-5] ^= 1

    ((_, content, problems),) = read_bytes(bytes(packed))

    assert content == LINES
    assert "incorrect data check" in problems[0]


@EACH
def test_something_else_behind_a_stream_is_told(method):
    ((_, content, problems),) = read_bytes(PACK[method](b"a\n") + b"#!/bin/sh")

    assert content == b"a\n"
    assert problems == [f"something that is not {method} follows at byte {len(PACK[method](b'a' + bytes([10])))}: it was not read"]  # fmt: skip


@pytest.mark.parametrize("method", ["gzip", "xz", "bzip2", "zstd"])
def test_bombs_stop(method, monkeypatch):
    monkeypatch.setattr(unpack, "FREE_BYTES", 2**20)
    monkeypatch.setattr(unpack, "MAX_RATIO", 900)  # deflate cannot do more than 1,032
    bomb = PACK[method](b"\0" * 2**24)

    ((_, content, (problem,)),) = read_bytes(bomb)

    assert 2**19 < len(content) < 2**24
    assert re.match(r"unpacks to more than 900 times its size.* \(after [\d,]+ bytes", problem)


def test_zip_bombs_stop_over_all_members_together(monkeypatch):
    monkeypatch.setattr(unpack, "FREE_BYTES", 2**20)
    monkeypatch.setattr(unpack, "MAX_RATIO", 400)
    bomb = zipped({f"{n}.txt": b"\0" * 2**19 for n in range(40)})

    found = read_bytes(bomb)

    assert len(found) < 10
    assert [bool(problems) for _, _, problems in found] == [False] * (len(found) - 1) + [True]
    assert "as compressed bombs do: nothing behind that was read" in found[-1][2][0]


def test_what_is_behind_a_bomb_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack, "MAX_BYTES", 10_000)
    (tmp_path / "a").write_bytes(gzip.compress(LINES))
    (tmp_path / "b").write_bytes(zipped({"a": LINES, "b": b"b\n"}))
    (tmp_path / "c").write_bytes(b"c\n")

    first, second, third = read(tmp_path)

    assert "unpacks to more than 10,000 bytes" in first[2][0]
    assert "unpacks to more than 10,000 bytes" in second[2][0]
    assert third[1:] == (b"c\n", [])


def test_output_has_an_end(monkeypatch):
    monkeypatch.setattr(unpack, "MAX_BYTES", 10_000)

    ((_, _, problems),) = read_bytes(gzip.compress(LINES))

    assert "unpacks to more than 10,000 bytes" in problems[0]


def test_a_listing_that_packs_well_is_no_bomb():
    content = b"D:\\Kunden\\BMW\\Lastenheft.pdf\n" * 200_000

    ((_, read_back, problems),) = read_bytes(lzma.compress(content))

    assert (len(read_back), problems) == (len(content), [])


def test_dictionaries_of_gigabytes_are_refused():
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 512 * 2**20}]
    packed = bytearray(lzma.compress(b"a\n", filters=filters))

    ((_, content, problems),) = read_bytes(bytes(packed))

    assert content == b""
    assert "memory usage limit" in problems[0]


def test_members_of_a_zip_are_listings_in_their_order():
    content = zipped({"b/list.txt": LINES, "leer/": b"", "a.txt": b"a\n", "leer.txt": b""})

    assert read_bytes(content) == [
        ("standard input!b/list.txt", LINES, []),
        ("standard input!a.txt", b"a\n", []),
        ("standard input!leer.txt", b"", []),
    ]


def test_zip_is_hashed_as_a_whole(tmp_path):
    path = tmp_path / "lists.zip"
    path.write_bytes(zipped({"a.txt": b"a\n", "b.txt": b"b\n"}))

    listings = list(open_listings([str(path)]))  # not even read

    assert {listing.raw.sha256 for listing in listings} == {
        hashlib.sha256(path.read_bytes()).hexdigest()
    }
    assert {listing.compression for listing in listings} == {"zip"}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize("seekable", [True, False])
def test_members_may_be_packed_in_many_ways(method, seekable):
    class Pipe(io.BytesIO):
        def seekable(self):
            return seekable

        def tell(self):
            if seekable:
                return super().tell()
            raise OSError

        def seek(self, *place):
            if seekable:
                return super().seek(*place)
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", method) as archive:
        archive.writestr("a.txt", LINES)
        archive.writestr("b.txt", b"b\n")

    first, *rest = read_bytes(pipe.getvalue())

    if method == zipfile.ZIP_STORED and not seekable:
        assert first[2] == ["is stored without its size: unpack it first"]
        assert rest == []
    else:
        assert first == ("standard input!a.txt", LINES, [])
        assert rest == [("standard input!b.txt", b"b\n", [])]


def test_names_of_members_are_only_shown(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content = zipped({"../../etc/passwd": b"a\n", "/etc/shadow": b"b\n", "x\x1b[31m\u202e": b"c\n"})

    found = read_bytes(content)

    assert [name for name, _, _ in found] == [
        "standard input!../../etc/passwd",
        "standard input!/etc/shadow",
        "standard input!x\\x1b[31m\\u202e",
    ]
    assert [content for _, content, _ in found] == [b"a\n", b"b\n", b"c\n"]
    assert list(tmp_path.iterdir()) == []


def test_only_encrypted_members_are_an_error():
    content = bytearray(zipped({"a.txt": b"a\n"}))
    content[6] |= 1

    with pytest.raises(ListingError, match=r"standard input!a\.txt: is encrypted: unpack it first"):
        read_bytes(bytes(content))


def test_only_unknown_methods_are_an_error():
    content = bytearray(zipped({"a.txt": b"a\n"}))
    content[8] = 14

    with pytest.raises(ListingError, match="is packed by method 14, which is not read"):
        read_bytes(bytes(content))


@given(st.data())
def test_what_came_before_a_cut_of_a_zip_is_read(data):
    whole = zipped({"a.txt": b"a\n" * 50, "b.txt": LINES})
    length = data.draw(st.integers(4, len(whole) - 30))

    found = read_bytes(whole[:length])

    assert LINES.startswith(b"".join(content for name, content, _ in found if "b.txt" in name))
    if length > 100:
        assert found[0][:2] == ("standard input!a.txt", b"a\n" * 50)
    problems = [problem for _, _, problems in found for problem in problems]
    central = whole.rfind(b"PK\1\2", 0, whole.rfind(b"PK\1\2"))
    assert problems or length > central
    assert all("cut off" in problem for problem in problems)


@given(st.data())
def test_damage_of_a_zip_is_told_and_other_members_are_read(data):
    whole = bytearray(zipped({"a.txt": LINES, "b.txt": b"b\n"}))
    start = 30 + len("a.txt")
    whole[data.draw(st.integers(start, whole.rfind(b"PK\3\4") - 1))] ^= 0x55

    first, second = read_bytes(bytes(whole))

    assert first[2]
    assert second == ("standard input!b.txt", b"b\n", [])


@given(st.binary(max_size=300))
def test_any_bytes_behind_the_mark_of_a_zip_are_borne(content):
    with contextlib.suppress(ListingError):
        read_bytes(b"PK\3\4" + content)


def test_archives_of_huge_files_have_their_sizes_elsewhere():
    packed = zlib.compress(b"a\n")[2:-4]
    extra = struct.pack("<HHQQ", 1, 16, 2, len(packed))
    header = struct.pack("<4s5H3I2H", b"PK\3\4", 45, 0, 8, 0, 0, zlib.crc32(b"a\n"), 2**32 - 1, 2**32 - 1, 1, len(extra))  # fmt: skip
    content = header + b"a" + extra + packed + b"PK\1\2"

    assert read_bytes(content) == [("standard input!a", b"a\n", [])]


def test_members_have_an_end(monkeypatch):
    monkeypatch.setattr(zips, "MAX_MEMBERS", 3)

    *found, last = read_bytes(zipped({f"{n}": b"x" for n in range(4)}))

    assert [content for _, content, _ in found] == [b"x"] * 3
    assert last[1:] == (b"", ["holds more than 3 files: the others were not read"])


@pytest.mark.parametrize(("place", "value"), [(6, 1), (8, 14)])
def test_other_members_than_those_out_of_reach_are_read(tmp_path, place, value):
    content = bytearray(zipped({"a.txt": b"a\n", "b.txt": b"b\n", "c.txt": b"c\n"}))
    starts = [match.start() for match in re.finditer(b"PK\3\4", content)]
    for start in starts[:-1]:
        content[start + place] = value

    first, second, third = read_bytes(bytes(content))

    assert first[1] == second[1] == b""
    assert len(first[2]) == len(second[2]) == 1
    assert first[2][0].endswith("unpack it first")
    assert third == ("standard input!c.txt", b"c\n", [])
    content[starts[-1] + place] = value
    (tmp_path / "a").write_bytes(content)
    (tmp_path / "b").write_bytes(b"b\n")
    with pytest.raises(ListingError, match=r"a!a\.txt: is .*unpack it first"):
        read(tmp_path / "a")
    found = read(tmp_path / "a", tmp_path / "b")
    assert [bool(problems) for _, _, problems in found] == [True, True, True, False]


def test_nothing_is_read_behind_a_member_out_of_reach_without_a_size():
    content = bytearray(zipped({"a.txt": b"a\n", "b.txt": b"b\n"}))
    start = content.index(b"PK\3\4", 4)
    content[start + 6] = 9

    first, second = read_bytes(bytes(content))

    assert first[1:] == (b"a\n", [])
    assert second[2] == [
        "is encrypted: unpack it first",
        "its size is not told: nothing behind it was read",
    ]


def test_files_that_cannot_be_opened_are_problems_among_others(tmp_path, monkeypatch):
    for name in "abc":
        (tmp_path / name).write_bytes(name.encode())
    original = Path.open

    def refuse(path, *rest):
        if path.name == "b":
            raise PermissionError(13, "Permission denied", str(path))
        return original(path, *rest)

    monkeypatch.setattr(Path, "open", refuse)
    found = [
        (b"".join(listing.chunks()), listing.problems, listing.raw.sha256 is None)
        for listing in open_listings([str(tmp_path)])
    ]

    assert found == [
        (b"a", [], False),
        (b"", ["may not be read: permission denied"], True),
        (b"c", [], False),
    ]


def test_folders_may_be_deep_and_longer_than_a_path_may_be(tmp_path):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "z").write_bytes(b"z\n")
    start = os.open(tmp_path / "lists", os.O_RDONLY)
    for n in range(2_200):
        os.mkdir("d", dir_fd=start)
        inner = os.open("d", os.O_RDONLY, dir_fd=start)
        os.close(start)
        start = inner
        if n == 1_100:
            file = os.open("x", os.O_WRONLY | os.O_CREAT, dir_fd=start)
            os.write(file, b"x\n")
            os.close(file)
    os.close(start)

    found = read(tmp_path / "lists")
    # The library's own way to remove a folder goes as deep as it, too.
    subprocess.run(["rm", "-r", str(tmp_path / "lists")], check=True)

    assert [content for _, content, _ in found if content] == [b"x\n", b"z\n"]
    ((_, _, problems),) = [listing for listing in found if listing[2]]
    assert problems == ["cannot be read: file name too long"]


def test_a_file_named_twice_is_read_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "a").write_bytes(b"a\n")
    (tmp_path / "link").symlink_to("lists/a")

    places = find_places(["lists/a", str(tmp_path / "lists"), "lists/../lists/a", "link", "lists"])

    assert [place.name for place in places.files] == ["lists/a"]
    assert places.skipped == [
        f"{name} (named twice, read once)"
        for name in (tmp_path / "lists" / "a", "lists/../lists/a", "link", "lists/a")
    ]
    assert places.n_bytes == 2


@pytest.mark.parametrize("content", [gzip.compress(b"a\n"), b"7z\xbc\xaf\x27\x1c" + b"x" * 600])
def test_archives_in_archives_are_not_unpacked(content):
    ((_, nothing, problems),) = read_bytes(gzip.compress(content))

    assert nothing == b""
    assert problems[0].endswith("unpack it first")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"7z\xbc\xaf\x27\x1c....", "a 7z archive"),
        (b"%PDF-1.7", "a PDF file"),
        (b"a.txt".ljust(257, b"\0") + b"ustar\x0000", "a tar archive"),
        (zipped({"[Content_Types].xml": b"<xml/>"}), "an Office file"),
        (zipped({}), "a zip archive without files"),
    ],
)
def test_what_is_no_listing_is_an_error_if_named_alone_and_a_problem_among_others(
    tmp_path, content, kind
):
    (tmp_path / "a").write_bytes(content)
    (tmp_path / "b").write_bytes(b"b\n")

    with pytest.raises(ListingError, match=f"is {kind}"):
        read(tmp_path / "a")
    for sources in ([tmp_path], [tmp_path / "a", tmp_path / "b"]):
        first, second = read(*sources)

        assert (first[1], second[1:]) == (b"", (b"b\n", []))
        assert f"is {kind}" in first[2][0]


def test_folders_are_read_in_order_and_links_are_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret\n")
    folder = tmp_path / "lists"
    (folder / "b").mkdir(parents=True)
    for name in ("b/x", "a", "c"):
        (folder / name).write_bytes(name.encode())
    (folder / "link").symlink_to(secret)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")

    places = find_places([str(folder)])

    assert [content for _, content, _ in read(folder)] == [b"a", b"b/x", b"c"]
    assert [Path(name).name for name in places.skipped] == ["link", "loop", "pipe"]
    assert places.n_bytes == 5


def test_a_link_that_was_named_is_followed(tmp_path):
    (tmp_path / "a").write_bytes(b"a\n")
    (tmp_path / "link").symlink_to(tmp_path / "a")

    assert read(tmp_path / "link")[0][1] == b"a\n"


def test_faults_of_sources_are_told_before_anything_is_read(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"a\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "more").mkdir()
    hostile = tmp_path / "x\x1b[31m"

    with pytest.raises(ListingError, match=r"x\\x1b\[31m: no such file or folder"):
        find_places([str(tmp_path / "a"), str(hostile)])
    with pytest.raises(ListingError, match="empty: is a folder without files"):
        find_places([str(tmp_path / "empty")])
    with pytest.raises(ListingError, match="standard input: can be read only once"):
        find_places(["-", "-"])
    with pytest.raises(ListingError, match="cannot be read: embedded null"):
        find_places(["a\0b"])

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", str(tmp_path / "a"))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ListingError, match="a: may not be read: permission denied"):
        find_places([str(tmp_path / "a")])


def test_a_file_that_fails_on_the_way_is_told():
    class Failing(io.BytesIO):
        def read1(self, n_bytes=-1):
            chunk = super().read1(n_bytes)
            if not chunk:
                raise OSError(5, "Input/output error")
            return chunk

    for listing in open_listings(["-"], stdin=Failing(b"a\nb")):
        assert b"".join(listing.chunks()) == b"a\nb"
        assert listing.problems == ["cannot be read further than byte 3: input/output error"]
        assert listing.raw.sha256 is None


@EACH
def test_unpacking_takes_no_memory(method):
    packed = PACK[method](b"\0" * 2**22)
    raw = RawFile(io.BytesIO(packed), "x")

    for chunk in unpack.unpack_one(raw, method):
        assert len(chunk) <= unpack.OUTPUT_BYTES


def test_errors_can_be_pickled():
    error = ListingError("a", "is encrypted", "after 3 bytes")

    assert str(pickle.loads(pickle.dumps(error))) == str(error) == "a: after 3 bytes: is encrypted"
