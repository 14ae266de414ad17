"""How long a training step of the body GAN takes: the engine's against the method's, written plainly.

    python -m benchmarks.train_step --size 512x256 --precision bf16

Both start from the same weights and get the same two frames of the demo's target, each in a process of its own, and
take turns, so that what else the machine does meets both. First their losses and gradients are compared: in float32
they must agree; in bfloat16 the losses must be near, and how far the gradient turns is printed (benchmarks.learning
judges that). The perceptual network is VGG19 with random weights: as large as the real one.
"""

import argparse
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import torch
from torch import Tensor, nn
from torchvision.models import vgg19
from tqdm import trange

from benchmarks.engine_step import EngineStep
from benchmarks.machine import describe, matmul_peak, peak_memory, synchronize
from benchmarks.reference_step import ReferenceStep
from pipeline.body.step import discriminator_channels
from pipeline.clips.track import read_track
from pipeline.losses.perceptual import PerceptualLoss
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.discriminator import MultiscaleDiscriminator
from pipeline.networks.pictures import to_tensor
from pipeline.pose.picture import draw_pose
from pipeline.runtime.devices import keep_freed_memory, pick_device
from pipeline.video.fit import fit_into
from pipeline.video.probe import probe
from pipeline.video.read import read_pictures

LAMBDA_FM, LAMBDA_VGG, LEARNING_RATE = 10.0, 10.0, 2e-4
LOSS_TOLERANCE = {"fp32": 1e-4, "bf16": 0.02}  # relative, of every term
GRADIENT_TOLERANCE = {"fp32": 1e-4, "bf16": 0.5}  # 1 - cosine: random networks turn every rounding into much
WARM_UP = 4  # steps: until then the process still grows
CLIP = Path("data/raw/target")
FRAME = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="512x256", help="WxH of the pictures")
    parser.add_argument("--ngf", type=int, default=64, help="filters of the generator's first layer")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--precision", default="fp32", choices=LOSS_TOLERANCE)
    parser.add_argument("--steps", type=int, default=4, help="timed steps of each")
    options = parser.parse_args()
    device = pick_device(options.device)
    print(f"{describe(device)}; {options.size}, ngf {options.ngf}, {options.precision}")
    peaks = {name: matmul_peak(device, dtype) for name, dtype in
             (("fp32", torch.float32), ("bf16", torch.bfloat16))}
    print(", ".join(f"matmul peak {name} {peak / 1e9:.0f} GFLOP/s" for name, peak in peaks.items()))

    with TemporaryDirectory() as folder:
        torch.manual_seed(0)
        torch.save(vgg19(weights=None).state_dict(), Path(folder) / "vgg19.pth")
        workers = {kind: Worker(kind, options, Path(folder)) for kind in ("reference", "engine")}
        losses = [worker.ask("gradients") for worker in workers.values()]
        compare(*losses, Path(folder), options.precision)
        seconds = {kind: [] for kind in workers}
        for _ in trange(options.steps + WARM_UP, desc="steps", unit="round"):
            for kind, worker in workers.items():
                seconds[kind].append(worker.ask("step"))
        memory = {kind: worker.ask("memory") for kind, worker in workers.items()}
    times = {kind: median(values[WARM_UP:]) for kind, values in seconds.items()}
    for kind, time in times.items():
        print(f"{kind}: {time:.3f} s a step (of {' '.join(f'{value:.3f}' for value in seconds[kind][WARM_UP:])}), "
              f"peak memory {memory[kind]:.2f} GB")
    print(f"ratio: {times['reference'] / times['engine']:.2f}")


class Worker:
    """A process that holds one kind of step. It does one thing at a time, when asked."""

    def __init__(self, kind: str, options: argparse.Namespace, folder: Path) -> None:
        context = get_context("spawn")
        self.pipe, other = context.Pipe()
        context.Process(target=serve, args=(other, kind, options, folder), daemon=True).start()

    def ask(self, what: str) -> float | dict[str, float]:
        self.pipe.send(what)
        return self.pipe.recv()


def serve(pipe: Connection, kind: str, options: argparse.Namespace, folder: Path) -> None:
    """Answer "gradients" (saved in ``folder``), "step" (seconds) and "memory" (GB) until the benchmark ends."""
    device = pick_device(options.device)
    width, height = map(int, options.size.split("x"))
    torch.manual_seed(0)
    generator = BodyGenerator(temporal=True, ngf=options.ngf, downsamplings=4, blocks=9, enhancer_blocks=None)
    discriminator = MultiscaleDiscriminator(discriminator_channels(True), 64, 3, 3)
    perceptual = PerceptualLoss("vgg19", folder / "vgg19.pth")
    engine = kind == "engine"
    if engine:
        keep_freed_memory()
    for network in (generator, discriminator, perceptual):
        network.to(device)
    poses, frames = (pictures.to(device) for pictures in load_pair(width, height))
    arguments = generator, discriminator, perceptual, LAMBDA_FM, LAMBDA_VGG, LEARNING_RATE
    step = EngineStep(*arguments, options.precision, device) if engine else ReferenceStep(*arguments)
    while True:
        try:
            question = pipe.recv()
        except EOFError:  # the benchmark has ended
            return
        start = perf_counter()
        if question == "memory":
            pipe.send(peak_memory(device))
            continue
        losses = (step.gradients if question == "gradients" else step)(poses, frames)
        synchronize(device)
        seconds = perf_counter() - start
        if question == "gradients":
            save_gradients(folder / f"{kind}.npy", generator, discriminator)
            pipe.send({name: float(value) for name, value in losses.items() if name != "l1"})
        else:
            pipe.send(seconds)


def load_pair(width: int, height: int) -> tuple[Tensor, Tensor]:
    """Pose pictures and frames of two consecutive moments, each (1, 2, 3, height, width) in [-1, 1]."""
    track = read_track(CLIP / "poses.parquet")
    video = probe(CLIP / "video.mp4")
    pictures = read_pictures(video, fit_into(video.width, video.height, width, height, "crop"))
    frames = [picture for _, picture in islice(pictures, FRAME, FRAME + 2)]
    joints = track.joints[FRAME : FRAME + 2] * np.array([width / track.width, height / track.height, 1], np.float32)
    poses = [draw_pose(pose, width, height) for pose in joints]
    return tuple(torch.stack([to_tensor(picture) for picture in each])[None] for each in (poses, frames))


def save_gradients(path: Path, *networks: nn.Module) -> None:
    """All gradients in one row, float32."""
    gradients = [p.grad.float().cpu().reshape(-1).numpy() for network in networks for p in network.parameters()]
    np.save(path, np.concatenate(gradients))


def compare(reference_losses: dict[str, float], engine_losses: dict[str, float], folder: Path, precision: str) -> None:
    """Print how well losses and gradients agree; stop if they do not."""
    off = max(abs(engine_losses[name] / value - 1) for name, value in reference_losses.items())
    reference, engine = (np.load(folder / f"{kind}.npy").astype(np.float64) for kind in ("reference", "engine"))
    lengths = [np.linalg.norm(each) for each in (reference, engine)]
    turned = 1 - reference @ engine / np.prod(lengths)
    stretched = abs(lengths[1] / lengths[0] - 1)
    print(f"losses off by {off:.1e} (allowed {LOSS_TOLERANCE[precision]:g}); gradients: 1 - cosine {turned:.1e} "
          f"(allowed {GRADIENT_TOLERANCE[precision]:g}), length off by {stretched:.1e}")
    if off > LOSS_TOLERANCE[precision] or turned > GRADIENT_TOLERANCE[precision]:
        raise SystemExit("the engine does not compute what the reference does: its time means nothing")


if __name__ == "__main__":
    main()
