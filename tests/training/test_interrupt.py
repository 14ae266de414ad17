"""Signals: the first is noted, Ctrl-C again stops, the handlers before come back; loaders leave it to their parent."""

import signal
import subprocess
import sys
import time

import pytest

from pipeline.training.interrupt import Interrupt


def test_the_first_signal_is_noted_and_another_ctrl_c_stops(capfd):
    with Interrupt() as interrupt:
        assert not interrupt.requested
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        assert interrupt.requested
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert capfd.readouterr().err.count("stopping after this step") == 1


def test_handlers_come_back():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(ZeroDivisionError), Interrupt():
        1 / 0  # noqa: B018
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_loader_survives_ctrl_c_and_ends_some_time_after_sigterm():
    code = (
        "import time, pipeline.training.interrupt as i; i.GRACE = 1; i.leave_stopping_to_parent(); print(flush=True);"
        "[time.sleep(0.1) for _ in range(100)]"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    assert process.poll() is None
    assert process.wait(timeout=5) == -signal.SIGALRM
    process.stdout.close()
