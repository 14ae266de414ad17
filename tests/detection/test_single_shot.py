"""Boxes and keypoints out of what a single-shot detector says, against torchvision's own suppression."""

import numpy as np
import torch
from scipy.special import logit
from torchvision.ops import box_iou, nms

from pipeline.detection.single_shot import OVERLAP, anchors, decode

SIZE = 128
PLACES = anchors(SIZE, (8, 16, 16, 16))


def said(boxes, scores):
    """What a network would say for boxes (left, top, right, bottom), shares of the side, from the first places on; with
    one keypoint in each box's upper left corner."""
    raw, logits = np.zeros((len(PLACES), 6), np.float32), np.full(len(PLACES), -20, np.float32)
    for place, (box, score) in enumerate(zip(boxes, scores, strict=True)):
        middle, sides = (box[:2] + box[2:]) / 2, box[2:] - box[:2]
        raw[place] = SIZE * np.concatenate([middle - PLACES[place], sides, box[:2] - PLACES[place]])
        logits[place] = logit(score)
    return raw, logits


def test_the_places_of_both_networks():
    assert len(PLACES) == 896 and len(anchors(224, (8, 16, 32, 32, 32))) == 2254
    np.testing.assert_allclose(PLACES[:3], [[4 / 128, 4 / 128]] * 2 + [[12 / 128, 4 / 128]])  # row by row, two each
    np.testing.assert_allclose(PLACES[512:518], [[8 / 128, 8 / 128]] * 6)  # three layers of one stride
    assert (PLACES.max(axis=0) < 1).all()


def test_nothing_sure_is_nothing():
    assert decode(*said([], []), PLACES, SIZE, 0.5) == []
    assert decode(*said([np.array([0.1, 0.1, 0.4, 0.6])], [0.49]), PLACES, SIZE, 0.5) == []


def test_a_box_and_its_keypoint_come_back():
    box = np.array([0.1, 0.2, 0.4, 0.8])
    (found,) = decode(*said([box], [0.9]), PLACES, SIZE, 0.5)
    np.testing.assert_allclose(found.box, box, atol=1e-6)
    np.testing.assert_allclose(found.keypoints, [box[:2]], atol=1e-6)
    assert abs(found.score - 0.9) < 1e-6


def test_overlapping_boxes_are_their_weighted_mean_the_best_first():
    random = np.random.default_rng(1)
    corners = random.uniform(0, 0.6, (60, 2))
    boxes = np.concatenate([corners, corners + random.uniform(0.1, 0.4, (60, 2))], axis=1)
    scores = random.uniform(0.55, 0.99, 60)
    found = decode(*said(boxes, scores), PLACES, SIZE, 0.5)
    kept = nms(torch.tensor(boxes), torch.tensor(scores), OVERLAP).numpy()
    np.testing.assert_allclose([one.score for one in found], scores[kept], atol=1e-6)
    same = box_iou(torch.tensor(boxes[kept[0]][None]), torch.tensor(boxes))[0].numpy() > OVERLAP
    assert same.sum() > 1
    np.testing.assert_allclose(found[0].box, np.average(boxes[same], axis=0, weights=scores[same]), atol=1e-6)
    np.testing.assert_allclose(found[0].keypoints[0], found[0].box[:2], atol=1e-6)
