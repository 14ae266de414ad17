import threading
import time

import pytest
import torch

from pipeline.evaluation.parallel import in_parallel


@pytest.fixture
def threads():
    """PyTorch with three threads, whatever the machine has."""
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield 3
    torch.set_num_threads(before)


def test_results_are_in_order_whatever_takes_long(threads):
    def work(item):
        time.sleep(0.02 if item % 3 == 0 else 0)
        return item * item

    assert list(in_parallel(work, range(20))) == [item * item for item in range(20)]
    assert list(in_parallel(work, [])) == []


def test_several_run_at_a_time_each_with_one_thread_of_pytorch(threads):
    together = threading.Barrier(threads, timeout=20)

    def work(_):
        together.wait()  # for as many others
        return torch.get_num_threads()

    assert list(in_parallel(work, range(2 * threads))) == [1] * 2 * threads
    assert torch.get_num_threads() == threads


def test_items_are_taken_as_they_are_needed(threads):
    taken = []

    def items():
        for item in range(50):
            taken.append(item)
            yield item

    for done, _ in enumerate(in_parallel(lambda item: item, items())):
        assert len(taken) <= done + 1 + threads


def test_an_error_in_an_item_or_between_them_is_raised(threads):
    def broken():
        yield 1
        raise ValueError("no more items")

    with pytest.raises(ZeroDivisionError):
        list(in_parallel(lambda item: 1 / item, [1, 0, 1]))
    with pytest.raises(ValueError, match="no more items"):
        list(in_parallel(lambda item: item, broken()))
    assert torch.get_num_threads() == threads
