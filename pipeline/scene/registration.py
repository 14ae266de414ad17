"""Where every frame of a camera held in the hand lies in one reference view, told by the background."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import cv2
import numpy as np

from pipeline.clips.spread import spread
from pipeline.clips.store import FrameStore
from pipeline.clips.warp import from_opencv, picture_corners, transform
from pipeline.pose.joint_file import JointFile
from pipeline.scene.alignment import Alignment, fine_structure
from pipeline.scene.camera import CLEAR, PERCENTILE, camera_motion
from pipeline.scene.sample import sample_background, with_clearances
from pipeline.scene.tracking import find_corners, follow, structure
from pipeline.user.cli import UserError
from pipeline.user.progress import Progress

HEIGHT = 512  # px at most, of the pictures that are looked at
STILL_HEIGHT = 256  # px at most, of those that tell whether the camera stands still
MIDDLE, CANDIDATES = 0.2, 9  # share of the clip around its middle in which the reference is sought; frames
BORDER = 1 / 40  # of the height: nearer, a corner's neighbourhood is cut off
IN_VIEW = 0.5  # share of a keyframe's corners that must be in view for a frame to be registered to it
AS_ONE = 1.0  # px: RANSAC's tolerance
FEWEST = 12  # corners that tell of a place
REFOUND = 0.5  # share of the followed corners that must move as one
FAR = 16.0  # px: aligning moves a picture's corner no farther from where its corners tell that it is
CLEARLY_BETTER = 0.93  # a homography is taken if it leaves at most this share of a similarity's squared difference
SHORTEST_LOSS = 0.5  # s: in a shorter gap the place is interpolated

Model = Literal["still", "similarity", "homography"]


@dataclass(frozen=True)
class Registration:
    """Where n frames lie in the view of a reference frame.

    to_reference: float64 (n, 3, 3), from px of a stored frame to px of the reference frame, corner-based (the first
    pixel's centre is (0.5, 0.5)), [2, 2] is 1. Exactly the identity if the model is "still". drift: px, how far the
    background is from its usual place in 95 % of the frames at most. lost: share of the frames whose place is not
    measured but interpolated; of a still camera, in which the background was not looked for or not found.
    """

    to_reference: np.ndarray
    model: Model
    drift: float
    lost: float


def register(store: FrameStore, joints: np.ndarray | JointFile) -> Registration:
    """Register every frame of ``store`` to one of its middle.

    joints: (frames, 137, 3) in px of the store. Corners of the background are followed from keyframes, the first of
    which is the reference, to all frames, outward in time. One model fits the whole clip: a similarity, or a homography
    where it leaves clearly less error. Raises UserError if the background is lost for longer than half a second, or if
    nobody is found at all.
    """
    height = min(STILL_HEIGHT, store.height)
    sample = sample_background(store, joints, len(store), height * store.width // store.height, height)
    motion = camera_motion(sample)
    if motion.stands_still:
        identities = np.tile(np.eye(3), (len(store), 1, 1))
        return Registration(identities, "still", motion.drift * store.height / height, motion.lost)

    reference = _reference(store, joints)
    start = next(_views(store, joints, [reference]))
    tracks = [_Track(start, len(store), homography) for homography in (False, True)]
    with Progress(what="background: register", unit="frame", total=len(store)) as shown:
        for outward in (range(reference, len(store)), range(reference - 1, -1, -1)):
            for track in tracks:
                track.restart()
            for frame, view in zip(outward, _views(store, joints, outward), strict=True):
                for track in tracks:
                    track.register(frame, view)
                shown.update()
    similarity, homography = tracks
    found = np.isfinite(similarity.errors) & np.isfinite(homography.errors)
    better = homography.errors[found].mean() < CLEARLY_BETTER * similarity.errors[found].mean()
    track = homography if better and homography.found.sum() >= similarity.found.sum() else similarity

    refuse(store, _long(~track.found, SHORTEST_LOSS * store.fps), "the target's background is not that of the middle "
           "of the clip, or too blurred or plain to tell")
    width, height = _size(store)
    to_view = np.diag([width / store.width, height / store.height, 1])
    to_reference = _scaled(np.linalg.inv(to_view) @ from_opencv(_interpolated(track)) @ to_view)
    drift, lost = _drift(to_reference, store.width, store.height), float(1 - track.found.mean())
    return Registration(to_reference, "homography" if track is homography else "similarity", drift, lost)


class _View:
    """A frame to be registered: its structure for following and for aligning, and where it is free of the person.

    structure: uint8 (H, W). fine: float32 (H, W). free: uint8 (H, W), 0 or 1.
    """

    def __init__(self, picture: np.ndarray, clearances: np.ndarray) -> None:
        self.structure, self.fine = structure(picture), fine_structure(picture)
        self.free = (clearances >= CLEAR).astype(np.uint8)
        border = round(BORDER * len(picture))
        for edge in (np.s_[:border], np.s_[-border:], np.s_[:, :border], np.s_[:, -border:]):
            self.free[edge] = 0


class _Keyframe:
    """A view whose place is known; by its corners and structure others find theirs.

    to_reference: (3, 3), from px of the view to px of the reference.
    """

    def __init__(self, view: _View, to_reference: np.ndarray) -> None:
        self.view, self.to_reference = view, to_reference

    @cached_property
    def corners(self) -> np.ndarray:
        return find_corners(self.view.structure, self.view.free)

    @cached_property
    def alignment(self) -> Alignment:
        return Alignment(self.view.fine, self.view.free)

    def place(self, view: _View, guess: np.ndarray, homography: bool) -> tuple[np.ndarray, float] | None:
        """Where ``view`` lies in the reference, (3, 3), and the difference that is left.

        None unless enough of the corners are in view and most of those that are found again move as one. guess: (3, 3).
        """
        size = self.view.structure.shape[::-1]
        to_here = np.linalg.inv(self.to_reference) @ guess
        free = cv2.warpPerspective(view.free, to_here, size, flags=cv2.INTER_NEAREST)
        corners = self.corners[_at(free, self.corners)]
        if len(corners) < max(FEWEST, IN_VIEW * len(self.corners)):
            return None
        warped = cv2.warpPerspective(view.structure, to_here, size)
        there, found = follow(corners, self.view.structure, warped)
        found &= _at(free, there)
        if found.sum() < FEWEST:
            return None
        similarity, agree = cv2.estimateAffinePartial2D(there[found], corners[found], ransacReprojThreshold=AS_ONE)
        if similarity is None or agree.sum() < max(FEWEST, REFOUND * found.sum()):
            return None
        to_here = np.vstack([similarity, [0, 0, 1]]) @ to_here
        refined = self.alignment.refine(view.fine, view.free, to_here, homography)
        if refined is None or _moved_px(to_here, refined[0], size) > FAR:
            return None
        return _scaled(self.to_reference @ refined[0]), refined[1]


class _Track:
    """Registers one view after another by one model, and keeps the keyframes that it takes.

    to_reference: float64 (frames, 3, 3), px of the views; undefined where not found. errors: float64 (frames,), what
    difference is left in each, NaN where not found.
    """

    def __init__(self, reference: _View, frames: int, homography: bool) -> None:
        self.homography, self.keyframes = homography, [_Keyframe(reference, np.eye(3))]
        self.to_reference, self.errors = np.empty((frames, 3, 3)), np.full(frames, np.nan)
        self.restart()

    def restart(self) -> None:
        """Go on beside the reference."""
        self.last = self.keyframes[0]

    @property
    def found(self) -> np.ndarray:
        return np.isfinite(self.errors)

    def register(self, frame: int, view: _View) -> None:
        """Find the place of ``view``, the neighbour of the view before.

        The oldest keyframe of which it shows enough tells, since errors add up from one keyframe to the next; if there
        is none, the view before becomes one.
        """
        last = [] if self.last in self.keyframes else [self.last]
        for keyframe in self.keyframes + last:
            if place := keyframe.place(view, self.last.to_reference, self.homography):
                if keyframe in last:
                    self.keyframes.append(keyframe)
                self.to_reference[frame], self.errors[frame] = place
                self.last = _Keyframe(view, place[0])
                return


def _interpolated(track: _Track) -> np.ndarray:
    """Every frame's place, (frames, 3, 3): of those not found, between their neighbours' in time, or a neighbour's."""
    frames, found = np.arange(len(track.errors)), np.flatnonzero(track.found)
    entries = track.to_reference[found].reshape(-1, 9).T
    return np.stack([np.interp(frames, found, entry) for entry in entries], axis=1).reshape(-1, 3, 3)


def _moved_px(before: np.ndarray, after: np.ndarray, size: tuple[int, int]) -> float:
    """px, by how much a refinement moves the corners of a picture of ``size`` (width, height) at most."""
    corners = picture_corners(*size)
    return float(np.linalg.norm(transform(corners, after) - transform(corners, before), axis=1).max())


def _size(store: FrameStore) -> tuple[int, int]:
    """Width and height of the views, px."""
    height = min(HEIGHT, store.height)
    return height * store.width // store.height, height


def _views(store: FrameStore, joints: np.ndarray | JointFile, frames: Iterable[int]) -> Iterator[_View]:
    for picture, clearances in with_clearances(store, joints, frames, *_size(store)):
        yield _View(picture, clearances)


def _reference(store: FrameStore, joints: np.ndarray | JointFile) -> int:
    """Of some frames in the clip's middle the one with the most of a sharp background: not a blurred or black one."""
    first = round((0.5 - MIDDLE / 2) * len(store))
    frames = first + spread(round(MIDDLE * len(store)) + 1, CANDIDATES)
    views = _views(store, joints, frames.tolist())
    sharpness = [np.abs(cv2.Laplacian(view.fine, cv2.CV_32F) * view.free).sum() for view in views]
    return int(frames[np.argmax(sharpness)])


def refuse(store: FrameStore, frames: np.ndarray, why: str) -> None:
    """Raise UserError, with the seconds and ``why``, if any of ``frames``, bool (n,), is true."""
    seconds = [(float(first / store.fps), float(end / store.fps)) for first, end in _runs(frames)]
    if seconds:
        spans = " and ".join(f"from {first:.1f} to {end:.1f} s" for first, end in seconds)
        raise UserError(f"{spans} {why}: cut the target's video there, or use one in which the "
                        "background stays in view")


def _runs(frames: np.ndarray) -> list[list[int]]:
    """First and end of every run of true ``frames``, bool (n,)."""
    return np.flatnonzero(np.diff(frames, prepend=False, append=False)).reshape(-1, 2).tolist()


def _long(lost: np.ndarray, most: float) -> np.ndarray:
    """Of ``lost``, bool (frames,), only runs of more than ``most`` frames."""
    kept = np.zeros_like(lost)
    for first, end in _runs(lost):
        kept[first:end] = end - first > most
    return kept


def _drift(to_reference: np.ndarray, width: int, height: int) -> float:
    """px, by how much the picture's corners are away from their usual place in 95 % of the frames at most."""
    places = transform(picture_corners(width, height), to_reference)
    away = np.linalg.norm(places - np.median(places, axis=0), axis=2).mean(axis=1)
    return float(np.percentile(away, PERCENTILE))


def _at(where: np.ndarray, points: np.ndarray) -> np.ndarray:
    """bool (n,): ``where``, uint8 (H, W), at ``points`` (n, 2); False outside."""
    height, width = where.shape
    x, y = np.rint(points).astype(int).T
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    return inside & where[y.clip(0, height - 1), x.clip(0, width - 1)].astype(bool)


def _scaled(matrices: np.ndarray) -> np.ndarray:
    """(..., 3, 3) homographies, the same with [2, 2] = 1."""
    return matrices / matrices[..., 2:, 2:]
