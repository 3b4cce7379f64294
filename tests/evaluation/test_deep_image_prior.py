"""Deep image prior: draws the sound pixels, guesses the damaged ones from them, and keeps its time."""

import time

import numpy as np
import torch

from restoration.evaluation.deep_image_prior import deep_image_prior


def damaged_ramp() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ramp = np.linspace(40, 200, 32)
    clean = np.repeat((ramp[:, None] / 2 + ramp[None] / 2)[..., None], 3, axis=2).astype(np.uint8)
    mask = np.zeros((32, 32), np.uint8)
    mask[14:18] = 255
    return clean, np.where(mask[..., None] > 0, 255, clean).astype(np.uint8), mask


def test_it_fills_a_scratch_from_its_surroundings():
    clean, damaged, mask = damaged_ramp()
    result = deep_image_prior(damaged, mask, steps=100).astype(int)
    assert np.abs(result - clean)[mask == 0].mean() < 12
    assert np.abs(result - clean)[mask > 0].mean() < 20  # painted white it is 135 off


def test_it_stops_when_its_time_is_up_and_leaves_chance_alone():
    _, damaged, mask = damaged_ramp()
    state, start = torch.random.get_rng_state(), time.monotonic()
    result = deep_image_prior(damaged[:30, :27], mask[:30, :27], seconds=0.2)
    assert time.monotonic() - start < 5
    assert result.shape == (30, 27, 3)
    assert torch.equal(torch.random.get_rng_state(), state)
