"""One dancer in one room before one camera: from a moment of the dance to a picture and its truth."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dancers import cast
from dancers.camera import Camera
from dancers.figure import TWO_SIDED, build_figure
from dancers.mesh import normals
from dancers.motion import Motion, load_motions
from dancers.raster import rasterize
from dancers.room import Room
from dancers.shading import SAMPLES, Mesh, Paint, develop, lights_of, shade
from dancers.shadow import cast_shadow, lamp_axes
from pipeline.clips.layout import FACE, NUM_JOINTS

MASK = 0.5  # share of a pixel that the dancer covers from where on it is the dancer's


@dataclass(frozen=True)
class Frame:
    """picture: uint8 RGB (H, W, 3). mask: bool (H, W), the dancer. joints: float32 (137, 3), px and confidence."""

    picture: np.ndarray
    mask: np.ndarray
    joints: np.ndarray


@dataclass(frozen=True)
class View:
    """The room as a camera sees it while nobody is there. empty: uint8 RGB (H, W, 3)."""

    camera: Camera
    room: Room
    empty: np.ndarray


class Scene:
    """Somebody dancing in a room, ready to be rendered at any time.

    wheel: the file with the body assets. width, height: px of the pictures. start: s into the motion.
    """

    def __init__(
        self, wheel: Path, person: cast.Person, motion: Motion, room: cast.Room, camera: cast.Camera, width: int,
        height: int, start: float = 0.0,
    ):
        self.room, self.camera, self.motion = room, camera, motion
        self.width, self.height, self.start = width, height, start
        self.figure = build_figure(wheel, person)
        self.two_sided = np.isin(self.figure.kinds, TWO_SIDED)
        self.lights = lights_of(self.room.light)
        self.lamp = lamp_axes(np.array(self.room.light.direction))
        self.first = self._look(0.0)

    def frame(self, time: float) -> Frame:
        """The picture ``time`` seconds after the start."""
        figure, view = self.figure, self.view(time)
        camera, room = view.camera, view.room
        vertices, transforms = figure.pose(self.motion.pose, self.start + time)
        xy, nearness = camera.project(vertices)
        xy *= SAMPLES
        width, height = camera.width * SAMPLES, camera.height * SAMPLES
        seen = rasterize(xy, nearness, figure.triangles, self.two_sided, width, height)
        outward = normals(vertices, figure.triangles)
        picture = view.empty.copy()
        coverage = shade(
            seen,
            Mesh(xy, nearness, vertices, outward, figure.triangles, self.two_sided),
            Paint(figure.texels.divisions, figure.texels.first, figure.colour, figure.gloss, figure.tilt),
            self.lights,
            cast_shadow(vertices, figure.triangles, self.lamp),
            tuple(camera.position.tolist()),
            room.ambient,
            room.direct,
            room.points,
            picture,
        )
        return Frame(picture, coverage >= MASK, self._joints(transforms, camera))

    def view(self, time: float) -> View:
        """The empty room ``time`` seconds after the start."""
        return self._look(time) if self.first.camera.moves else self.first

    def _look(self, time: float) -> View:
        camera = Camera(self.camera, self.width, self.height, time)
        room = Room(self.room, camera)
        return View(camera, room, develop(room.ambient + room.direct))

    def _joints(self, transforms: np.ndarray, camera: Camera) -> np.ndarray:
        """The truth: every joint's place; confidence 1 if it is in the picture, of the face only while that is seen."""
        joints = np.empty((NUM_JOINTS, 3), np.float32)
        joints[:, :2], _ = camera.project(self.figure.landmarks.positions(transforms))
        inside = (joints[:, :2] >= 0).all(axis=1) & (joints[:, 0] < camera.width) & (joints[:, 1] < camera.height)
        if not self.figure.landmarks.faces_camera(transforms, camera.position):
            inside[FACE] = False
        joints[:, 2] = inside
        return joints


def scene_of(wheel: Path, clip: cast.Clip) -> Scene:
    """The scene of a built-in ``clip``. wheel: see :class:`Scene`."""
    return Scene(
        wheel, cast.persons()[clip.person], load_motions()[clip.motion], cast.rooms()[clip.room],
        cast.cameras()[clip.camera], clip.width, clip.height, clip.start,
    )
