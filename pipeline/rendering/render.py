"""Rendering a clip's poses frame by frame, each frame from its pose and the frame before, then refining the face."""

from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import NamedTuple, cast

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
from pipeline.pose.stature import statures
from pipeline.pose.windows import View
from pipeline.reference.moving import covered
from pipeline.reference.references import References, stored_references
from pipeline.rendering.inference import for_inference
from pipeline.rendering.overlay import Overlay, add_residual, lay_over, opaque, overlay_of, trimmed
from pipeline.rendering.parts import PartRenderer
from pipeline.runtime.parallel import in_threads
from pipeline.user.cli import UserError


class Windowed(NamedTuple):
    """What the body generator makes of one pose, in its window.

    frame: float (3, h, w) in [-1, 1]. overlays: the same, to be laid over the background one after another: the whole
    window, and over it, if there are references, the person at the size that is delivered; with a plate, none where
    nobody is.
    """

    frame: Tensor
    overlays: list[Overlay]


class Closer(NamedTuple):
    """References moved into a pose, at the size that is delivered, where the person is.

    picture: uint8 (h, w, 5). rows, columns: which part of the generator's picture it shows. view: (3, 3), from px of
    the picture to px of the generator's.
    """

    picture: np.ndarray
    rows: slice
    columns: slice
    view: np.ndarray


class BodyRenderer:
    """A trained body generator, run recurrently over any number of poses.

    generator: is made ready for inference on ``device``. references: of ``clip``, if it copies from some. view: through
    what windows.
    """

    def __init__(
        self, generator: BodyGenerator, references: References | None, view: View, precision: str, clip: StableClip,
        device: torch.device,
    ) -> None:
        self.generator, self.references, self.view = generator, references, view
        self.clip, self.device, self.precision = clip, device, precision
        for_inference(generator, device, precision)

    def for_clip(self, clip: StableClip, references: References | None) -> "BodyRenderer":
        """The same generator, for another clip and its references."""
        other = copy(self)
        other.clip, other.references = clip, references
        return other

    def in_windows(self, joints: np.ndarray, windows: np.ndarray) -> np.ndarray:
        """Joints (frames, 137, 3) of the canvas in px of the pictures of their windows."""
        matrices = np.stack([np.linalg.inv(window_matrix(window, *self.view.size)) for window in windows])
        return move_joints(joints, matrices)

    def path(
        self, joints: np.ndarray, shots: np.ndarray, fps: float, own: np.ndarray | None = None
    ) -> np.ndarray | None:
        """The references' choice for each of ``joints`` (frames, 137, 3) of the canvas, int64 (frames, parts); None if
        there are none.

        shots: int (frames,), another number after every cut. fps: frames per second. own: see :meth:`References.path`.
        """
        if self.references is None:
            return None
        return self.references.path(joints, statures(joints, shots, fps), own)

    def turned(self, joints: np.ndarray, path: np.ndarray | None) -> np.ndarray:
        """The poses as the person is rendered: turned round where no reference shows that side in a pose at all like
        it, so that the pose pictures, too, are such as training has seen. joints, path: see :meth:`path`."""
        return joints if self.references is None or path is None else self.references.facing_alike(path, joints)

    @torch.inference_mode()
    def run(
        self, joints: np.ndarray, windows: np.ndarray, path: np.ndarray | None = None,
        begins: np.ndarray | None = None, scale: float = 1.0,
    ) -> Iterator[Windowed]:
        """What is made of each pose of ``joints`` (frames, 137, 3) of the canvas, in its window.

        windows: (frames, 4), see :meth:`View.windows`. path: see :meth:`path`. scale: of what is delivered, px a px of
        the canvas. The previous output is zeros for the first frame and wherever ``begins``, bool (frames,), is True;
        it moves along into the next window. For a pose in which no body was found, a case that training leaves out,
        nothing is generated: the frame is the plate; if the generator has none, the last frame with a body is repeated,
        or before any, the first that will come. The next frame with a body starts from zeros again. Pose pictures are
        drawn, and references moved, ahead by a thread.
        """
        width, height = self.view.width, self.view.height
        poses, seen = self.in_windows(joints, windows), bodies_seen(joints)

        def look(t: int) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, Closer | None]:
            view = window_matrix(windows[t], width, height)
            pictures = draw_pose(poses[t], width, height), self.clip.background(view, width, height)
            if self.references is None or path is None or not seen[t]:
                return *pictures, None, None
            reference = self.references.picture(path[t], joints[t], view, width, height)
            return *pictures, reference, self._closer(path[t], joints[t], windows[t], scale)

        previous: Tensor | None = None
        nobody: Tensor | None = None
        for t, (drawn, background, moved, closer) in enumerate(in_threads(look, range(len(poses)), threads=1)):
            plate = on_device(background, self.device)[None] if self.generator.layered else None
            if seen[t]:
                if begins is not None and begins[t]:
                    previous = None
                elif previous is not None:
                    previous = follow_window(previous, windows[t - 1], windows[t], plate)
                pose = on_device(drawn, self.device)[None]
                if plate is None:
                    previous = self.generator(pose, previous)
                    yield Windowed(previous[0], [opaque(previous[0])])
                    continue
                reference = None if moved is None else on_device(moved, self.device)[None]
                layers = self.generator.layers(pose, previous, reference)
                previous = layers.over(plate, reference)
                yield Windowed(previous[0], self._overlays(layers, closer))
                continue
            if plate is not None:
                nobody = plate[0]
            elif previous is not None:
                nobody = previous[0]
            if nobody is None:
                nobody = self._alone(poses[seen])
            previous = None
            yield Windowed(nobody, [] if self.generator.layered else [opaque(nobody)])

    def _closer(self, choice: np.ndarray, joints: np.ndarray, window: np.ndarray, scale: float) -> Closer | None:
        """A choice of references in the pose ``joints``, (137, 3) in px of the canvas; None where no limb is seen."""
        width, height = self.view.size
        to_canvas = window_matrix(window, width, height)
        rows, columns = covered(move_joints(joints, np.linalg.inv(to_canvas)), width, height)
        box = np.array([columns.start, rows.start, columns.stop, rows.stop])
        if (box[2:] <= box[:2]).any():
            return None
        zoom = delivered_size(window, scale, width, height)[1] / height
        size = np.maximum(np.rint(zoom * (box[2:] - box[:2])), 1).astype(int).tolist()
        view = window_matrix(box, *size)
        picture = cast(References, self.references).picture(choice, joints, to_canvas @ view, *size)
        return Closer(picture, rows, columns, view)

    def _overlays(self, layers: Layers, closer: Closer | None) -> list[Overlay]:
        """Those of the layers that the generator makes of one frame."""
        whole = trimmed(overlay_of(layers, np.eye(3)))
        if closer is None:
            return [whole]
        part = layers.cut(closer.rows, closer.columns).seen_close(on_device(closer.picture, self.device)[None])
        return [whole, overlay_of(part, closer.view)]

    def _alone(self, poses: np.ndarray) -> Tensor:
        """The frame of ``poses[0]`` from zeros, float (3, height, width) on the device; grey if there is none."""
        width, height = self.view.width, self.view.height
        if not len(poses):
            return torch.zeros(3, height, width, device=self.device)
        return self.generator(on_device(draw_pose(poses[0], width, height), self.device)[None], None)[0]

    def over(self, background: np.ndarray, made: Windowed, window: np.ndarray, from_canvas: np.ndarray) -> np.ndarray:
        """What is made of a pose laid over ``background``, uint8 RGB (H, W, 3), at its place.

        window: its own. from_canvas: (3, 3), from px of the canvas to px of the background.
        """
        result, to_background = background.copy(), from_canvas @ window_matrix(window, *self.view.size)
        for overlay in made.overlays:
            lay_over(result, background, overlay, to_background)
        return result


def load_body(weights: Path, clip: StableClip, device: torch.device) -> BodyRenderer:
    """The body generator that stage train_body left. Raises UserError if ``weights`` is missing or no weight file."""
    tensors, header = load_weights(weights)
    generator = BodyGenerator(**header["architecture"])
    generator.load_state_dict({name: tensors[name] for name in generator.state_dict()})
    references = stored_references(clip, tensors)
    return BodyRenderer(generator, references, View(**header["view"]), header["precision"], clip, device)


def delivered_size(window: np.ndarray, scale: float, width: int, height: int) -> tuple[int, int]:
    """(width, height) of a picture that shows ``window`` with ``scale`` px a px of the canvas.

    width, height: px of the generator's picture; it is never smaller than that.
    """
    enlarged = max(1.0, scale * (window[3] - window[1]) / height)
    return round(enlarged * width), round(enlarged * height)


class Renderer:
    """The body generator and, if it was trained, the Face GAN that refines face and hands, laid over the plate.

    body, face: weight files; ``face`` may hold no network (``face.enabled: false``). The refined parts are not fed back
    to the body generator: the Face GAN was trained on frames that the body generator made from its own output. clip:
    the target's. Raises UserError if a weight file is missing or none of this project's, or if the Face GAN belongs to
    another body generator.
    """

    def __init__(self, body: Path, face: Path, clip: StableClip, device: torch.device) -> None:
        self.body, self.clip = load_body(body, clip, device), clip
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
        path = self.body.path(track.joints, shots, float(track.fps))
        asked, track = track, track.with_joints(self.body.turned(track.joints, path))
        store, seen = self.clip.store, bodies_seen(track.joints)
        windows = self.body.view.windows(track, track.joints, shots)
        begins = np.diff(shots, prepend=shots[:1]) != 0
        squares = np.empty(0) if self.face is None else self.face.squares(track, shots)
        behind, seen_from = np.empty(0), np.zeros((3, 3))
        for t, made in enumerate(self.body.run(track.joints, windows, path, begins)):
            if not np.array_equal(cameras[t], seen_from):
                seen_from = cameras[t]
                behind = warp(self.clip.plate, seen_from, store.width, store.height)
            from_canvas = np.linalg.inv(seen_from)
            frame = self.body.over(behind, made, windows[t], from_canvas)
            if self.face is not None and seen[t]:
                for matrix, residual in self.face.residuals(frame, from_canvas, track.joints[t], squares[t]):
                    add_residual(frame, residual, from_canvas @ matrix)
            yield draw_pose(move_joints(asked.joints[t], from_canvas), store.width, store.height), frame


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
