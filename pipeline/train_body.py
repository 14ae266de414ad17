"""Stage train_body: train the body GAN, from pose pictures to the target ("Everybody Dance Now", "Full Objective")."""

import numpy as np
import torch

from pipeline.body.data import consecutive_pairs
from pipeline.body.phase import Pairs, body_phase
from pipeline.clips import paths
from pipeline.clips.holdout import split_clip
from pipeline.clips.spread import spread
from pipeline.clips.store import FrameStore
from pipeline.clips.track import PoseTrack, bodies_seen, open_track
from pipeline.losses.perceptual import load_perceptual
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.weights import sha256
from pipeline.params import Log, Pose, Split, Train, load_params
from pipeline.pose.joint_file import smoothed
from pipeline.runtime.devices import keep_freed_memory, make_repeatable, pick_device, pick_precision
from pipeline.runtime.files import cached_array
from pipeline.scene.camera import camera_motion
from pipeline.scene.plate import estimate_plate
from pipeline.scene.sample import sample_background
from pipeline.training.checkpoint import Checkpoints
from pipeline.training.distributed import process_group, rank_0_first
from pipeline.training.frames import TrainingFrames
from pipeline.training.launch import launch
from pipeline.training.run import run_training
from pipeline.user.cli import UserError, run

FRAMES, POSES = paths.frames("target"), paths.poses("target")
SAMPLES = 4  # held-out frames in the sample grids
BACKGROUND_HEIGHT = 256  # px at least, if the store has as many: in a smaller picture the camera's motion hardly shows


def train_body(
    store: FrameStore, track: PoseTrack, params: Train, pose: Pose, split: Split, precision: str,
    device: torch.device, checkpoints: Checkpoints, log: Log,
) -> tuple[BodyGenerator, dict]:
    """Train the body generator on the training part of the target clip; with an enhancer, coarse to fine.

    store: the target's frames. track: its poses as detected. checkpoints: this run's; training resumes from the newest,
    and loss curves and sample grids go to their log folder. Returns the generator that renders and the arguments it was
    built with. Raises UserError if ``train.background`` is ``plate`` and the camera moves.
    """
    make_repeatable(params.seed)
    keep_freed_memory()
    with rank_0_first():
        joints = smoothed(track.joints, pose, checkpoints.folder / "joints.f32")
    seen = bodies_seen(joints)
    end, held_out = split_clip(len(store), split)
    held_out_pairs = consecutive_pairs(store.pairs(), seen, held_out, len(store))
    pairs = Pairs(
        consecutive_pairs(store.pairs(), seen, 0, end),
        held_out_pairs[spread(len(held_out_pairs), SAMPLES)],
    )
    print(f"training on {len(pairs.training)} pairs of frames 0 to {end - 1}, device {device}, precision {precision}")

    width, height = params.height * store.width // store.height, params.height
    net, plate = params.generator, params.background == "plate"
    architecture = generator_arguments(params, width, height)
    frames = TrainingFrames(store, joints, width, height)
    background = None
    if plate:
        with rank_0_first():  # rank 0 saves it for the others and for resuming
            background = cached_array(checkpoints.folder / "plate.npy", lambda: background_plate(frames, end))
    with rank_0_first():  # one download for all
        perceptual = load_perceptual(params, params.lambda_vgg)
    shared = pairs, perceptual, params, precision, device

    with checkpoints.open_log() as live:
        coarse = None
        if net.enhancer and not checkpoints.beyond("coarse"):
            half = TrainingFrames(store, joints, width // 2, height // 2)
            small = [height // 2, width // 2] if plate else None
            coarse = build_generator({**architecture, "enhancer_blocks": None, "plate": small}, background)
            phase = body_phase("coarse", coarse, half, *shared, params.coarse_steps, params.coarse_decay_steps)
            coarse = phase.run(checkpoints, log, live)
        generator = build_generator(architecture, background)
        if coarse is not None:
            generator.start_from(coarse)
        phase = body_phase(
            "body", generator, frames, *shared, params.steps, params.decay_steps, params.frozen_global_steps
        )
        return phase.run(checkpoints, log, live), architecture


def background_plate(frames: TrainingFrames, end: int) -> np.ndarray:
    """The background of frames 0..end-1 without the person, uint8 RGB (H, W, 3) of the training size or larger.

    Raises UserError if the camera moves.
    """
    store = frames.store
    height = max(frames.height, min(BACKGROUND_HEIGHT, store.height))
    width = height * store.width // store.height
    sample = sample_background(store, frames.joints, end, width, height)
    if warning := camera_motion(sample).warning():
        raise UserError(f"train.background is plate, but {warning}; or set train.background to learned")
    return estimate_plate(sample)


def generator_arguments(params: Train, width: int, height: int) -> dict:
    """What :class:`BodyGenerator` is built with for training pictures of ``width`` x ``height`` px."""
    net, plate = params.generator, params.background == "plate"
    return {"temporal": params.temporal_smoothing, "ngf": net.ngf, "downsamplings": net.downsamplings,
            "blocks": net.blocks, "enhancer_blocks": net.enhancer_blocks if net.enhancer else None,
            "plate": [height, width] if plate else None, "upsampling": net.upsampling, "skips": net.skips}


def build_generator(architecture: dict, background: np.ndarray | None) -> BodyGenerator:
    """A new generator, with the picture of its background if it has one, uint8 RGB (H, W, 3)."""
    generator = BodyGenerator(**architecture)
    if background is not None:
        generator.set_plate(background)
    return generator


def main() -> None:
    params = load_params()
    device = pick_device(params.device)
    precision = pick_precision(params.train.precision, device)
    if launch("train_body", params.train.devices, params.train.nodes, device):
        return
    with process_group(device, params.train.devices * params.train.nodes):
        store, track = FrameStore(FRAMES), open_track(POSES)
        parameters = {"train": params.train.model_dump(), "precision": precision, "pose": params.pose.model_dump(),
                      "split": params.split.model_dump()}

        def train(checkpoints: Checkpoints) -> tuple[BodyGenerator, dict]:
            generator, architecture = train_body(
                store, track, params.train, params.pose, params.split, precision, device, checkpoints, params.log
            )
            return generator, {
                "architecture": architecture,
                "height": params.train.height,
                "width": params.train.height * track.width // track.height,
                "precision": precision,
                "train": params.train.model_dump(),
                "inputs": {str(FRAMES): store.sha256, str(POSES): sha256(POSES)},
            }

        results = paths.BODY_WEIGHTS, paths.BODY_LOG
        run_training("train_body", params, store, [POSES], parameters, device, train, *results)


if __name__ == "__main__":
    run(main)
