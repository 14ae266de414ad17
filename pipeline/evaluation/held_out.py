"""Render the held-out frames of the target clip and measure them against the real ones."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from pipeline.clips.layout import found_only
from pipeline.clips.spread import spread
from pipeline.clips.track import PoseTrack
from pipeline.clips.warp import move_joints
from pipeline.detection.detector import open_detector
from pipeline.evaluation import registry
from pipeline.evaluation.contact_sheet import Example
from pipeline.evaluation.lpips import Lpips
from pipeline.evaluation.measure import CROPS, HeldOutFrame, Record
from pipeline.evaluation.torch_threads import in_parallel
from pipeline.params import Keypoints, Pose
from pipeline.pose.boxes import body_boxes, face_boxes
from pipeline.pose.smoothing import smooth
from pipeline.rendering.render import Renderer
from pipeline.user.progress import Progress

BODY_MARGIN = 0.1  # of the pose's longer side: joints lie inside the body, the crop holds all of it
EXAMPLES = 6  # frames shown in the picture

Detection = Callable[[np.ndarray], Future]  # uint8 RGB (H, W, 3) -> joints (137, 3), when they are found


def evaluate_held_out(
    track: PoseTrack[np.ndarray],
    first: int,
    renderer: Renderer,
    lpips: Lpips,
    keypoints: Keypoints,
    pose: Pose,
    write: Callable[[np.ndarray], None],
) -> tuple[list[Record], list[Example]]:
    """Render the frames from ``first`` on recurrently and compare each with the real one, as it is stored.

    track: the target's poses in the canvas, as detected. Body and face are crops around the input pose; the detector
    follows the real and the generated clip, both at the stored size. write: gets every frame, real, pose and generated
    side by side, uint8 RGB (H, 3 W, 3). Returns a record a frame and some evenly spread frames to look at.
    """
    store, cameras = renderer.clip.store, renderer.clip.camera.to_canvas[first:]
    joints = smooth(track.joints, pose, store.shots, float(store.fps))
    held_out = replace(track, joints=joints[first:], times=track.times[first:])
    shots = store.shots[first:]
    poses = move_joints(held_out.joints, np.linalg.inv(cameras))
    bodies = body_boxes(poses, store.width, store.height, BODY_MARGIN)
    faces = face_boxes(poses, shots, float(store.fps), store.width, store.height)
    follows = set(store.pairs().tolist())
    shown = set(spread(len(poses), EXAMPLES).tolist())
    measures = registry.of_held_out(lpips.name)
    examples: list[Example] = []

    def frames(on_real: Detection, on_generated: Detection) -> Iterator[HeldOutFrame]:
        before = None
        for index, (drawn, generated) in enumerate(renderer.render(held_out, shots, cameras)):
            number = first + index
            real = store.read(number)
            write(np.hstack([real, drawn, generated]))
            if index in shown:
                examples.append(Example(number, real, drawn, generated, faces[index]))
            boxes = dict(zip(CROPS, (bodies[index], faces[index]), strict=True))
            crops = cut_out((real, generated), boxes, lpips.smallest)
            found = on_real(real), on_generated(generated)
            pair = before if number in follows else None
            yield HeldOutFrame(number, real, generated, pair, crops, found, lpips)
            before = real, generated

    def score(frame: HeldOutFrame) -> Record:
        record: Record = {"frame": frame.number, "time": float(store.times[frame.number])}
        for measure in measures:
            record |= measure.of(frame)
        return record

    with detection(keypoints, pose) as on_real, detection(keypoints, pose) as on_generated:
        scored = in_parallel(score, frames(on_real, on_generated))
        return list(Progress(scored, "evaluate", "frame", len(poses))), examples


@contextmanager
def detection(keypoints: Keypoints, pose: Pose) -> Iterator[Detection]:
    """A detector on a thread of its own, which takes the frames in the order in which they are given.

    Joints that it finds with less than the confidence that ``pose`` demands do not count.
    """
    detector = open_detector(keypoints)
    with ThreadPoolExecutor(1) as thread:
        yield lambda picture: thread.submit(lambda: found_only(detector.detect(picture), pose.min_confidence))


def cut_out(
    pair: tuple[np.ndarray, np.ndarray], boxes: Mapping[str, np.ndarray], smallest: int
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Both pictures' crops by name, without those of which a side is shorter than ``smallest`` px.

    boxes: (x0, y0, x1, y1) each, -1 if absent.
    """
    large = {name: box for name, box in boxes.items() if min(box[2] - box[0], box[3] - box[1]) >= smallest}
    real, generated = pair
    return {name: (real[y0:y1, x0:x1], generated[y0:y1, x0:x1]) for name, (x0, y0, x1, y1) in large.items()}
