"""The training loop: who gets which gradient, what is logged, stops when asked or diverged, and resuming from them."""

import json
import shutil
import signal

import numpy as np
import pytest
import torch
from toy_training import toy_losses, toy_state

from pipeline.params import Log
from pipeline.training.checkpoint import Checkpoints
from pipeline.training.loop import train, update
from pipeline.user.cli import UserError


def test_each_loss_reaches_its_own_network_only():
    generator, discriminator = torch.nn.Linear(2, 2), torch.nn.Linear(2, 1)
    score = discriminator(generator(torch.ones(1, 2))).sum()
    update(score, 3 * score, generator, discriminator, [])
    (expected,) = torch.autograd.grad(discriminator(generator(torch.ones(1, 2))).sum(), generator.weight)
    torch.testing.assert_close(generator.weight.grad, expected)  # not 4 times as much
    (expected,) = torch.autograd.grad(3 * discriminator(generator(torch.ones(1, 2))).sum(), discriminator.weight)
    torch.testing.assert_close(discriminator.weight.grad, expected)


LOG = Log(every=2, samples_every=4)


def run(tmp_path, values, every=1000, stops_at=None, losses=None, seed=0, before_step=lambda step: None):
    """Train the toy networks on ``values`` in a folder of their own, resuming from its checkpoints. -> the state."""
    (tmp_path / "run").mkdir(exist_ok=True)
    checkpoints = Checkpoints(tmp_path / "run", every, 2)
    state = toy_state(seed=seed)
    checkpoints.restore(state)

    def step_begins(step):
        before_step(step)
        if step == stops_at:
            signal.raise_signal(signal.SIGINT)

    picture = np.full((4, 4, 3), 128, np.uint8)
    losses = (losses or toy_losses)(state)
    with checkpoints.open_log() as live:
        train(state, values[state.step :], losses, live, checkpoints, LOG, lambda: picture, step_begins)
    return state


def content(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_means_between_log_points_and_samples_are_kept(tmp_path):
    seen = []
    run(tmp_path, [1.0, 3.0, 10.0, 20.0, 7.0], before_step=seen.append)
    assert seen == [1, 2, 3, 4, 5]
    rows = (tmp_path / "run/log/plots/metrics/toy/batch.tsv").read_text().split()
    assert rows == ["step", "batch", "2", "2.0", "4", "15.0", "5", "7.0"]
    assert json.loads((tmp_path / "run/log/metrics.json").read_text())["toy"]["batch"] == 7.0
    assert sorted(p.name for p in (tmp_path / "run/log").rglob("*.png")) == ["step_000004.png", "step_000005.png"]


@pytest.mark.parametrize("step", [1, 2, 3, 4, 7, 8])
def test_ctrl_c_saves_says_how_to_go_on_and_the_rest_is_as_if_nothing_had_happened(tmp_path, step):
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    (tmp_path / "whole").mkdir()
    (tmp_path / "stopped").mkdir()
    whole = run(tmp_path / "whole", values)
    with pytest.raises(KeyboardInterrupt) as stop:
        run(tmp_path / "stopped", values, stops_at=step)
    assert str(stop.value) == (f"stopped at step {step} of toy; run the same again to resume from step {step} of toy; "
                               f"loss curves and samples so far: {tmp_path / 'stopped/run/log'}")
    shutil.rmtree(tmp_path / "stopped/run/log")
    resumed = run(tmp_path / "stopped", values, seed=1)
    for name, tensor in whole.tensors().items():
        assert torch.equal(resumed.tensors()[name], tensor), name
    assert content(tmp_path / "stopped/run/log") == content(tmp_path / "whole/run/log")


def test_a_second_ctrl_c_stops_at_once(tmp_path):
    def losses(state):
        signal.raise_signal(signal.SIGINT)
        pytest.fail("went on")

    with pytest.raises(KeyboardInterrupt) as stop:
        run(tmp_path, [1.0, 2.0], stops_at=1, losses=lambda state: losses)
    assert str(stop.value) == ""
    assert not list((tmp_path / "run").glob("*.safetensors"))


def test_a_term_that_is_not_finite_stops_with_step_name_and_last_good_checkpoint(tmp_path):
    def losses(state):
        def broken_at_5(value):
            g, d, terms = toy_losses(state)(value)
            return g, d, terms | {"watched": torch.tensor(float("nan") if state.step == 5 else 0.0)}
        return broken_at_5

    message = "diverged at step 5 of toy: watched became NaN or infinite; the last good checkpoint is step 4 of toy"
    with pytest.raises(UserError, match=message):
        run(tmp_path, [1.0] * 9, every=0, losses=losses)
    assert [path.name for path in sorted((tmp_path / "run").glob("*.safetensors"))] == [
        "000003-toy-3.safetensors", "000004-toy-4.safetensors"
    ]
    with pytest.raises(UserError, match=message):
        run(tmp_path, [1.0] * 9, losses=losses)  # and again, with no checkpoint written since


def test_weights_that_are_not_finite_are_never_kept(tmp_path):
    def losses(state):
        def infinite_gradient_at_3(value):
            g, d, terms = toy_losses(state)(value)
            return g, d * (float("inf") if state.step == 3 else 1), terms
        return infinite_gradient_at_3

    with pytest.raises(UserError, match="step 3 of toy: the discriminator's weights became .* step 2 of toy"):
        run(tmp_path, [1.0] * 9, every=0, losses=losses)
    with pytest.raises(UserError, match="step 3 of toy: the discriminator's weights"):
        run(tmp_path, [1.0] * 3, losses=losses)  # in the very last step
