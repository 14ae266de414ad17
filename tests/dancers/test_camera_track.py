import numpy as np
import pyarrow.parquet as pq
import pytest

from dancers import cast
from dancers.camera import Camera
from dancers.camera_track import write_camera_track

TIMES = np.arange(5) / 2
CAMERAS = [Camera(cast.cameras()["phone"], 90, 160, time) for time in TIMES]
RANDOM = np.random.RandomState(0)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("track") / "camera.parquet"
    write_camera_track(path, CAMERAS, wall_distance=1.5)
    return pq.read_table(path)


def matrices(table, name, shape):
    return np.array(table[name].to_pylist()).reshape(-1, *shape)


def apply(matrix, points):
    """Inhomogeneous ``points`` (N, d) under a matrix."""
    image = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return image[:, :-1] / image[:, -1:]


def test_there_is_a_row_a_frame(table):
    assert table["frame"].to_pylist() == [0, 1, 2, 3, 4]
    assert table["time"].to_pylist() == TIMES.tolist()


def test_the_matrix_projects_as_the_camera_does(table):
    points = RANDOM.uniform(-1, 1, (20, 3))
    for camera, matrix in zip(CAMERAS, matrices(table, "matrix", (3, 4)), strict=True):
        np.testing.assert_allclose(apply(matrix, points), camera.project(points)[0])


@pytest.mark.parametrize("plane", ["wall", "floor"])
def test_the_homographies_take_pixels_to_the_plane_and_so_frames_to_each_other(table, plane):
    on_plane = RANDOM.uniform(-1, 1, (20, 2))
    x, other = on_plane.T
    world = np.stack([x, 1.5 + 0 * x, other] if plane == "wall" else [x, other, 0 * x], axis=1)
    pixels = [camera.project(world)[0] for camera in CAMERAS]
    homographies = matrices(table, plane, (3, 3))
    for seen, homography in zip(pixels, homographies, strict=True):
        np.testing.assert_allclose(apply(homography, seen), on_plane, atol=1e-9)
    np.testing.assert_allclose(apply(np.linalg.inv(homographies[3]) @ homographies[0], pixels[0]), pixels[3])
    assert np.abs(pixels[0] - pixels[3]).max() > 0.5
