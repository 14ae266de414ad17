"""Stage train_body: train the body GAN, from pose pictures to the target ("Everybody Dance Now", "Full Objective")."""

from dataclasses import asdict

import torch
from torch import Tensor

from pipeline.body.augmentation import Augmentation
from pipeline.body.data import PairDataset, consecutive_pairs
from pipeline.body.phase import body_phase
from pipeline.clips import paths
from pipeline.clips.holdout import split_clip
from pipeline.clips.spread import spread
from pipeline.clips.stable import StableClip, open_target
from pipeline.clips.track import PoseTrack, bodies_seen, open_track
from pipeline.losses.perceptual import load_perceptual
from pipeline.networks.architecture import body_architecture
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.prior import read_prior
from pipeline.networks.weights import sha256
from pipeline.params import Log, Pose, Split, Train, load_params
from pipeline.pose.joint_file import smoothed
from pipeline.pose.stature import statures
from pipeline.pose.windows import View, view_of
from pipeline.reference.references import References, references_of
from pipeline.runtime.devices import keep_freed_memory, make_repeatable, pick_device, pick_precision
from pipeline.training.checkpoint import Checkpoints
from pipeline.training.distributed import process_group, rank_0_first
from pipeline.training.frames import TrainingFrames
from pipeline.training.launch import launch
from pipeline.training.run import run_training
from pipeline.user.cli import run

SAMPLES = 4  # held-out frames in the sample grids


def train_body(
    clip: StableClip, track: PoseTrack, view: View, params: Train, pose: Pose, split: Split, precision: str,
    device: torch.device, checkpoints: Checkpoints, log: Log,
) -> tuple[BodyGenerator, References | None, dict]:
    """Train the body generator on the training part of the target clip; with an enhancer, coarse to fine.

    clip: the target's. track: its poses in the canvas, as detected. checkpoints: this run's; training resumes from the
    newest, and loss curves and sample grids go to their log folder. Returns the generator that renders, the
    frames that it copies from, and the arguments it was built with.
    """
    make_repeatable(params.seed)
    keep_freed_memory()
    store = clip.store
    with rank_0_first():
        joints = smoothed(track.joints, pose, store.shots, float(store.fps), checkpoints.folder / "joints.f32")
    seen = bodies_seen(joints)
    end, held_out = split_clip(seen, split)
    held_out_pairs = consecutive_pairs(store.pairs(), seen, held_out, len(store))
    pairs = consecutive_pairs(store.pairs(), seen, 0, end)
    samples = held_out_pairs[spread(len(held_out_pairs), SAMPLES)]
    print(f"training on {len(pairs)} pairs of frames 0 to {end - 1}, device {device}, precision {precision}")

    architecture = body_architecture(params)
    prior = read_prior(paths.BODY_PRIOR, architecture) if params.start == "prior" else None
    windows = view.windows(track, joints, store.shots)
    with rank_0_first():  # one download for all
        perceptual = load_perceptual(params, params.lambda_vgg)
    references = None
    if params.references == "nearest":
        tall = statures(joints, store.shots, float(track.fps))
        references = references_of(clip, joints, tall, seen[:end])
    augmentation = None if params.augment == "none" else Augmentation(params.seed, params.augment == "mirrored")

    def learn(name: str, generator: BodyGenerator, width: int, height: int, *steps: int) -> BodyGenerator:
        frames = TrainingFrames(clip, joints, windows, width, height)
        dataset = PairDataset(frames, pairs, references, augmentation)
        examples = PairDataset(frames, samples, references)
        phase = body_phase(name, generator, dataset, examples, perceptual, params, precision, device, *steps)
        return phase.run(checkpoints, log, live)

    with checkpoints.open_log() as live:
        coarse = None
        if params.generator.enhancer and prior is None and not checkpoints.beyond("coarse"):
            coarse = BodyGenerator(**{**architecture, "enhancer_blocks": None})
            half = view.width // 2, view.height // 2
            coarse = learn("coarse", coarse, *half, params.coarse_steps, params.coarse_decay_steps)
        generator = BodyGenerator(**architecture)
        if coarse is not None:
            generator.start_from(coarse)
        if prior is not None:
            generator.load_state_dict(prior)
        schedule = params.steps, params.decay_steps, params.frozen_global_steps
        return learn("body", generator, *view.size, *schedule), references, architecture


def main() -> None:
    params = load_params()
    device = pick_device(params.device)
    precision = pick_precision(params.train.precision, device)
    if launch("train_body", params.train.devices, params.train.nodes, device):
        return
    with process_group(device, params.train.devices * params.train.nodes):
        clip, track = open_target(), open_track(paths.STABLE_POSES)
        view = view_of(params.train.window, params.train.height, params.train.multiple, track)
        parameters = {"train": params.train.model_dump(), "precision": precision, "pose": params.pose.model_dump(),
                      "split": params.split.model_dump()}

        files = [paths.STABLE_POSES, paths.CAMERA, paths.PLATE]
        if params.train.start == "prior":
            files.append(paths.BODY_PRIOR)

        def train(checkpoints: Checkpoints) -> tuple[dict[str, Tensor], dict]:
            generator, references, architecture = train_body(
                clip, track, view, params.train, params.pose, params.split, precision, device, checkpoints, params.log
            )
            tensors = generator.state_dict()
            if references is not None:
                tensors |= references.tensors()
            return tensors, {
                "architecture": architecture,
                "view": asdict(view),
                "precision": precision,
                "train": params.train.model_dump(),
                "inputs": {str(clip.store.path): clip.store.sha256} | {str(file): sha256(file) for file in files},
            }

        results = paths.BODY_WEIGHTS, paths.BODY_LOG
        run_training("train_body", params, clip.store, files, parameters, device, train, *results)


if __name__ == "__main__":
    run(main)
