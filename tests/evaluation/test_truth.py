from fractions import Fraction

import numpy as np
import pytest

from pipeline.clips.masks import write_masks
from pipeline.clips.track import write_track
from pipeline.evaluation.truth import FILES, TruthClip
from pipeline.user.cli import UserError


def frames(folder, stored, how, width, height, fps=Fraction(30)):
    clip = TruthClip(folder, stored, how, width, height)
    made = list(clip.frames(fps))
    assert len(made) == clip.count(fps)
    return made


def centre(mask):
    """The middle of a mask in px from the top left corner: (x, y)."""
    rows, columns = np.nonzero(mask)
    return columns.mean() + 0.5, rows.mean() + 0.5


def test_a_clip_of_the_training_size_is_taken_as_it_is(tmp_path, walk, blur):
    person = walk()
    made = frames(person.write(tmp_path), (96, 64), "pad", 96, 64)
    assert len(made) == person.count
    for t, frame in enumerate(made):
        np.testing.assert_allclose(blur(frame.picture), blur(person.picture(t)), atol=3)
        np.testing.assert_array_equal(frame.mask, person.mask(t))
        np.testing.assert_allclose(frame.pose, person.joints()[t], atol=1e-4)


@pytest.mark.parametrize(
    ("stored", "how", "width", "height"),
    [((192, 128), "pad", 48, 32), ((128, 128), "pad", 64, 64), ((64, 64), "crop", 64, 64), ((128, 64), "crop", 64, 32),
     ((64, 128), "pad", 128, 256)],
)  # fmt: skip
def test_picture_mask_and_pose_stay_together_however_it_is_fitted(tmp_path, walk, stored, how, width, height):
    """The bright person is where the mask is, and the pose runs down its middle."""
    seen = 0
    for frame in frames(walk().write(tmp_path), stored, how, width, height):
        assert frame.picture.shape == (height, width, 3) and frame.mask.shape == (height, width)
        bright = frame.picture[..., 0] > 150
        if not frame.mask.any() or frame.mask[:, [0, -1]].any():
            continue  # cut off by the crop
        seen += 1
        assert (bright == frame.mask).mean() > 0.985
        x, y = centre(frame.mask)
        assert np.median(frame.pose[:25, 0]) == pytest.approx(x, abs=0.6)
        assert np.mean(frame.pose[:25, 1]) == pytest.approx(y, abs=1.2 * width / 96 + 0.5)
    assert seen >= 6


def test_padding_is_no_person_and_black(tmp_path, walk):
    for frame in frames(walk().write(tmp_path), (128, 128), "pad", 64, 64):
        assert not frame.mask[:10].any() and not frame.mask[-10:].any()
        assert frame.picture[:9].max() < 8


@pytest.mark.parametrize("fps", [15, 60, Fraction(30000, 1001), 12])
def test_frames_are_the_nearest_in_time(tmp_path, walk, fps):
    person = walk(count=16)
    fps = Fraction(fps)
    for index, frame in enumerate(frames(person.write(tmp_path), (96, 64), "pad", 96, 64, fps)):
        t = (centre(frame.mask)[0] - 5 - 10) / person.speed
        assert abs(t / 30 - index / fps) <= 1 / 60 + 1e-6
        assert frame.pose[0, 0] == pytest.approx(centre(frame.mask)[0], abs=1e-3)


@pytest.mark.parametrize("name", FILES)
def test_names_the_missing_file(tmp_path, walk, name):
    (walk().write(tmp_path) / name).unlink()
    with pytest.raises(UserError, match=f"{name} is missing: sources.<name>.truth"):
        TruthClip(tmp_path, (96, 64), "pad", 96, 64)


def test_refuses_files_that_do_not_belong_together(tmp_path, walk):
    person = walk().write(tmp_path)
    write_masks(person / "masks.parquet", (walk().mask(t) for t in range(11)))
    with pytest.raises(UserError, match="12 frames in its video, 12 poses and 11 masks"):
        TruthClip(person, (96, 64), "pad", 96, 64)
    write_masks(person / "masks.parquet", (np.zeros((32, 48), bool) for _ in range(12)))
    with pytest.raises(UserError, match="different sizes"):
        TruthClip(person, (96, 64), "pad", 96, 64)
    walk().write(tmp_path)
    write_track(person / "poses.parquet", walk(height=66).track())
    with pytest.raises(UserError, match="different sizes"):
        TruthClip(person, (96, 64), "pad", 96, 64)
