import threading

import pytest
import torch

from pipeline.evaluation.torch_threads import in_parallel


@pytest.fixture
def threads():
    """PyTorch with three threads, whatever the machine has."""
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield 3
    torch.set_num_threads(before)


def test_several_run_at_a_time_each_with_one_thread_of_pytorch(threads):
    together = threading.Barrier(threads, timeout=20)

    def work(_):
        together.wait()  # for as many others
        return torch.get_num_threads()

    assert list(in_parallel(work, range(2 * threads))) == [1] * 2 * threads
    assert torch.get_num_threads() == threads


def test_items_are_made_with_all_threads_of_pytorch(threads):
    made = (torch.get_num_threads() for _ in range(3 * threads))
    assert list(in_parallel(lambda item: item, made)) == [threads] * 3 * threads


def test_after_an_error_pytorch_has_its_threads_again(threads):
    with pytest.raises(ZeroDivisionError):
        list(in_parallel(lambda item: 1 / item, [1, 0, 1]))
    assert torch.get_num_threads() == threads
