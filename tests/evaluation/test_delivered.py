"""A transfer that is perfect, or wrong in a known way, has the scores that it should have."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
import torch

from pipeline.clips.camera import Camera
from pipeline.clips.stable import StableClip
from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.clips.track import write_track
from pipeline.evaluation.against_truth import BASELINES, frame_table, summarize_sources, verdict
from pipeline.evaluation.baselines import Baselines
from pipeline.evaluation.delivered import EXAMPLES, Delivered, Poses, score_delivered
from pipeline.evaluation.lpips import Lpips
from pipeline.evaluation.truth import TruthClip
from pipeline.video.encode import video_writer
from pipeline.video.probe import probe

FPS, WIDTH, HEIGHT = Fraction(30), 96, 64
LIMIT = 0.3
LPIPS = "lpips_efficientnet_lite0"
REFERENCE = np.array([[1.0, 0, 30], [0, 1.0, 12], [0, 0, 1]])  # where the target's frames lie in the canvas


@pytest.fixture(scope="module")
def lpips():
    return Lpips("efficientnet_lite0", None, torch.device("cpu"))


@dataclass
class Shown:
    """A renderer that draws ``picture(t)`` and remembers what it was asked for."""

    clip: StableClip
    picture: callable

    def render(self, track, shots, cameras):
        self.asked = track, shots, cameras
        for t in range(len(track)):
            yield np.zeros((HEIGHT, WIDTH, 3), np.uint8), self.picture(t)


@pytest.fixture
def score(tmp_path, walk, lpips):
    """``score(picture of a frame, ...)`` -> metrics, examples: the target's own clip is a slower walk, farther down."""
    target, dance = walk(count=30, speed=2, top=23), walk()

    def score(picture, moved=(0, 0), count=dance.count, crf=18, true_joints=None, from_truth=dance.picture):
        frames = (StoredFrame(target.picture(t), 0, t / 30) for t in range(target.count))
        write_frames(tmp_path / "target.parquet", frames, WIDTH, HEIGHT, FPS)
        sources = (StoredFrame(255 - dance.picture(t), 0, t / 30) for t in range(dance.count))
        write_frames(tmp_path / "source.parquet", sources, WIDTH, HEIGHT, FPS)
        with video_writer(tmp_path / "result.mp4", FPS, crf) as write:
            for t in range(count):
                write(picture(t))
        store = FrameStore(tmp_path / "target.parquet")
        normalized, raw = (dance.joints() + np.array([offset, 0, 0]) for offset in moved)
        truth = dance.write(tmp_path / "truth")
        if true_joints is not None:
            write_track(truth / "poses.parquet", dance.track().with_joints(true_joints))
        transfer = Delivered(
            probe(tmp_path / "result.mp4"),
            TruthClip(truth, WIDTH, HEIGHT),
            FPS,
            Poses(normalized, raw),
            FrameStore(tmp_path / "source.parquet"),
        )
        baselines = Baselines(store, target.joints()[:, :25], 20)
        camera = Camera(np.tile(REFERENCE, (target.count, 1, 1)), WIDTH + 40, HEIGHT + 20)
        plate = np.zeros((HEIGHT + 20, WIDTH + 40, 3), np.uint8)
        score.renderer = Shown(StableClip(store, camera, plate), from_truth)
        records, examples = score_delivered(transfer, score.renderer, baselines, lpips, LIMIT)
        return summarize_sources(frame_table({"dance": records}, lpips.name))["dance"], records, examples

    return score


def test_a_perfect_result_loses_only_what_the_codec_costs_and_beats_all_baselines(score, walk):
    metrics, records, examples = score(walk().picture)
    assert len(records) == walk().count
    for region in ("frame", "box", "mask"):
        assert metrics[region]["psnr"] > 35 and metrics[region]["ssim"] > 0.96 and metrics[region][LPIPS] < 0.3
        for baseline in BASELINES:
            others = metrics["baselines"][baseline][region]
            assert metrics[region]["psnr"] > others["psnr"] + 5
            assert metrics[region]["ssim"] > others["ssim"] and metrics[region][LPIPS] < others[LPIPS] / 2
    assert "beats every baseline" in verdict("dance", metrics)[0]
    assert [example.frame for example in examples][:: EXAMPLES - 1] == [0, walk().count - 1]


def test_the_empty_background_as_the_result_scores_as_that_baseline(score, walk):
    metrics, _, _ = score(lambda t: walk().background(), crf=0)
    for region in ("frame", "box", "mask"):
        baseline = metrics["baselines"]["empty_background"][region]
        assert metrics[region]["psnr"] == pytest.approx(baseline["psnr"], abs=0.5)


def test_a_blank_result_beats_nothing(score):
    metrics, _, _ = score(lambda t: np.full((HEIGHT, WIDTH, 3), 250, np.uint8))
    for sentence, title in zip(verdict("dance", metrics)[: len(BASELINES)], BASELINES.values(), strict=True):
        assert f"does not beat the {title}" in sentence
    assert metrics["frame"]["psnr"] < metrics["baselines"]["mean_frame"]["frame"]["psnr"] - 5


def test_a_result_one_frame_late_is_far_from_perfect(score, walk):
    perfect = score(walk().picture)[0]
    late = score(lambda t: walk().picture(max(0, t - 1)))[0]
    for region in ("frame", "box", "mask"):
        assert late[region]["psnr"] < perfect[region]["psnr"] - 8
        assert late[region][LPIPS] > 2 * perfect[region][LPIPS]


def test_the_true_poses_are_rendered_in_the_canvas_as_the_reference_sees_it(score, walk):
    _, records, _ = score(walk().picture)
    track, shots, cameras = score.renderer.asked
    assert len(track) == len(shots) == len(cameras) == len(records)
    np.testing.assert_allclose(track.joints[:, :25], walk().joints()[:, :25] + [30, 12, 0], atol=1e-4)
    assert not track.joints[:, 25:].any()  # not found, and so nowhere
    np.testing.assert_array_equal(cameras, np.tile(REFERENCE, (len(records), 1, 1)))


def test_errors_of_the_poses_and_of_the_network_stand_apart(score, walk):
    """A network that is perfect, given the true poses, and the result of poses that are wrong; and the reverse."""
    grey = np.full((HEIGHT, WIDTH, 3), 250, np.uint8)
    wrong_poses, _, _ = score(lambda t: grey)
    wrong_network, _, _ = score(walk().picture, from_truth=lambda t: grey)
    for region in ("frame", "box", "mask"):
        assert wrong_poses["true_poses"][region]["psnr"] > wrong_poses[region]["psnr"] + 15
        assert wrong_network["true_poses"][region]["psnr"] < wrong_network[region]["psnr"] - 15
        assert wrong_poses["true_poses"][region][LPIPS] < wrong_poses[region][LPIPS]


def test_joints_are_measured_in_px_of_the_delivered_picture(score, walk):
    metrics, records, _ = score(walk().picture, moved=(2, -5))
    assert metrics["joints"] == pytest.approx({"normalized": 2, "raw": 5, "ratio": 2.5}, rel=1e-4)
    assert records[3]["joints.normalized"] == pytest.approx(2, rel=1e-4)


@pytest.mark.parametrize(("confidence", "expected"), [(LIMIT - 0.01, 2), (LIMIT, (24 * 2 + 48) / 25)])
def test_true_joints_below_the_confidence_do_not_count(score, walk, confidence, expected):
    joints = walk().joints()
    joints[:, 3, 0] += 50
    joints[:, 3, 2] = confidence
    metrics, _, _ = score(walk().picture, moved=(2, 2), true_joints=joints)
    assert metrics["joints"]["normalized"] == metrics["joints"]["raw"] == pytest.approx(expected, rel=1e-4)


def test_a_result_of_one_frame_less_is_compared_as_far_as_it_goes(score, walk):
    metrics, records, _ = score(walk().picture, count=walk().count - 1)
    assert [record["frame"] for record in records] == list(range(walk().count - 1))
    assert records[3]["time"] == pytest.approx(0.1)
    assert metrics["mask"]["psnr"] > 30


def test_examples_show_source_truth_and_result_of_the_same_frame(score, walk, blur):
    _, _, examples = score(lambda t: walk().picture(t) // 2)
    assert len(examples) == EXAMPLES
    for example in examples:
        true = walk().picture(example.frame)
        for picture, expected in ((example.source, 255 - true), (example.truth, true), (example.result, true // 2)):
            np.testing.assert_allclose(blur(picture), blur(expected), atol=8)
