"""The pose picture that the generator sees: a stick figure with face strokes and fingers on white."""

from itertools import pairwise

import cv2
import numpy as np

from pipeline.clips import layout as j
from pipeline.clips.layout import FACE, LEFT_HAND, RIGHT_HAND, found_joints

# One RGB colour per limb: the person's right side in warm colours, the left in cool ones, so that a back view differs
# from a front view; neighbouring limbs differ clearly. 23 of the 25 joints: the detector does not find small toes.
BODY_LIMBS = [
    (j.NECK, j.MID_HIP, (90, 90, 90)),
    (j.MID_HIP, j.RIGHT_HIP, (130, 60, 20)),
    (j.RIGHT_HIP, j.RIGHT_KNEE, (240, 170, 0)),
    (j.RIGHT_KNEE, j.RIGHT_ANKLE, (200, 60, 0)),
    (j.RIGHT_ANKLE, j.RIGHT_HEEL, (120, 110, 0)),
    (j.RIGHT_ANKLE, j.RIGHT_BIG_TOE, (255, 120, 90)),
    (j.MID_HIP, j.LEFT_HIP, (20, 60, 130)),
    (j.LEFT_HIP, j.LEFT_KNEE, (0, 170, 240)),
    (j.LEFT_KNEE, j.LEFT_ANKLE, (0, 60, 200)),
    (j.LEFT_ANKLE, j.LEFT_HEEL, (0, 110, 120)),
    (j.LEFT_ANKLE, j.LEFT_BIG_TOE, (90, 120, 255)),
    (j.NECK, j.RIGHT_SHOULDER, (170, 0, 80)),
    (j.RIGHT_SHOULDER, j.RIGHT_ELBOW, (255, 0, 0)),
    (j.RIGHT_ELBOW, j.RIGHT_WRIST, (255, 90, 180)),
    (j.NECK, j.LEFT_SHOULDER, (0, 110, 60)),
    (j.LEFT_SHOULDER, j.LEFT_ELBOW, (0, 200, 0)),
    (j.LEFT_ELBOW, j.LEFT_WRIST, (60, 210, 170)),
    (j.NECK, j.NOSE, (0, 0, 0)),
    (j.NOSE, j.RIGHT_EYE, (255, 0, 150)),
    (j.RIGHT_EYE, j.RIGHT_EAR, (200, 120, 0)),
    (j.NOSE, j.LEFT_EYE, (110, 0, 255)),
    (j.LEFT_EYE, j.LEFT_EAR, (0, 150, 120)),
]

# Lines through FACE's points, whether they are closed, and their colours.
FACE_STROKES = [
    (range(0, 17), False, (120, 120, 120)),  # jaw
    (range(17, 22), False, (150, 70, 0)),  # right brow
    (range(22, 27), False, (0, 70, 150)),  # left brow
    (range(27, 31), False, (60, 60, 60)),  # bridge of the nose
    (range(31, 36), False, (60, 60, 60)),  # its base
    (range(36, 42), True, (200, 0, 0)),  # right eye
    (range(42, 48), True, (0, 0, 200)),  # left eye
    (range(48, 60), True, (200, 0, 160)),  # outer lip
]
FACE_POINTS = [(68, (120, 0, 0)), (69, (0, 0, 120))]  # pupils

# Thumb to little finger: four joints each, starting at the wrist, joint 0.
FINGERS = [range(1 + 4 * finger, 5 + 4 * finger) for finger in range(5)]
RIGHT_FINGERS = [(255, 0, 0), (220, 120, 0), (150, 130, 0), (220, 0, 130), (130, 0, 40)]
LEFT_FINGERS = [(0, 0, 255), (0, 130, 220), (0, 150, 130), (110, 0, 220), (0, 60, 100)]

BODY_WIDTH, FACE_WIDTH, HAND_WIDTH = 1 / 64, 1 / 256, 1 / 256  # of the picture's height
PUPIL_WIDTH = 1 / 128
SUBPIXEL_BITS = 4


def _strokes() -> tuple[np.ndarray, list[tuple[tuple[int, int, int], float]]]:
    """Every stroke in drawing order: joint pairs (strokes, 2), and (colour, width) of each."""
    strokes = [((start, end), colour, BODY_WIDTH) for start, end, colour in BODY_LIMBS]
    for points, closed, colour in FACE_STROKES:
        line = [FACE.start + point for point in points]
        line += line[:1] if closed else []
        strokes += [(pair, colour, FACE_WIDTH) for pair in pairwise(line)]
    strokes += [((FACE.start + point,) * 2, colour, PUPIL_WIDTH) for point, colour in FACE_POINTS]
    for hand, colours in ((RIGHT_HAND, RIGHT_FINGERS), (LEFT_HAND, LEFT_FINGERS)):
        for finger, colour in zip(FINGERS, colours, strict=True):
            line = [hand.start, *(hand.start + point for point in finger)]
            strokes += [(pair, colour, HAND_WIDTH) for pair in pairwise(line)]
    return np.array([pair for pair, _, _ in strokes]), [stroke[1:] for stroke in strokes]


STROKE_JOINTS, STROKE_STYLES = _strokes()


def draw_pose(joints: np.ndarray, width: int, height: int) -> np.ndarray:
    """Draw one pose as a picture, uint8 RGB (height, width, 3).

    joints: (137, 3) of (x, y, confidence) in pixels of that picture, inside it or not. A stroke is drawn if both its
    joints are found. Line widths are proportional to the picture's height (1 px at least), so that a pose drawn at
    another size looks like the picture resized.
    """
    picture = np.full((height, width, 3), 255, np.uint8)
    strokes = np.flatnonzero(found_joints(joints)[STROKE_JOINTS].all(axis=1))
    ends = joints[STROKE_JOINTS[strokes], :2].astype(np.float64)
    border = max(BODY_WIDTH * height, 1) + 1  # lines cut here end outside the picture, round caps included
    ends, visible = _clip(ends, np.array([-border, -border]), np.array([width + border, height + border]))
    # OpenCV counts from the centre of the first pixel, which is (0.5, 0.5) here.
    ends = np.rint((ends[visible] - 0.5) * 2**SUBPIXEL_BITS).astype(int).tolist()
    for stroke, (start, end) in zip(strokes[visible].tolist(), ends, strict=True):
        colour, share = STROKE_STYLES[stroke]
        thickness = max(1, round(share * height))
        cv2.line(picture, start, end, colour, thickness, cv2.LINE_AA, SUBPIXEL_BITS)
    return picture


def _clip(ends: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cut segments (n, 2, 2) to the box low..high, so that no coordinate overflows OpenCV's integers.

    Returns the cut segments and which of them (n,) meet the box at all (Liang-Barsky).
    """
    start, step = ends[:, 0], ends[:, 1] - ends[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        crossings = np.stack([(low - start) / step, (high - start) / step])
    inside = (start >= low) & (start <= high)
    parallel = step == 0
    enter = np.where(parallel, np.where(inside, 0.0, np.inf), crossings.min(axis=0)).max(axis=1).clip(min=0)
    leave = np.where(parallel, 1.0, crossings.max(axis=0)).min(axis=1).clip(max=1)
    visible = enter <= leave
    share = np.where(visible[:, None], np.stack([enter, leave], axis=1), 0.0)
    return start[:, None] + share[..., None] * step[:, None], visible
