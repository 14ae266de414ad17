"""Whether the engine learns as well as the method's plainly written step, from the same weights and the same data.

    python -m benchmarks.learning --steps 300 --seeds 3 --precision bf16

Trains both on the target clip of the workspace (run `dvc repro background` first) with the settings of params.yaml, in
its windows but without a plate, once a seed: the same first weights, the same pairs in the same order. Prints what both
come to: the losses over the last tenth of the steps and, on held-out pairs, the absolute and the perceptual distance.
The engine passes if its mean held-out perceptual distance is no more than one standard deviation of the reference's
runs above the reference's mean.
"""

import argparse
from copy import deepcopy
from time import perf_counter

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader
from tqdm import tqdm

from benchmarks.engine_step import EngineStep
from benchmarks.machine import describe, synchronize
from benchmarks.reference_step import ReferenceStep
from benchmarks.target import load_target
from pipeline.body.data import PairDataset
from pipeline.body.step import discriminator_channels
from pipeline.clips.spread import spread
from pipeline.evaluation.lpips import Lpips
from pipeline.losses.perceptual import PerceptualLoss
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.discriminator import MultiscaleDiscriminator
from pipeline.networks.pictures import to_float, to_picture
from pipeline.params import Params, load_params
from pipeline.runtime.devices import keep_freed_memory, pick_device
from pipeline.training.batches import step_loader

HELD_OUT = 24  # pairs

Run = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--precision", default="bf16", choices=("fp32", "bf16"))
    parser.add_argument("--height", type=int, help="of the pictures, px; default: train.height")
    options = parser.parse_args()
    params = load_params()
    keep_freed_memory()
    device = pick_device(params.device)
    training, held_out = data(params, options.height or params.train.height)
    print(f"{describe(device)}; {options.steps} steps at {training.frames.width}x{training.frames.height}, "
          f"ngf {params.train.generator.ngf}, {len(training)} pairs, held out {len(held_out)}")
    runs: dict[str, list[Run]] = {"reference": [], f"engine {options.precision}": []}
    for seed in range(options.seeds):
        torch.manual_seed(seed)
        networks = build(params)
        for kind, results in runs.items():
            generator, discriminator, perceptual = (network.to(device) for network in deepcopy(networks))
            arguments = (generator, discriminator, perceptual, params.train.lambda_fm, params.train.lambda_vgg,
                         params.train.learning_rate)
            if kind == "reference":
                step = ReferenceStep(*arguments)
            else:
                step = EngineStep(*arguments, options.precision, device)
            loader = step_loader(training, params.train.batch, 0, options.steps, seed)
            run = learn(step, loader, device, f"{kind}, seed {seed}")
            run |= distances(generator, held_out, device)
            results.append(run)
            print(f"{kind}, seed {seed}: " + ", ".join(f"{name} {value:.4f}" for name, value in run.items()),
                  flush=True)
    judge(*runs.items())


def data(params: Params, height: int) -> tuple[PairDataset, PairDataset]:
    """The target clip's training pairs, and some evenly spread held-out ones."""
    target = load_target(params, height)
    held_out = target.pairs(target.first, len(target.frames.windows))
    return target.training(), PairDataset(target.frames, held_out[spread(len(held_out), HELD_OUT)])


def build(params: Params) -> tuple[nn.Module, ...]:
    """New networks: generator, discriminator and perceptual loss."""
    train, net, d = params.train, params.train.generator, params.train.discriminator
    generator = BodyGenerator(True, net.ngf, net.downsamplings, net.blocks, None)
    discriminator = MultiscaleDiscriminator(discriminator_channels(True), d.ndf, d.layers, d.scales)
    return generator, discriminator, PerceptualLoss(train.perceptual, None)


def learn(step: ReferenceStep | EngineStep, loader: DataLoader, device: torch.device, name: str) -> Run:
    """Train; returns the seconds it took and the mean losses over the last tenth of the steps."""
    losses: list[dict[str, float | Tensor]] = []
    start = perf_counter()
    for poses, frames, *_ in tqdm(loader, desc=name, unit="step"):
        losses.append(step(*(to_float(pictures.to(device)) for pictures in (poses, frames))))
    synchronize(device)
    seconds = perf_counter() - start
    last = losses[-max(1, len(losses) // 10) :]
    return {"seconds": seconds} | {name: float(np.mean([float(each[name]) for each in last])) for name in
                                   ("d", "g_gan", "g_fm", "g_vgg")}


@torch.no_grad()
def distances(generator: BodyGenerator, pairs: PairDataset, device: torch.device) -> Run:
    """Mean absolute (in [-1, 1]) and perceptual distance of generated held-out pairs from the real ones, in float32."""
    lpips = Lpips("efficientnet_lite0", None, device)
    absolute, perceptual = [], []
    for index in range(len(pairs)):
        poses, frames, *_ = map(to_float, pairs[index])
        fakes = generator.rollout(poses[None].to(device))[0][0].cpu()
        absolute.append(float((fakes - frames).abs().mean()))
        pictures = [np.stack([to_picture(picture) for picture in each]) for each in (fakes, frames)]
        perceptual.append(float(lpips(*pictures).mean()))
    return {"held-out L1": float(np.mean(absolute)), f"held-out {lpips.name}": float(np.mean(perceptual))}


def judge(reference: tuple[str, list[Run]], engine: tuple[str, list[Run]]) -> None:
    """Print both kinds' means and spreads, and whether the engine passes; the last line is the ratio of the times."""
    for kind, runs in (reference, engine):
        print(f"{kind}: " + ", ".join(
            f"{name} {np.mean([run[name] for run in runs]):.4f} +- {np.std([run[name] for run in runs], ddof=1):.4f}"
            for name in runs[0]))
    distance = next(name for name in reference[1][0] if name.startswith("held-out lpips"))
    wanted, got = ([run[distance] for run in runs] for _, runs in (reference, engine))
    limit = np.mean(wanted) + np.std(wanted, ddof=1)
    verdict = "learns as well" if np.mean(got) <= limit else "LEARNS WORSE"
    print(f"{engine[0]} {verdict}: {distance} {np.mean(got):.4f}, allowed {limit:.4f}")
    ratio = np.median([run["seconds"] for run in reference[1]]) / np.median([run["seconds"] for run in engine[1]])
    print(f"ratio: {ratio:.2f}")


if __name__ == "__main__":
    main()
