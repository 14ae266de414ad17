"""The mask's loss against a formula in numpy, and where nothing is known."""

import numpy as np
import torch

from pipeline.losses.mask import mask_loss


def test_the_error_is_that_of_known_blocks_over_all_blocks():
    rng = np.random.default_rng(0)
    masks, known = rng.random((3, 1, 16, 16)), rng.integers(0, 3, (3, 4, 4))
    opacity = masks.reshape(3, 4, 4, 4, 4).mean(axis=(2, 4))
    errors = np.where(known == 0, opacity, np.where(known == 2, 1 - opacity, 0))
    found = mask_loss(torch.from_numpy(masks), torch.from_numpy(known.astype(np.uint8)), 4)
    np.testing.assert_allclose(found, errors.mean(), rtol=1e-6)


def test_only_what_is_known_is_pushed():
    masks = torch.full((1, 1, 8, 8), 0.5, requires_grad=True)
    mask_loss(masks, torch.tensor([[[0, 1], [2, 1]]], dtype=torch.uint8), 4).backward()
    clear, opaque, unknown = masks.grad[0, 0, :4, :4], masks.grad[0, 0, 4:, :4], masks.grad[0, 0, :, 4:]
    assert (clear > 0).all() and (opaque < 0).all() and (unknown == 0).all()
