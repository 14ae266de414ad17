"""The detector over a whole clip, in one process and in several, on real frames of the demo clip."""

import multiprocessing
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from contextlib import suppress
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from found_people import link_networks

from pipeline.clips import runs
from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.detection import detection
from pipeline.detection.detection import detect
from pipeline.detection.holistic import HolisticDetector
from pipeline.params import load_params
from pipeline.user.cli import UserError

LIMITS = load_params(Path(__file__).parents[2] / "params.yaml").keypoints


@pytest.fixture
def pictures(project) -> list[np.ndarray]:
    with av.open(str(project / "data/raw/target/video.mp4")) as file:
        return [frame.to_ndarray(format="rgb24") for frame in islice(file.decode(video=0), 0, 180, 15)]


@pytest.fixture
def store(pictures, tmp_path, monkeypatch) -> FrameStore:
    """12 frames, the first 9 of them one shot, in runs of at most 6 with a lead of 2: 0-3, 4-8 and 9-11."""
    monkeypatch.setattr(runs, "RUN", 6)
    monkeypatch.setattr(runs, "LEAD", 2)
    return stored(tmp_path / "target.parquet", pictures, cut=9)


def stored(path, pictures, cut) -> FrameStore:
    frames = [StoredFrame(picture, int(i >= cut), i / 30) for i, picture in enumerate(pictures)]
    write_frames(path, frames, 512, 512, Fraction(30))
    return FrameStore(path)


def with_cores(monkeypatch, cores):
    monkeypatch.setattr(detection, "WORTH", 1)
    monkeypatch.setattr(detection, "usable_cores", lambda: cores)


def as_array(found) -> np.ndarray:
    found = {one.frame: one.joints for one in found}
    assert sorted(found) == list(range(12))
    return np.stack([found[index] for index in range(12)])


def test_each_run_is_what_a_new_detector_finds_after_the_lead(store, monkeypatch):
    with_cores(monkeypatch, 1)
    joints = as_array(detect(store, LIMITS, "largest"))
    for lead, begin, end in ((0, 0, 4), (2, 4, 9), (9, 9, 12)):
        detector = HolisticDetector(0.5, 0.5)
        expected = [detector.detect(store.read(index)) for index in range(lead, end)]
        np.testing.assert_array_equal(joints[begin:end], expected[begin - lead :])


def test_several_processes_find_the_same(store, monkeypatch, capfd):
    with_cores(monkeypatch, 1)
    alone = as_array(detect(store, LIMITS, "largest"))
    with_cores(monkeypatch, 2)
    np.testing.assert_array_equal(as_array(detect(store, LIMITS, "largest")), alone)
    assert multiprocessing.active_children() == []
    assert capfd.readouterr() == ("", "")


def test_a_few_frames_are_not_worth_another_process(store, monkeypatch):
    monkeypatch.setattr(detection, "usable_cores", lambda: 2)
    found = detect(store, LIMITS, "largest")
    next(found)
    assert multiprocessing.active_children() == []
    found.close()


def test_a_process_that_is_killed_is_an_error(store, monkeypatch):
    with_cores(monkeypatch, 2)
    found = detect(store, LIMITS, "largest")
    next(found)
    killed, *_ = multiprocessing.active_children()
    os.kill(killed.pid, signal.SIGKILL)
    with pytest.raises(UserError, match=r"target.parquet ended before its work was done \(exit code -9;"):
        list(found)
    assert gone()


def test_what_a_process_raises_is_raised_here(store, monkeypatch):
    with_cores(monkeypatch, 2)
    monkeypatch.setattr(detection, "who_is_meant", lambda *arguments: None)  # it would be the first to read
    os.truncate(store.path, store.path.stat().st_size // 2)
    with pytest.raises(Exception) as caught:
        list(detect(store, LIMITS, "largest"))
    assert not isinstance(caught.value, UserError)  # its own error, not that a process has ended
    assert any("detect_run" in note for note in caught.value.__notes__)
    assert gone()


def test_who_stops_early_leaves_no_process(store, monkeypatch):
    with_cores(monkeypatch, 2)
    found = detect(store, LIMITS, "largest")
    next(found)
    found.close()
    assert gone()


def gone() -> bool:
    """All processes end within seconds."""
    deadline = time.monotonic() + 20
    while multiprocessing.active_children() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not multiprocessing.active_children()


STAGE = """
import signal
from pipeline import keypoints
from pipeline.user import cli
from pipeline.detection import detection
detection.usable_cores, detection.WORTH = lambda: 2, 1
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as in a terminal, even where tests run in the background
    cli.run(keypoints.main, "clip")
"""


def test_ctrl_c_ends_the_stage_and_its_processes(pictures, tmp_path, project):
    """The terminal signals all of them, in the middle of the work."""
    folder = tmp_path
    stored(folder / "data/frames/target.parquet", 20 * pictures, cut=120)
    (folder / "stage.py").write_text(STAGE)
    (folder / "params.yaml").write_bytes((project / "params.yaml").read_bytes())
    link_networks(folder)
    command = [sys.executable, "stage.py", "target"]
    terminal, its_end = pty.openpty()  # elsewhere there is no bar to see how far it is
    termios.tcsetwinsize(its_end, (24, 100))
    stage = subprocess.Popen(command, cwd=folder, stderr=its_end, stdout=subprocess.PIPE, start_new_session=True)
    os.close(its_end)
    said = b""
    while not re.search(rb"\| [1-9]\d*/240", said):
        said += os.read(terminal, 1000)
    os.killpg(stage.pid, signal.SIGINT)
    stage.communicate(timeout=60)  # the processes hold the pipe, too, as long as they live
    rest = b""
    with suppress(OSError):  # Linux's end of a terminal that nobody holds any more
        while more := os.read(terminal, 1000):
            rest += more
    os.close(terminal)
    assert stage.returncode == 130
    assert b"stopped; nothing half-written" in rest and b"Traceback" not in rest
    assert not (folder / "data/poses").exists()
