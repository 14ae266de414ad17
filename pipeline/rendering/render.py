"""Rendering a clip's poses frame by frame, each frame from its pose and the frame before, then refining the face."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from pipeline.clips.stable import StableClip
from pipeline.clips.track import PoseTrack, bodies_seen
from pipeline.clips.warp import move_joints, warp, window_matrix
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.compositing import Layers
from pipeline.networks.face_generator import FaceGenerator
from pipeline.networks.pictures import on_device
from pipeline.networks.weights import load_weights, sha256
from pipeline.pose.picture import draw_pose
from pipeline.pose.windows import View
from pipeline.rendering.inference import for_inference
from pipeline.rendering.overlay import Overlay, add_residual, lay_over, opaque, overlay_of
from pipeline.rendering.parts import PartRenderer
from pipeline.runtime.parallel import in_threads
from pipeline.user.cli import UserError


@dataclass(frozen=True)
class Windowed:
    """What the body generator makes of one pose, in its window.

    frame: float (3, h, w) in [-1, 1]. layers: of which it is made; None if the generator makes whole frames, or nobody
    is there.
    """

    frame: Tensor
    layers: Layers | None


class BodyRenderer:
    """The trained body generator, run recurrently over any number of poses.

    view: through what windows. Raises UserError if ``weights`` is missing or no weight file.
    """

    def __init__(self, weights: Path, clip: StableClip, device: torch.device) -> None:
        tensors, header = load_weights(weights)
        self.generator = BodyGenerator(**header["architecture"])
        self.generator.load_state_dict(tensors)
        self.clip, self.device, self.precision = clip, device, header["precision"]
        for_inference(self.generator, device, self.precision)
        self.view = View(**header["view"])

    def in_windows(self, joints: np.ndarray, windows: np.ndarray) -> np.ndarray:
        """Joints (frames, 137, 3) of the canvas in px of the pictures of their windows."""
        matrices = np.stack([np.linalg.inv(window_matrix(window, *self.view.size)) for window in windows])
        return move_joints(joints, matrices)

    @torch.inference_mode()
    def run(self, joints: np.ndarray, windows: np.ndarray, begins: np.ndarray | None = None) -> Iterator[Windowed]:
        """What is made of each pose of ``joints`` (frames, 137, 3) of the canvas, in its window.

        windows: (frames, 4), see :meth:`View.windows`. The previous output is zeros for the first frame and wherever
        ``begins``, bool (frames,), is True; it moves along into the next window. For a pose in which no body was found,
        a case that training leaves out, nothing is generated: the frame is the plate; if the generator has none, the
        last frame with a body is repeated, or before any, the first that will come. The next frame with a body starts
        from zeros again. Pose pictures are drawn ahead by a thread.
        """
        width, height = self.view.width, self.view.height
        poses, seen = self.in_windows(joints, windows), bodies_seen(joints)

        def look(t: int) -> tuple[np.ndarray, np.ndarray]:
            view = window_matrix(windows[t], width, height)
            return draw_pose(poses[t], width, height), self.clip.background(view, width, height)

        previous: Tensor | None = None
        nobody: Tensor | None = None
        for t, (drawn, background) in enumerate(in_threads(look, range(len(poses)), threads=1)):
            plate = on_device(background, self.device)[None] if self.generator.layered else None
            if seen[t]:
                if begins is not None and begins[t]:
                    previous = None
                elif previous is not None:
                    previous = follow_window(previous, windows[t - 1], windows[t], plate)
                pose = on_device(drawn, self.device)[None]
                layers = None
                if plate is None:
                    previous = self.generator(pose, previous)
                else:
                    layers = self.generator.layers(pose, previous)
                    previous = layers.over(plate)
                yield Windowed(previous[0], layers)
                continue
            if plate is not None:
                nobody = plate[0]
            elif previous is not None:
                nobody = previous[0]
            if nobody is None:
                nobody = self._alone(poses[seen])
            previous = None
            yield Windowed(nobody, None)

    def _alone(self, poses: np.ndarray) -> Tensor:
        """The frame of ``poses[0]`` from zeros, float (3, height, width) on the device; grey if there is none."""
        width, height = self.view.width, self.view.height
        if not len(poses):
            return torch.zeros(3, height, width, device=self.device)
        return self.generator(on_device(draw_pose(poses[0], width, height), self.device)[None], None)[0]


class Renderer:
    """The body generator and, if it was trained, the Face GAN that refines face and hands, laid over the plate.

    body, face: weight files; ``face`` may hold no network (``face.enabled: false``). The refined parts are not fed back
    to the body generator: the Face GAN was trained on frames that the body generator made from its own output. clip:
    the target's. Raises UserError if a weight file is missing or none of this project's, or if the Face GAN belongs to
    another body generator.
    """

    def __init__(self, body: Path, face: Path, clip: StableClip, device: torch.device) -> None:
        self.body, self.clip = BodyRenderer(body, clip, device), clip
        tensors, header = load_weights(face)
        if header["body"] != sha256(body):
            raise UserError(f"{face} was trained with another body generator than {body}: run `dvc repro`")
        self.face: PartRenderer | None = None
        if header["enabled"]:
            network = FaceGenerator(**header["architecture"])
            network.load_state_dict(tensors)
            for_inference(network, device, self.body.precision)
            self.face = PartRenderer(network, header["size"], header["hands"], device)

    @torch.inference_mode()
    def render(
        self, track: PoseTrack[np.ndarray], shots: np.ndarray, cameras: np.ndarray
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """(pose picture, rendered frame) for every pose of ``track`` in order, both uint8 RGB of a stored frame's size.

        track: poses in px of the canvas. shots: int (frames,), another number after every cut. Each shot starts from
        zeros, as the clip does. cameras: float64 (frames, 3, 3), from px of the rendered frame to px of the canvas.
        Frames without a body: see :meth:`BodyRenderer.run`.
        """
        size, store = self.body.view.size, self.clip.store
        windows = self.body.view.windows(track, track.joints, shots)
        begins = np.diff(shots, prepend=shots[:1]) != 0
        squares = np.empty(0) if self.face is None else self.face.squares(track, shots)
        behind, seen_from = np.empty(0), np.zeros((3, 3))
        for t, made in enumerate(self.body.run(track.joints, windows, begins)):
            if not np.array_equal(cameras[t], seen_from):
                seen_from = cameras[t]
                behind = warp(self.clip.plate, seen_from, store.width, store.height)
            from_canvas = np.linalg.inv(seen_from)
            frame, overlay = behind, self._overlay(made)
            if overlay is not None:
                frame = lay_over(behind, overlay, from_canvas @ window_matrix(windows[t], *size))
                if self.face is not None:
                    for matrix, residual in self.face.residuals(made.frame, windows[t], track.joints[t], squares[t]):
                        add_residual(frame, residual, from_canvas @ matrix)
            yield draw_pose(move_joints(track.joints[t], from_canvas), store.width, store.height), frame

    def _overlay(self, made: Windowed) -> Overlay | None:
        """What to lay over the plate; None where nobody is and the plate alone shows."""
        if made.layers is not None:
            return overlay_of(made.layers)
        return None if self.body.generator.layered else opaque(made.frame)


def follow_window(previous: Tensor, window: np.ndarray, into: np.ndarray, plate: Tensor | None) -> Tensor:
    """The ``previous`` frame, float (1, 3, h, w), seen in ``window``, as it looks through the window ``into``.

    Where it does not reach there is the ``plate``, or if there is none, its outermost pixels.
    """
    if np.array_equal(window, into):
        return previous
    height, width = previous.shape[2:]
    size, before = into[2:] - into[:2], window[2:] - window[:2]
    zoom, shift = size / before, (into[:2] + into[2:] - window[:2] - window[2:]) / before
    theta = torch.tensor([[zoom[0], 0, shift[0]], [0, zoom[1], shift[1]]], dtype=torch.float32, device=previous.device)
    grid = F.affine_grid(theta[None], [1, 3, height, width], align_corners=False)
    moved = F.grid_sample(previous.float(), grid, padding_mode="border", align_corners=False)
    if plate is None:
        return moved
    inside = (grid.abs() <= 1).all(dim=-1)[:, None]
    return torch.where(inside, moved, plate)
