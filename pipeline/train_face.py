"""Stage train_face: learn to refine the face of the fixed body generator ("Everybody Dance Now", section 4.2)."""

from pathlib import Path

import numpy as np
from torch import Tensor
from torch.utils.data import default_collate

from pipeline.cli import UserError, run
from pipeline.devices import keep_freed_memory, make_repeatable, memory_format, pick_device
from pipeline.distributed import rank, rank_0_first, together
from pipeline.gan.batches import step_loader
from pipeline.gan.checkpoint import Checkpoints
from pipeline.gan.data import TrainingFrames
from pipeline.gan.discriminator import PatchDiscriminator
from pipeline.gan.face_data import FaceDataset, boxes_over_time, render_crops, spans_before, spread_runs
from pipeline.gan.face_generator import FaceGenerator
from pipeline.gan.face_step import FaceLoss, face_losses
from pipeline.gan.loop import train
from pipeline.gan.losses.perceptual import PerceptualLoss
from pipeline.gan.optimizer import make_optimizer
from pipeline.gan.pictures import to_float
from pipeline.gan.render import BodyRenderer
from pipeline.gan.run_folder import run_folder
from pipeline.gan.run_key import run_key
from pipeline.gan.samples import SAMPLES, face_grid
from pipeline.gan.training_state import TrainingState
from pipeline.gan.weights import save_weights, sha256
from pipeline.holdout import split
from pipeline.launch import launch
from pipeline.params import Evaluate, Face, Pose, Train, load_params
from pipeline.pose.joint_file import smoothed
from pipeline.pose.track import PoseTrack, open_track
from pipeline.spread import spread
from pipeline.video.store import FrameStore

FRAMES = Path("data/frames/target.parquet")
POSES = Path("data/poses/target.parquet")
BODY = Path("models/body.safetensors")
WEIGHTS = Path("models/face.safetensors")
LOG = Path("reports/train_face")


def train_face(
    store: FrameStore, track: PoseTrack, body: BodyRenderer, face: Face, train_params: Train, pose: Pose,
    evaluate: Evaluate, checkpoints: Checkpoints,
) -> tuple[FaceGenerator, dict]:
    """Train the face generator on the training part of the target clip, on what ``body`` renders there.

    store: the target's frames. track: its poses as detected. checkpoints: of this very training, which goes on
    from the newest; loss curves and sample grids go to their log folder. Returns the generator and the arguments it
    was built with. Raises UserError if no face is ever seen.
    """
    make_repeatable(train_params.seed)
    keep_freed_memory()
    place = {"device": body.device, "memory_format": memory_format(body.precision)}
    with rank_0_first():
        joints = smoothed(track.joints, pose, checkpoints.folder / "joints.f32")
    pictures = TrainingFrames(store, joints, body.width, body.height, pose.min_confidence)
    boxes = boxes_over_time(pictures, face.size)
    end, _ = split(len(track), evaluate.holdout, evaluate.gap)
    seen = np.flatnonzero(boxes[:, 0] >= 0)
    times = seen[seen < end]
    samples = seen[spread(len(seen), SAMPLES)]  # of the whole clip, held-out end included
    if not len(times):
        raise UserError("no face is seen in the training part of the target clip, so there is nothing for the Face GAN "
                        "to learn; set face.enabled to false, or use a clip that shows the face")
    print(f"training on the {len(times)} of {end} frames that show a face, device {body.device}")
    chosen = spread_runs(times, (face.steps + face.decay_steps) * face.batch)
    spans = [(0, len(track))]
    if len(chosen) < len(times):
        spans = spans_before(np.union1d(chosen, samples))
        print(f"of these, the {len(chosen)} that training has steps for are rendered, in {len(spans)} spans of time")

    architecture = {"ngf": face.ngf, "downsamplings": face.downsamplings, "blocks": face.blocks,
                    "upsampling": train_params.generator.upsampling, "skips": train_params.generator.skips}
    weights = Path(train_params.perceptual_weights) if train_params.perceptual_weights else None
    with rank_0_first():  # one download for all
        perceptual = PerceptualLoss(train_params.perceptual, weights).to(**place) if face.lambda_vgg else None
    loss = FaceLoss(face.gan_loss, face.lambda_vgg, body.precision)
    generator = FaceGenerator(**architecture).to(**place)
    discriminator = PatchDiscriminator(6, face.ndf, face.layers).to(**place)
    betas = (train_params.beta1, train_params.beta2)
    optimizers = [
        make_optimizer(network.parameters(), face.learning_rate, betas, face.steps, face.decay_steps)
        for network in (generator, discriminator)
    ]
    state = TrainingState("face", generator, discriminator, optimizers)
    with rank_0_first():  # the others wait: a span is rendered frame after frame, and once for all
        crops = render_crops(body, pictures, boxes, spans, checkpoints.folder / "crops.npy")
    dataset = FaceDataset(pictures, crops, boxes, chosen)
    examples = FaceDataset(pictures, crops, boxes, samples)
    fixed = default_collate([examples[i] for i in range(len(examples))])

    def floats(poses: Tensor, generated: Tensor, real: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Crops as the loader sends them, uint8 and float16, as networks want them."""
        poses, generated, real = (crops.to(body.device) for crops in (poses, generated, real))
        return to_float(poses), generated.float(), to_float(real)

    checkpoints.restore(state)
    with checkpoints.open_log() as live:
        train(
            state,
            step_loader(dataset, face.batch, state.step, face.steps + face.decay_steps, train_params.seed),
            lambda batch: face_losses(generator, discriminator, perceptual, loss, *floats(*batch)),
            live,
            checkpoints,
            face.log_every,
            face.sample_every,
            lambda: face_grid(generator, *floats(*fixed)),
        )
    return generator, architecture


def main() -> None:
    params = load_params()
    device = pick_device(params.device)
    if launch("train_face", params.train.devices, params.train.nodes, device):
        return
    with together(device, params.train.devices * params.train.nodes):
        body = BodyRenderer(BODY, device)
        header = {"enabled": params.face.enabled, "body": sha256(BODY)}
        if not params.face.enabled:
            if rank() == 0:
                LOG.mkdir(parents=True, exist_ok=True)
                save_weights(WEIGHTS, {}, header)
            print(f"face.enabled is false: {WEIGHTS} holds no network, and the body generator's output is the result")
            return
        track = open_track(POSES)
        parameters = {"face": params.face.model_dump(), "train": params.train.model_dump(),
                      "pose": params.pose.model_dump(), "holdout": params.evaluate.holdout, "gap": params.evaluate.gap}
        store, inputs = FrameStore(FRAMES), [POSES, BODY]
        if params.train.perceptual_weights:
            inputs.append(Path(params.train.perceptual_weights))
        with run_folder(run_key("train_face", store, inputs, parameters, body.device)) as folder:
            checkpoints = Checkpoints(folder, LOG, params.checkpoints.every, params.checkpoints.keep)
            generator, architecture = train_face(
                store, track, body, params.face, params.train, params.pose, params.evaluate, checkpoints
            )
            header |= {"architecture": architecture, "size": params.face.size, "face": params.face.model_dump()}
            if rank() == 0:
                save_weights(WEIGHTS, generator.state_dict(), header)
        print(f"face generator: {WEIGHTS}; loss curves and samples: {LOG}")


if __name__ == "__main__":
    run(main)
