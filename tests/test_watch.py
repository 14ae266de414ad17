"""Watching a training."""

import os

import numpy as np
import pytest
from dvclive import Live

from pipeline import watch
from pipeline.training.run_folder import FINISHED
from tests.reported import write_params


@pytest.fixture
def cache(tmp_path, monkeypatch, default_params):
    """The cache of a project that has trained nothing yet; the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVERYBODY_DANCE_CACHE", str(tmp_path / "cache"))
    write_params(tmp_path, default_params)
    return tmp_path / "cache"


def log(folder, **phases):
    """What a run logs in so many tens of steps of each phase."""
    with Live(str(folder / "log"), dvcyaml=False, report=None, save_dvc_exp=False) as live:
        for phase, tens in phases.items():
            for step in range(1, tens + 1):
                live.step = 10 * step
                live.log_metric(f"{phase}/l1", 1 / step)
            live.log_image(f"{phase}/step_{10 * tens:06d}.png", np.zeros((8, 8, 3), np.uint8))


@pytest.fixture
def rounds(monkeypatch):
    """``rounds(*between)`` watches until all of ``between``, what happens between two looks, has happened."""

    def watched(*between):
        happen = iter(between)

        def sleep(_):
            try:
                next(happen)()
            except StopIteration:
                raise KeyboardInterrupt from None

        monkeypatch.setattr(watch.time, "sleep", sleep)
        with pytest.raises(KeyboardInterrupt):
            watch.main()

    return watched


def page(cache):
    return (cache.parent / "reports/training.html").read_text()


def test_a_training_that_begins_later_is_shown_and_what_was_shown_stays(cache, rounds, capsys):
    rounds(lambda: (cache / "train_body-1/log/plots/metrics/body").mkdir(parents=True),
           lambda: log(cache / "train_body-1", body=4))
    assert "body: step 40 of 150" in page(cache) and "data:image/jpeg" in page(cache)
    assert 'http-equiv="refresh"' in page(cache)
    assert "train_body-1" in capsys.readouterr().out


def test_the_page_goes_over_to_what_logs_last_and_says_when_it_has_ended(cache, rounds):
    log(cache / "train_body-1", body=4)
    for file in (cache / "train_body-1/log").rglob("*.tsv"):
        os.utime(file, (0, 0))
    rounds(lambda: log(cache / "train_face-2", face=3))
    assert "face: step 30 of 300" in page(cache) and "<h2>body" not in page(cache)
    (cache / "train_face-2" / FINISHED).touch()
    rounds()
    assert "Training has ended" in page(cache) and 'http-equiv="refresh"' not in page(cache)


def test_a_file_that_is_not_whole_is_seen_the_next_time(cache, rounds):
    log(cache / "train_body-1", body=4)
    rounds()
    before = page(cache)
    curve = next((cache / "train_body-1/log/plots/metrics").rglob("l1.tsv"))
    whole = curve.read_text()
    curve.write_text("")
    rounds()
    assert page(cache) == before
    curve.write_text(whole)
    rounds()


def test_coarse_comes_before_body(cache, rounds):
    log(cache / "train_body-1", coarse=5, body=2)
    rounds()
    assert page(cache).index("<h2>coarse") < page(cache).index("<h2>body") and "body: step 20 of 150" in page(cache)


def test_time_left_is_told_by_the_speed_so_far():
    first, now = watch.Moment("body", 20, 100.0), watch.Moment("body", 60, 120.0)
    assert watch.time_left(first, now, 100) == pytest.approx(20.0)
    assert watch.time_left(first, first, 100) is None
    assert watch.time_left(first, watch.Moment("face", 30, 130.0), 100) is None
