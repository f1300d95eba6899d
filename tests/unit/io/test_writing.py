import errno
import os
import stat
from pathlib import Path

import pytest

from blastradius.errors import OutputError
from blastradius.io import atomic, write_text


def problem(path, text="x"):
    with pytest.raises(OutputError) as caught:
        write_text(path, text)
    return str(caught.value)


def test_new_file(tmp_path):
    path = tmp_path / "out.txt"
    write_text(path, "Škoda\r\n")
    assert path.read_bytes() == "Škoda\r\n".encode()
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask
    assert list(tmp_path.iterdir()) == [path]


def test_an_existing_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "out.txt"
    path.write_text("old")
    path.chmod(0o640)
    write_text(str(path), "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_goes_on_pointing(tmp_path):
    (tmp_path / "target").write_text("old")
    link = tmp_path / "link"
    link.symlink_to("target")
    write_text(link, "new")
    assert link.is_symlink()
    assert (tmp_path / "target").read_text() == "new"


def test_a_device_is_written_not_replaced():
    write_text(os.devnull, "gone")
    assert not Path(os.devnull).is_file()


def test_places_that_cannot_be_written(tmp_path):
    assert problem(tmp_path) == f"cannot write {tmp_path}: is a folder"
    path = tmp_path / "no" / "out.txt"
    assert problem(path) == f"cannot write {path}: no such folder"
    assert problem("") == "cannot write : is a folder"
    assert problem("a\0b").startswith("cannot write a\\x00b: ")
    (tmp_path / "file").touch()
    assert problem(tmp_path / "file" / "out").endswith(": no such folder")
    assert problem(tmp_path / ("x" * 300)).endswith(": file name too long")


def test_read_only_file(tmp_path, monkeypatch):
    path = tmp_path / "out.txt"
    path.write_text("old")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everything
    assert problem(path) == f"cannot write {path}: the file is read-only"


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    path = tmp_path / "out.txt"
    path.write_text("old")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(atomic.os, "fsync", full)
    assert problem(path) == f"cannot write {path}: no space left on device"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_text_that_is_not_unicode(tmp_path):
    assert "surrogates not allowed" in problem(tmp_path / "out.txt", "\ud800")
    assert list(tmp_path.iterdir()) == []


def test_a_growing_file_has_its_name_at_the_end(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    with atomic.growing_text(path) as write:
        write("a\n")
        write("Škoda\n")
        assert path.read_text() == "old"
    assert path.read_text(encoding="utf-8") == "a\nŠkoda\n"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError("of the work"), OutputError("x")])
def test_a_growing_file_is_dropped_by_what_ends_the_work(tmp_path, error):
    path = tmp_path / "out.csv"

    def work():
        with atomic.growing_text(path) as write:
            write("a\n")
            raise error

    with pytest.raises(type(error)) as caught:
        work()
    assert caught.value is error
    assert list(tmp_path.iterdir()) == []


def test_a_growing_file_that_cannot_be_written(tmp_path, monkeypatch):
    with (
        pytest.raises(OutputError, match="no such folder"),
        atomic.growing_text(tmp_path / "no" / "out"),
    ):
        pass

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "out.csv"
    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(OutputError, match="no space left"), atomic.growing_text(path) as write:
        write("a")
    with pytest.raises(OutputError, match="surrogates"), atomic.growing_text(path) as write:
        write("\ud800")
    assert list(tmp_path.iterdir()) == []


def test_a_growing_device():
    with atomic.growing_text(os.devnull) as write:
        write("gone")
    assert not Path(os.devnull).is_file()
