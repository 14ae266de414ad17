import hashlib
import wave
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from dancers.beat import write_beat
from dancers.cast import Clip, clip_sets
from dancers.clip import render_clip
from dancers.scene import scene_of
from pipeline.clips.masks import MaskStore
from pipeline.clips.track import read_track
from pipeline.runtime.files import read_json
from pipeline.video.fit import fit_height
from pipeline.video.probe import probe
from pipeline.video.read import read_pictures

CLIP = Clip(person="kofi", motion="steps", room="loft", camera="far", seconds=0.4, width=96, height=128, sound=True)
COMMITTED = Path(__file__).parents[2] / "data/raw"


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def clip(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips") / "steps"
    render_clip(wheel, CLIP, folder, jobs=2)
    return folder


def test_a_clip_is_four_files_that_agree(clip):
    video, track = probe(clip / "video.mp4"), read_track(clip / "poses.parquet")
    masks = MaskStore(clip / "masks.parquet")
    pictures = list(read_pictures(video, fit_height(96, 128, 128)))
    assert len(pictures) == len(track) == len(masks) == 12
    assert (track.width, track.height, track.fps) == (96, 128, 30)
    np.testing.assert_allclose(track.times, [float(time) for time, _ in pictures], atol=1e-4)
    assert masks[0].shape == (128, 96)
    assert read_json(clip / "clip.json") == CLIP.model_dump() | {"fps": 30}
    assert not (clip / "camera.parquet").exists()


def test_where_a_hand_held_the_camera_lies_beside_the_clip(wheel, tmp_path):
    render_clip(wheel, CLIP.model_copy(update={"camera": "phone", "seconds": 0.2}), tmp_path, jobs=1)
    assert pq.read_table(tmp_path / "camera.parquet")["time"].to_pylist() == read_track(
        tmp_path / "poses.parquet").times.tolist()


def test_the_number_of_processes_does_not_change_a_byte(clip, wheel, tmp_path):
    render_clip(wheel, CLIP, tmp_path / "again", jobs=1)
    assert digests(tmp_path / "again") == digests(clip)


def test_the_beat_is_where_the_steps_are(tmp_path):
    write_beat(tmp_path / "beat.wav", 4.0, beat=0.5)
    with wave.open(str(tmp_path / "beat.wav")) as file:
        assert file.getnframes() == 4 * file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    loudness = np.abs(samples).reshape(40, -1).mean(axis=1)  # tenths of a second
    assert (loudness.reshape(8, 5).argmax(axis=1) == 0).all()


@pytest.mark.parametrize("name", list(clip_sets()["default"]))
def test_the_committed_clips_are_what_is_rendered_today(name, wheel):
    """A few frames of each, rendered anew: joints and masks are exact, the video is as near as its compression."""
    clip, folder = clip_sets()["default"][name], COMMITTED / name
    assert all(path.stat().st_size < 1_000_000 for path in folder.iterdir())
    assert read_json(folder / "clip.json") == clip.model_dump() | {"fps": 30}
    track, masks = read_track(folder / "poses.parquet"), MaskStore(folder / "masks.parquet")
    scene = scene_of(wheel, clip)
    pictures = read_pictures(probe(folder / "video.mp4"), fit_height(clip.width, clip.height, clip.height))
    for index, (time, picture) in enumerate(pictures):
        if index % 60 != 30:
            continue
        frame = scene.frame(float(time))
        np.testing.assert_allclose(frame.joints, track.joints[index], atol=2e-3)
        assert (frame.mask != masks[index]).mean() < 1e-4
        error = np.mean((frame.picture.astype(float) - picture) ** 2)
        assert 10 * np.log10(255**2 / error) > 33
