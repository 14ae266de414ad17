"""How long a training step of the body GAN takes: the engine's against the method's, written plainly.

    python -m benchmarks.train_step --size 512x256 --precision bf16

Both start from the same weights and get the same pictures, each in a process of its own, and take turns, so that what
else the machine does meets both. First their gradients are compared: in float32 they must agree; in bfloat16 they
must point the same way. The perceptual network is VGG19 with random weights: as large as the real one.
"""

import argparse
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import torch
from torch import nn
from torchvision.models import vgg19
from tqdm import trange

from benchmarks.engine_step import EngineStep
from benchmarks.machine import describe, matmul_peak, peak_memory, synchronize
from benchmarks.reference_step import ReferenceStep
from pipeline.devices import pick_device
from pipeline.gan.body_generator import BodyGenerator
from pipeline.gan.body_step import discriminator_channels
from pipeline.gan.discriminator import MultiscaleDiscriminator
from pipeline.gan.losses.perceptual import PerceptualLoss

LAMBDA_FM, LAMBDA_VGG, LEARNING_RATE = 10.0, 10.0, 2e-4
# How far the gradient may turn away from the reference's: 1 - cosine, and relative error of the length.
TOLERANCE = {"fp32": 1e-4, "bf16": 0.1}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="512x256", help="WxH of the pictures")
    parser.add_argument("--ngf", type=int, default=64, help="filters of the generator's first layer")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--precision", default="fp32", choices=TOLERANCE)
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
        for worker in workers.values():
            worker.ask("gradients")
        compare(Path(folder), TOLERANCE[options.precision])
        seconds = {kind: [] for kind in workers}
        for _ in trange(options.steps + 1, desc="steps", unit="round"):
            for kind, worker in workers.items():
                seconds[kind].append(worker.ask("step"))
        memory = {kind: worker.ask("memory") for kind, worker in workers.items()}
    times = {kind: median(values[1:]) for kind, values in seconds.items()}
    for kind, time in times.items():
        print(f"{kind}: {time:.3f} s a step (of {' '.join(f'{value:.3f}' for value in seconds[kind][1:])}), "
              f"peak memory {memory[kind]:.2f} GB")
    print(f"ratio: {times['reference'] / times['engine']:.2f}")


class Worker:
    """A process that holds one kind of step. It does one thing at a time, when asked."""

    def __init__(self, kind: str, options: argparse.Namespace, folder: Path) -> None:
        context = get_context("spawn")
        self.pipe, other = context.Pipe()
        context.Process(target=serve, args=(other, kind, options, folder), daemon=True).start()

    def ask(self, what: str) -> float:
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
    for network in (generator, discriminator, perceptual):
        network.to(device)
    poses, frames = (torch.rand(1, 2, 3, height, width).to(device) * 2 - 1 for _ in range(2))
    arguments = generator, discriminator, perceptual, LAMBDA_FM, LAMBDA_VGG, LEARNING_RATE
    step = ReferenceStep(*arguments) if kind == "reference" else EngineStep(*arguments, options.precision)
    while True:
        question = pipe.recv()
        start = perf_counter()
        if question == "memory":
            pipe.send(peak_memory(device))
            continue
        (step.gradients if question == "gradients" else step)(poses, frames)
        synchronize(device)
        if question == "gradients":
            save_gradients(folder / f"{kind}.npy", generator, discriminator)
        pipe.send(perf_counter() - start)


def save_gradients(path: Path, *networks: nn.Module) -> None:
    """All gradients in one row, float32."""
    gradients = [p.grad.float().cpu().reshape(-1).numpy() for network in networks for p in network.parameters()]
    np.save(path, np.concatenate(gradients))


def compare(folder: Path, tolerance: float) -> None:
    """Print how well both gradients agree; stop if they do not."""
    reference, engine = (np.load(folder / f"{kind}.npy").astype(np.float64) for kind in ("reference", "engine"))
    lengths = [np.linalg.norm(each) for each in (reference, engine)]
    turned = 1 - reference @ engine / np.prod(lengths)
    stretched = abs(lengths[1] / lengths[0] - 1)
    print(f"gradients: 1 - cosine {turned:.1e}, length off by {stretched:.1e}; allowed {tolerance:g}")
    if max(turned, stretched) > tolerance:
        raise SystemExit("the engine's gradients are not the reference's: its time means nothing")


if __name__ == "__main__":
    main()
