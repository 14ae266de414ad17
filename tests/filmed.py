"""Clips of a known room by a camera that moves in a known way, with a block for a person before it."""

from fractions import Fraction

import cv2
import numpy as np

from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.clips.warp import picture_corners, to_opencv, transform

WIDTH, HEIGHT, FRAMES, FPS = 192, 256, 24, Fraction(12)
ROOM = 512  # px, of which the frame of a camera that is not moved shows the middle
BLOCKS = [(68, 58, -4, 4), (58, 26, -8, 8), (26, 0, -8, -2), (26, 0, 2, 8)]  # px up and across: head, trunk, legs
HOME = np.array([[1, 0, (ROOM - WIDTH) / 2], [0, 1, (ROOM - HEIGHT) / 2], [0, 0, 1]])
MIDDLE = np.array([[1, 0, WIDTH / 2], [0, 1, HEIGHT / 2], [0, 0, 1]])


def room(contrast=1.0):
    """uint8 RGB (512, 512, 3), random, with coarse and fine structure as rooms have."""
    random = np.random.default_rng(0)
    noise = sum(
        cv2.resize(random.uniform(-60, 60, (cells, cells, 3)), (ROOM, ROOM), interpolation=cv2.INTER_CUBIC)
        for cells in (32, 128)
    )
    return (130 + contrast * noise).clip(60, 200).astype(np.uint8)


def moved(x=0.0, y=0.0, degrees=0.0, zoom=1.0, tilt=0.0):
    """(3, 3), px of a frame to px of the room: shifted, turned, enlarged and tilted around the frame's middle."""
    cos, sin = zoom * np.cos(np.deg2rad(degrees)), zoom * np.sin(np.deg2rad(degrees))
    return HOME @ MIDDLE @ np.array([[cos, -sin, x], [sin, cos, y], [tilt, 0, 1]]) @ np.linalg.inv(MIDDLE)


def shake(t):
    """As of a hand: 10 px and a degree at most."""
    return moved(7 * np.sin(0.7 * t) + 3 * np.sin(2.1 * t), 10 * np.sin(0.5 * t + 1), np.sin(0.9 * t))


def walk(t):
    return WIDTH / 2 + 40 * np.sin(t / 5), 220


def film(path, figure, camera, background, shown=lambda t, picture: picture):
    """-> (store, joints). camera: frame t -> (3, 3). shown: frame t and what the camera sees -> what is stored."""
    random = np.random.default_rng(1)

    def picture(t):
        seen = to_opencv(np.linalg.inv(camera(t)))
        frame = cv2.warpPerspective(background, seen, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC)
        x, y = (round(value) for value in walk(t))
        for top, bottom, left, right in BLOCKS:
            frame[y - top : y - bottom, x + left : x + right] = (160, 0, 160)
        frame = shown(t, frame)
        return (frame + random.normal(0, 2, frame.shape)).clip(0, 255).round().astype(np.uint8)

    frames = (StoredFrame(picture(t), 0, float(t / FPS)) for t in range(FRAMES))
    write_frames(path, frames, WIDTH, HEIGHT, FPS)
    return FrameStore(path), np.stack([figure(*walk(t)) for t in range(FRAMES)])


def errors(to_reference, camera):
    """px, float64 (frames,): how far the frames' corners are from their true places in the reference, on average."""
    reference = int(np.argmin(np.abs(to_reference - np.eye(3)).sum(axis=(1, 2))))
    truth = np.stack([np.linalg.inv(camera(reference)) @ camera(t) for t in range(FRAMES)])
    corners = picture_corners(WIDTH, HEIGHT)
    away = transform(corners, to_reference) - transform(corners, truth)
    return np.linalg.norm(away, axis=2).mean(axis=1)
