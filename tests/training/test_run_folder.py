"""A run's folder: where it lies, one process at a time, kept until long after it has finished."""

import os
import subprocess
import sys

import pytest

from pipeline.training.run_folder import cache_folder, finish, run_folder
from pipeline.user.cli import UserError

HOLD = """
import os, sys
from pipeline.training.run_folder import run_folder
with run_folder("run"):
    if os.fork() == 0:  # as loader processes are
        sys.stdin.read()
        os._exit(0)
    print("here", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("EVERYBODY_DANCE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def holder(cache):
    """Another process in the folder of the run, with a child that lives until the test is over."""
    process = subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().strip() == "here"
    yield process
    process.kill()
    process.communicate()


def test_the_users_cache_unless_the_environment_says_otherwise(monkeypatch, tmp_path):
    monkeypatch.delenv("EVERYBODY_DANCE_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache/everybody-dance-now"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert cache_folder() == tmp_path / "caches/everybody-dance-now"
    monkeypatch.setenv("EVERYBODY_DANCE_CACHE", "~/mine")
    assert cache_folder() == tmp_path / "mine"
    monkeypatch.setenv("EVERYBODY_DANCE_CACHE", "here")
    with pytest.raises(UserError, match="EVERYBODY_DANCE_CACHE is 'here'; allowed: an absolute path"):
        cache_folder()


def test_kept_by_failure_and_without_what_was_half_written(cache):
    with pytest.raises(ZeroDivisionError), run_folder("run") as folder:
        (folder / "checkpoint").touch()
        (folder / ".unfinished/1").mkdir(parents=True)
        (folder / ".unfinished/1/crops.npy").touch()
        1 / 0  # noqa: B018
    with pytest.raises(ZeroDivisionError), run_folder("another"):
        1 / 0  # noqa: B018
    assert [path.name for path in cache.iterdir()] == ["run"]
    with run_folder("run") as folder:
        assert sorted(path.name for path in folder.iterdir()) == ["checkpoint", "lock"]


def test_a_finished_run_goes_when_another_training_begins_long_after_it(cache):
    for name in ("finished", "just finished", "given up"):
        with run_folder(name) as folder:
            (folder / "checkpoint").touch()
            if name != "given up":
                finish(folder)
    for name in ("finished", "given up"):
        for file in (cache / name).iterdir():
            os.utime(file, (0, 0))
    with run_folder("finished") as folder:  # its outputs were lost: whoever takes it finds what is in there
        assert (folder / "checkpoint").is_file()
    with run_folder("another"):
        assert {path.name for path in cache.iterdir()} == {"just finished", "given up", "another"}


def test_a_finished_run_that_another_process_has_taken_again_stays(cache, holder):
    (cache / "run/finished").touch()
    os.utime(cache / "run/finished", (0, 0))
    with run_folder("another"):
        assert (cache / "run/finished").is_file()


def test_two_at_once_are_refused_in_one_sentence(holder):
    with pytest.raises(UserError, match=f"process {holder.pid} on .* is already training exactly this") as caught, \
            run_folder("run"):
        pass
    assert "\n" not in str(caught.value)
    with run_folder("another"):
        pass


def test_a_killed_process_holds_nothing_though_its_child_lives(holder):
    holder.kill()
    holder.wait()
    with run_folder("run"):
        pass


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("EVERYBODY_DANCE_CACHE", str(tmp_path / "file"))
    with pytest.raises(UserError, match="cannot be made .*set EVERYBODY_DANCE_CACHE"), run_folder("run"):
        pass
