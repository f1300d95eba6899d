"""Bytes to blocks of lines: the same whatever the pieces, encodings told apart, nothing too long."""

from __future__ import annotations

import itertools
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from blastradius.triage.block import BLOCK_BYTES, MAX_LINE
from blastradius.triage.decode import decode_line, normalise_lines
from blastradius.triage.lines import Layout, cut_long_lines, find_layout, line_blocks
from blastradius.triage.scan import is_utf8, line_feeds

GERMAN = "Lastenheft Türsteuergerät Größe Übersicht ÄNDERUNG Öl Maße weiß.pdf"
EUROPEAN = ("Spécification générale où ça naît.pdf", "Año nuevo, dirección única.pdf", GERMAN)


def text(chunks, block_bytes=BLOCK_BYTES):
    return b"".join(block.text for block in line_blocks(chunks, block_bytes)).decode()


def cut(content, places):
    places = [0, *sorted(places), len(content)]
    return [content[a:b] for a, b in itertools.pairwise(places)]


BYTES_OF_LISTINGS = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.sampled_from(
            [
                b"a",
                b"/",
                b"\n",
                b"\r\n",
                b"\r",
                b"\x00",
                b"\xff\xfe",
                b"\xef\xbb\xbf",
                b"\xe4",
                b"\x84",
                "ä\n".encode("utf-16-le"),
                "上".encode("utf-16-le"),
                b"a" * 40,
                b"a\x00b\x00\r\x00\n\x00",
            ]
        ),
        max_size=40,
    ).map(b"".join),
)


@given(BYTES_OF_LISTINGS, st.data(), st.sampled_from([2, 8, 16, 64]))
def test_any_split_gives_the_same_blocks(content, data, block_bytes):
    places = data.draw(st.lists(st.integers(0, len(content)), max_size=8))

    whole = list(line_blocks([content], block_bytes))

    assert list(line_blocks(cut(content, places), block_bytes)) == whole
    assert sum(block.n_bytes for block in whole) == len(content)
    for block in whole:
        assert block.text == b"" or block.text.endswith(b"\n")
        assert b"\r\n" not in block.text
        block.text.decode()


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0\ufeff")), max_size=20),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.sampled_from([64, 256, BLOCK_BYTES]),
)
def test_utf8_comes_through_as_it_is(lines, newline, has_bom, block_bytes):
    content = newline.join([*lines, ""]).encode("utf-8-sig" if has_bom else "utf-8")
    short = all(len(line.encode()) + 2 < block_bytes // 2 for line in lines)

    found = text([content], block_bytes)

    if short:
        assert found == "".join(f"{line}\n" for line in lines)


@given(
    st.lists(
        st.text(st.characters(codec="utf-16", exclude_characters="\n\r\0\ufeff")), max_size=20
    ),
    st.sampled_from(["utf-16-le", "utf-16-be"]),
    st.data(),
)
def test_utf16_with_a_mark_comes_through_whatever_the_script(lines, codec, data):
    content = "\ufeff" + "\r\n".join([*lines, ""])
    encoded = content.encode(codec)
    places = data.draw(st.lists(st.integers(0, len(encoded)), max_size=5))

    assert text(cut(encoded, places)) == "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "line", ["D:\\Kunden\\Größe.pdf", "D:\\客户\\上海\\图纸 V2.dwg", "│   ├───Übersicht"]
)
def test_utf16_without_a_mark_is_recognised(codec, line):
    assert text([f"{line}\r\n".encode(codec) * 3]) == f"{line}\n" * 3


def test_utf16_appended_to_other_lines_is_repaired():
    """As PowerShell does when it appends to a file that another program began."""
    content = (
        b"D:\\a.pdf\r\n" + "D:\\Größe €.pdf\r\n\r\nD:\\b\r\n".encode("utf-16-le") + b"D:\\c\r\n"
    )
    content += "\ufeffD:\\d\r\n".encode("utf-16-le")

    assert text([content]) == "D:\\a.pdf\nD:\\Größe €.pdf\n\nD:\\b\nD:\\c\nD:\\d\n"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_other_lines_appended_to_utf16_are_found(codec):
    """As the command line does when it appends to a file that PowerShell began."""
    narrow = b"D:\\Kunden\\" + b"x" * 80 + b".pdf\r\n" + "D:\\Größe.pdf\r\n".encode("cp850")
    content = "\ufeffD:\\Größe.pdf\r\n".encode(codec) * 3 + narrow

    assert (
        text([content])
        == "D:\\Größe.pdf\n" * 3 + "D:\\Kunden\\" + "x" * 80 + ".pdf\nD:\\Größe.pdf\n"
    )


def test_paths_ended_by_zeros_are_lines():
    assert text([b"./a b\0./c\0"]) == "./a b\n./c\n"
    assert find_layout(b"./a b\0./c\0") is Layout.ZEROS


def test_zeros_that_mean_nothing_do_no_harm():
    assert text([b"a\0b/c.pdf\nd\n"]) == "a\0b/c.pdf\nd\n"
    assert text([b"\0" * 100]).strip("\0\n") == ""


def test_nothing_at_all_is_no_block():
    assert list(line_blocks([])) == list(line_blocks([b"", b""])) == []


@pytest.mark.parametrize("line", EUROPEAN)
@pytest.mark.parametrize("codec", ["utf-8", "cp1252", "cp850"])
def test_encodings_are_told_apart(line, codec):
    assert decode_line(line.encode(codec)) == line
    assert normalise_lines(f"a\n{line}\nb\n".encode(codec)).decode() == f"a\n{line}\nb\n"


@pytest.mark.parametrize("word", sorted(set(" ".join(EUROPEAN).replace(",", "").split())))
@pytest.mark.parametrize("codec", ["cp1252", "cp850"])
def test_one_word_is_enough(word, codec):
    assert decode_line(f"D:\\{word}".encode(codec)) == f"D:\\{word}"


def test_one_line_may_mix_encodings():
    mixed = "Größe/".encode() + "Größe/".encode("cp1252")

    assert decode_line(mixed) == "Größe/Größe/"
    assert normalise_lines(mixed + b"\n").decode() == "Größe/Größe/\n"


@given(st.binary(max_size=80))
@example("\ud800".encode("utf-8", "surrogatepass"))
@example(b"\xed\xa0\x80\xed\xb0\x80")
@example(b"\xf4\x90\x80\x80")
@example(bytes(range(256)))
def test_any_bytes_decode(content):
    line = content.replace(b"\n", b"")

    decoded = decode_line(line)

    decoded.encode()  # no lone surrogates
    assert normalise_lines(line + b"\n").decode() == decoded + "\n"


@given(st.text(st.characters(codec="utf-8")))
def test_valid_utf8_is_never_changed(line):
    assert decode_line(line.encode()) == line
    assert normalise_lines(line.encode()) == line.encode()


def test_long_lines_are_cut_and_counted():
    (block,) = line_blocks([b"a\n" + b"b" * (MAX_LINE + 1) + b"\r\n" + b"c" * MAX_LINE + b"\r\nd"])

    assert block.text == b"a\n" + b"b" * MAX_LINE + b"\n" + b"c" * MAX_LINE + b"\nd\n"
    assert block.n_cut == 1


def test_lines_are_not_cut_within_a_character():
    line = "x" * (MAX_LINE - 1) + "€"

    assert cut_long_lines(f"{line}\n".encode()) == (b"x" * (MAX_LINE - 1) + b"\n", 1)
    assert text([line.encode("utf-16")]) == "x" * (MAX_LINE - 1) + "\n"


@pytest.mark.parametrize("codec", ["ascii", "utf-16"])
def test_a_line_of_gigabytes_takes_no_memory(codec):
    n_chunks, size = 1_100, 2**20
    chunk = ("x" * size).encode(codec)[-size:]

    def chunks():
        yield "D:\\first\n".encode(codec)
        for _ in range(n_chunks):
            yield chunk
        yield "\nD:\\last\n".encode(codec)[-18 if codec == "utf-16" else 0 :]

    tracemalloc.start()
    blocks = list(line_blocks(chunks()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    lines = b"".join(block.text for block in blocks).split(b"\n")
    assert [len(line) for line in lines] == [8, MAX_LINE, 7, 0]
    assert sum(block.n_cut for block in blocks) == 1
    assert sum(block.n_bytes for block in blocks) > n_chunks * size
    assert peak < 8 * BLOCK_BYTES


def test_a_file_of_carriage_returns_does_not_take_long():
    content = b"\r" * 3 * 2**20 + b"\na\r\r\n"

    assert text([content]).endswith("\na\n")


# Odd ones: overlong, surrogates, beyond Unicode, cut off; and runs of ASCII around eight bytes.
CHARACTERS = st.sampled_from(
    [
        b"a",
        b"abcdefg",
        b"abcdefgh",
        "é".encode(),
        "蔚".encode(),
        "🚗".encode(),
        b"\xc0\x80",
        b"\xe0\x80\x80",
        b"\xed\xa0\x80",
        b"\xf0\x80\x80\x80",
        b"\xf4\x90\x80\x80",
        b"\xed\x9f\xbf",
        b"\xee\x80\x80",
        b"\xf4\x8f\xbf\xbf",
        b"\xe8\x94",
        b"\xf0\x9f",
        b"\x80",
        b"\xff",
    ]
)


@given(st.one_of(st.binary(max_size=40), st.lists(CHARACTERS, max_size=8).map(b"".join)))
@settings(deadline=None, max_examples=500)
def test_utf8_is_what_python_decodes(raw):
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        valid = False
    else:
        valid = True
    assert is_utf8(raw) == valid


@given(
    st.lists(st.sampled_from([b"\n", b"\x0b", b"\x09", b"\x8a", b"a", b"abcdefgh"])).map(b"".join)
)
@settings(deadline=None, max_examples=300)
def test_line_feeds_are_found_wherever_they_are(raw):
    assert line_feeds(raw).tolist() == [place for place, byte in enumerate(raw) if byte == 0x0A]


def test_many_line_feeds():
    assert line_feeds(b"\n" * 1_000).tolist() == list(range(1_000))
