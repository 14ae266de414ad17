"""Work in threads: in order, as needed, on as many threads as asked for."""

import os
import threading
import time

import pytest

from pipeline.runtime.parallel import in_threads, usable_cores


def test_results_are_in_order_whatever_takes_long():
    def work(item):
        time.sleep(0.02 if item % 3 == 0 else 0)
        return item * item

    assert list(in_threads(work, range(20), 3)) == [item * item for item in range(20)]
    assert list(in_threads(work, [], 3)) == []


def test_as_many_run_at_a_time_as_there_are_threads():
    together = threading.Barrier(3, timeout=20)
    assert list(in_threads(lambda item: together.wait() is not None, range(6), 3)) == [True] * 6


def test_items_are_taken_as_they_are_needed():
    taken = []

    def items():
        for item in range(50):
            taken.append(item)
            yield item

    for done, _ in enumerate(in_threads(lambda item: item, items(), 3)):
        assert len(taken) <= done + 1 + 3


def test_an_error_in_an_item_or_between_them_is_raised():
    def broken():
        yield 1
        raise ValueError("no more items")

    with pytest.raises(ZeroDivisionError):
        list(in_threads(lambda item: 1 / item, [1, 0, 1], 2))
    with pytest.raises(ValueError, match="no more items"):
        list(in_threads(lambda item: item, broken(), 2))


def test_usable_cores_are_those_that_the_process_is_confined_to():
    everything = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(everything)})
        assert usable_cores() == 1
    finally:
        os.sched_setaffinity(0, everything)
    assert usable_cores() == len(everything)
