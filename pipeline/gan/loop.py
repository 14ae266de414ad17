"""The loop around a training step: progress, loss curves, sample grids, a stop at a loss that is not finite."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from dvclive import Live
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from tqdm import tqdm

from pipeline.cli import UserError

Losses = Callable[[Any], tuple[Tensor, Tensor, dict[str, Tensor]]]


def update(generator_loss: Tensor, discriminator_loss: Tensor, generator: nn.Module, discriminator: nn.Module,
           optimizers: Iterable[Optimizer]) -> None:
    """Back-propagate each loss into its own network only, then step every optimizer."""
    trained = [p for p in generator.parameters() if p.requires_grad]
    generator.zero_grad(set_to_none=True)
    discriminator.zero_grad(set_to_none=True)
    discriminator_loss.backward(inputs=list(discriminator.parameters()), retain_graph=True)
    generator_loss.backward(inputs=trained)
    for optimizer in optimizers:
        optimizer.step()


def train(
    name: str,
    batches: Iterable[Any],
    losses: Losses,
    generator: nn.Module,
    discriminator: nn.Module,
    optimizers: list[tuple[Optimizer, LRScheduler]],
    live: Live,
    log_every: int,
    sample_every: int,
    sample: Callable[[], np.ndarray],
    before_step: Callable[[int], None] = lambda step: None,
) -> None:
    """Train on every batch of ``batches``, a step each.

    losses: a batch -> (generator's loss, discriminator's loss, every term by name), scalars. Every ``log_every``
    steps the terms' means since the last time go to ``live``; every ``sample_every`` steps and at the end
    ``sample()``, uint8 RGB (H, W, 3), is saved there. ``before_step`` gets the step's number, from 1 on.
    Raises UserError at a loss that is not finite.
    """
    total = len(batches)
    sums: dict[str, Tensor] = {}
    counted = 0
    progress = tqdm(batches, desc=name, unit="step", total=total)
    for step, batch in enumerate(progress, start=1):
        before_step(step)
        generator_loss, discriminator_loss, terms = losses(batch)
        update(generator_loss, discriminator_loss, generator, discriminator, [o for o, _ in optimizers])
        for _, schedule in optimizers:
            schedule.step()
        sums = {key: sums.get(key, 0) + value.detach() for key, value in terms.items()}
        counted += 1
        if step % log_every == 0 or step == total:
            means = {key: (value / counted).item() for key, value in sums.items()}
            check_finite(means, step)
            live.step = step
            for key, value in means.items():
                live.log_metric(f"{name}/{key}", value)
            live.log_metric(f"{name}/learning_rate", optimizers[0][1].get_last_lr()[0])
            live.make_summary()
            progress.set_postfix({key: f"{value:.3f}" for key, value in means.items()})
            sums, counted = {}, 0
        if step % sample_every == 0 or step == total:
            live.log_image(f"{name}/step_{step:06d}.png", sample())


def check_finite(terms: dict[str, float], step: int) -> None:
    """Raise UserError if a term is NaN or infinite: training on would only spoil the weights."""
    broken = [key for key, value in terms.items() if not np.isfinite(value)]
    if broken:
        raise UserError(
            f"training diverged by step {step}: {', '.join(broken)} became NaN or infinite; lower the learning "
            "rate or the loss weights, or use precision fp32"
        )
