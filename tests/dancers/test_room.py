import numpy as np
import pytest

from dancers import cast
from dancers.camera import Camera
from dancers.room import Room

CAMERA = Camera(cast.cameras()["near"], 96, 64)


@pytest.fixture(scope="module", params=list(cast.rooms()))
def room(request):
    return cast.rooms()[request.param], Room(cast.rooms()[request.param], CAMERA)


def test_every_pixel_shows_the_floor_or_the_wall(room):
    description, room = room
    wall = np.abs(room.points[..., 1] - description.wall_distance) < 1e-4
    floor = np.abs(room.points[..., 2]) < 1e-4
    mixed = ~(wall | floor)  # pixels on the line between them
    assert wall[:10].all() and floor[-5:].all() and mixed.mean() < 0.05


def test_points_lie_behind_their_pixels(room):
    _, room = room
    xy, _ = CAMERA.project(room.points[::7, ::11].reshape(-1, 3).astype(float))
    y, x = np.mgrid[0:64:7, 0:96:11]
    np.testing.assert_allclose(xy, np.stack([x.ravel() + 0.5, y.ravel() + 0.5], axis=1), atol=0.05)


def test_it_is_lit_and_not_overexposed(room):
    _, room = room
    light = room.ambient + room.direct
    assert light.shape == (64, 96, 3) and np.isfinite(light).all()
    assert room.ambient.min() >= 0 and room.direct.min() >= 0
    assert 0.01 < light.mean() < 0.7 and np.percentile(light, 99) < 1.3


def test_what_hangs_on_the_wall_is_where_it_says():
    bare = cast.rooms()["gym"].model_copy(update={"items": ()})
    item = cast.Item(kind="band", x=0.3, z=1.2, width=0.5, height=0.3, colour="#ff0000")
    with_item = Room(bare.model_copy(update={"items": (item,)}), CAMERA)
    changed = np.abs(with_item.ambient - Room(bare, CAMERA).ambient).max(axis=2) > 0.01
    x, z = with_item.points[changed][:, 0], with_item.points[changed][:, 2]
    assert abs(x.mean() - 0.3) < 0.03 and abs(z.mean() - 1.2) < 0.03
    assert np.ptp(x) == pytest.approx(0.5, abs=0.1) and np.ptp(z) == pytest.approx(0.3, abs=0.1)
