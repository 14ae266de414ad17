"""Which face crops are rendered of a long clip, and that they are what rendering shows."""

from fractions import Fraction

import numpy as np
import pytest
import torch

from pipeline.gan.body_generator import BodyGenerator
from pipeline.gan.data import TrainingFrames
from pipeline.gan.face_data import (
    LEAD_IN,
    RUN,
    boxes_over_time,
    render_crops,
    spans_before,
    spread_runs,
    within_shots,
)
from pipeline.gan.render import BodyRenderer
from pipeline.gan.weights import save_weights
from pipeline.pose.boxes import face_boxes
from pipeline.pose.layout import FACE
from pipeline.video.store import FrameStore, StoredFrame, write_frames

FRAMES, SIZE, FACE_SIZE = 40, 64, 16


@pytest.fixture
def frames(tmp_path):
    """A person who walks through a picture of 128 x 128, at half size in training; frames 11 to 13 show no face."""
    rng = np.random.default_rng(0)
    joints = np.ones((FRAMES, 137, 3), np.float32)
    joints[:, :, :2] = rng.uniform(20, 100, (1, 137, 2)) + rng.normal(0, 2, (FRAMES, 137, 2))
    joints[:, FACE, :2] = 60 + np.arange(FRAMES)[:, None, None] * [1, 0] + rng.normal(0, 6, (FRAMES, 70, 2))
    joints[11:14, FACE, 2] = 0
    pictures = (StoredFrame(np.full((128, 128, 3), t, np.uint8), 0, t / 30) for t in range(FRAMES))
    write_frames(tmp_path / "frames.parquet", pictures, 128, 128, Fraction(30))
    return TrainingFrames(FrameStore(tmp_path / "frames.parquet"), joints, SIZE, SIZE, 0.3)


@pytest.fixture
def body(tmp_path):
    torch.manual_seed(0)
    architecture = {"temporal": True, "ngf": 4, "downsamplings": 2, "blocks": 1, "enhancer_blocks": None}
    header = {"architecture": architecture, "width": SIZE, "height": SIZE, "min_confidence": 0.3, "precision": "fp32"}
    save_weights(tmp_path / "body.safetensors", BodyGenerator(**architecture).state_dict(), header)
    return BodyRenderer(tmp_path / "body.safetensors", torch.device("cpu"))


@pytest.mark.parametrize("block", [1, 9, 1024])
def test_boxes_found_block_by_block_are_those_of_the_whole_clip(frames, block, monkeypatch):
    monkeypatch.setattr("pipeline.gan.face_data.BLOCK", block)
    expected = face_boxes(frames.poses(slice(None)), FACE_SIZE, SIZE, SIZE, 0.3)
    np.testing.assert_array_equal(boxes_over_time(frames, FACE_SIZE), expected)
    assert (expected[11:14] == -1).all() and (expected[14] >= 0).all()


@pytest.mark.parametrize(("count", "most"), [(1000, 200), (1000, 999), (1000, 7), (1000, 32), (5000, 1000), (96, 64)])
def test_a_long_clips_runs_are_neighbours_spread_over_all_of_it(count, most):
    times = np.delete(np.arange(count + 3), [5, 17, 400 % count])  # the face is not seen everywhere
    chosen = spread_runs(times, most)
    length = min(RUN, most)
    assert len(chosen) == most // length * length
    assert (np.diff(chosen) > 0).all() and np.isin(chosen, times).all()
    runs = np.searchsorted(times, chosen).reshape(-1, length)
    assert (np.diff(runs) == 1).all()
    assert runs[0, 0] == 0
    if len(runs) > 1:
        assert runs[-1, -1] == len(times) - 1
        assert np.ptp(np.diff(runs[:, 0])) <= 1


def test_all_frames_are_taken_where_there_are_no_more_than_wanted():
    times = np.array([3, 4, 9])
    assert spread_runs(times, 3).tolist() == spread_runs(times, 100).tolist() == [3, 4, 9]


def test_spans_hold_the_frames_and_those_before_them():
    times = np.array([2, 3, 3 + LEAD_IN + 1, 100])
    assert spans_before(times) == [(0, 3 + LEAD_IN + 2), (100 - LEAD_IN, 101)]


def test_spans_end_at_cuts():
    shots = np.array([0, 0, 0, 1, 1, 1, 1, 2, 3, 3])
    assert within_shots([(0, 10)], shots) == [(0, 3), (3, 7), (7, 8), (8, 10)]
    assert within_shots([(1, 3), (3, 5), (6, 8)], shots) == [(1, 3), (3, 5), (6, 7), (7, 8)]


def test_crops_are_of_pictures_rendered_in_a_row_from_each_spans_start(frames, body, tmp_path):
    boxes = boxes_over_time(frames, FACE_SIZE)
    spans = [(3, 16), (30, 40)]
    crops = render_crops(body, frames, boxes, spans, tmp_path / "crops.npy")
    assert crops.shape == (FRAMES, 3, FACE_SIZE, FACE_SIZE)
    expected = np.zeros_like(crops)
    for start, end in spans:
        for t, (_, frame) in enumerate(body.run(frames.poses(slice(start, end))), start):
            x0, y0, x1, y1 = boxes[t]
            if x0 >= 0:
                expected[t] = frame[:, y0:y1, x0:x1].half().numpy()
    np.testing.assert_array_equal(crops, expected)
    assert (np.abs(crops).max(axis=(1, 2, 3)) > 0).nonzero()[0].tolist() == [*range(3, 11), 14, 15, *range(30, 40)]
    before = (tmp_path / "crops.npy").stat().st_mtime_ns
    np.testing.assert_array_equal(render_crops(body, frames, boxes, [(0, 40)], tmp_path / "crops.npy"), expected)
    assert (tmp_path / "crops.npy").stat().st_mtime_ns == before  # made once


def test_crops_of_a_long_clip_take_room_for_what_is_rendered_only(frames, body, tmp_path):
    boxes = np.full((100_000, 4), -1, np.int32)
    boxes[:FRAMES] = boxes_over_time(frames, FACE_SIZE)
    render_crops(body, frames, boxes, [(30, 40)], tmp_path / "crops.npy")
    file = (tmp_path / "crops.npy").stat()
    assert file.st_size > 100_000 * 3 * FACE_SIZE**2 * 2
    assert file.st_blocks * 512 < 1_000_000
