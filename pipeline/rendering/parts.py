"""Refining the small parts, face and hands, of what the body generator made."""

from collections.abc import Iterator

import numpy as np
import torch

from pipeline.clips.track import PoseTrack
from pipeline.clips.warp import move_joints, warp
from pipeline.networks.face_generator import FaceGenerator, label_planes
from pipeline.networks.pictures import on_device
from pipeline.pose.parts import FACE, part_matrix, part_squares
from pipeline.pose.picture import draw_pose


class PartRenderer:
    """The trained face generator. size: px of its crops. hands: whether it refines them, too."""

    def __init__(self, network: FaceGenerator, size: int, hands: bool, device: torch.device) -> None:
        self.network, self.size, self.hands, self.device = network, size, hands, device

    def squares(self, track: PoseTrack[np.ndarray], shots: np.ndarray) -> np.ndarray:
        """Where the parts are that it refines, see :func:`part_squares`."""
        return part_squares(track.joints, shots, float(track.fps), self.hands)

    @torch.inference_mode()
    def residuals(
        self, frame: np.ndarray, from_canvas: np.ndarray, joints: np.ndarray, squares: np.ndarray
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """What to add to each part that is seen: (from its px to px of the canvas, float32 (S, S, 3) in grey levels).

        frame: uint8 RGB (H, W, 3), what the body generator made, laid over the plate. from_canvas: (3, 3), from px of
        the canvas to its px. joints: (137, 3) in px of the canvas. squares: (parts, 4), NaN where a part is not seen.
        """
        seen = np.flatnonzero(np.isfinite(squares[:, 0]))
        if not len(seen):
            return
        matrices = [part_matrix(squares[part], self.size, int(part)) for part in seen]
        poses, crops = zip(*(
            (draw_pose(move_joints(joints, np.linalg.inv(matrix)), self.size, self.size),
             warp(frame, from_canvas @ matrix, self.size, self.size))
            for matrix in matrices
        ), strict=True)
        given = [torch.stack([on_device(each, self.device) for each in pictures]) for pictures in (poses, crops)]
        label = label_planes(torch.from_numpy(seen != FACE), given[0])
        residuals = self.network(*given, label) * 127.5
        yield from zip(matrices, residuals.permute(0, 2, 3, 1).float().cpu().numpy(), strict=True)
