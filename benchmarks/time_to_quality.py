"""How much sooner the pipeline's training reaches the quality of the method's plainly written step.

    python -m benchmarks.time_to_quality --seconds 600

Trains the body GAN of params.yaml on the target clip of the workspace (run `dvc repro background` first) twice, both
times in the windows of params.yaml: by the reference step with the released code's settings (learning rate 0.0002
throughout, two frames, the plain objective, no plate) and as stage train_body does. Every now and then the clock stops
and the generator renders the held-out frames' windows, each from the one before. Prints both curves, the perceptual
distance over seconds of training, and as the last line how many times sooner ours came to the reference's best value.
"""

import argparse
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

import numpy as np
import torch

from benchmarks.machine import describe, synchronize
from benchmarks.reference_step import ReferenceStep
from benchmarks.target import Target, load_target
from pipeline.body.data import PairDataset
from pipeline.body.phase import body_phase
from pipeline.body.step import discriminator_channels
from pipeline.clips import paths
from pipeline.evaluation.lpips import Lpips
from pipeline.losses.perceptual import PerceptualLoss, load_perceptual
from pipeline.networks.architecture import body_architecture
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.discriminator import MultiscaleDiscriminator
from pipeline.networks.pictures import on_device, to_float, to_picture
from pipeline.networks.prior import read_prior
from pipeline.params import Params, load_params
from pipeline.rendering.render import follow_window
from pipeline.runtime.devices import autocast, keep_freed_memory, pick_device, pick_precision
from pipeline.training.batches import step_loader
from pipeline.training.loop import advance
from pipeline.training.phase import Phase

LEARNING_RATE = 0.0002  # the released code's
EVERY = 30  # steps between measurements
FOREVER = 10**6  # steps

Curve = list[tuple[float, float]]  # (seconds of training, held-out perceptual distance)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600, help="of the reference's training")
    parser.add_argument("--height", type=int, help="of the pictures, px; default: train.height")
    options = parser.parse_args()
    params = load_params()
    keep_freed_memory()
    device = pick_device(params.device)
    target = load_target(params, options.height or params.train.height)
    lpips = Lpips("efficientnet_lite0", None, device)
    print(f"{describe(device)}; {target.frames.width}x{target.frames.height}, ngf {params.train.generator.ngf}")

    generator, step = reference(params, device)
    loader = step_loader(target.training(), 1, 0, FOREVER, params.train.seed)
    plain = learn(loader, lambda batch: step(*(to_float(x.to(device)) for x in batch[:2])), options.seconds, device,
                  lambda: held_out_distance(target, generator, "fp32", lpips, device), "reference")

    torch.manual_seed(params.train.seed)
    precision = pick_precision(params.train.precision, device)
    phase = ours(params, precision, target, device)
    state = phase.start()
    loader = step_loader(phase.dataset, phase.batch, 0, phase.steps + phase.decay_steps, phase.seed)
    curve = learn(loader, lambda batch: advance(state, phase.losses, batch), options.seconds,
                  device, lambda: held_out_distance(target, state.rendered, precision, lpips, device), "ours")

    best, sooner = min((distance, seconds) for seconds, distance in plain)
    reached = next((seconds for seconds, distance in curve if distance <= best), None)
    print(f"reference: best {lpips.name} {best:.3f} after {sooner:.0f} s of training; "
          + (f"ours came to that after {reached:.0f} s" if reached else "ours did not come to that")
          + f", best {min(distance for _, distance in curve):.3f}")
    print(f"ratio: {sooner / reached if reached else 0:.2f}")


def reference(params: Params, device: torch.device) -> tuple[BodyGenerator, ReferenceStep]:
    """New networks of the sizes of params.yaml, and the reference's step on them."""
    torch.manual_seed(params.train.seed)
    train, net, d = params.train, params.train.generator, params.train.discriminator
    generator = BodyGenerator(True, net.ngf, net.downsamplings, net.blocks, None).to(device)
    discriminator = MultiscaleDiscriminator(discriminator_channels(True), d.ndf, d.layers, d.scales).to(device)
    perceptual = PerceptualLoss(train.perceptual, None).to(device)
    arguments = generator, discriminator, perceptual, train.lambda_fm, train.lambda_vgg, LEARNING_RATE
    return generator, ReferenceStep(*arguments)


def ours(params: Params, precision: str, target: Target, device: torch.device) -> Phase:
    """The training as stage train_body has it."""
    train = params.train
    architecture = body_architecture(train) | {"enhancer_blocks": None}
    generator = BodyGenerator(**architecture)
    if train.start == "prior":
        generator.load_state_dict(read_prior(paths.BODY_PRIOR, architecture))
    references = target.references() if generator.references else None
    dataset, examples = (
        PairDataset(target.frames, ends, references)
        for ends in (target.pairs(0, target.end), np.array([target.first + 1]))
    )
    perceptual = load_perceptual(train, train.lambda_vgg)
    return body_phase(
        "body", generator, dataset, examples, perceptual, train, precision, device, train.steps, train.decay_steps
    )


@torch.no_grad()
def held_out_distance(
    target: Target, generator: BodyGenerator, precision: str, lpips: Lpips, device: torch.device
) -> float:
    """The mean over the held-out frames' windows, each rendered from the one before."""
    frames, windows, previous, distances = target.frames, target.frames.windows, None, []
    held_out, references = slice(target.first, None), target.references()
    path = references.path(frames.joints[held_out], target.statures[held_out])
    for t in range(target.first, len(windows)):
        view = frames.view(t)
        pose, plate = to_float(frames.pose(t, view).to(device))[None], on_device(frames.background(view), device)[None]
        if previous is not None:
            previous = follow_window(previous, windows[t - 1], windows[t], plate if generator.layered else None)
        reference = None
        if generator.references:
            moved = frames.reference(references, path[t - target.first], t, view)
            reference = to_float(moved.to(device))[None]
        with autocast(device, precision):
            previous = generator(pose, previous, plate, reference)
        pictures = to_picture(previous[0]), frames.picture(t, view)
        distances.append(float(lpips(*(picture[None] for picture in pictures))[0]))
    return float(np.mean(distances))


def learn(
    batches: Iterable[Any], step: Callable[[Any], Any], limit: float, device: torch.device,
    measure: Callable[[], float], name: str,
) -> Curve:
    """Take a step for each batch until ``limit`` seconds of training have passed; measuring is not counted."""
    curve: Curve = []
    seconds, start = 0.0, perf_counter()
    for number, batch in enumerate(batches, start=1):
        step(batch)
        if number % EVERY == 0:
            synchronize(device)
            seconds += perf_counter() - start
            curve.append((seconds, measure()))
            print(f"{name}: step {number}, {seconds:.0f} s, {curve[-1][1]:.3f}", flush=True)
            if seconds >= limit:
                break
            start = perf_counter()
    return curve


if __name__ == "__main__":
    main()
