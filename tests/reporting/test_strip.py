from fractions import Fraction

import numpy as np
import pytest

from pipeline.evaluation.truth import TruthClip
from pipeline.reporting.strip import pictures_of, write_strip
from pipeline.user.cli import UserError
from pipeline.video.encode import video_writer
from pipeline.video.fit import fit_into
from pipeline.video.probe import probe
from pipeline.video.read import read_pictures

FPS = Fraction(30)
GREYS = np.array([40, 110, 180])


def write(path, widths, height, frames):
    with video_writer(path, FPS, 10) as put:
        for frame in range(frames):
            put(np.hstack([np.full((height, width, 3), grey + frame, np.uint8)
                           for grey, width in zip(GREYS, widths, strict=True)]))


@pytest.mark.parametrize(("widths", "height"), [((96, 64, 64), 128), ((70, 1000, 1000), 1200), ((40, 30, 30), 54)])
def test_every_picture_is_where_the_strip_says(tmp_path, widths, height):
    write(tmp_path / "a.mp4", widths, height, 4)
    strip = write_strip(tmp_path / "strip.mp4", tmp_path / "a.mp4", ("s", "p", "r"), widths[1], height, FPS)
    assert (strip.frames, strip.fps) == (4, FPS) and strip.height <= 960
    total = strip.panels[-1].left + strip.panels[-1].width
    assert total <= 4096 and total / strip.height == pytest.approx(sum(widths) / height, rel=0.02)
    for panel, grey in zip(strip.panels, GREYS, strict=True):
        first, last = pictures_of(strip, panel.name, [1, 3])
        assert first.shape == (strip.height, panel.width, 3)
        assert np.abs(first[:, 2:-2].astype(int) - grey - 1).max() <= 3
        assert np.abs(last[:, 2:-2].astype(int) - grey - 3).max() <= 3


def test_the_truth_stands_beside_the_result(tmp_path, project):
    truth = TruthClip(project / "data/raw/truth/dancer", 128, 128)
    write(tmp_path / "a.mp4", (96, 128, 128), 128, 6)
    strip = write_strip(tmp_path / "strip.mp4", tmp_path / "a.mp4", ("s", "p", "r"), 128, 128, FPS, truth)
    assert [panel.name for panel in strip.panels] == ["s", "p", "r", "truth"]
    video = probe(project / "data/raw/truth/dancer/video.mp4")
    real = [picture for (_, picture), _ in zip(read_pictures(video, fit_into(512, 512, 128, 128, "pad")), range(6),
                                               strict=False)]
    for shown, wanted in zip(pictures_of(strip, "truth", [0, 5]), (real[0], real[5]), strict=True):
        assert np.abs(shown.astype(int) - wanted).mean() < 4


def test_a_video_of_another_size_is_refused(tmp_path):
    write(tmp_path / "a.mp4", (96, 64, 64), 128, 2)
    for width, height in ((120, 128), (64, 100)):
        with pytest.raises(UserError, match="are not s, p, r side by side"):
            write_strip(tmp_path / "strip.mp4", tmp_path / "a.mp4", ("s", "p", "r"), width, height, FPS)
    with pytest.raises(UserError, match="b.mp4 is missing"):
        write_strip(tmp_path / "strip.mp4", tmp_path / "b.mp4", ("s", "p", "r"), 64, 128, FPS)
