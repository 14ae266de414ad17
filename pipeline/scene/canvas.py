"""The canvas: one view that stands still, in which all frames of a clip lie, and its background plate."""

import cv2
import numpy as np

from pipeline.clips.camera import Camera
from pipeline.clips.spread import spread
from pipeline.clips.store import FrameStore
from pipeline.clips.warp import picture_corners, to_opencv, transform
from pipeline.pose.joint_file import JointFile
from pipeline.runtime.parallel import in_threads, usable_cores
from pipeline.scene.plate import fill_unseen, seen_background
from pipeline.scene.registration import Registration, refuse
from pipeline.scene.sample import FRAMES, BackgroundSample, sampled_frames, with_clearances
from pipeline.user.progress import Progress

AROUND = 1  # frames' widths and heights to every side of the reference: as far as the canvas may reach
# How many frames tell of a plate: 201 of 512 x 512 px, fewer of larger ones, since time grows with the pixels.
PIXELS, FEWEST = FRAMES * 512**2, 61
BAND = 1 << 30  # bytes of the sample that are held at a time
LOOK = 512  # px at most: height of the pictures in which the person is looked for
OUT_OF_VIEW = -1000.0  # clearance
SHOWN, OUTLINES = 1600, 5  # of the picture to judge by: px at most; frames
FAR = 10.0  # clearance: no farther, since interpolation knows no infinity


def camera_of(store: FrameStore, registration: Registration) -> Camera:
    """The smallest canvas that holds all frames of ``store``.

    Raises UserError if a frame lies more than a frame's width or height beside the reference.
    """
    width, height = store.width, store.height
    if registration.model == "still":
        return Camera(registration.to_reference, width, height)
    views = transform(picture_corners(width, height), registration.to_reference)
    size = np.array([width, height])
    beyond = np.any((views < -AROUND * size) | (views > (1 + AROUND) * size), axis=(1, 2))
    refuse(store, beyond, "the target's camera shows a place far from that of the middle of the clip")
    first = np.floor(views.min(axis=(0, 1)))
    canvas = np.ceil(views.max(axis=(0, 1))) - first
    shift = np.array([[1, 0, -first[0]], [0, 1, -first[1]], [0, 0, 1]])
    return Camera(shift @ registration.to_reference, int(canvas[0]), int(canvas[1]))


def canvas_plate(store: FrameStore, joints: np.ndarray | JointFile, end: int, camera: Camera) -> np.ndarray:
    """The background of frames 0..end-1 without the person, uint8 RGB (H, W, 3) of the canvas.

    joints: (frames, 137, 3) in px of the store. What no frame shows is painted in from around it. Works through the
    canvas in bands, so that memory stays below 2 GB. Raises UserError if nobody is found in any frame.
    """
    most = min(FRAMES, max(FEWEST, PIXELS // (store.width * store.height)))
    frames = sampled_frames(store, joints, end, most)
    height = min(LOOK, store.height)
    looked = with_clearances(store, joints, frames, height * store.width // store.height, height)
    looked = Progress(looked, "background: person", "frame", len(frames))
    clearances = [distance.clip(-FAR, FAR).astype(np.float16) for _, distance in looked]

    rows = max(1, BAND // (5 * camera.width * len(frames)))
    bands = []
    for top in Progress(range(0, camera.height, rows), "background: plate", "band"):
        tall = min(rows, camera.height - top)
        sample = BackgroundSample(
            np.empty((len(frames), tall, camera.width, 3), np.uint8),
            np.empty((len(frames), tall, camera.width), np.float16),
        )

        def place(index: int, top: int = top, sample: BackgroundSample = sample) -> None:
            picture, distance = store.read(frames[index]), clearances[index].astype(np.float32)
            distance = cv2.resize(distance, (store.width, store.height), interpolation=cv2.INTER_LINEAR)
            if not camera.moves:
                band = np.s_[top : top + sample.pictures.shape[1]]
                sample.pictures[index], sample.clearances[index] = picture[band], distance[band]
                return
            matrix = to_opencv(np.array([[1, 0, 0], [0, 1, -top], [0, 0, 1]]) @ camera.to_canvas[frames[index]])
            size = sample.pictures.shape[2], sample.pictures.shape[1]
            sample.pictures[index] = cv2.warpPerspective(
                picture, matrix, size, flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE
            )
            sample.clearances[index] = cv2.warpPerspective(distance, matrix, size, borderValue=OUT_OF_VIEW)

        for _ in in_threads(place, range(len(frames)), usable_cores()):
            pass
        bands.append(seen_background(sample))
    pictures, seen = zip(*bands, strict=True)
    return fill_unseen(np.concatenate(pictures), np.concatenate(seen))


def draw_camera(plate: np.ndarray, camera: Camera, width: int, height: int) -> np.ndarray:
    """The plate, uint8 RGB (H, W, 3) of at most 1600 px, with where the frames lie, to judge it by.

    Outlines of a few frames of ``width`` x ``height`` px, from the first (blue) to the last (red), and the way of all
    frames' middles in black.
    """
    factor = min(1.0, SHOWN / max(plate.shape[:2]))
    picture = cv2.resize(plate, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    if not camera.moves:
        return picture
    middles = transform(np.array([[width / 2, height / 2]]), camera.to_canvas)[:, 0]
    chosen = spread(len(camera.to_canvas), OUTLINES)
    for share, frame in zip(np.linspace(0, 1, len(chosen)), chosen, strict=True):
        outline = transform(picture_corners(width, height), camera.to_canvas[frame])
        _line(picture, outline * factor, (round(255 * share), 64, round(255 * (1 - share))), closed=True)
    _line(picture, middles * factor, (0, 0, 0), closed=False)
    return picture


def _line(picture: np.ndarray, points: np.ndarray, colour: tuple[int, int, int], closed: bool) -> None:
    """Draw a line through ``points`` (n, 2), corner-based, on ``picture``; a sixteenth of a pixel exact."""
    whole = np.rint((points - 0.5) * 16).astype(np.int32)
    cv2.polylines(picture, [whole], closed, colour, thickness=2, lineType=cv2.LINE_AA, shift=4)
