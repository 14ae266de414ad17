import numpy as np
import pytest

from pipeline.clips.store import StoredFrame, write_frames
from pipeline.clips.track import PoseTrack
from pipeline.foresight.facts import clip_facts, dance_facts, scene_facts
from pipeline.params import Split
from pipeline.runtime.files import write_json
from tests.people import person
from tests.still import still_clip

SIZE, FRAMES, FPS = 160, 60, 30
SPLIT = Split(holdout=0.2, gap=2)


@pytest.fixture
def clip(tmp_path, monkeypatch):
    """Makes a clip of a person of grey 60 before a background of grey 128, a stripe of which may flicker."""
    monkeypatch.chdir(tmp_path)

    def make(stripe=0):
        pictures = []
        for t in range(FRAMES):
            picture = np.full((SIZE, SIZE, 3), 128, np.uint8)
            picture[20:122, 20:108] = 60
            picture[: stripe] = 250 if t % 2 else 10
            pictures.append(StoredFrame(picture, 0, t / FPS))
        write_frames(tmp_path / "frames.parquet", iter(pictures), SIZE, SIZE, FPS)
        return still_clip(tmp_path / "frames.parquet")

    joints = np.stack([person(raised=t) for t in range(FRAMES)])
    write_json(tmp_path / "data/poses/tango.json", {"coverage": {"body": 1.0}, "crowded": 3})
    write_json(tmp_path / "data/normalized/tango.json", {"outside": 1.0, "warnings": ["w"]})
    write_json(tmp_path / "data/background/summary.json", {"model": "still", "drift": 0.5})
    return make, PoseTrack(joints, np.arange(FRAMES) / FPS, FPS, SIZE, SIZE, "d")


def test_a_clip(clip):
    make, track = clip
    facts = clip_facts("tango", make().store, track)
    assert (facts.seconds, facts.frames, facts.shots, facts.crowded, facts.width) == (2.0, FRAMES, 1, 3, SIZE)
    assert facts.tall == pytest.approx(100, rel=0.1)
    assert facts.light == pytest.approx(60, abs=2)


def test_the_share_of_the_background_that_changes(clip):
    make, track = clip
    facts = scene_facts(make(), track, SPLIT)
    assert (facts.camera, facts.drift, facts.training_frames) == ("still", 0.5, 46) and facts.moving < 0.005
    assert scene_facts(make(stripe=16), track, SPLIT).moving > 0.08


def test_a_dance_is_compared_with_the_training_part_only(clip):
    _, track = clip
    shots = np.zeros(FRAMES, int)
    facts = dance_facts("tango", track, shots, track, shots, SPLIT)
    assert (facts.outside, facts.warnings, facts.fps) == (0.0, ["w"], FPS)
    assert facts.novelty[:46].max() < 1e-3 and (np.diff(facts.novelty[46:]) > 0).all()
    assert not facts.unseen_side.any()
