"""Stage evaluate: held-out target frames against the real ones, and transfers against the truth where there is one."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from pipeline.clips import paths
from pipeline.clips.holdout import split_clip
from pipeline.clips.layout import BODY
from pipeline.clips.stable import StableClip, open_target
from pipeline.clips.store import FrameStore
from pipeline.clips.track import bodies_seen, read_track
from pipeline.clips.warp import move_joints
from pipeline.evaluation import summary
from pipeline.evaluation.against_truth import frame_table, region_tables, summarize_sources, verdict
from pipeline.evaluation.baselines import Baselines
from pipeline.evaluation.comparison_sheet import comparison_sheet
from pipeline.evaluation.contact_sheet import contact_sheet
from pipeline.evaluation.delivered import Delivered, Poses, score_delivered
from pipeline.evaluation.held_out import evaluate_held_out
from pipeline.evaluation.lpips import Lpips
from pipeline.evaluation.paper_tables import CAVEAT, as_text, row_name, tables
from pipeline.evaluation.records import summarize, to_table, unmeasured, write_plots
from pipeline.evaluation.truth import TruthClip
from pipeline.normalization.feet import place_whole_picture
from pipeline.params import Pose, load_params
from pipeline.pose.smoothing import smooth
from pipeline.rendering.render import Renderer
from pipeline.runtime.devices import keep_freed_memory, make_repeatable, pick_device
from pipeline.runtime.files import atomic, write_json
from pipeline.runtime.pictures import write_picture
from pipeline.user.cli import UserError, run
from pipeline.video.encode import SYNTHETIC, video_writer
from pipeline.video.probe import probe

CRF = 18  # of the video of held-out frames, which is only looked at


def open_delivered(name: str, truth: Path, target: StableClip, pose: Pose) -> Delivered:
    """The result for the source ``name``, with the clip in the folder ``truth`` that is its ground truth.

    Raises UserError if a file is missing or result, poses and truth do not belong together.
    """
    width, height = target.store.width, target.store.height
    source, normalized = read_track(paths.poses(name)), read_track(paths.normalized(name))
    result = probe(paths.video(name))
    if (result.width, result.height, result.frames) != (width, height, len(normalized)):
        raise UserError(
            f"{result.path} has {result.frames} frames of {result.width}x{result.height} px, but there are "
            f"{len(normalized)} poses and the target's frames have {width}x{height} px: run `dvc repro`"
        )
    clip = TruthClip(truth, width, height)
    clip.require_length(name, normalized.fps, result.frames)
    frames = FrameStore(paths.frames(name))
    raw = place_whole_picture(
        smooth(source.joints, pose, frames.shots, float(frames.fps)), (source.width, source.height), (width, height)
    )
    to_view = np.linalg.inv(target.camera.reference)
    return Delivered(result, clip, normalized.fps, Poses(move_joints(normalized.joints, to_view), raw), frames)


def print_scores(metrics: dict[str, Any], run_name: str, size: str) -> None:
    """Print the paper's tables with this run as a row, ``run_name``, and every transfer beside the baselines."""
    print("\n\n".join(as_text(each) for each in tables(metrics, run_name)))
    print(f"\nThis run: {metrics['frames']['held_out']} held-out frames at {size}. {CAVEAT}")
    for reason in unmeasured(metrics):
        print(f"not measured: {reason}")
    for source, scores in metrics.get("transfer", {}).items():
        print("", *(f"{as_text(each)}\n" for each in region_tables(source, scores)), sep="\n")
        print(*verdict(source, scores), sep="\n")


def main() -> None:
    params = load_params()
    keep_freed_memory()
    device = pick_device(params.device)
    make_repeatable(seed=0)  # nothing here is drawn at random; this chooses deterministic kernels
    torch.backends.cudnn.allow_tf32 = False  # so that a GPU measures the same as a CPU
    target, track = open_target(), read_track(paths.STABLE_POSES)
    store = target.store
    if len(store) != len(track):
        raise UserError(f"{paths.STABLE_POSES} has {len(track)} poses for the {len(store)} frames of {store.path}: "
                        "run `dvc repro`")
    end, first = split_clip(bodies_seen(smooth(track.joints, params.pose, store.shots, float(store.fps))), params.split)
    weights = Path(params.evaluate.lpips_weights) if params.evaluate.lpips_weights else None
    lpips = Lpips(params.evaluate.lpips, weights, device)
    renderer, pose = Renderer(paths.BODY_WEIGHTS, paths.FACE_WEIGHTS, target, device), params.pose
    deliveries = {
        name: open_delivered(name, Path(source.truth), target, pose)
        for name, source in params.sources.items()
        if source.truth
    }
    if deliveries:
        lpips.require_size(store.width, store.height)

    paths.TRANSFER_PICTURES.mkdir(parents=True, exist_ok=True)  # DVC draws what is in it, be it nothing
    with video_writer(paths.HELD_OUT_VIDEO, store.fps, CRF, comment=SYNTHETIC) as write:
        records, examples = evaluate_held_out(track, first, renderer, lpips, params.keypoints, pose, write)
    table = to_table(records, lpips.name)
    metrics = summarize(table)
    scores = {}
    if deliveries:
        seen = read_track(paths.poses("target")).joints[:, BODY]
        bodies = smooth(seen, pose, store.shots, float(store.fps))
        baselines = Baselines(store, bodies, end)
        for name, delivered in deliveries.items():
            scores[name], comparisons = score_delivered(delivered, renderer, baselines, lpips, pose.min_confidence)
            write_picture(paths.delivered_picture(name), comparison_sheet(comparisons))
    delivered_frames = frame_table(scores, lpips.name)
    metrics |= {"transfer": summarize_sources(delivered_frames)} if deliveries else {}

    for path, content in ((paths.PER_FRAME, table), (paths.PER_FRAME_TRANSFER, delivered_frames)):
        with atomic(path) as partial:
            content.to_parquet(partial, index=False)
    write_plots(paths.PLOTS, table)
    write_picture(paths.HELD_OUT_PICTURE, contact_sheet(examples))
    write_json(paths.METRICS, metrics)
    write_json(paths.SUMMARY, summary.summarize(metrics))

    print_scores(metrics, row_name(params.train, params.face), f"{store.width}x{store.height}")
    print(f"metrics: {paths.SUMMARY}, all of them {paths.METRICS}; by frame: {paths.PER_FRAME}, "
          f"{paths.PER_FRAME_TRANSFER}; plots: {paths.PLOTS}; pictures: {paths.PICTURES}")


if __name__ == "__main__":
    run(main)
