"""Reference frames: training frames of the target in a similar pose, moved limb by limb into the pose asked for.

A network remembers prints, folds and hair only as well as its weights can hold them; from a reference it copies them.
"""

import cv2
import numpy as np
import torch
from torch import Tensor

from pipeline.clips.spread import spread_runs
from pipeline.clips.stable import StableClip
from pipeline.clips.track import BLOCK, Joints
from pipeline.clips.warp import move_joints, transform, warp, window_matrix
from pipeline.reference.landmarks import landmark_flow
from pipeline.reference.likeness import centred, differences, smooth_path
from pipeline.reference.limb_flow import limb_flow

MOST = 2000  # frames of a longer clip; the others are much like these
NEAREST = 5  # of which training takes one at random, so that the generator meets good and less good ones
APART_SECONDS = 1.0  # a training frame's own neighbours are as like it as no frame of a dance will be: none is used
SWITCH = 0.1**2  # squared heights: how much more alike another reference must be to be worth a visible change
WORST = 1.0  # squared heights: what a reference costs at most, so that a path always exists
CELLS = 64  # rows of the grid on which the limbs' flow is computed, and between which it is interpolated
FINE = 128  # rows of that on which it is corrected at the joints
SAME, OTHER = 6.0, 18.0  # grey levels: a pixel that differs less from the plate shows it, and more, the person
EDGE = 0.02  # of the window's height: so near the border of its own frame a reference counts less
STORED, PREFIX = ("frames", "joints", "windows", "statures"), "references."


class References:
    """The training frames from which the generator copies.

    clip: the target's. frames: int64 (n,), their numbers, ascending. joints: float32 (n, 137, 3) in px of the canvas,
    smoothed. windows: float64 (n, 4), of the canvas. statures: float64 (n,), px. Each is meant by its number among
    them, from 0 on. May be handed to other processes.
    """

    def __init__(
        self, clip: StableClip, frames: np.ndarray, joints: np.ndarray, windows: np.ndarray, statures: np.ndarray
    ) -> None:
        self.clip, self.frames, self.joints, self.windows, self.statures = clip, frames, joints, windows, statures
        self.reach = round(APART_SECONDS * float(clip.store.fps))
        self.poses = centred(joints, statures)
        shots = clip.store.shots[frames]
        self.follows = (np.diff(frames, prepend=-2) == 1) & (np.diff(shots, prepend=shots[0]) == 0)

    def tensors(self) -> dict[str, Tensor]:
        """All but the clip, to be stored beside a generator's weights."""
        return {PREFIX + name: torch.from_numpy(getattr(self, name)) for name in STORED}

    def near(self, t: int, joints: np.ndarray, draw: int) -> int:
        """For training: one of the references most alike to frame t, but none within a second of it, at random.

        joints: those of frame t, (137, 3) in px of the canvas. The person is as tall in it as in the next reference in
        time. draw: another number, another choice.
        """
        next_in_time = min(int(np.searchsorted(self.frames, t)), len(self.frames) - 1)
        pose = centred(joints[None], self.statures[next_in_time : next_in_time + 1])
        costs = differences(pose, self.poses)[0]
        costs[np.abs(self.frames - t) <= self.reach] = np.inf
        best = np.argsort(costs, kind="stable")[:NEAREST]
        best = best[np.isfinite(costs[best])]
        if not len(best):  # a clip shorter than that: the farthest there is
            return int(np.abs(self.frames - t).argmax())
        return int(np.random.default_rng(draw).choice(best))

    def before(self, number: int) -> int:
        """The reference of the frame before that of ``number``; itself if there is none."""
        return number - 1 if self.follows[number] else number

    def path(self, joints: Joints, statures: np.ndarray, own: np.ndarray | None = None) -> np.ndarray:
        """For rendering: the number of the reference of every pose, int64 (frames,), that seldom changes abruptly.

        joints: (frames, 137, 3) in px of the canvas. statures: px. own: int (frames,), if they are training frames,
        which: those within a second of them are not used.
        """
        parts = []
        for start in range(0, len(joints), BLOCK):
            block = np.s_[start : start + BLOCK]
            costs = differences(centred(joints[block], statures[block]), self.poses)
            if own is not None:
                apart = np.abs(self.frames - own[block, None]) > self.reach
                costs[~apart & apart.any(axis=1, keepdims=True)] = np.inf
            parts.append(smooth_path(np.minimum(costs, WORST), self.follows, SWITCH))
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def picture(self, number: int, joints: np.ndarray, view: np.ndarray, width: int, height: int) -> np.ndarray:
        """A reference moved into another pose: uint8 (height, width, 4), RGB and how valid it is, 0 to 255.

        Valid is what shows the same limb, within the reference's own frame, and not its background.

        joints: that pose, (137, 3) in px of the canvas. view: (3, 3), from px of the picture to px of the canvas.
        """
        theirs = window_matrix(self.windows[number], width, height)
        here, there = move_joints(joints, np.linalg.inv(view)), move_joints(self.joints[number], np.linalg.inv(theirs))
        rows, columns = CELLS, round(CELLS * width / height)
        flow = limb_flow(_grid(rows, columns, width, height), here, there)
        inside = self._inside(number, flow.places, theirs)
        places, valid = (
            cv2.resize(each.reshape(rows, columns, -1).astype(np.float32), (width, height))
            for each in (flow.places, flow.valid * inside)
        )
        scale = np.array([FINE / height, FINE / height, 1], np.float32)
        correction = landmark_flow(here * scale, there * scale, round(FINE * width / height), FINE) / scale[0]
        places += cv2.resize(correction, (width, height)) - 0.5
        window = warp(self.clip.store.read(int(self.frames[number])), self._to_frame(number) @ theirs, width, height)
        differs = cv2.absdiff(window, self.clip.background(theirs, width, height)).max(axis=2)
        person = cv2.blur(((differs - SAME) / (OTHER - SAME)).clip(0, 1).astype(np.float32), (3, 3))
        x, y = (np.ascontiguousarray(places[..., axis]) for axis in range(2))
        moved = cv2.remap(window, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        valid *= cv2.remap(person, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.dstack([moved, np.rint(valid.clip(0, 1) * 255).astype(np.uint8)])

    def _to_frame(self, number: int) -> np.ndarray:
        """(3, 3), from px of the canvas to px of a reference's frame."""
        return np.linalg.inv(self.clip.camera.to_canvas[self.frames[number]])

    def _inside(self, number: int, places: np.ndarray, theirs: np.ndarray) -> np.ndarray:
        """Whether ``places`` (n, 2) lie within a reference's frame, (n,): 0 at its border, 1 from EDGE on.

        theirs: (3, 3), from px of the places to px of the canvas.
        """
        seen, size = transform(places, self._to_frame(number) @ theirs), (self.clip.store.width, self.clip.store.height)
        from_border = np.minimum(seen, size - seen).min(axis=1)
        edge = EDGE * (self.windows[number, 3] - self.windows[number, 1])  # px of the canvas
        return (from_border / edge).clip(0, 1)


def references_of(
    clip: StableClip, joints: Joints, windows: np.ndarray, statures: np.ndarray, seen: np.ndarray
) -> References:
    """Those of a clip's frames that ``seen``, bool (n,), allows: training frames that show a body, at most 2,000.

    joints: (frames, 137, 3) in px of the canvas, smoothed. windows: (frames, 4). statures: (frames,).
    """
    frames = spread_runs(np.flatnonzero(seen), MOST)
    poses = np.stack([joints[t] for t in frames.tolist()])
    return References(clip, frames, poses, windows[frames], statures[frames])


def _grid(rows: int, columns: int, width: float, height: float) -> np.ndarray:
    """The middles of ``rows`` x ``columns`` cells of a picture of ``width`` x ``height`` px, row by row: (n, 2)."""
    grid = np.stack(np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5), axis=-1)
    return grid.reshape(-1, 2) * (width / columns, height / rows)


def stored_references(clip: StableClip, tensors: dict[str, Tensor]) -> References | None:
    """Those that :meth:`References.tensors` stored beside a generator's weights; None if there are none."""
    stored = [tensors[PREFIX + name].numpy() for name in STORED if PREFIX + name in tensors]
    return References(clip, *stored) if stored else None
