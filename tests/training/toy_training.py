"""Two small networks whose training takes no time, for the tests of state, checkpoints and loop."""

import torch

from pipeline.training.optimizer import make_optimizer
from pipeline.training.state import TrainingState

STEPS = 8


def toy_state(name: str = "toy", seed: int = 0) -> TrainingState:
    """Networks of a seed: a convolution with its weights channels last, half of it frozen, and a linear layer."""
    torch.manual_seed(seed)
    generator = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3, padding=1), torch.nn.Dropout(), torch.nn.Conv2d(3, 1, 1))
    generator.to(memory_format=torch.channels_last)
    generator[2].requires_grad_(False)
    discriminator = torch.nn.Linear(4, 1)
    optimizers = [make_optimizer(n.parameters(), 0.1, (0.5, 0.9), 3, STEPS) for n in (generator, discriminator)]
    return TrainingState(name, generator, discriminator, optimizers)


def toy_losses(state: TrainingState):
    """A loss that the networks, the batch and the random state (dropout) decide."""

    def losses(batch):
        score = state.discriminator(state.generator(torch.full((1, 2, 4, 4), float(batch)))).square().mean()
        return score, 1 / (1 + score), {"score": score, "batch": torch.tensor(float(batch))}

    return losses
