"""What starting from the prior is worth: both starts, trained for several numbers of steps, in turns.

    python -m benchmarks.prior --steps 0 50 100 300 --seeds 0 1 2

Trains the body GAN of params.yaml on the target clip of the workspace (run `dvc repro background` first), from random
weights and from the prior, each time with a schedule of its own: two thirds of the steps at the constant learning rate,
one third while it falls to 0. At the end of each the generator renders the held-out frames' windows, each from the one
before. Prints the perceptual distance, which no training looks at, and the seconds of training; the last line says how
many times fewer steps from the prior come to what the most steps from random weights do.
"""

import argparse
from time import perf_counter

import numpy as np
import torch

from benchmarks.machine import describe
from benchmarks.target import load_target
from benchmarks.time_to_quality import held_out_distance, ours
from pipeline.evaluation.lpips import Lpips
from pipeline.params import Params, load_params
from pipeline.runtime.devices import keep_freed_memory, pick_device, pick_precision
from pipeline.training.batches import step_loader
from pipeline.training.loop import advance

STARTS = ("scratch", "prior")
CONSTANT = 2 / 3  # of the steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, nargs="+", default=[0, 50, 100, 300])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    options = parser.parse_args()
    params = load_params()
    keep_freed_memory()
    device = pick_device(params.device)
    precision = pick_precision(params.train.precision, device)
    target = load_target(params, params.train.height)
    lpips = Lpips("stlpips_alex", None, device)
    print(f"{describe(device)}; {target.frames.clip.store.width}x{target.frames.clip.store.height}")

    reached: dict[tuple[str, int], list[float]] = {}
    for steps in options.steps:
        for seed in options.seeds:
            for start in STARTS:
                phase = ours(scheduled(params, start, steps, seed), precision, target, device)
                state, begin = phase.start(), perf_counter()
                for batch in step_loader(phase.dataset, phase.batch, 0, steps, seed):
                    advance(state, phase.losses, batch)
                seconds = perf_counter() - begin
                distance = held_out_distance(target, state.rendered, precision, lpips, device)
                reached.setdefault((start, steps), []).append(distance)
                print(f"{start:7} seed {seed} {steps:5} steps {seconds:6.1f} s: {distance:.4f}", flush=True)

    means = {key: float(np.mean(values)) for key, values in reached.items()}
    most = max(options.steps)
    enough = [steps for steps in sorted(options.steps) if means["prior", steps] <= means["scratch", most]]
    print(f"{lpips.name} of {most} steps from scratch: {means['scratch', most]:.4f}")
    print(f"ratio: {most / max(enough[0], 1) if enough else 0:.1f}")


def scheduled(params: Params, start: str, steps: int, seed: int) -> Params:
    """The parameters of one training; also seeds PyTorch, whose numbers the networks begin with."""
    torch.manual_seed(seed)
    constant = round(CONSTANT * steps)
    changes = {"start": start, "seed": seed, "steps": constant, "decay_steps": steps - constant}
    return params.model_copy(update={"train": params.train.model_copy(update=changes)})


if __name__ == "__main__":
    main()
