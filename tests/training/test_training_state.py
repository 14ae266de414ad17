"""The state of a training phase: what was saved and restored trains on to the same bits."""

import json

import torch
from toy_training import toy_losses, toy_state

from pipeline.training.loop import update


def advance(state, batches):
    for batch in batches:
        g, d, terms = toy_losses(state)(batch)
        update(g, d, state.generator, state.discriminator, [optimizer for optimizer, _ in state.optimizers])
        for _, schedule in state.optimizers:
            schedule.step()
        for key, value in terms.items():
            state.terms.setdefault(key, []).append(value.detach())
        state.step += 1


def assert_same(a, b):
    assert a.keys() == b.keys()
    for key in a:
        assert torch.equal(a[key], b[key]), key


def test_a_restored_state_goes_on_to_the_same_bits():
    state = toy_state()
    advance(state, [1, 2])
    tensors = {key: value.clone(memory_format=torch.contiguous_format) for key, value in state.tensors().items()}
    header = json.loads(json.dumps(state.header()))
    state.generator[2].requires_grad_(True)
    advance(state, [3, 4, 5])

    other = toy_state(seed=1)
    other.restore(tensors, header)
    assert other.step == 2
    assert_same(other.tensors(), tensors)
    other.generator[2].requires_grad_(True)
    advance(other, [3, 4, 5])
    assert_same(other.tensors(), state.tensors())
    assert other.header() == state.header()
    for (optimizer, _), (expected, _) in zip(other.optimizers, state.optimizers, strict=True):
        assert optimizer.param_groups[0]["lr"] == expected.param_groups[0]["lr"]


def test_sums_are_shared_out_among_as_many_threads_as_before():
    state = toy_state()
    state.restore(state.tensors(), state.header() | {"threads": 2})
    assert torch.get_num_threads() == 2
    torch.set_num_threads(1)


def test_moments_take_the_layout_of_their_parameters():
    state = toy_state()
    advance(state, [1])
    other = toy_state()
    other.restore({key: value.contiguous() for key, value in state.tensors().items()}, state.header())
    weight = other.generator[0].weight
    assert other.optimizers[0][0].state[weight]["exp_avg"].stride() == weight.stride()
    assert weight.stride() != weight.contiguous().stride()


def test_networks_with_a_weight_that_is_not_finite_are_named():
    state = toy_state()
    assert state.broken_networks() == []
    with torch.no_grad():
        state.generator[0].weight[0, 0, 0, 0] = float("inf")
    assert state.broken_networks() == ["generator"]
