"""Watching a training."""

import os

import numpy as np
import pytest
from dvclive import Live

from pipeline import watch
from pipeline.training.run_folder import FINISHED
from pipeline.user.cli import UserError
from tests.reported import write_params


@pytest.fixture
def cache(tmp_path, monkeypatch, default_params):
    """The cache of a project that has trained nothing yet; the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVERYBODY_DANCE_CACHE", str(tmp_path / "cache"))
    write_params(tmp_path, default_params)
    return tmp_path / "cache"


def log(folder, phase, steps):
    with Live(str(folder / "log"), dvcyaml=False, report=None, save_dvc_exp=False) as live:
        for step in range(1, steps + 1):
            live.step = 10 * step
            live.log_metric(f"{phase}/l1", 1 / step)
        live.log_image(f"{phase}/step_{10 * steps:06d}.png", np.zeros((8, 8, 3), np.uint8))


def test_before_any_training_there_is_nothing_to_watch(cache):
    with pytest.raises(UserError, match="no training has logged anything"):
        watch.main()


def test_the_newest_run_is_watched_until_it_has_finished(cache, capsys):
    log(cache / "train_body-1", "body", 4)
    log(cache / "train_face-2", "face", 3)
    for file in (cache / "train_body-1/log").rglob("*.tsv"):
        os.utime(file, (0, 0))
    (cache / "train_face-2" / FINISHED).touch()
    watch.main()
    html = (cache.parent / "reports/training.html").read_text()
    assert "face: step 30 of 300" in html and "data:image/jpeg" in html and "<h2>body" not in html
    assert 'http-equiv="refresh"' not in html  # it has ended
    assert "train_face-2" in capsys.readouterr().out


def test_a_page_of_a_running_training_refreshes_itself_and_stays_after_ctrl_c(cache, monkeypatch):
    log(cache / "train_body-1", "body", 4)

    def press(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(watch.time, "sleep", press)
    with pytest.raises(KeyboardInterrupt):
        watch.main()
    html = (cache.parent / "reports/training.html").read_text()
    assert 'http-equiv="refresh"' in html and "body: step 40 of 150" in html


def test_time_left_is_told_by_the_speed_so_far():
    first, now = watch.Moment("body", 20, 100.0), watch.Moment("body", 60, 120.0)
    assert watch.time_left(first, now, 100) == pytest.approx(20.0)
    assert watch.time_left(first, first, 100) is None
    assert watch.time_left(first, watch.Moment("face", 30, 130.0), 100) is None
