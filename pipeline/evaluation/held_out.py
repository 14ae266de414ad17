"""Render the held-out frames of the target clip and measure them against the real ones."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from tqdm import tqdm

from pipeline.clips.layout import found_only
from pipeline.clips.scaling import resize
from pipeline.clips.spread import spread
from pipeline.clips.store import FrameStore
from pipeline.clips.track import PoseTrack
from pipeline.detection.detector import HolisticDetector
from pipeline.evaluation.contact_sheet import Example
from pipeline.evaluation.flicker import flicker
from pipeline.evaluation.lpips import Lpips
from pipeline.evaluation.missed_detections import missed_detections
from pipeline.evaluation.pose_distance import pose_distance
from pipeline.evaluation.records import Record, prefixed
from pipeline.evaluation.ssim import ssim
from pipeline.evaluation.torch_threads import in_parallel
from pipeline.evaluation.warping import warp_error
from pipeline.params import Keypoints, Pose
from pipeline.pose.boxes import body_boxes, face_boxes
from pipeline.pose.smoothing import smooth
from pipeline.rendering.render import Renderer

BODY_MARGIN = 0.1  # of the pose's longer side: joints lie inside the body, the crop holds all of it
EXAMPLES = 6  # frames shown in the picture

Detection = Callable[[np.ndarray], Future]  # uint8 RGB (H, W, 3) -> joints (137, 3), when they are found


@dataclass(frozen=True)
class Pair:
    """A held-out frame and what was rendered for it, uint8 RGB (H, W, 3).

    index: from the first held-out frame. found: the joints in both, (137, 3) each, when they are found. before: the
    same two pictures of the frame before, if it truly came just before.
    """

    index: int
    real: np.ndarray
    generated: np.ndarray
    found: tuple[Future, Future]
    before: tuple[np.ndarray, np.ndarray] | None


def evaluate_held_out(
    store: FrameStore,
    track: PoseTrack,
    first: int,
    renderer: Renderer,
    lpips: Lpips,
    keypoints: Keypoints,
    pose: Pose,
    face_size: int,
) -> tuple[list[Record], list[Example]]:
    """Render the frames from ``first`` on recurrently and compare each with the real one at the same size.

    track: the clip's poses as detected. face_size: px of the rendered picture. Body and face are crops around
    the input pose; the detector follows the real and the generated clip, both at the rendered size. Returns a
    record a frame and some evenly spread frames to look at.
    """
    joints = smooth(track.joints, pose.smooth_window, pose.max_gap, pose.min_confidence)
    held_out = replace(track, joints=joints[first:], times=track.times[first:])
    width, height = renderer.width, renderer.height
    poses = renderer.scale(held_out)
    bodies = body_boxes(poses, width, height, BODY_MARGIN)
    faces = face_boxes(poses, face_size, width, height)
    follows = set(store.pairs().tolist())
    shown = set(spread(len(poses), EXAMPLES).tolist())
    thresholds = keypoints.min_detection_confidence, keypoints.min_tracking_confidence

    examples: list[Example] = []

    def pairs(on_real: Detection, on_generated: Detection) -> Iterator[Pair]:
        before = None
        for index, (drawn, generated) in enumerate(renderer.render(held_out, store.shots[first:])):
            frame = first + index
            real = resize(store.read(frame), width, height)
            if index in shown:
                examples.append(Example(frame, real, drawn, generated, faces[index]))
            found = on_real(real), on_generated(generated)
            yield Pair(index, real, generated, found, before if frame in follows else None)
            before = real, generated

    def score(pair: Pair) -> Record:
        frame, real, generated = first + pair.index, pair.real, pair.generated
        record: Record = {"frame": frame, "time": float(store.times[frame])}
        record |= similarity("body", real, generated, bodies[pair.index], lpips)
        record |= similarity("face", real, generated, faces[pair.index], lpips)
        found = [found_only(detection.result(), pose.min_confidence) for detection in pair.found]
        record |= prefixed("pose_distance", pose_distance(*found))
        record |= prefixed("missed_detections", missed_detections(*found))
        if pair.before:
            clips = pair.before[0], real, pair.before[1], generated
            record |= prefixed("temporal", flicker(*clips) | warp_error(*clips))
        return record

    with detection(*thresholds) as on_real, detection(*thresholds) as on_generated:
        scored = in_parallel(score, pairs(on_real, on_generated))
        return list(tqdm(scored, desc="evaluate", unit="frame", total=len(poses))), examples


@contextmanager
def detection(min_detection: float, min_tracking: float) -> Iterator[Detection]:
    """A detector on a thread of its own, which takes the frames in the order in which they are given."""
    with HolisticDetector(min_detection, min_tracking) as detector, ThreadPoolExecutor(1) as thread:
        yield partial(thread.submit, detector.detect)


def similarity(name: str, real: np.ndarray, generated: np.ndarray, box: np.ndarray, lpips: Lpips) -> Record:
    """SSIM and LPIPS of the crop ``box`` (x0, y0, x1, y1); nothing if it is absent or too small for them."""
    x0, y0, x1, y1 = box
    if min(x1 - x0, y1 - y0) < lpips.smallest:
        return {}
    a, b = real[y0:y1, x0:x1], generated[y0:y1, x0:x1]
    return {f"{name}.ssim": ssim(a, b), f"{name}.{lpips.name}": float(lpips(a[None], b[None])[0])}
