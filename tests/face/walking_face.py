"""A made-up person whose face walks through the picture, and a body generator of random weights, for several tests."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from still import still_clip

from pipeline.clips.layout import FACE
from pipeline.clips.store import StoredFrame, write_frames
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.weights import save_weights
from pipeline.rendering.render import load_body
from pipeline.training.frames import TrainingFrames

FRAMES, SIZE, CROP = 40, 64, 16


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
    windows = np.tile([0.0, 0.0, 128.0, 128.0], (FRAMES, 1))
    return TrainingFrames(still_clip(tmp_path / "frames.parquet"), joints, windows, SIZE, SIZE)


@pytest.fixture
def body(tmp_path, frames):
    torch.manual_seed(0)
    architecture = {"temporal": True, "ngf": 4, "downsamplings": 2, "blocks": 1, "enhancer_blocks": None}
    header = {"architecture": architecture, "precision": "fp32",
              "view": {"window": "frame", "width": SIZE, "height": SIZE}}
    save_weights(tmp_path / "body.safetensors", BodyGenerator(**architecture).state_dict(), header)
    return load_body(tmp_path / "body.safetensors", frames.clip, torch.device("cpu"))
