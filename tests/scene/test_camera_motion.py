"""Whether the camera stands still: known shifts of a known background."""

import cv2
import numpy as np
import pytest

from pipeline.scene.camera import STILL, CameraMotion, camera_motion
from pipeline.scene.sample import BackgroundSample, sample_background


def motion_of(store, joints):
    return camera_motion(sample_background(store, joints, 60, 160, 160))


def dance(t):
    return 80 + 30 * np.sin(t / 5), 140


def shifted(shift):
    def shown(t, picture):
        matrix = np.float64([[1, 0, shift(t)], [0, 1, 0]])
        return cv2.warpAffine(picture, matrix, (160, 160), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)

    return shown


def test_a_camera_that_stands_still_before_a_dancer(clip):
    motion = motion_of(*clip(dance))
    assert motion.stands_still and motion.drift < 0.1 and motion.lost == 0


@pytest.mark.parametrize("size", [0.05, 1.3, 2.6])
def test_shifts_are_measured_to_a_fifth_of_a_pixel(clip, size):
    store, joints = clip(dance, shifted(lambda t: size * (t % 5 - 2)))  # 2 sizes at most, in two frames of five
    motion = motion_of(store, joints)
    assert motion.drift == pytest.approx(2 * size, abs=0.2)
    assert motion.stands_still == (2 * size < 160 * STILL)


def test_a_slow_pan_a_turn_and_a_cut_are_told(clip, background):
    pan = motion_of(*clip(dance, shifted(lambda t: 0.3 * t)))
    assert pan.drift == pytest.approx(np.percentile(np.abs(0.3 * (np.arange(60) - 29.5)), 95), abs=0.2)

    def turned(t, picture):
        matrix = cv2.getRotationMatrix2D((80, 80), np.sin(t / 5), 1)
        return cv2.warpAffine(picture, matrix, (160, 160), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)

    assert not motion_of(*clip(dance, turned)).stands_still
    cut = motion_of(*clip(dance, lambda t, picture: picture.copy() if t > 20 else picture[::-1, ::-1].copy()))
    assert cut.lost == pytest.approx(21 / 60, abs=0.05)


def test_exposure_and_captions_are_no_motion(clip):
    def shown(t, picture):
        picture = (picture * (1 + 0.15 * np.sin(t / 4))).clip(0, 255).astype(np.uint8)
        text = f"caption {t // 12}"
        return cv2.putText(picture, text, (10 + t // 12, 155), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 2)

    assert motion_of(*clip(dance, shown)).stands_still


def test_a_plain_wall_tells_nothing_and_so_stands_still():
    sample = BackgroundSample(np.full((5, 64, 64, 3), 150, np.uint8), np.full((5, 64, 64), np.inf, np.float16))
    assert camera_motion(sample) == CameraMotion(0.0, 0.0, 64)
