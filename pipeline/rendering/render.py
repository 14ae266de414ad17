"""Rendering a clip's poses frame by frame, each frame from its pose and the frame before, then refining the face."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pipeline.clips.scaling import scale_joints
from pipeline.clips.track import PoseTrack, bodies_seen
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.face_generator import FaceGenerator
from pipeline.networks.pictures import to_float, to_picture, to_planes
from pipeline.networks.weights import load_weights, sha256
from pipeline.pose.boxes import face_boxes
from pipeline.pose.picture import draw_pose
from pipeline.rendering.inference import for_inference
from pipeline.runtime.parallel import in_threads
from pipeline.user.cli import UserError


class BodyRenderer:
    """The trained body generator, run recurrently over any number of poses.

    width, height: px of the pictures it makes. Raises UserError if ``weights`` is missing or no weight file.
    """

    def __init__(self, weights: Path, device: torch.device) -> None:
        tensors, header = load_weights(weights)
        self.generator = BodyGenerator(**header["architecture"])
        self.generator.load_state_dict(tensors)
        self.device, self.precision = device, header["precision"]
        for_inference(self.generator, device, self.precision)
        self.width, self.height = header["width"], header["height"]

    def scale(self, track: PoseTrack[np.ndarray]) -> np.ndarray:
        """A track's joints, (frames, 137, 3), in pixels of the pictures this renderer makes."""
        return scale_joints(track.joints, self.height / track.height)

    @torch.inference_mode()
    def run(self, joints: np.ndarray, begins: np.ndarray | None = None) -> Iterator[tuple[np.ndarray, Tensor]]:
        """For each pose of ``joints`` (frames, 137, 3), pixels of the output: (pose picture, generated frame).

        The picture is uint8 RGB (height, width, 3), the frame float (3, height, width) in [-1, 1] on the device. The
        previous output is zeros for the first frame and wherever ``begins``, bool (frames,), is True. For a pose in
        which no body was found, a case that training leaves out, nothing is generated: the frame is the background
        plate; if the generator has no plate, the last frame with a body is repeated, or before any, the first that will
        come. The next frame with a body starts from zeros again. Pose pictures are drawn ahead by a thread.
        """
        draw = partial(draw_pose, width=self.width, height=self.height)
        seen = bodies_seen(joints)
        previous: Tensor | None = None
        nobody = self.generator.plate
        for t, picture in enumerate(in_threads(draw, joints, threads=1)):
            if seen[t]:
                if begins is not None and begins[t]:
                    previous = None
                previous = self.generator(on_device(picture, self.device)[None], previous)
                yield picture, previous[0]
                continue
            if self.generator.plate is None and previous is not None:
                nobody = previous[0]
            if nobody is None:
                nobody = self._alone(draw, joints[seen])
            previous = None
            yield picture, nobody

    def _alone(self, draw: Callable[[np.ndarray], np.ndarray], poses: np.ndarray) -> Tensor:
        """The frame of ``poses[0]`` from zeros, float (3, height, width) on the device; grey if there is none."""
        if not len(poses):
            return torch.zeros(3, self.height, self.width, device=self.device)
        return self.generator(on_device(draw(poses[0]), self.device)[None], None)[0]


class Renderer:
    """The body generator and, if it was trained, the Face GAN that refines its output.

    body, face: weight files; ``face`` may hold no network (``face.enabled: false``). The refined face is not fed back
    to the body generator: the Face GAN was trained on frames that the body generator made from its own output. Raises
    UserError if a weight file is missing or none of this project's, or if the Face GAN belongs to another body
    generator.
    """

    def __init__(self, body: Path, face: Path, device: torch.device) -> None:
        self.body = BodyRenderer(body, device)
        self.width, self.height = self.body.width, self.body.height
        tensors, header = load_weights(face)
        if header["body"] != sha256(body):
            raise UserError(f"{face} was trained with another body generator than {body}: run `dvc repro`")
        self.face: FaceGenerator | None = None
        if header["enabled"]:
            self.size = header["size"]
            self.face = FaceGenerator(**header["architecture"])
            self.face.load_state_dict(tensors)
            for_inference(self.face, device, self.body.precision)

    def scale(self, track: PoseTrack[np.ndarray]) -> np.ndarray:
        """A track's joints, (frames, 137, 3), in pixels of the rendered pictures."""
        return self.body.scale(track)

    @torch.inference_mode()
    def render(self, track: PoseTrack[np.ndarray], shots: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """(pose picture, rendered frame) for every pose of ``track`` in order, both uint8 RGB (height, width, 3).

        shots: int (frames,), another number after every cut. Each shot starts from zeros, as the clip does. Frames
        without a body: see :meth:`BodyRenderer.run`.
        """
        joints, begins = self.scale(track), np.diff(shots, prepend=shots[:1]) != 0
        boxes = np.full((len(joints), 4), -1)
        if self.face is not None:
            boxes = np.concatenate([
                face_boxes(shot, self.size, self.width, self.height)
                for shot in np.split(joints, np.flatnonzero(begins))
            ])
        for (picture, frame), (x0, y0, x1, y1) in zip(self.body.run(joints, begins), boxes, strict=True):
            if self.face is not None and x0 >= 0:
                frame = frame.clone()  # the unrefined frame is what the body generator gets back
                crop = frame[:, y0:y1, x0:x1]
                crop += self.face(on_device(picture[y0:y1, x0:x1], self.body.device)[None], crop[None])[0]
            yield picture, to_picture(frame)


def on_device(picture: np.ndarray, device: torch.device) -> Tensor:
    """uint8 RGB (H, W, 3) -> float32 (3, H, W) in [-1, 1] on ``device``; it is sent there as bytes."""
    return to_float(to_planes(picture).to(device))
