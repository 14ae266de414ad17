import cv2
import numpy as np
import pytest

from dancers.cast import Clip
from dancers.scene import scene_of
from pipeline.clips.layout import BODY, FACE, LEFT_ANKLE, LEFT_WRIST, NOSE, RIGHT_ANKLE

WALL = np.array([[x, 1.25, z] for x in (-0.9, 0.9) for z in (0.2, 1.9)])  # m, on the studio's
CLIP = Clip(person="mara", motion="arms", room="studio", camera="near", seconds=4, width=128, height=128)


@pytest.fixture(scope="module")
def scene(wheel):
    return scene_of(wheel, CLIP)


def test_the_picture_differs_from_the_empty_room_where_the_mask_is(scene):
    frame = scene.frame(1.0)
    assert frame.picture.shape == (128, 128, 3) and frame.picture.dtype == np.uint8
    assert 0.04 < frame.mask.mean() < 0.3
    changed = np.abs(frame.picture.astype(int) - scene.view(1.0).empty).max(axis=2) > 0
    assert changed[frame.mask].mean() > 0.97
    assert 0 < changed[~frame.mask].mean() < 0.2  # the shadow and the edges


@pytest.fixture(scope="module")
def held(wheel):
    """The same before a camera in a hand."""
    return scene_of(wheel, CLIP.model_copy(update={"camera": "phone", "height": 224}))


@pytest.mark.parametrize("camera", ["scene", "held"])
def test_the_joints_lie_on_the_dancer(request, camera):
    """Every true body joint is within a pixel of the mask: the mask and the joints agree about where the dancer is."""
    scene = request.getfixturevalue(camera)
    for time in (0.0, 0.7, 1.9, 3.1):
        frame = scene.frame(time)
        grown = frame.mask.copy()
        for axis in (0, 1):
            for step in (-1, 1):
                grown |= np.roll(frame.mask, step, axis)
        x, y = frame.joints[BODY, :2].astype(int).T
        assert grown[y, x].all()
        assert (frame.joints[:, 2] == 1).all()


def test_a_held_cameras_pictures_show_one_wall(held):
    """Taken back by its true homography, a later picture of the wall is the first one."""
    first, later = held.view(0.0), held.view(3.0)
    wall = (slice(20, 130), slice(10, 118))  # where no edge of the later picture comes
    homography = cv2.findHomography(*(view.camera.project(WALL)[0] - 0.5 for view in (first, later)))[0]
    registered = cv2.warpPerspective(later.empty, homography, (128, 224), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    moved, error = (np.abs(picture.astype(int) - first.empty)[wall].mean() for picture in (later.empty, registered))
    assert error < 0.5 * moved


def test_left_is_the_persons_own(scene):
    joints = scene.frame(0.0).joints
    assert joints[LEFT_ANKLE, 0] > joints[RIGHT_ANKLE, 0]  # she faces the camera
    assert joints[NOSE, 1] < joints[LEFT_ANKLE, 1]
    assert joints[LEFT_WRIST, 0] > joints[NOSE, 0]


def test_a_larger_picture_shows_the_same(wheel, scene):
    large = scene_of(wheel, CLIP.model_copy(update={"width": 256, "height": 256})).frame(1.0)
    small = scene.frame(1.0)
    np.testing.assert_allclose(large.joints[:, :2], 2 * small.joints[:, :2], rtol=1e-4)
    shrunk = large.picture.reshape(128, 2, 128, 2, 3).mean(axis=(1, 3))
    assert np.abs(shrunk - small.picture).mean() < 2


def test_the_face_has_no_truth_while_it_is_turned_away(wheel):
    scene = scene_of(wheel, CLIP.model_copy(update={"motion": "turns"}))
    seen = np.array([scene.frame(time).joints[FACE, 2].any() for time in np.arange(0, 14, 0.5)])
    assert 0.5 < seen.mean() < 0.95


def test_time_is_counted_from_the_clips_start(wheel, scene):
    later = scene_of(wheel, CLIP.model_copy(update={"start": 1.5})).frame(0.5)
    np.testing.assert_array_equal(later.picture, scene.frame(2.0).picture)
