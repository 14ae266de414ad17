"""Running ffmpeg: whatever goes wrong beside the main thread reaches it, and nothing waits for ever."""

import os
import time

import numpy as np
import pytest

from pipeline.user.cli import UserError
from pipeline.video import process
from pipeline.video.process import FfmpegProcess, confined_input, run_ffmpeg


def copy_of(**options):
    return confined_input(**options)["V:0"].output("pipe:1", format="rawvideo", pix_fmt="gray")


def read_all(running: FfmpegProcess) -> tuple[int, list[str]]:
    picture = np.empty((96, 128), np.uint8)
    while running.read_into(picture):
        pass
    return running.finish()


def test_an_error_of_the_thread_that_reads_the_log_is_raised_by_the_one_that_waits(make):
    ends = []

    def fail(line: str) -> None:
        raise ZeroDivisionError(line)

    with (
        pytest.raises(ZeroDivisionError), open(make.pattern(), "rb") as file,
        FfmpegProcess(copy_of(), file, fail, lambda: ends.append("end")) as running,
    ):
        read_all(running)
    assert ends == ["end"]  # who waits for something in the log is told that there is no more


def test_an_ffmpeg_that_gets_nothing_and_says_nothing_is_ended_with_a_sentence(monkeypatch):
    monkeypatch.setattr(process, "SILENCE", 0.5)
    nothing, held = os.pipe()
    begin = time.monotonic()
    with (
        os.fdopen(nothing, "rb") as file, os.fdopen(held, "wb"),
        pytest.raises(UserError, match="ffmpeg has said nothing for 0.5 s and was ended"),
        FfmpegProcess(copy_of(), file) as running,
    ):
        read_all(running)
    assert time.monotonic() - begin < 20


def test_one_that_nobody_waits_for_may_be_silent(make, monkeypatch):
    monkeypatch.setattr(process, "SILENCE", 0.3)
    with open(make.pattern(), "rb") as file, FfmpegProcess(copy_of(), file) as running:
        time.sleep(1.2)  # its output is full, so it waits for us
        code, errors = read_all(running)
    assert (code, errors) == (0, [])


def test_a_program_that_ends_by_itself_is_collected_whole(make):
    result = run_ffmpeg(confined_input().output("pipe:1", format="framecrc", c="copy"), make.pattern())
    assert result.returncode == 0
    assert len([line for line in result.stdout.splitlines() if line[0] != "#"]) == 60
    assert "Input #0" in result.stderr
