"""The training loop: who gets which gradient, what is logged, and a stop at a loss that is not finite."""

import json

import numpy as np
import pytest
import torch
from dvclive import Live

from pipeline.cli import UserError
from pipeline.gan.loop import train, update
from pipeline.gan.optimizer import make_optimizer


def test_each_loss_reaches_its_own_network_only():
    generator, discriminator = torch.nn.Linear(2, 2), torch.nn.Linear(2, 1)
    score = discriminator(generator(torch.ones(1, 2))).sum()
    update(score, 3 * score, generator, discriminator, [])
    (expected,) = torch.autograd.grad(discriminator(generator(torch.ones(1, 2))).sum(), generator.weight)
    torch.testing.assert_close(generator.weight.grad, expected)  # not 4 times as much
    (expected,) = torch.autograd.grad(3 * discriminator(generator(torch.ones(1, 2))).sum(), discriminator.weight)
    torch.testing.assert_close(discriminator.weight.grad, expected)


def run(tmp_path, values, **options):
    generator, discriminator = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
    optimizers = [make_optimizer(n.parameters(), 1e-3, (0.5, 0.999), 10, 0) for n in (generator, discriminator)]

    def losses(value):
        g = discriminator(generator(torch.ones(1, 1))).sum()
        return g, -g, {"watched": torch.tensor(value)}

    picture = np.full((4, 4, 3), 128, np.uint8)
    with Live(str(tmp_path / "log"), dvcyaml=False, report=None, save_dvc_exp=False) as live:
        train("toy", values, losses, generator, discriminator, optimizers, live, 2, 4, lambda: picture, **options)


def test_means_between_log_points_and_samples_are_kept(tmp_path):
    seen = []
    run(tmp_path, [1.0, 3.0, 10.0, 20.0, 7.0], before_step=seen.append)
    assert seen == [1, 2, 3, 4, 5]
    rows = (tmp_path / "log/plots/metrics/toy/watched.tsv").read_text().split()
    assert rows == ["step", "watched", "2", "2.0", "4", "15.0", "5", "7.0"]
    assert json.loads((tmp_path / "log/metrics.json").read_text())["toy"]["watched"] == 7.0
    assert sorted(p.name for p in (tmp_path / "log").rglob("*.png")) == ["step_000004.png", "step_000005.png"]


def test_a_loss_that_is_not_finite_stops_with_its_name(tmp_path):
    with pytest.raises(UserError, match="diverged by step 4: watched"):
        run(tmp_path, [1.0, 1.0, 1.0, float("nan"), 1.0])
