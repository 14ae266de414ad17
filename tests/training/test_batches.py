"""Which examples a step sees: everything before it repeats, by seed and step alone, from any step on."""

import pytest
import torch
from torch.utils.data import Dataset

from pipeline.training.batches import StepSampler, step_loader


class Squares(Dataset):
    """Item i + 7 * epoch is i squared; asking for one that is not allowed fails."""

    def __init__(self, allowed):
        self.allowed = allowed

    def __len__(self):
        return 7

    def __getitem__(self, item):
        assert item % 7 in self.allowed
        return (item % 7) ** 2


def test_sampler_passes_over_everything_before_it_repeats_and_by_the_seed_alone():
    batches = list(StepSampler(size=7, batch=2, start=0, steps=14, seed=3))
    items = [item for batch in batches for item in batch]
    assert [item // 7 for item in items] == [n // 7 for n in range(28)]  # which pass over the data
    flat = [item % 7 for item in items]
    assert all(len(batch) == 2 for batch in batches)
    for start in range(0, 28, 7):
        assert sorted(flat[start : start + 7]) == list(range(7))
    assert flat[:7] != flat[7:14]
    assert batches == list(StepSampler(7, 2, 0, 14, seed=3))
    assert batches != list(StepSampler(7, 2, 0, 14, seed=4))


def test_a_batch_larger_than_the_data_is_filled():
    assert all(len(batch) == 5 for batch in StepSampler(size=2, batch=5, start=0, steps=3, seed=0))


def test_parts_of_a_batch_make_up_the_whole():
    parts = [StepSampler(7, 4, 2, 9, 0, part=slice(i, None, 2)) for i in range(2)]
    for whole, first, second in zip(StepSampler(7, 4, 2, 9, 0), *parts, strict=True):
        assert [index for pair in zip(first, second, strict=True) for index in pair] == whole


@pytest.mark.parametrize(("size", "batch"), [(7, 2), (6, 3), (2, 5), (1, 1)])
def test_from_any_step_on_the_batches_are_those_of_a_whole_run(size, batch):
    whole = list(StepSampler(size, batch, 0, 15, seed=1))
    for start in range(16):
        rest = StepSampler(size, batch, start, 15, seed=1)
        assert len(rest) == 15 - start
        assert list(rest) == whole[start:]


def test_the_loader_gives_the_same_batches_every_time_and_reads_nothing_for_steps_before_its_start():
    everything = range(7)
    first, second = ([batch.tolist() for batch in step_loader(Squares(everything), 2, 0, 5, 0)] for _ in range(2))
    assert len(first) == 5
    assert first == second
    needed = {item % 7 for batch in StepSampler(7, 2, 3, 5, 0) for item in batch}
    assert len(needed) < 7
    assert [batch.tolist() for batch in step_loader(Squares(needed), 2, 3, 5, 0)] == first[3:]


def test_starting_a_loader_leaves_the_random_state_alone():
    before = torch.get_rng_state()
    list(step_loader(Squares(range(7)), 2, 0, 2, 0))
    assert torch.equal(torch.get_rng_state(), before)
