"""Render the held-out frames of the target clip and measure them against the real ones."""

from dataclasses import replace

import numpy as np
from tqdm import tqdm

from pipeline.gan.pictures import resize
from pipeline.gan.render import Renderer
from pipeline.metrics.flicker import flicker
from pipeline.metrics.lpips import Lpips
from pipeline.metrics.missed_detections import missed_detections
from pipeline.metrics.pose_distance import pose_distance
from pipeline.metrics.records import Record, prefixed
from pipeline.metrics.ssim import ssim
from pipeline.params import Keypoints, Pose
from pipeline.pose.boxes import body_boxes, face_boxes
from pipeline.pose.detector import HolisticDetector
from pipeline.pose.picture import draw_pose
from pipeline.pose.smoothing import smooth
from pipeline.pose.track import PoseTrack
from pipeline.reporting.contact_sheet import Example
from pipeline.spread import spread
from pipeline.video.store import FrameStore

BODY_MARGIN = 0.1  # of the pose's longer side: joints lie inside the body, the crop holds all of it
EXAMPLES = 6  # frames shown in the picture


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
    bodies = body_boxes(poses, width, height, pose.min_confidence, BODY_MARGIN)
    faces = face_boxes(poses, face_size, width, height, pose.min_confidence)
    follows = set(store.pairs().tolist())
    shown = set(spread(len(poses), EXAMPLES).tolist())
    thresholds = keypoints.min_detection_confidence, keypoints.min_tracking_confidence

    records: list[Record] = []
    examples: list[Example] = []
    before = None
    frames = tqdm(renderer.render(held_out), desc="evaluate", unit="frame", total=len(poses))
    with HolisticDetector(*thresholds) as on_real, HolisticDetector(*thresholds) as on_generated:
        for index, generated in enumerate(frames):
            frame = first + index
            real = resize(store.read(frame), width, height)
            record: Record = {"frame": frame, "time": float(store.times[frame])}
            record |= similarity("body", real, generated, bodies[index], lpips)
            record |= similarity("face", real, generated, faces[index], lpips)
            found = on_real.detect(real), on_generated.detect(generated)
            record |= prefixed("pose_distance", pose_distance(*found, pose.min_confidence))
            record |= prefixed("missed_detections", missed_detections(*found, pose.min_confidence))
            if before is not None and frame in follows:
                record |= prefixed("temporal", flicker(before[0], real, before[1], generated))
            records.append(record)
            before = real, generated
            if index in shown:
                drawn = draw_pose(poses[index], width, height, pose.min_confidence)
                examples.append(Example(frame, real, drawn, generated, faces[index]))
    return records, examples


def similarity(name: str, real: np.ndarray, generated: np.ndarray, box: np.ndarray, lpips: Lpips) -> Record:
    """SSIM and LPIPS of the crop ``box`` (x0, y0, x1, y1); nothing if it is absent or too small for them."""
    x0, y0, x1, y1 = box
    if min(x1 - x0, y1 - y0) < lpips.smallest:
        return {}
    a, b = real[y0:y1, x0:x1], generated[y0:y1, x0:x1]
    return {f"{name}.ssim": ssim(a, b), f"{name}.{lpips.name}": float(lpips(a[None], b[None])[0])}
