"""The decode stage as a user runs it, in a folder with params.yaml and videos."""

import hashlib
import json
import re
import subprocess
import sys
from fractions import Fraction

import imageio_ffmpeg
import numpy as np
import pytest
from ruamel.yaml import YAML

from pipeline import decode
from pipeline.clips.store import FrameStore
from pipeline.user.cli import UserError

H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
TONE = ["-f", "lavfi", "-i", "sine=duration=1"]


def pattern(size="128x72", rate="30", duration=1):
    return ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={duration}"]


def ffmpeg(*arguments):
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments)], check=True)


@pytest.fixture
def workspace(tmp_path, monkeypatch, default_params):
    """A project's folder of its own with small store frames; ``set(key=value)`` changes `decode`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/raw").mkdir(parents=True)
    default_params["target"] = {"video": "data/raw/target.mp4"}
    default_params["sources"] = {"dancer": {"video": "data/raw/dancer.mp4"}}
    default_params["decode"].update(height=96, fps=None)

    class Workspace:
        raw = tmp_path / "data/raw"
        frames = tmp_path / "data/frames"

        def set(self, **values):
            default_params["decode"].update(values)
            YAML(typ="safe").dump(default_params, tmp_path / "params.yaml")

        def run(self, clip):
            command = [sys.executable, "-m", "pipeline.decode", clip]
            return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

        def summary(self, clip):
            return json.loads((self.frames / f"{clip}.json").read_text())

    workspace = Workspace()
    workspace.set()
    return workspace


def test_a_target_from_the_command_line(workspace):
    video = workspace.raw / "target.mp4"
    ffmpeg(*pattern(rate="997/40"), *TONE, *H264, video)
    result = workspace.run("target")
    assert result.returncode == 0, result.stderr
    last = result.stdout.strip().splitlines()[-1]
    assert "data/frames/target.parquet: 25 frames of 170x96 px" in last and "data/frames/target.json" in last
    assert ": 25 frames, " in result.stderr  # how fast it was

    summary = workspace.summary("target")
    assert list(summary) == ["video", "sha256", "width", "height", "fps", "frames", "start", "original_width",
                             "original_height", "to_original", "sound"]
    store = FrameStore(workspace.frames / "target.parquet")
    assert (store.width, store.height, len(store)) == (170, 96, 25)
    assert store.fps == Fraction(summary["fps"]) == Fraction(997, 40)
    assert summary["frames"] == 25 and summary["sound"] and summary["start"] == 0
    assert summary["sha256"] == hashlib.sha256(video.read_bytes()).hexdigest()
    assert summary["video"] == "data/raw/target.mp4"
    np.testing.assert_allclose(np.array(summary["to_original"]) @ [85, 48, 1], [64, 36])
    assert len(store.pairs()) == 24
    assert sorted(path.name for path in workspace.frames.iterdir()) == ["target.json", "target.parquet"]


def test_a_source_keeps_its_shape(workspace):
    ffmpeg(*pattern("200x100"), *H264, workspace.raw / "dancer.mp4")
    decode.main("dancer")
    summary = workspace.summary("dancer")
    assert (summary["width"], summary["height"]) == (192, 96)
    assert (summary["original_width"], summary["original_height"]) == (200, 100)
    assert not summary["sound"]


@pytest.mark.parametrize("clip", ["dancer", "target"])
def test_sound_that_ffmpeg_cannot_read_is_told_before_anybody_trains(workspace, clip, capsys):
    """As in videos of new phones: a codec that it has not got. The name of an ordinary one is overwritten."""
    video = workspace.raw / f"{clip}.mp4"
    ffmpeg(*pattern(), *TONE, *H264, "-c:a", "aac", video)
    content = video.read_bytes()
    assert content.count(b"mp4a") == 1
    video.write_bytes(content.replace(b"mp4a", b"apac").replace(b"esds", b"free"))  # and what says so once more
    decode.main(clip)
    assert not workspace.summary(clip)["sound"]
    told = re.search(r"warning: the sound of data/raw/dancer.mp4 cannot be read "
                     r"\(.*apac.*\), so the result will be silent", capsys.readouterr().err)
    assert bool(told) == (clip == "dancer")  # nobody hears the target


def test_what_a_phone_or_an_old_camera_does_to_a_video_is_told(workspace, capsys):
    def warnings_of(*arguments):
        ffmpeg(*arguments, *H264, workspace.raw / "dancer.mp4")
        decode.main("dancer")
        return [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning")]

    source = pattern(rate="30")
    assert warnings_of(*source) == []
    (told,) = warnings_of(*source, "-vf", "select=lt(n\\,15)+not(mod(n\\,3))", "-fps_mode", "vfr")
    assert re.search(r"8 of 28 frames of data/raw/dancer.mp4 repeat the one before: between 0\.5 and 0\.9 s", told)
    (told,) = warnings_of(*source, "-vf", "tinterlace=interleave_top,fieldorder=tff", "-flags", "+ilme+ildct")
    assert "is interlaced: its pictures were deinterlaced" in told
    (told,) = warnings_of(*pattern("64x48"), *source, "-map", "0", "-map", "1")
    assert "has 2 tracks of pictures: the largest, of 128x72 px, is used" in told
    assert workspace.summary("dancer")["original_width"] == 128


def test_a_part_of_a_video(workspace, default_params):
    ffmpeg(*pattern(duration=3), *H264, workspace.raw / "dancer.mp4")
    default_params["sources"]["dancer"] |= {"start": 1.0, "end": 2.5}
    workspace.set()
    decode.main("dancer")
    summary, store = workspace.summary("dancer"), FrameStore(workspace.frames / "dancer.parquet")
    assert (summary["frames"], summary["start"]) == (45, 1.0)  # from where the sound is taken, too
    np.testing.assert_allclose(store.source_times, 1 + np.arange(45) / 30, atol=1e-3)
    assert len(store.pairs()) == 44


def test_a_tilted_video_is_decoded_and_told(workspace, capsys):
    ffmpeg(*pattern(), *H264, workspace.raw / "flat.mp4")
    ffmpeg("-display_rotation", "10", "-i", workspace.raw / "flat.mp4", "-c", "copy", workspace.raw / "target.mp4")
    decode.main("target")
    assert workspace.summary("target")["frames"] == 30
    assert "target.mp4 asks to be turned by 10 degrees, which was done" in capsys.readouterr().err


@pytest.mark.parametrize(("size", "stored"), [
    ("128x72", (128, 72)), ("72x128", (72, 128)), ("111x95", (112, 96)), ("2400x100", (1920, 80)),
])  # fmt: skip
def test_without_a_height_a_video_keeps_its_own_size_to_a_limit(workspace, size, stored):
    """All of the white picture is there, and nothing else: no black is added."""
    workspace.set(height=None)
    white = ["-f", "lavfi", "-i", f"color=white:size={size}:rate=10:duration=1,format=yuv444p"]
    ffmpeg(*white, "-c:v", "libx264", workspace.raw / "target.mp4")
    decode.main("target")
    frame = FrameStore(workspace.frames / "target.parquet").read(3)
    assert frame.shape[1::-1] == stored
    assert frame.min() > 245


def test_the_same_video_makes_the_same_bytes(workspace):
    ffmpeg(*pattern(), *H264, workspace.raw / "target.mp4")
    contents = []
    for _ in range(2):
        decode.main("target")
        contents.append([path.read_bytes() for path in sorted(workspace.frames.iterdir())])
    assert contents[0] == contents[1]


@pytest.mark.parametrize("rate, fps, frames", [(60, 30.0, 30), (30, 15.0, 15), (30, 29.97, 30)])
def test_another_rate(workspace, rate, fps, frames):
    workspace.set(fps=fps)
    ffmpeg(*pattern(rate=rate), *H264, workspace.raw / "target.mp4")
    decode.main("target")
    store = FrameStore(workspace.frames / "target.parquet")
    assert float(store.fps) == fps and len(store) == frames and len(store.pairs()) == frames - 1
    assert np.abs(store.source_times - store.times).max() <= 0.5 / rate + 1e-9


def test_a_rate_above_the_videos_own_repeats_pictures_and_says_so(workspace, capsys):
    workspace.set(fps=60.0)
    ffmpeg(*pattern(rate=24), *H264, workspace.raw / "target.mp4")
    decode.main("target")
    store = FrameStore(workspace.frames / "target.parquet")
    assert len(store) == 60 and len(np.unique(store.source_times)) == 24 and len(store.pairs()) == 0
    assert "repeat the one before: it has 24 frames/s, so set decode.fps to null" in capsys.readouterr().err


def test_a_variable_rate_and_a_cut(workspace):
    """Pictures 10 and 11 of 30 are dropped, and the scene changes at 20."""
    first = ["-f", "lavfi", "-i", "testsrc2=size=128x72:rate=30,trim=end_frame=20"]
    second = ["-f", "lavfi", "-i", "mandelbrot=size=128x72:rate=30,trim=end_frame=10"]
    graph = "[0][1]concat=n=2,select='not(between(n,10,11))'"
    ffmpeg(*first, *second, "-filter_complex", graph, "-fps_mode", "vfr", "-enc_time_base", "1/30", *H264,
           workspace.raw / "target.mp4")
    workspace.set(fps=30.0)
    decode.main("target")
    store = FrameStore(workspace.frames / "target.parquet")
    assert len(store) == 30 and (np.flatnonzero(np.diff(store.shots)) + 1).tolist() == [20]
    # 9 or 12 stands in for each of the two missing ones; the way from 9 to 12 is no single step.
    assert set(range(1, 30)) - set(store.pairs().tolist()) == {10, 11, 12, 20}


def test_a_video_that_starts_after_its_sound(workspace):
    both = ["-map", "0", "-map", "1"]
    ffmpeg(*TONE, "-itsoffset", "0.5", *pattern(), *both, *H264, workspace.raw / "target.mp4")
    decode.main("target")
    assert workspace.summary("target")["start"] == pytest.approx(0.5, abs=0.03)
    assert FrameStore(workspace.frames / "target.parquet").times[0] == 0


def test_hdr_is_announced(workspace, capsys):
    tags = "setparams=color_trc=smpte2084:color_primaries=bt2020:colorspace=bt2020nc"
    lossless = ["-c:v", "ffv1", "-pix_fmt", "yuv420p10"]
    ffmpeg(*pattern(duration=0.2), "-vf", tags, *lossless, workspace.raw / "target.mkv")
    (workspace.raw / "target.mkv").rename(workspace.raw / "target.mp4")
    decode.main("target")
    assert "warning: data/raw/target.mp4 is HDR" in capsys.readouterr().err


def cut_short(path):
    ffmpeg(*pattern(duration=2), *H264, "-movflags", "+faststart", path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


BAD_INPUT = {
    "missing": (lambda path: None, "is missing.*committed to git.*dvc add"),
    "empty": (lambda path: path.write_bytes(b""), "is empty"),
    "text": (lambda path: path.write_text("a letter\n"), "is not a video that ffmpeg can read"),
    "sound only": (lambda path: ffmpeg(*TONE, "-c:a", "aac", path), "has no pictures"),
    "cut short": (cut_short, "is cut short or damaged"),
    "one picture": (lambda path: ffmpeg(*pattern(), *H264, "-frames:v", 1, path), "has 1 picture"),
}


@pytest.mark.parametrize("kind", BAD_INPUT)
def test_bad_input_is_one_sentence_and_leaves_nothing(workspace, kind):
    prepare, message = BAD_INPUT[kind]
    prepare(workspace.raw / "target.mp4")
    result = workspace.run("target")
    assert result.returncode == 1 and result.stdout == ""
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("error: data/raw/target.mp4 ")
    assert re.search(message, line)
    assert not workspace.frames.exists()


def test_a_rate_that_leaves_no_pair_is_refused(workspace):
    workspace.set(fps=1.0)
    ffmpeg(*pattern(), *H264, workspace.raw / "target.mp4")
    with pytest.raises(UserError, match="gives 1 frame.*at 1 frames/s.*raise decode.fps"):
        decode.main("target")
    assert not workspace.frames.exists()


def test_a_video_that_stops_decoding_keeps_the_old_store(workspace):
    video = workspace.raw / "target.mp4"
    ffmpeg(*pattern(), *H264, video)
    decode.main("target")
    before = {path.name: path.read_bytes() for path in workspace.frames.iterdir()}
    content = bytearray(video.read_bytes())
    start = content.index(b"mdat") + 8
    content[start + 3000 : start + 60_000] = bytes(len(content[start + 3000 : start + 60_000]))
    video.write_bytes(content)
    with pytest.raises(UserError):
        decode.main("target")
    assert {path.name: path.read_bytes() for path in workspace.frames.iterdir()} == before


def test_an_unknown_clip(workspace):
    result = workspace.run("nobody")
    assert result.returncode == 1 and "names no clip 'nobody'" in result.stderr
