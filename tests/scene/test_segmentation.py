"""The segmentation on real frames of the demo clip, whose true masks are known."""

import av
import numpy as np
import pytest

from pipeline.clips.masks import MaskStore
from pipeline.scene.sample import LIKELY
from pipeline.scene.segmentation import PersonSegmenter

EVERY = 60  # frames


@pytest.fixture(scope="module")
def frames(project):
    with av.open(str(project / "data/raw/target/video.mp4")) as file:
        return [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)][::EVERY]


def masks_of(pictures):
    segmenter = PersonSegmenter()
    return [segmenter.person(picture) for picture in pictures]


def test_finds_the_dancer_and_little_else(frames, project):
    truth = MaskStore(project / "data/raw/target/masks.parquet")
    for index, found in enumerate(masks_of(frames)):
        assert found.dtype == np.float32 and found.shape == frames[index].shape[:2]
        assert found.min() >= 0 and found.max() <= 1
        mask, person = truth[index * EVERY], found >= LIKELY
        assert (mask & person).sum() > 0.93 * mask.sum()
        assert (~mask & person).sum() < 0.15 * mask.sum()


def test_the_same_pictures_give_the_same_masks_of_any_size(frames):
    pictures = [np.ascontiguousarray(frame[:, 100:400]) for frame in frames[:3]]
    first, second = masks_of(pictures), masks_of(pictures)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert first[0].shape == (512, 300)


def test_nobody_is_found_on_a_wall():
    wall = np.random.default_rng(0).normal(150, 5, (128, 128, 3)).clip(0, 255).astype(np.uint8)
    assert max(mask.max() for mask in masks_of([wall])) < LIKELY
