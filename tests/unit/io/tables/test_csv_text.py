"""CSV: what is read is what the standard library reads, and all else is refused."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blastradius.io.tables import csv_text
from blastradius.io.tables.csv_text import CsvError, scan_csv
from blastradius.io.tables.findings import Findings, Place
from blastradius.io.tables.folder import TableFile
from blastradius.io.tables.raw import read_raw

pieces = st.sampled_from(
    ['"', '""', ",", ";", "\t", "\n", "\r\n", "a", "'", "=", "é", " ", "|", "b"]
)
cells = st.sampled_from(["a", "", '"a,b"', '"x\ny"', '"say ""hi"""', "é", '""', " a ", '"\r\n"'])
ends = st.sampled_from(["\n", "\r\n", "\n\n", "\n\r\n"])
whole_rows = st.tuples(cells, cells, ends).map(lambda row: f"{row[0]},{row[1]}{row[2]}")
bodies = st.lists(pieces, max_size=14).map("".join) | st.lists(whole_rows, max_size=5).map("".join)


def ours(text):
    """Return rows and their lines, or None where the text is refused."""
    findings = Findings()
    file = TableFile("parties", Place("parties.csv", 1), ".csv", text.encode())
    raw = read_raw(file, findings)
    return None if raw is None else (raw.frame.rows(), raw.place.lines.tolist())


def theirs(text):
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, lines, before = [], [], 0
    for row in reader:
        if any(row):
            rows.append(tuple(cell or None for cell in row))
            lines.append(before + 1)
        before = reader.line_num
    return rows[1:], lines[1:]


@settings(max_examples=400)
@given(body=bodies, piece=st.sampled_from([3, 7, 2**24]))
def test_the_standard_library_agrees(body, piece):
    text = "id,name\n" + body
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_text, "_PIECE", piece)
        found = ours(text)
    if found is not None:
        rows, lines = found
        expected = theirs(text)
        assert [tuple(cell or None for cell in row) for row in rows] == expected[0]
        assert lines == expected[1]


@given(
    rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=4),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_whole_rows_are_read(rows, end):
    text = end.join(["id,name", *map(",".join, rows)])
    assert ours(text) is not None


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content):
    for suffix in (".csv", ".parquet"):
        findings = Findings()
        file = TableFile("parties", Place(f"parties{suffix}", 1), suffix, content)
        assert read_raw(file, findings) is not None or findings


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_what_spreadsheets_write(separator, mark):
    text = mark + f'id{separator}name\r\na{separator}"x{separator}y"\r\n'.encode()
    scanned = scan_csv(text)
    assert (scanned.separator, scanned.header, scanned.ragged) == (separator, ["id", "name"], [])


def test_places_of_faults_do_not_hang_on_the_pieces(monkeypatch):
    text = b'id,name\n"a\nb",c\n\nd,"e"x\n'
    for piece in range(1, 30):
        monkeypatch.setattr(csv_text, "_PIECE", piece)
        with pytest.raises(CsvError) as caught:
            scan_csv(text)
        assert (caught.value.line, caught.value.message[:11]) == (5, "text behind")
