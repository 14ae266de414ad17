"""Who is in a frame, by BlazePose's detector, and which of them is meant: told apart by their clothes' colours."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.detection.single_shot import anchors, decode
from pipeline.detection.square import around_frame
from pipeline.litert.network import Network
from pipeline.params import Choice

NETWORK = "pose_detection.tflite"
STRIDES = (8, 16, 32, 32, 32)  # px, of its layers
HIPS, TOP, SHOULDERS = 0, 1, 2  # of its keypoints; the second tells how far the body reaches
# Where colours are taken: from .. to along the way from the hips to the shoulders (negative: the thighs), and how far
# to both sides, as shares of it.
PATCHES = ((0.25, 0.85, 0.2), (-0.7, -0.2, 0.25))
CHOOSING = 24  # frames, spread over the clip, by which the person is chosen who is meant
DIFFERENT = 25  # Lab: one person's looks, turned to all sides, are up to 24 apart in six clips
SAMPLES = np.linspace(0, 1, 9)  # of a patch, either way


@dataclass(frozen=True)
class Person:
    """hips, top: float64 (2,), px of the frame; see :data:`TOP`. look: float32 (6,), the colours (Lab) of shirt and
    trousers."""

    hips: np.ndarray
    top: np.ndarray
    look: np.ndarray

    @property
    def reach(self) -> float:
        """Px from the hips to as far as the body reaches."""
        return float(np.linalg.norm(self.top - self.hips))


class PeopleFinder:
    """Finds everybody whose score is at least ``least``, 0..1."""

    def __init__(self, least: float):
        self._network, self._least = Network(NETWORK), least
        self._places = anchors(self._network.size, STRIDES)

    def find(self, frame: np.ndarray) -> list[Person]:
        """The people in uint8 RGB (H, W, 3), the surest first."""
        whole, size = around_frame(frame), self._network.size
        said = self._network(whole.cut(frame, size, (-1, 1), cv2.BORDER_CONSTANT))
        found = decode(said["Identity"][0], said["Identity_1"][0, :, 0], self._places, size, self._least)
        people = []
        for one in found:
            points = whole.to_frame(one.keypoints)
            people.append(Person(points[HIPS], points[TOP], look(frame, points[HIPS], points[SHOULDERS])))
        return people


def look(frame: np.ndarray, hips: np.ndarray, shoulders: np.ndarray) -> np.ndarray:
    """The median colours of shirt and trousers, float32 (6,), Lab, of somebody in uint8 RGB (H, W, 3)."""
    height, width = frame.shape[:2]
    up = shoulders - hips
    side = np.array([up[1], -up[0]])
    colours = []
    for start, end, reach in PATCHES:
        along = hips + (start + (end - start) * SAMPLES)[:, None] * up
        across = (2 * SAMPLES - 1)[:, None] * reach * side
        x, y = np.rint(along[:, None] + across).astype(int).reshape(-1, 2).T
        pixels = frame[y.clip(0, height - 1), x.clip(0, width - 1)]
        colours.append(np.median(cv2.cvtColor(pixels[None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0], axis=0))
    return np.concatenate(colours)


def unlike(a: np.ndarray, b: np.ndarray) -> float:
    """How different two looks are: 1 is more than one person's are, turned to all sides."""
    return float(np.linalg.norm(a - b)) / DIFFERENT


@dataclass(frozen=True)
class Meant:
    """The look of the one who is meant, see :class:`Person`; and whether others were seen as well."""

    look: np.ndarray
    among_others: bool


def who_is_meant(frames: Iterable[np.ndarray], choice: Choice, least: float) -> Meant | None:
    """Who is meant in a clip, by some of its ``frames``, uint8 RGB (H, W, 3); None if nobody is seen.

    choice: ``largest``, who takes most room in all of them together; ``central``, who is most often and nearest to the
    middle; or a place, as shares of the picture's width and height, near which the person is in the first frame with
    anybody.
    """
    finder = PeopleFinder(least)
    return choose(((finder.find(frame), frame.shape[1], frame.shape[0]) for frame in frames), choice)


def choose(frames: Iterable[tuple[list[Person], int, int]], choice: Choice) -> Meant | None:
    """The same of the people in some frames of a clip, each with its width and height, px."""
    seen: list[tuple[np.ndarray, float]] = []  # the looks, and what speaks for each
    several = False
    for people, width, height in frames:
        several |= len(people) > 1
        if isinstance(choice, str):
            seen += [(person.look, _merit(person, choice, width)) for person in people]
        elif people and not seen:
            place = np.array(choice) * (width, height)
            person = min(people, key=lambda person: float(np.linalg.norm(person.hips - place)))
            seen = [(person.look, 1.0)]
    if not seen:
        return None
    looks, merits = np.stack([look for look, _ in seen]), np.array([merit for _, merit in seen])
    alike = np.linalg.norm(looks[:, None] - looks, axis=2) <= DIFFERENT
    return Meant(np.median(looks[alike[(alike @ merits).argmax()]], axis=0), several)


def _merit(person: Person, choice: Choice, width: int) -> float:
    if choice == "largest":
        return person.reach
    return max(0.0, 1 - abs(2 * float(person.hips[0]) / width - 1))
