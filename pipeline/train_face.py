"""Stage train_face: train the Face GAN on the fixed body generator's output ("Everybody Dance Now", "Face GAN")."""

import numpy as np
from torch import Tensor

from pipeline.clips import paths
from pipeline.clips.holdout import split_clip
from pipeline.clips.spread import spread, spread_runs
from pipeline.clips.stable import StableClip, open_target
from pipeline.clips.track import PoseTrack, bodies_seen, open_track
from pipeline.face.crops import render_crops, runs_around
from pipeline.face.data import PartDataset
from pipeline.face.phase import face_phase
from pipeline.losses.perceptual import load_perceptual
from pipeline.networks.architecture import face_architecture
from pipeline.networks.face_generator import FaceGenerator
from pipeline.networks.prior import read_prior
from pipeline.networks.weights import save_weights, sha256
from pipeline.params import Face, Log, Pose, Split, Train, load_params
from pipeline.pose.joint_file import smoothed
from pipeline.pose.parts import part_squares
from pipeline.rendering.render import BodyRenderer, load_body
from pipeline.runtime.devices import keep_freed_memory, make_repeatable, pick_device
from pipeline.training.checkpoint import Checkpoints
from pipeline.training.distributed import process_group, rank, rank_0_first
from pipeline.training.frames import TrainingFrames
from pipeline.training.launch import launch
from pipeline.training.run import run_training
from pipeline.user.cli import UserError, run

SAMPLES = 4  # frames in the sample grids


def train_face(
    clip: StableClip, track: PoseTrack, body: BodyRenderer, face: Face, train_params: Train, pose: Pose,
    split: Split, checkpoints: Checkpoints, log: Log,
) -> tuple[FaceGenerator, dict]:
    """Train the face generator on the training part of the target clip, on what ``body`` renders there.

    clip: the target's. track: its poses in the canvas, as detected. checkpoints: this run's; training resumes from the
    newest, and loss curves and sample grids go to their log folder. Returns the generator and the arguments it was
    built with. Raises UserError if neither a face nor a hand is ever seen.
    """
    make_repeatable(train_params.seed)
    keep_freed_memory()
    with rank_0_first():
        shots, rate = clip.store.shots, float(clip.store.fps)
        joints = smoothed(track.joints, pose, shots, rate, checkpoints.folder / "joints.f32")
    pictures = TrainingFrames(clip, joints, body.view.windows(track, joints, shots), *body.view.size)
    squares = part_squares(joints, shots, float(track.fps), face.hands)
    seen = np.isfinite(squares[..., 0])
    end, _ = split_clip(bodies_seen(joints), split)
    times = np.flatnonzero(seen[:end].any(axis=1))
    shown = np.flatnonzero(seen.any(axis=1))
    samples = shown[spread(len(shown), SAMPLES)]  # of the whole clip, held-out end included
    if not len(times):
        raise UserError("neither face nor hands are seen in the training part of the target clip, so there is nothing "
                        "for the Face GAN to learn; set face.enabled to false, or use a clip that shows the face")
    print(f"training on the {len(times)} of {end} frames that show face or hands, device {body.device}")
    chosen = spread_runs(times, (face.steps + face.decay_steps) * face.batch)
    runs = runs_around(np.union1d(chosen, samples), shots)
    if len(chosen) < len(times):
        print(f"of these, the {len(chosen)} that training has steps for are rendered, in {len(runs)} runs")

    architecture = face_architecture(face, train_params)
    with rank_0_first():  # one download for all
        perceptual = load_perceptual(train_params, face.lambda_vgg)
    generator = FaceGenerator(**architecture)
    if train_params.start == "prior":
        generator.load_state_dict(read_prior(paths.FACE_PRIOR, architecture))
    with rank_0_first():  # the others wait: rendering is sequential, and once is enough for all
        crops = render_crops(body, pictures, squares, face.size, runs, checkpoints.folder)
    dataset, examples = (
        PartDataset(pictures, crops, squares, items_of(seen, frames), face.size) for frames in (chosen, samples)
    )
    phase = face_phase(generator, dataset, examples, perceptual, face, train_params, body.precision, body.device)
    with checkpoints.open_log() as live:
        return phase.run(checkpoints, log, live), architecture


def items_of(seen: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """(frame, part) of every part that is ``seen``, bool (all frames, parts), in ``frames``: int64 (n, 2)."""
    which, part = np.nonzero(seen[frames])
    return np.stack([frames[which], part], axis=1)


def main() -> None:
    params = load_params()
    device = pick_device(params.device)
    if launch("train_face", params.train.devices, params.train.nodes, device):
        return
    with process_group(device, params.train.devices * params.train.nodes):
        clip, track = open_target(), open_track(paths.STABLE_POSES)
        body = load_body(paths.BODY_WEIGHTS, clip, device)
        header = {"enabled": params.face.enabled, "body": sha256(paths.BODY_WEIGHTS)}
        if not params.face.enabled:
            if rank() == 0:
                paths.FACE_LOG.mkdir(parents=True, exist_ok=True)
                save_weights(paths.FACE_WEIGHTS, {}, header)
            print(f"face.enabled is false: {paths.FACE_WEIGHTS} holds no network, and the body generator's output is "
                  "the result")
            return
        parameters = {"face": params.face.model_dump(), "train": params.train.model_dump(),
                      "pose": params.pose.model_dump(), "split": params.split.model_dump()}

        def train(checkpoints: Checkpoints) -> tuple[dict[str, Tensor], dict]:
            generator, architecture = train_face(
                clip, track, body, params.face, params.train, params.pose, params.split, checkpoints, params.log
            )
            return generator.state_dict(), header | {"architecture": architecture, "size": params.face.size,
                                        "hands": params.face.hands, "face": params.face.model_dump()}

        inputs = [paths.STABLE_POSES, paths.CAMERA, paths.PLATE, paths.BODY_WEIGHTS]
        if params.train.start == "prior":
            inputs.append(paths.FACE_PRIOR)
        results = paths.FACE_WEIGHTS, paths.FACE_LOG
        run_training("train_face", params, clip.store, inputs, parameters, body.device, train, *results)


if __name__ == "__main__":
    run(main)
