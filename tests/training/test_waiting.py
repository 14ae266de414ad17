"""The share of time spent waiting for data, with sleeps whose lengths are known."""

import re
import time

from pipeline.training.waiting import TimedBatches


def slow(count, seconds):
    for i in range(count):
        time.sleep(seconds)
        yield i


class Slow:
    def __len__(self):
        return 4

    def __iter__(self):
        return slow(4, 0.03)


def test_waiting_and_work_are_told_apart():
    timed = TimedBatches(Slow())
    assert len(timed) == 4
    seen = []
    for batch in timed:
        time.sleep(0.01)
        seen.append(batch)
    assert seen == [0, 1, 2, 3]
    assert 0.12 <= timed.waited <= timed.total - 0.04
    assert re.fullmatch(r"4 steps, 0\.\d+ s each, \d+\.\d % of the time waiting for data", timed.report())
