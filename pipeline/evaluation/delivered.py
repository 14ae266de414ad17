"""Score a source's delivered video against the truth: the target really doing the source's dance."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from pipeline.clips.layout import found_only
from pipeline.clips.spread import spread
from pipeline.clips.store import FrameStore
from pipeline.clips.warp import move_joints
from pipeline.evaluation import registry
from pipeline.evaluation.baselines import Baselines
from pipeline.evaluation.comparison_sheet import Comparison
from pipeline.evaluation.lpips import Lpips
from pipeline.evaluation.measure import Record, prefixed
from pipeline.evaluation.pose_distance import pose_distance
from pipeline.evaluation.regions import RegionMeasures
from pipeline.evaluation.torch_threads import in_parallel
from pipeline.evaluation.truth import TruthClip, TruthFrame
from pipeline.rendering.render import Renderer
from pipeline.user.progress import Progress
from pipeline.video.fit import fit_into
from pipeline.video.probe import Video
from pipeline.video.read import read_pictures

SCORED = 24  # frames, evenly spread: at the delivered size, each takes seconds
EXAMPLES = 6  # of these: shown in the picture


@dataclass(frozen=True)
class Poses:
    """A source's poses in the delivered picture, float32 (frames, 137, 3) in its px.

    normalized: as they were rendered. raw: only scaled to the picture, as ``normalize.method: none`` does.
    """

    normalized: np.ndarray
    raw: np.ndarray

    def errors(self, frame: int, truth: np.ndarray) -> Record:
        """How far each lies from the true pose, (137, 3): the mean distance of the body's joints found in both, px;
        None if there are none."""
        return {
            name: pose_distance(truth, poses[frame])["body"]
            for name, poses in (("normalized", self.normalized), ("raw", self.raw))
        }


@dataclass(frozen=True)
class Delivered:
    """What a source became and what it should have become.

    result: the delivered video, as large as the target's stored frames, one frame a pose. fps: its frames per second.
    source: the source's own frames, one for each of the result's.
    """

    result: Video
    truth: TruthClip
    fps: Fraction
    poses: Poses
    source: FrameStore

    def __len__(self) -> int:
        return min(self.result.frames, self.truth.count(self.fps))

    def frames(self, renderer: Renderer) -> Iterator[tuple[np.ndarray, np.ndarray, TruthFrame]]:
        """(result; what ``renderer`` makes of the true poses, both uint8 RGB (H, W, 3); truth) of every frame.

        Up to the end of the shorter one.
        """
        width, height = self.result.width, self.result.height
        pictures = read_pictures(self.result, fit_into(width, height, width, height, "pad"))
        reference = renderer.clip.camera.reference
        track = self.truth.poses(self.fps)
        track = track.with_joints(move_joints(track.joints[: len(self)], reference))
        cameras = np.tile(reference, (len(track), 1, 1))
        rendered = renderer.render(track, self.source.shots[: len(track)], cameras)
        frames = zip(pictures, rendered, self.truth.frames(self.fps), strict=False)
        return ((picture, from_truth, truth) for (_, picture), (_, from_truth), truth in frames)


def score_delivered(
    delivered: Delivered, renderer: Renderer, baselines: Baselines, lpips: Lpips, min_confidence: float
) -> tuple[list[Record], list[Comparison]]:
    """A record of what the result, the baselines and the poses score in at most 24 frames, and some frames to look at.

    The result is also measured as ``renderer`` makes it of the true poses, so that the network's errors and those of
    the poses stand apart.

    min_confidence: 0..1, below it a joint of the true poses, which are not smoothed, counts as not found.
    """
    measure = RegionMeasures(lpips, baselines.constants, registry.of_regions(lpips.name))
    chosen = spread(len(delivered), SCORED)
    counted, shown = set(chosen.tolist()), set(chosen[spread(len(chosen), EXAMPLES)].tolist())
    comparisons: list[Comparison] = []

    def frames() -> Iterator[tuple[int, TruthFrame, dict[str, np.ndarray]]]:
        for frame, (result, from_truth, truth) in enumerate(delivered.frames(renderer)):
            if frame not in counted:
                continue
            if frame in shown:
                comparisons.append(Comparison(frame, delivered.source.read(frame), truth.picture, result))
            nearest = baselines.nearest_pose(delivered.poses.normalized[frame])
            pictures = {"result": result, "true_poses": from_truth}
            yield frame, truth, pictures | ({} if nearest is None else {"nearest_pose": nearest})

    def score(item: tuple[int, TruthFrame, dict[str, np.ndarray]]) -> Record:
        frame, truth, pictures = item
        measured = measure(truth.picture, truth.mask, pictures)
        record: Record = {"frame": frame, "time": float(frame / delivered.fps), **measured.pop("result")}
        record |= prefixed("true_poses", measured.pop("true_poses"))
        for name, values in measured.items():
            record |= prefixed(f"baselines.{name}", values)
        pose = found_only(truth.pose, min_confidence)
        return record | prefixed("joints", delivered.poses.errors(frame, pose))

    scored = in_parallel(score, frames())
    description = f"compare {delivered.result.path.name}"
    return list(Progress(scored, description, "frame", len(chosen))), comparisons
