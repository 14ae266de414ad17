"""Stage train_body: learn to turn pose pictures into the target person ("Everybody Dance Now", section 4)."""

from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import default_collate

from pipeline.cli import run
from pipeline.devices import keep_freed_memory, make_repeatable, memory_format, pick_device
from pipeline.distributed import rank, rank_0_first, together
from pipeline.gan.batches import step_loader
from pipeline.gan.body_generator import BodyGenerator
from pipeline.gan.body_step import BodyLoss, body_losses, discriminator_channels
from pipeline.gan.checkpoint import Checkpoints
from pipeline.gan.data import PairDataset, TrainingFrames, bodies_seen, consecutive_pairs
from pipeline.gan.discriminator import MultiscaleDiscriminator
from pipeline.gan.loop import train
from pipeline.gan.losses.perceptual import PerceptualLoss
from pipeline.gan.optimizer import make_optimizer
from pipeline.gan.pictures import to_float
from pipeline.gan.run_folder import run_folder
from pipeline.gan.run_key import run_key
from pipeline.gan.samples import SAMPLES, body_grid
from pipeline.gan.training_state import TrainingState
from pipeline.gan.weights import save_weights, sha256
from pipeline.holdout import split
from pipeline.launch import launch
from pipeline.params import Evaluate, Pose, Train, load_params
from pipeline.pose.joint_file import smoothed
from pipeline.pose.track import PoseTrack, open_track
from pipeline.spread import spread
from pipeline.video.store import FrameStore

FRAMES = Path("data/frames/target.parquet")
POSES = Path("data/poses/target.parquet")
WEIGHTS = Path("models/body.safetensors")
LOG = Path("reports/train_body")


def train_body(
    store: FrameStore, track: PoseTrack, train_params: Train, pose: Pose, evaluate: Evaluate, device: torch.device,
    checkpoints: Checkpoints,
) -> tuple[BodyGenerator, dict]:
    """Train the body generator on the training part of the target clip; with an enhancer, coarse to fine.

    store: the target's frames. track: its poses as detected. checkpoints: of this very training, which goes on
    from the newest; loss curves and sample grids go to their log folder. Returns the generator and the arguments it
    was built with.
    """
    make_repeatable(train_params.seed)
    keep_freed_memory()
    place = {"device": device, "memory_format": memory_format(train_params.precision)}
    with rank_0_first():
        joints = smoothed(track.joints, pose, checkpoints.folder / "joints.f32")
    seen = bodies_seen(joints)
    end, held_out = split(len(store), evaluate.holdout, evaluate.gap)
    training_pairs = consecutive_pairs(store.pairs(), seen, 0, end)
    held_out_pairs = consecutive_pairs(store.pairs(), seen, held_out, len(store))
    sample_pairs = held_out_pairs[spread(len(held_out_pairs), SAMPLES)]
    print(f"training on {len(training_pairs)} pairs of frames 0 to {end - 1}, device {device}, "
          f"precision {train_params.precision}")

    net, d = train_params.generator, train_params.discriminator
    architecture = {"temporal": train_params.temporal_smoothing, "ngf": net.ngf, "downsamplings": net.downsamplings,
                    "blocks": net.blocks, "enhancer_blocks": net.enhancer_blocks if net.enhancer else None}
    weights = Path(train_params.perceptual_weights) if train_params.perceptual_weights else None
    with rank_0_first():  # one download for all
        perceptual = PerceptualLoss(train_params.perceptual, weights).to(**place) if train_params.lambda_vgg else None
    loss = BodyLoss(train_params.gan_loss, train_params.r1, train_params.r2, train_params.lambda_fm,
                    train_params.lambda_vgg, train_params.precision)

    def floats(batch: list[Tensor]) -> list[Tensor]:
        """Pictures as the loader sends them, uint8, as networks want them."""
        return [to_float(pictures.to(device)) for pictures in batch]

    def train_phase(name: str, generator: BodyGenerator, height: int, steps: int, decay_steps: int) -> None:
        """Train ``generator`` at ``height`` pixels against new discriminators."""
        width = height * store.width // store.height
        channels = discriminator_channels(generator.temporal)
        discriminator = MultiscaleDiscriminator(channels, d.ndf, d.layers, d.scales).to(**place)
        betas = (train_params.beta1, train_params.beta2)
        optimizers = [
            make_optimizer(network.parameters(), train_params.learning_rate, betas, steps, decay_steps)
            for network in (generator, discriminator)
        ]
        state = TrainingState(name, generator, discriminator, optimizers)
        checkpoints.restore(state)
        pictures = TrainingFrames(store, joints, width, height, pose.min_confidence)
        dataset = PairDataset(pictures, training_pairs)
        fixed = default_collate([PairDataset(pictures, sample_pairs)[i] for i in range(len(sample_pairs))])
        train(
            state,
            step_loader(dataset, train_params.batch, state.step, steps + decay_steps, train_params.seed),
            lambda batch: body_losses(generator, discriminator, perceptual, loss, *floats(batch)),
            live,
            checkpoints,
            train_params.log_every,
            train_params.sample_every,
            lambda: body_grid(generator, *floats(fixed)),
            lambda step: generator.freeze_global(name == "body" and step <= train_params.frozen_global_steps),
        )

    height = train_params.height
    with checkpoints.open_log() as live:
        if coarse_first := net.enhancer and not checkpoints.beyond("coarse"):
            coarse = BodyGenerator(**{**architecture, "enhancer_blocks": None}).to(**place)
            train_phase("coarse", coarse, height // 2, train_params.coarse_steps, train_params.coarse_decay_steps)
        generator = BodyGenerator(**architecture).to(**place)
        if coarse_first:
            generator.start_from(coarse)
        train_phase("body", generator, height, train_params.steps, train_params.decay_steps)
    return generator, architecture


def main() -> None:
    params = load_params()
    device = pick_device(params.device)
    if launch("train_body", params.train.devices, params.train.nodes, device):
        return
    with together(device, params.train.devices * params.train.nodes):
        track = open_track(POSES)
        parameters = {"train": params.train.model_dump(), "pose": params.pose.model_dump(),
                      "holdout": params.evaluate.holdout, "gap": params.evaluate.gap}
        store, inputs = FrameStore(FRAMES), [POSES]
        if params.train.perceptual_weights:
            inputs.append(Path(params.train.perceptual_weights))
        with run_folder(run_key("train_body", store, inputs, parameters, device)) as folder:
            checkpoints = Checkpoints(folder, LOG, params.checkpoints.every, params.checkpoints.keep)
            generator, architecture = train_body(
                store, track, params.train, params.pose, params.evaluate, device, checkpoints
            )
            header = {
                "architecture": architecture,
                "height": params.train.height,
                "width": params.train.height * track.width // track.height,
                "min_confidence": params.pose.min_confidence,
                "precision": params.train.precision,
                "train": params.train.model_dump(),
                "inputs": {str(FRAMES): store.sha256, str(POSES): sha256(POSES)},
            }
            if rank() == 0:
                save_weights(WEIGHTS, generator.state_dict(), header)
        print(f"body generator: {WEIGHTS}; loss curves and samples: {LOG}")


if __name__ == "__main__":
    run(main)
