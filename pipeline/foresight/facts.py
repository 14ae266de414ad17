"""What the clips are like: measured on what the stages before training have left."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.clips import paths
from pipeline.clips.holdout import split_clip
from pipeline.clips.layout import MID_HIP, NECK
from pipeline.clips.spread import spread
from pipeline.clips.stable import StableClip
from pipeline.clips.store import FrameStore
from pipeline.clips.track import PoseTrack, bodies_seen
from pipeline.clips.warp import move_joints
from pipeline.foresight.novelty import never_seen_side, novelty
from pipeline.normalization.feet import share_outside
from pipeline.params import Split
from pipeline.pose.boxes import body_boxes
from pipeline.pose.stature import statures
from pipeline.runtime.files import read_json

LOOKED_AT = 12  # frames, evenly spread
AROUND = 0.25  # of the person's box, on each side: hair, clothes and shadow are no background
DIFFERENT = 25  # grey levels by which a px of the background differs from the plate


@dataclass(frozen=True)
class ClipFacts:
    """A clip by itself. seconds; fps; width, height: px as stored; shots: how many; coverage: share of the frames by
    part; crowded: frames with others; tall: px, the person, usually; light: 0..255, the person's median grey level."""

    name: str
    seconds: float
    fps: float
    frames: int
    width: int
    height: int
    shots: int
    coverage: dict[str, float]
    crowded: int
    tall: float
    light: float


@dataclass(frozen=True)
class SceneFacts:
    """The target's training part and its surroundings. drift: px. moving: share of the background's px, 0..1, that
    differ from the plate."""

    training_frames: int
    camera: str
    drift: float
    moving: float


@dataclass(frozen=True)
class DanceFacts:
    """A source as the target would dance it. outside: share of the frames in which neck or hips are
    outside the picture. novelty, unseen_side: by frame, see
    :mod:`pipeline.foresight.novelty`. warnings: of the normalization."""

    fps: float
    outside: float
    novelty: np.ndarray
    unseen_side: np.ndarray
    warnings: list[str]

    @property
    def seconds(self) -> list[float]:
        """When every frame is shown."""
        return (np.arange(len(self.novelty)) / self.fps).tolist()


def clip_facts(name: str, store: FrameStore, track: PoseTrack[np.ndarray]) -> ClipFacts:
    """What a clip is like. track: its poses, smoothed, in px of its frames."""
    found = read_json(paths.poses(name).with_suffix(".json"))
    tall = statures(track.joints, store.shots, float(store.fps))
    boxes = body_boxes(track.joints, store.width, store.height, 0.0)
    seen = np.flatnonzero(boxes[:, 0] >= 0)
    greys = []
    for t in seen[spread(len(seen), LOOKED_AT)].tolist():
        x0, y0, x1, y1 = boxes[t]
        greys.append(np.median(cv2.cvtColor(store.read(t)[y0:y1, x0:x1], cv2.COLOR_RGB2GRAY)))
    return ClipFacts(
        name, len(store) / float(store.fps), float(store.fps), len(store), store.width, store.height,
        len(np.unique(store.shots)), found["coverage"], found["crowded"],
        float(np.median(tall[tall > 0])) if (tall > 0).any() else 0.0, float(np.median(greys)) if greys else 0.0,
    )


def scene_facts(clip: StableClip, track: PoseTrack[np.ndarray], split: Split) -> SceneFacts:
    """What the target's surroundings are like. track: its poses, smoothed, in px of its frames."""
    seen = bodies_seen(track.joints)
    end, _ = split_clip(seen, split)
    summary = read_json(paths.BACKGROUND_SUMMARY)
    return SceneFacts(int(seen[:end].sum()), summary["model"], summary["drift"], _moving(clip, track))


def dance_facts(
    name: str, dance: PoseTrack[np.ndarray], shots: np.ndarray, target: PoseTrack[np.ndarray],
    target_shots: np.ndarray, split: Split,
) -> DanceFacts:
    """What a normalized ``dance`` asks of the ``target``. Both in px of the canvas, smoothed."""
    seen = bodies_seen(target.joints)
    end, _ = split_clip(seen, split)
    seen[end:] = False
    tall = statures(target.joints, target_shots, float(target.fps))
    known, fit = target.joints[seen], read_json(paths.normalized(name).with_suffix(".json"))
    fps = float(dance.fps)
    return DanceFacts(fps, _trunk_outside(dance), novelty(dance.joints, shots, fps, known, tall[seen]),
                      never_seen_side(dance.joints, known), fit["warnings"])


def _trunk_outside(dance: PoseTrack[np.ndarray]) -> float:
    """The share of the frames with somebody, 0..1, in which neck or hips are outside the picture."""
    seen = bodies_seen(dance.joints)
    trunk = dance.joints[seen][:, [NECK, MID_HIP]]
    return share_outside(trunk, dance.width, dance.height) if seen.any() else 0.0


def _moving(clip: StableClip, track: PoseTrack[np.ndarray]) -> float:
    """The share of the background's px that differ from the plate, 0..1: the median of some frames."""
    store = clip.store
    boxes = body_boxes(track.joints, store.width, store.height, AROUND)
    shares = []
    for t in spread(len(store), LOOKED_AT).tolist():
        frame = cv2.blur(store.read(t), (5, 5)).astype(int)
        plate = cv2.blur(clip.background(clip.camera.to_canvas[t], store.width, store.height), (5, 5))
        background = np.ones((store.height, store.width), bool)
        x0, y0, x1, y1 = boxes[t]
        background[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = False
        if background.any():
            shares.append(float((np.abs(frame - plate).max(axis=2) > DIFFERENT)[background].mean()))
    return float(np.median(shares)) if shares else 0.0


def in_frames(track: PoseTrack[np.ndarray], clip: StableClip) -> PoseTrack[np.ndarray]:
    """Poses of the canvas in px of the target's frames."""
    joints = move_joints(track.joints, np.linalg.inv(clip.camera.to_canvas))
    return PoseTrack(joints, track.times, track.fps, clip.store.width, clip.store.height, track.detector)

