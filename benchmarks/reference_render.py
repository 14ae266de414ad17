"""Rendering written plainly, the way the method's released code works: what the engine is timed against.

For every frame the whole canvas is blended once a stroke, the pose picture goes to a PNG and comes back, the generators
run without gradients in contiguous float32 with PyTorch's own instance normalization, and the result goes to a PNG;
when all frames are there, the PNGs are read again and both videos encoded.
"""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.reference_step import with_plain_norms
from pipeline.clips.layout import found_joints
from pipeline.clips.scaling import resize
from pipeline.clips.store import FrameStore
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.face_generator import FaceGenerator, label_planes
from pipeline.networks.pictures import to_picture, to_tensor
from pipeline.networks.weights import load_weights
from pipeline.pose.boxes import face_boxes
from pipeline.pose.picture import STROKE_JOINTS, STROKE_STYLES
from pipeline.video.encode import video_writer

OPACITY = 0.6  # of a stroke over what is below it


def blend_pose(joints: np.ndarray, width: int, height: int) -> np.ndarray:
    """A pose (137, 3) as uint8 RGB (height, width, 3): every stroke on a copy of the canvas, blended as a whole."""
    canvas = np.full((height, width, 3), 255, np.uint8)
    found = found_joints(joints)
    for pair, (colour, share) in zip(STROKE_JOINTS, STROKE_STYLES, strict=True):
        if found[pair].all():
            layer = canvas.copy()
            start, end = np.rint(joints[pair, :2]).astype(int).tolist()
            cv2.line(layer, start, end, colour, max(1, round(share * height)))
            canvas = cv2.addWeighted(canvas, 1 - OPACITY, layer, OPACITY, 0)
    return canvas


def resized(crop: Tensor, size: int) -> Tensor:
    """A square crop, float (1, 3, S, S), as one of ``size`` px."""
    return F.interpolate(crop, (size, size), mode="bilinear", antialias=True)


class ReferenceRendering:
    """The networks of two weight files, run plainly over ``joints`` (frames, 137, 3), pixels of the output."""

    def __init__(
        self, body: Path, face: Path, joints: np.ndarray, fps: Fraction, source: FrameStore, folder: Path,
        device: torch.device,
    ) -> None:
        tensors, header = load_weights(body)
        self.generator = with_plain_norms(BodyGenerator(**header["architecture"]))
        self.generator.load_state_dict(tensors)
        self.width, self.height = header["view"]["width"], header["view"]["height"]
        tensors, header = load_weights(face)
        self.face = with_plain_norms(FaceGenerator(**header["architecture"]))
        self.face.load_state_dict(tensors)
        for network in (self.generator, self.face):
            network.to(device).eval()
        self.device = device
        self.joints, self.source, self.folder, self.previous = joints, source, folder, None
        self.boxes = face_boxes(joints, np.zeros(len(joints), int), float(fps), self.width, self.height)
        self.size = header["size"]

    @torch.no_grad()
    def frame(self, t: int) -> None:
        """Render frame ``t``, the one after the last, to a PNG."""
        picture = blend_pose(self.joints[t], self.width, self.height)
        cv2.imwrite(str(self._path("pose", t)), picture[..., ::-1])
        pose = to_tensor(self._read("pose", t)).contiguous().to(self.device)[None]
        self.previous = self.generator(pose, self.previous)
        frame = self.previous[0].clone()
        x0, y0, x1, y1 = self.boxes[t]
        if x0 >= 0:
            crops = [resized(each[..., y0:y1, x0:x1], self.size) for each in (pose, frame[None])]
            residual = self.face(*crops, label_planes(torch.tensor([False]), crops[0]))
            frame[:, y0:y1, x0:x1] += resized(residual, y1 - y0)[0]
        cv2.imwrite(str(self._path("frame", t)), to_picture(frame)[..., ::-1])

    def encode(self, count: int, fps: Fraction, crf: int) -> None:
        """Both videos of the first ``count`` frames, from the PNGs."""
        width = round(self.source.width * self.height / self.source.height)
        names = (self.folder / "result.mp4", self.folder / "side_by_side.mp4")
        with video_writer(names[0], fps, crf) as result, video_writer(names[1], fps, crf) as side_by_side:
            for t in range(count):
                frame = self._read("frame", t)
                result(frame)
                source = resize(self.source.read(t), width, self.height)
                side_by_side(np.hstack([source, self._read("pose", t), frame]))

    def _path(self, kind: str, t: int) -> Path:
        return self.folder / f"{kind}_{t:05d}.png"

    def _read(self, kind: str, t: int) -> np.ndarray:
        return np.ascontiguousarray(cv2.imread(str(self._path(kind, t)))[..., ::-1])
