"""Lists of paths that name folders before what is in them, as ``find`` writes."""

from __future__ import annotations

import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastradius.errors import ListingError
from blastradius.triage import reading as reading_module
from blastradius.triage.formats.plain import PlainParser
from blastradius.triage.lines import Lines, line_blocks
from blastradius.triage.reading import Reading, read_blocks

NAMES = st.sampled_from(["a", "b", "ab", "ä", ""])
SLASHES = st.sampled_from("/\\")
PATHS = st.builds(lambda names, slash: slash.join(names), st.lists(NAMES, max_size=3), SLASHES)


@st.composite
def listings(draw):
    """Draw lines of which many are below the one before, or look so but for their first letter."""
    # A first line that is a file for sure: a list that begins with folders may hold nothing else.
    lines = ["first"]
    for path, slash, kind in draw(
        st.lists(st.tuples(PATHS, SLASHES, st.sampled_from(["any", "below", "like"])), max_size=20)
    ):
        below = f"{lines[-1]}{slash}{path}"
        lines.append({"any": path, "below": below, "like": f"z{below[1:]}"}[kind])
    return lines


def read(blocks):
    """Return the paths that are no folders, and the counts."""
    parser = PlainParser()
    pairs = itertools.pairwise([*blocks, b""])
    found = [block for lines, following in pairs for block in parser.parse(lines, following)]
    found += list(parser.finish())
    assert sum(block.n_bytes for block in found) == sum(map(len, blocks))
    counts = parser.counts
    paths = b"".join(block.paths for block in found).decode().split("\n")[:-1]
    assert counts.paths == len(paths)
    assert counts.lines == counts.paths + counts.folders + counts.other
    return paths, (counts.lines, counts.paths, counts.folders, counts.other)


def joined(lines):
    return "".join(f"{line}\n" for line in lines).encode()


def expected(lines):
    """Return the paths of files as the definition has them, line by line."""
    folders = [
        line.endswith(("/", "\\"))
        or (line != "" and following.startswith((f"{line}/", f"{line}\\")))
        for line, following in itertools.pairwise([*lines, ""])
    ]
    return [line for line, is_one in zip(lines, folders, strict=True) if line and not is_one]


@given(listings(), st.sets(st.integers(1, 20)))
def test_folders_are_those_of_the_definition_wherever_blocks_end(lines, borders):
    places = [0, *sorted(b for b in borders if b < len(lines)), len(lines)]
    blocks = [joined(lines[a:b]) for a, b in itertools.pairwise(places)]

    assert read(blocks)[0] == expected(lines)
    assert read(blocks) == read([joined(lines)])


def test_blocks_of_a_file_may_end_anywhere(monkeypatch, tmp_path):
    lines = ["first"]
    for k in range(40):
        lines += [f"a{k}", f"a{k}/b", f"a{k}/b/c{k}.pdf", f"a{k}.pdf"]
    path = tmp_path / "listing.txt"
    path.write_bytes(joined(lines))
    for block_bytes in range(16, 80, 2):
        monkeypatch.setattr(line_blocks, "__defaults__", (block_bytes,))
        reading = Reading()
        found = b"".join(block.paths for block in read_blocks([str(path)], reading=reading))
        assert found == joined(expected(lines))
        counts = reading.inputs[0].counts
        assert (counts.lines, counts.paths, counts.folders) == (161, 81, 80)


def test_what_was_read_before_a_fault_is_not_lost(monkeypatch):
    def broken(_):
        yield Lines(b"a\n", 2, 0)
        yield Lines(b"b\n", 2, 0)
        raise ListingError("x", "is broken")

    monkeypatch.setattr(reading_module, "line_blocks", broken)
    blocks = read_blocks(["-"], stdin=io.BytesIO(b"a\n"))
    assert [next(blocks).paths, next(blocks).paths] == [b"a\n", b"b\n"]
    with pytest.raises(ListingError, match="is broken"):
        next(blocks)


@pytest.mark.parametrize("slash", ["/", "\\"])
def test_a_folder_at_the_end_of_a_block_is_one(slash):
    paths, counts = read([b"x\na\n", f"a{slash}b\n".encode()])
    assert (paths, counts) == (["x", f"a{slash}b"], (3, 2, 1, 0))


def test_only_the_line_that_follows_makes_a_folder():
    assert read([b"x\na\n", b"ab\n", b"a/b\n"])[0] == ["x", "a", "ab", "a/b"]
    assert read([b"x\na\n", b"\n", b"a/b\n"])[0] == ["x", "a", "a/b"]


def test_the_last_line_of_a_listing_is_no_folder():
    assert read([b"a\na/b\n"])[0] == ["a/b"]
    assert read([b"a\n"])[0] == ["a"]
    assert read([])[0] == []


def test_a_path_before_one_of_like_beginning_is_no_folder():
    assert read([b"a/b\na/bc\na/b.d/e\na/b /f\n"])[0] == ["a/b", "a/bc", "a/b.d/e", "a/b /f"]
    assert read([b"x/b\ny/b/c\n"])[0] == ["x/b", "y/b/c"]


def test_nothing_but_folders_is_what_a_list_names():
    assert read([b"a/\na/b/\n", b"c/\n"])[0] == ["a/", "a/b/", "c/"]
    # One line that is none makes folders of the others, also where it is one by what follows.
    assert read([b"a\na/b/\n"]) == read([b"a\n", b"a/b/\n"]) == ([], (2, 0, 2, 0))
