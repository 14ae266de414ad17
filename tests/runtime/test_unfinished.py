"""Unfinished files: one place beside nothing, moved from there, swept when their process is no more."""

import os
import signal
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path

import pytest

from pipeline.runtime.files import atomic, copy_folder
from pipeline.runtime.unfinished import PLACE, sweep, unfinished

WRITER = """
import sys, time
from pathlib import Path
from pipeline.runtime.files import atomic
with atomic(Path("data/frames/target.parquet")) as partial:
    partial.write_text("half of a clip")
    print("here", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def writer(project):
    """Another process in the middle of writing a file."""
    process = subprocess.Popen([sys.executable, "-c", WRITER], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().strip() == "here"
    yield process
    process.kill()
    process.communicate()


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name != "lock")


def test_nothing_unfinished_lies_where_stages_look(project, writer):
    assert files(project / "data") == []
    (left,) = files(project)
    assert left.startswith(f"{PLACE}/") and left.endswith("/target.parquet")


def test_what_a_killed_process_left_is_gone_after_the_next_file_of_anybody(project, writer):
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert len(files(project)) == 1
    with atomic(project / "reports/index.html") as partial:
        partial.write_text("page")
    assert files(project) == ["reports/index.html"]
    assert not (project / PLACE).exists()


def test_what_a_living_process_writes_stays(project, writer):
    with atomic(project / "reports/index.html") as partial:
        partial.write_text("page")
    sweep(project)
    assert len(files(project)) == 2


def test_two_files_of_one_process_at_a_time(project):
    with atomic(Path("reports/a.mp4")) as a, atomic(Path("reports/b.mp4")) as b:
        a.write_text("a")
        b.write_text("b")
        assert a.parent != b.parent and a.suffix == b.suffix == ".mp4"
    assert files(project) == ["reports/a.mp4", "reports/b.mp4"]


def test_a_folder_outside_the_project_has_its_own_place(project, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("cache")
    with unfinished(elsewhere) as folder:
        assert folder.parent == elsewhere / PLACE
    assert list(elsewhere.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
@pytest.mark.parametrize("kind", ["another file system", "the same one, mounted a second time"])
def test_a_folder_that_is_mounted_has_its_own_place(project, kind):
    frames = project / "data/frames"
    for folder in (frames, project / "disk"):
        folder.mkdir(parents=True)
    what = ["-t", "tmpfs", "tmpfs"] if kind == "another file system" else ["--bind", str(project / "disk")]
    if subprocess.run(["mount", *what, str(project / "data")], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        with atomic(frames / "target.parquet") as partial:
            partial.write_text("frames")
            assert partial.parents[1] == project / "data" / PLACE
        assert (frames / "target.parquet").read_text() == "frames"
    finally:
        subprocess.run(["umount", str(project / "data")], check=True)


def test_a_linked_folder_has_a_place_from_which_files_can_be_moved(project, tmp_path_factory):
    (project / "data").symlink_to(tmp_path_factory.mktemp("big"))
    with atomic(Path("data/frames/target.parquet")) as partial:
        partial.write_text("frames")
    assert (project / "data/frames/target.parquet").read_text() == "frames"


def write_many(number: int) -> None:
    for turn in range(60):
        with atomic(Path(f"out/{number}.txt")) as partial:
            partial.write_text(f"{turn}")


def test_processes_that_write_at_once_do_not_sweep_each_other(project):
    workers = [get_context("spawn").Process(target=write_many, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert files(project) == [f"out/{number}.txt" for number in range(4)]
    assert not (project / PLACE).exists()


def test_a_copied_folder_is_whole_and_takes_the_old_ones_place(project):
    for name, text in (("old", "1"), ("new", "2")):
        (project / name / "plots").mkdir(parents=True)
        (project / name / "plots" / f"{name}.tsv").write_text(text)
        copy_folder(project / name, Path("reports/train_body"))
    assert files(project / "reports") == ["train_body/plots/new.tsv"]
    assert files(project / "new") == ["plots/new.tsv"]
