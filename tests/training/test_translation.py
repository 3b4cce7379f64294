"""What a restoring network is told of the damage while it learns."""

import numpy as np
import torch

from restoration.training.translation import announced_mask


def told_of(share, seed):
    """What is told of one crop whose upper part is a hole."""
    mask = torch.zeros(1, 1, 20, 20)
    mask[:, :, : round(20 * share)] = 1
    return announced_mask(mask, np.random.default_rng(seed))


def test_damage_is_told_as_it_is_or_wider_or_not_at_all():
    told = [told_of(0.5, seed) for seed in range(60)]
    shares = [float(one.mean()) for one in told]
    assert set(np.round(shares, 2)) == {0.0, 0.5, 0.55, 0.6}
    assert 0.1 < np.mean([share == 0 for share in shares]) < 0.35
    assert all(one[0, 0, :10].all() for one, share in zip(told, shares, strict=True) if share)


def test_a_crop_with_nothing_left_to_fill_it_from_is_told_as_sound():
    assert all(not told_of(1.0, seed).any() for seed in range(20))
    assert all(not told_of(0.95, seed).any() for seed in range(20))
    assert any(told_of(0.8, seed).any() for seed in range(20))
