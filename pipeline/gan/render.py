"""Rendering a clip of poses frame by frame, each frame from the one before, with the face on top."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pipeline.cli import UserError
from pipeline.devices import autocast
from pipeline.gan.body_generator import BodyGenerator
from pipeline.gan.data import scale_joints
from pipeline.gan.face_generator import FaceGenerator
from pipeline.gan.pictures import to_picture, to_tensor
from pipeline.gan.weights import load_weights, sha256
from pipeline.pose.boxes import face_boxes
from pipeline.pose.picture import draw_pose
from pipeline.pose.track import PoseTrack


class BodyRenderer:
    """The trained body generator, run recurrently over any number of poses.

    width, height: pixels of the pictures it makes. min_confidence: below it a joint is not drawn.
    Raises UserError if ``weights`` is missing or foreign.
    """

    def __init__(self, weights: Path, device: torch.device) -> None:
        tensors, header = load_weights(weights)
        self.generator = BodyGenerator(**header["architecture"])
        self.generator.load_state_dict(tensors)
        self.generator.to(device).eval().requires_grad_(False)
        self.device = device
        self.width, self.height = header["width"], header["height"]
        self.min_confidence, self.precision = header["min_confidence"], header["precision"]

    def scale(self, track: PoseTrack) -> np.ndarray:
        """A track's joints, (frames, 137, 3), in pixels of the pictures this renderer makes."""
        return scale_joints(track.joints, self.height / track.height)

    @torch.no_grad()
    def run(self, joints: np.ndarray) -> Iterator[tuple[Tensor, Tensor]]:
        """For each pose of ``joints`` (frames, 137, 3), pixels of the output: (pose picture, generated frame).

        Both float (3, height, width) in [-1, 1] on the device. The first frame's previous output is zeros.
        """
        previous = None
        for pose in joints:
            picture = to_tensor(draw_pose(pose, self.width, self.height, self.min_confidence)).to(self.device)
            with autocast(self.device, self.precision):
                previous = self.generator(picture[None], previous)
            yield picture, previous[0]


class Renderer:
    """The body generator and, where it was trained, the Face GAN that refines its output.

    ``face`` without a network (``face.enabled: false``) renders the body alone. The face is never fed back:
    the Face GAN was trained on the body generator's own output. Raises UserError if a weight file is
    missing or foreign, or if the Face GAN belongs to another body generator.
    """

    def __init__(self, body: Path, face: Path, device: torch.device) -> None:
        self.body = BodyRenderer(body, device)
        self.width, self.height = self.body.width, self.body.height
        self.min_confidence = self.body.min_confidence
        tensors, header = load_weights(face)
        if header["body"] != sha256(body):
            raise UserError(f"{face} was trained with another body generator than {body}: run `dvc repro`")
        self.face = None
        if header["enabled"]:
            self.size = header["size"]
            self.face = FaceGenerator(**header["architecture"])
            self.face.load_state_dict(tensors)
            self.face.to(device).eval().requires_grad_(False)

    def scale(self, track: PoseTrack) -> np.ndarray:
        """A track's joints, (frames, 137, 3), in pixels of the rendered pictures."""
        return self.body.scale(track)

    @torch.no_grad()
    def render(self, track: PoseTrack) -> Iterator[np.ndarray]:
        """Every frame of ``track`` in order, uint8 RGB (height, width, 3)."""
        joints = self.scale(track)
        boxes = np.full((len(track), 4), -1)
        if self.face is not None:
            boxes = face_boxes(joints, self.size, self.width, self.height, self.min_confidence)
        for (pose, frame), (x0, y0, x1, y1) in zip(self.body.run(joints), boxes, strict=True):
            if x0 >= 0:
                frame = frame.clone()  # the frame without the face goes on to the next step
                crop = frame[:, y0:y1, x0:x1]
                with autocast(self.body.device, self.body.precision):
                    residual = self.face(pose[None, :, y0:y1, x0:x1], crop[None])[0]
                frame[:, y0:y1, x0:x1] = crop + residual
            yield to_picture(frame)
