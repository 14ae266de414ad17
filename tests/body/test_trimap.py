"""Trimaps of a drawn person: opaque on the bones, clear on the plate, unknown at the outlines."""

import cv2
import numpy as np
import pytest

from pipeline.body.trimap import CLEAR, GRID, OPAQUE, UNKNOWN, trimap
from pipeline.clips import layout as j

SIZE = 256


@pytest.fixture
def joints():
    """A trunk and legs, about 200 px tall, in the middle of the picture."""
    joints = np.zeros((137, 3), np.float32)
    for joint, place in {
        j.NECK: (128, 70), j.MID_HIP: (128, 130), j.RIGHT_SHOULDER: (108, 72), j.LEFT_SHOULDER: (148, 72),
        j.RIGHT_HIP: (118, 130), j.LEFT_HIP: (138, 130), j.RIGHT_KNEE: (114, 178), j.LEFT_KNEE: (142, 178),
        j.RIGHT_ANKLE: (112, 226), j.LEFT_ANKLE: (144, 226),
    }.items():  # fmt: skip
        joints[joint] = *place, 1
    return joints


@pytest.fixture
def plate():
    return np.random.default_rng(0).integers(100, 110, (SIZE, SIZE, 3)).astype(np.uint8)


def at(known, x, y):
    return known[y // GRID, x // GRID]


def test_bones_are_opaque_and_the_rest_of_the_plate_is_clear(joints, plate):
    known = trimap(joints, plate, plate)  # nobody is seen: the joints tell
    assert known.shape == (SIZE // GRID, SIZE // GRID) and known.dtype == np.uint8
    for x, y in ((128, 100), (114, 178), (142, 178), (116, 150)):
        assert at(known, x, y) == OPAQUE
    for x, y in ((20, 20), (240, 128), (128, 250), (128, 200)):  # the last one is between the legs
        assert at(known, x, y) == CLEAR
    assert UNKNOWN in known


def test_what_differs_from_the_plate_near_the_person_may_be_cloth_and_far_from_her_is_none_of_her(joints, plate):
    frame = plate.copy()
    cv2.rectangle(frame, (90, 120), (166, 200), (200, 30, 30), -1)  # a skirt
    cv2.rectangle(frame, (10, 10), (40, 240), (20, 20, 20), -1)  # her shadow on the wall
    known = trimap(joints, frame, plate)
    assert at(known, 128, 190) == UNKNOWN and at(trimap(joints, plate, plate), 128, 190) == CLEAR
    assert at(known, 100, 150) == UNKNOWN
    assert (known[:, : 40 // GRID] == CLEAR).all()


def test_nobody_is_clear_everywhere(plate):
    assert (trimap(np.zeros((137, 3), np.float32), plate, plate) == CLEAR).all()
