from fractions import Fraction

import numpy as np
import pytest

from pipeline.clips.masks import write_masks
from pipeline.clips.track import write_track
from pipeline.evaluation.truth import FILES, TruthClip
from pipeline.user.cli import UserError


def frames(folder, width, height, fps=Fraction(30)):
    clip = TruthClip(folder, width, height)
    made = list(clip.frames(fps))
    assert len(made) == clip.count(fps)
    return made


def centre(mask):
    """The middle of a mask in px from the top left corner: (x, y)."""
    rows, columns = np.nonzero(mask)
    return columns.mean() + 0.5, rows.mean() + 0.5


def test_a_clip_of_the_training_size_is_taken_as_it_is(tmp_path, walk, blur):
    person = walk()
    made = frames(person.write(tmp_path), 96, 64)
    assert len(made) == person.count
    for t, frame in enumerate(made):
        np.testing.assert_allclose(blur(frame.picture), blur(person.picture(t)), atol=3)
        np.testing.assert_array_equal(frame.mask, person.mask(t))
        np.testing.assert_allclose(frame.pose, person.joints()[t], atol=1e-4)


@pytest.mark.parametrize(("width", "height"), [(48, 32), (64, 64), (192, 128), (128, 64), (128, 256)])
def test_picture_mask_and_pose_stay_together_at_any_size(tmp_path, walk, width, height):
    """The bright person is where the mask is, and the pose runs down its middle."""
    scale = min(width / 96, height / 64)
    for frame in frames(walk().write(tmp_path), width, height):
        assert frame.picture.shape == (height, width, 3) and frame.mask.shape == (height, width)
        bright = frame.picture[..., 0] > 150
        assert (bright == frame.mask).mean() > 0.985
        assert frame.mask.sum() == pytest.approx(240 * scale**2, rel=0.15)
        x, y = centre(frame.mask)
        assert np.median(frame.pose[:25, 0]) == pytest.approx(x, abs=0.6)
        assert np.mean(frame.pose[:25, 1]) == pytest.approx(y, abs=1.2 * scale + 0.5)


def test_padding_is_no_person_and_black(tmp_path, walk):
    for frame in frames(walk().write(tmp_path), 64, 64):
        assert not frame.mask[:10].any() and not frame.mask[-10:].any()
        assert frame.picture[:9].max() < 8


@pytest.mark.parametrize("fps", [15, 60, Fraction(30000, 1001), 12])
def test_frames_are_the_nearest_in_time(tmp_path, walk, fps):
    person = walk(count=16)
    fps = Fraction(fps)
    for index, frame in enumerate(frames(person.write(tmp_path), 96, 64, fps)):
        t = (centre(frame.mask)[0] - 5 - 10) / person.speed
        assert abs(t / 30 - index / fps) <= 1 / 60 + 1e-6
        assert frame.pose[0, 0] == pytest.approx(centre(frame.mask)[0], abs=1e-3)


@pytest.mark.parametrize("fps", [30, 12, 60])
def test_all_poses_at_once_are_those_of_the_frames(tmp_path, walk, fps):
    folder, fps = walk().write(tmp_path), Fraction(fps)
    track = TruthClip(folder, 64, 64).poses(fps)
    assert (track.width, track.height, track.fps) == (64, 64, fps)
    np.testing.assert_allclose(track.times, np.arange(len(track)) / float(fps))
    np.testing.assert_array_equal(track.joints, [frame.pose for frame in frames(folder, 64, 64, fps)])


@pytest.mark.parametrize("name", FILES)
def test_names_the_missing_file(tmp_path, walk, name):
    (walk().write(tmp_path) / name).unlink()
    with pytest.raises(UserError, match=f"{name} is missing: sources.<name>.truth"):
        TruthClip(tmp_path, 96, 64)


def test_refuses_files_that_do_not_belong_together(tmp_path, walk):
    person = walk().write(tmp_path)
    write_masks(person / "masks.parquet", (walk().mask(t) for t in range(11)))
    with pytest.raises(UserError, match="12 frames in its video, 12 poses and 11 masks"):
        TruthClip(person, 96, 64)
    write_masks(person / "masks.parquet", (np.zeros((32, 48), bool) for _ in range(12)))
    with pytest.raises(UserError, match="different sizes"):
        TruthClip(person, 96, 64)
    walk().write(tmp_path)
    write_track(person / "poses.parquet", walk(height=66).track())
    with pytest.raises(UserError, match="different sizes"):
        TruthClip(person, 96, 64)
