"""The training loop: steps, progress bar, loss curves, sample grids, checkpoints, stops, and a check for divergence."""

from collections.abc import Callable, Iterable
from typing import Any, cast

import numpy as np
import torch
from dvclive import Live
from torch import Tensor, nn
from torch.optim import Optimizer

from pipeline.params import Log
from pipeline.training.checkpoint import Checkpoints
from pipeline.training.distributed import any_rank, average_over_ranks, barrier, rank
from pipeline.training.interrupt import Interrupt
from pipeline.training.state import TrainingState
from pipeline.training.waiting import Batches, TimedBatches
from pipeline.user.cli import UserError
from pipeline.user.progress import Progress

Losses = Callable[[Any], tuple[Tensor, Tensor, dict[str, Tensor]]]


def update(generator_loss: Tensor, discriminator_loss: Tensor, generator: nn.Module, discriminator: nn.Module,
           optimizers: Iterable[Optimizer]) -> None:
    """Back-propagate each loss into its own network only, then step every optimizer.

    The losses may share a graph: both gradients are of the networks before the step. They are averaged over all ranks,
    which gives the whole batch's gradient, as the parts of a batch are equal and every loss is a mean over examples.
    """
    trained = [p for p in generator.parameters() if p.requires_grad]
    generator.zero_grad(set_to_none=True)
    discriminator.zero_grad(set_to_none=True)
    discriminator_loss.backward(inputs=list(discriminator.parameters()), retain_graph=True)
    generator_loss.backward(inputs=trained)
    average_over_ranks([cast(Tensor, parameter.grad) for parameter in (*trained, *discriminator.parameters())])
    for optimizer in optimizers:
        optimizer.step()


def advance(state: TrainingState, losses: Losses, batch: Any) -> dict[str, Tensor]:
    """One step of ``state``: networks, learning-rate schedules, moving average. -> the losses' terms, detached."""
    state.step += 1
    generator_loss, discriminator_loss, terms = losses(batch)
    optimizers = [optimizer for optimizer, _ in state.optimizers]
    update(generator_loss, discriminator_loss, state.generator, state.discriminator, optimizers)
    for _, schedule in state.optimizers:
        schedule.step()
    if state.average is not None:
        state.average.update(state.generator, state.step)
    terms = {key: value.detach() for key, value in terms.items()}
    average_over_ranks(list(terms.values()))
    return terms


def train(
    state: TrainingState,
    batches: Batches,
    losses: Losses,
    live: Live | None,
    checkpoints: Checkpoints,
    log: Log,
    sample: Callable[[], np.ndarray],
    before_step: Callable[[int], None] = lambda step: None,
) -> None:
    """Train ``state`` on every batch of ``batches``, one step each, from ``state.step`` to the phase's last step.

    losses: a batch -> (generator's loss, discriminator's loss, every term by name), scalars. Every ``log.every``
    steps the terms' means since the last point go to ``live``; every ``log.samples_every`` steps and at the end
    ``sample()``, uint8 RGB (H, W, 3), is saved there. ``before_step`` gets the step's number, from 1 on.
    Each rank gets its part of every batch; rank 0 alone has a ``live``. Raises UserError if a term or a weight is not
    finite (a checkpoint never holds such weights), and KeyboardInterrupt, after a checkpoint, if the user or a
    scheduler asks for a stop.
    """
    total = state.step + len(batches)
    timed = TimedBatches(batches)
    progress = Progress(timed, f"train {state.name}", "step", total, state.step, disable=rank() != 0)
    with Interrupt(tell=rank() == 0) as interrupt:
        for batch in progress:
            before_step(state.step + 1)
            for key, value in advance(state, losses, batch).items():
                state.terms.setdefault(key, []).append(value)
            if state.step % log.every == 0 or state.step == total:
                check_terms(state, checkpoints)
                progress.set_postfix({key: f"{value:.3f}" for key, value in log_terms(state, live).items()})
            if live is not None and (state.step % log.samples_every == 0 or state.step == total):
                live.log_image(f"{state.name}/step_{state.step:06d}.png", sample())
            stop, save = any_rank(interrupt.requested, checkpoints.due())
            if stop or save:
                check_terms(state, checkpoints)
                check_weights(state, checkpoints)
                checkpoints.save(state)
            if stop:
                # Wait until rank 0 has written the checkpoint: a launcher may kill all ranks soon after one has ended.
                barrier()
                progress.close()
                start = checkpoints.last or "the start"
                raise KeyboardInterrupt(f"stopped at step {state.step} of {state.name}; run the same again to resume "
                                        f"from {start}; loss curves and samples so far: {checkpoints.log}")
    check_weights(state, checkpoints)
    if timed.total:
        print(f"{state.name}: {timed.report()}")


def log_terms(state: TrainingState, live: Live | None) -> dict[str, float]:
    """Log the terms' means since the last point of the loss curves, and forget them. -> the means by name."""
    means = {key: torch.stack(values).mean().item() for key, values in state.terms.items()}
    state.terms = {}
    if live is not None:
        live.step = state.step
        for key, value in means.items():
            live.log_metric(f"{state.name}/{key}", value)
        live.log_metric(f"{state.name}/learning_rate", float(state.optimizers[0][1].get_last_lr()[0]))
        live.make_summary()
    return means


def check_terms(state: TrainingState, checkpoints: Checkpoints) -> None:
    """Raise UserError if a term since the last point of the loss curves is NaN or infinite, naming the first such step.

    Many steps are checked at once, since each check makes the CPU wait for the GPU.
    """
    if not state.terms:
        return
    finite = torch.stack([torch.stack(values) for values in state.terms.values()]).isfinite().cpu()
    if not finite.all():
        column = int((~finite).any(dim=0).nonzero()[0])
        terms = [key for key, good in zip(state.terms, finite[:, column], strict=True) if not good]
        raise _diverged(state, state.step - finite.shape[1] + 1 + column, terms, checkpoints)


def check_weights(state: TrainingState, checkpoints: Checkpoints) -> None:
    """Raise UserError if a weight is NaN or infinite, as it is after a step with such a gradient."""
    if broken := state.broken_networks():
        raise _diverged(state, state.step, [f"the {name}'s weights" for name in broken], checkpoints)


def _diverged(state: TrainingState, step: int, what: list[str], checkpoints: Checkpoints) -> UserError:
    last = f"the last good checkpoint is {checkpoints.last}" if checkpoints.last else "there is no checkpoint yet"
    return UserError(
        f"training diverged at step {step} of {state.name}: {', '.join(what)} became NaN or infinite; {last}, but "
        "resuming from it would repeat this, so change a parameter: lower the learning rate or the loss weights, or "
        "use train.precision fp32"
    )
