"""Reference frames: training frames of the target that show body, head and hands much as a pose has them.

A network remembers prints, folds and hair only as well as its weights can hold them; from a reference it copies them.
Head and hands have references of their own: who dances alike need not look the same way.
"""

import numpy as np
import torch
from torch import Tensor

from pipeline.clips.layout import mirrored
from pipeline.clips.spread import spread_runs
from pipeline.clips.stable import StableClip
from pipeline.clips.track import BLOCK, Joints
from pipeline.clips.warp import move_joints
from pipeline.reference.facing import side_shown, turned
from pipeline.reference.likeness import PARTS, before_body, centred, differences, smooth_path
from pipeline.reference.moving import Patch, moved, put_over

MOST = 2000  # frames of a longer clip; the others are much like these
NEAREST = 5  # of which training takes one at random, so that the generator meets good and less good ones
APART_SECONDS = 1.0  # a training frame's own neighbours are as like it as no frame of a dance will be: none is used
SWITCH = 0.1**2  # squared sizes: how much more alike another reference must be to be worth a visible change
WORST = 1.0  # squared sizes: what a reference costs at most, so that a path always exists
AWAY = 0.15**2  # squared sizes: what it costs that a reference shows the other side of the person
BEFORE = 0.15**2  # squared sizes: what it costs that its hand is before the body, and the pose's is not
UNLIKE = 0.4**2  # squared sizes: a part that costs more, or is not seen, is taken from the body's reference, too
STORED, PREFIX = ("frames", "joints", "statures"), "references."


class References:
    """The training frames from which the generator copies.

    clip: the target's. frames: int64 (n,), their numbers, ascending. joints: float32 (n, 137, 3) in px of the canvas,
    smoothed. statures: float64 (n,), px. Each is meant by its number among them, from 0 on; a choice is of as many
    numbers as there are PARTS, int64 (parts,). May be handed to other processes.
    """

    def __init__(self, clip: StableClip, frames: np.ndarray, joints: np.ndarray, statures: np.ndarray) -> None:
        self.clip, self.frames, self.joints, self.statures = clip, frames, joints, statures
        self.reach = round(APART_SECONDS * float(clip.store.fps))
        self.poses, self.sides = [centred(joints, statures, part) for part in PARTS], side_shown(joints)
        self.before_body = [before_body(joints, statures, part) for part in PARTS]
        shots = clip.store.shots[frames]
        self.follows = (np.diff(frames, prepend=-2) == 1) & (np.diff(shots, prepend=shots[0]) == 0)

    def tensors(self) -> dict[str, Tensor]:
        """All but the clip, to be stored beside a generator's weights."""
        return {PREFIX + name: torch.from_numpy(getattr(self, name)) for name in STORED}

    def near(self, t: int, joints: np.ndarray, draw: int) -> np.ndarray:
        """For training: a choice of references most alike to frame t, at random.

        None is within a second of it, and none shows the other side of the person, which frame t does not.

        joints: those of frame t, (137, 3) in px of the canvas. The person is as tall in it as in the next reference in
        time. draw: another number, another choice.
        """
        next_in_time = min(int(np.searchsorted(self.frames, t)), len(self.frames) - 1)
        stature, apart = self.statures[next_in_time : next_in_time + 1], np.abs(self.frames - t)
        same_side = side_shown(joints) * self.sides >= 0
        allowed = same_side & (apart > self.reach)
        if not allowed.any():  # a clip, or a back, shorter than that: the farthest there is
            return np.repeat((apart * (same_side | ~same_side.any())).argmax(), len(PARTS))
        random, choice = np.random.default_rng(draw), np.zeros(len(PARTS), np.int64)
        for number in range(len(PARTS)):
            costs = np.where(allowed, self._costs(number, joints[None], stature)[0], np.inf)
            best = np.argsort(costs, kind="stable")[:NEAREST]
            best = best[costs[best] <= (UNLIKE if number else WORST)]
            if len(best):
                choice[number] = random.choice(best)
            else:
                choice[number] = choice[0] if number else np.where(allowed, apart, -1).argmax()
        return choice

    def before(self, choice: np.ndarray) -> np.ndarray:
        """The references of the frames before those of ``choice``; themselves where there is none."""
        return choice - self.follows[choice]

    def path(self, joints: Joints, statures: np.ndarray, own: np.ndarray | None = None) -> np.ndarray:
        """For rendering: the choice for every pose, int64 (frames, parts), which seldom changes abruptly.

        joints: (frames, 137, 3) in px of the canvas. statures: px. own: int (frames,), if they are training frames,
        which: those within a second of them are not used, nor those of the other side.
        """
        path = np.zeros((len(joints), len(PARTS)), np.int64)
        for start in range(0, len(joints), BLOCK):
            block = np.s_[start : start + BLOCK]
            poses, tall = joints[block], statures[block]
            for number in range(len(PARTS)):
                costs = self._costs(number, poses, tall)
                if own is not None:
                    allowed = np.abs(self.frames - own[block, None]) > self.reach
                    allowed &= side_shown(poses)[:, None] * self.sides >= 0
                    costs[~allowed & allowed.any(axis=1, keepdims=True)] = np.inf
                path[block, number] = smooth_path(np.minimum(costs, WORST), self.follows, SWITCH)
                if number:
                    unlike = np.take_along_axis(costs, path[block, number, None], axis=1)[:, 0] > UNLIKE
                    path[block, number][unlike] = path[block, 0][unlike]
                else:
                    poses = self.facing_alike(path[block], poses)
        return path

    def _costs(self, number: int, joints: np.ndarray, statures: np.ndarray) -> np.ndarray:
        """How unlike a part of poses (n, 137, 3) and of all references is, (n, references) squared sizes."""
        part, theirs = PARTS[number], self.poses[number]
        costs = differences(centred(joints, statures, part), theirs, part)
        if number:  # of poses that are turned already; a hand before shirt or face brings some of it along
            return costs + BEFORE * (self.before_body[number] & ~before_body(joints, statures, part)[:, None])
        other_side = side_shown(joints)[:, None] * self.sides < 0
        if other_side.any():
            turned_round = differences(centred(mirrored(joints), statures, part), theirs, part) + AWAY
            costs = np.where(other_side, turned_round, costs)
        return costs

    def facing_alike(self, choices: np.ndarray, joints: np.ndarray) -> np.ndarray:
        """Poses (..., 137, 3) turned round where the body's reference, of ``choices`` (..., parts), is of the other
        side of the person."""
        return turned(joints, self.sides[choices[..., 0]])

    def picture(self, choice: np.ndarray, joints: np.ndarray, view: np.ndarray, width: int, height: int) -> np.ndarray:
        """References moved into another pose: uint8 (height, width, 5), see :func:`moved`.

        joints: that pose, (137, 3) in px of the canvas. view: (3, 3), from px of the picture to px of the canvas.
        """
        here = move_joints(self.facing_alike(choice, joints), np.linalg.inv(view))

        def moved_here(number: int, limbs: slice) -> Patch:
            frame = int(self.frames[number])
            return moved(self.clip, frame, self.joints[number], here, width, height, limbs)

        picture = np.zeros((height, width, 5), np.uint8)
        body, *others = choice.tolist()
        rows, columns, pixels = moved_here(body, PARTS[0].limbs)
        picture[rows, columns] = pixels
        for part, number in zip(PARTS[1:], others, strict=True):
            if number != body:
                put_over(picture, moved_here(number, part.limbs), here, part.limbs)
        return picture


def references_of(clip: StableClip, joints: Joints, statures: np.ndarray, seen: np.ndarray) -> References:
    """Those of a clip's frames that ``seen``, bool (n,), allows: training frames that show a body, at most 2,000.

    joints: (frames, 137, 3) in px of the canvas, smoothed. statures: (frames,), px.
    """
    frames = spread_runs(np.flatnonzero(seen), MOST)
    poses = np.stack([joints[t] for t in frames.tolist()])
    return References(clip, frames, poses, statures[frames])


def stored_references(clip: StableClip, tensors: dict[str, Tensor]) -> References | None:
    """Those that :meth:`References.tensors` stored beside a generator's weights; None if there are none."""
    stored = [tensors[PREFIX + name].numpy() for name in STORED if PREFIX + name in tensors]
    return References(clip, *stored) if stored else None
