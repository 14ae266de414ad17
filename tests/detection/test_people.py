"""One person among several: somebody walks in front of the demo's dancer, whose true joints are known."""

import av
import numpy as np
import pytest

from pipeline.clips.layout import BODY, MID_HIP, NECK
from pipeline.clips.masks import MaskStore
from pipeline.clips.track import read_track
from pipeline.detection.holistic import HolisticDetector
from pipeline.detection.people import Meant, PeopleFinder, unlike, who_is_meant

STEP, FRAMES = 3, 40  # the other one hides more and more of the dancer from frame 10 on, until frame 24
SHIFTS = np.concatenate([np.full(6, -600), np.linspace(-270, 270, FRAMES - 12), np.full(6, 600)]).astype(int)


def pictures(folder):
    with av.open(str(folder / "video.mp4")) as file:
        return [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)][: STEP * FRAMES : STEP]


@pytest.fixture(scope="module")
def clip(project):
    """The dancer's frames, and the target walking through them from left to right."""
    masks = MaskStore(project / "data/raw/target/masks.parquet")
    frames = [frame.copy() for frame in pictures(project / "data/raw/dancer")]
    for number, (frame, other) in enumerate(zip(frames, pictures(project / "data/raw/target"), strict=True)):
        y, x = np.nonzero(masks[number * STEP])
        inside = (x + SHIFTS[number] >= 0) & (x + SHIFTS[number] < frame.shape[1])
        y, x = y[inside], x[inside]
        frame[y, x + SHIFTS[number]] = other[y, x]
    return frames


@pytest.fixture(scope="module")
def truth(project):
    return np.asarray(read_track(project / "data/raw/dancer/poses.parquet").joints)[: STEP * FRAMES : STEP, BODY]


def follow(clip, meant):
    detector = HolisticDetector(0.5, 0.5, meant)
    return [(detector.detect(frame)[BODY], detector.crowded) for frame in clip]


def off(found, truth):
    """Median distance of the joints found, px."""
    seen = found[:, 2] > 0.3
    return np.median(np.linalg.norm(found[seen, :2] - truth[seen, :2], axis=1))


def test_everybody_is_found_with_a_look_of_his_own(clip):
    finder = PeopleFinder(0.5)
    (alone,), both = finder.find(clip[0]), finder.find(clip[7])
    assert len(both) == 2
    likenesses = sorted(unlike(person.look, alone.look) for person in both)
    assert likenesses[0] < 0.5 and likenesses[1] > 1


def test_the_place_and_reach_of_a_person(clip, truth):
    (person,) = PeopleFinder(0.5).find(clip[0])
    torso = np.linalg.norm(truth[0, NECK, :2] - truth[0, MID_HIP, :2])
    assert np.linalg.norm(person.hips - truth[0, MID_HIP, :2]) < 0.2 * torso
    assert 1.5 * torso < person.reach < 3.5 * torso


def test_who_is_meant_is_followed_past_a_passer_by(clip, truth):
    found = follow(clip, who_is_meant(clip[::4], "central", 0.5))
    missing = np.array([not joints.any() for joints, _ in found])
    assert not missing[:10].any() and not missing[25:].any()
    both = zip(found, truth, strict=True)
    errors = np.array([off(joints, true) if joints.any() else 0 for (joints, _), true in both])
    assert (errors < 20).all() and errors[~missing].mean() < 8
    crowded = [others for _, others in found]
    assert not crowded[0] and crowded[FRAMES // 2]


def test_somebody_else_may_be_meant_and_may_leave(clip, truth):
    """A place in the first frame with anybody, here one in which the other one stands on the left."""
    meant = who_is_meant(clip[8:], (0.1, 0.5), 0.5)
    found = follow(clip, meant)
    assert all(off(joints, true) > 30 for (joints, _), true in zip(found[10:32], truth[10:32], strict=True))
    assert not any(joints.any() for joints, _ in found[-5:])  # nor is the one who stays behind taken for him
    dancer = who_is_meant(clip[8:], (0.55, 0.5), 0.5)
    assert unlike(dancer.look, meant.look) > 1 > unlike(dancer.look, who_is_meant(clip[:3], "central", 0.5).look)


def test_alone_it_makes_no_difference_who_is_meant(clip):
    """Somebody whose clothes look otherwise from behind is not lost."""
    other = Meant(np.full(6, 100, np.float32), among_others=False)
    for (found, crowded), (plain, _) in zip(follow(clip[:6], other), follow(clip[:6], None), strict=True):
        np.testing.assert_array_equal(found, plain)
        assert not crowded


def test_nobody_has_no_look():
    assert who_is_meant([np.full((128, 128, 3), 128, np.uint8)], "largest", 0.5) is None
