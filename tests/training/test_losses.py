"""The terms of the losses, against numbers that can be worked out by hand."""

import torch

from restoration.training.losses import (
    coarse_loss,
    deceive,
    feature_matching,
    gradient_loss,
    kl_loss,
    tell_apart,
    weighted_l1,
)


def test_an_offset_has_no_gradient_error_and_a_ramp_has_its_slope():
    flat = torch.zeros(1, 3, 16, 16)
    assert gradient_loss(flat + 0.3, flat) < 1e-7
    ramp = torch.arange(16.0).view(1, 1, 1, 16).expand(1, 3, 16, 16) * 0.01
    # 0.01 across and 0 down at full size, 0.02 at half of it; the mean of the two scales
    torch.testing.assert_close(gradient_loss(ramp, flat), torch.tensor((0.01 + 0.02) / 2), rtol=1e-4, atol=0)


def test_noise_that_averages_out_is_no_coarse_error():
    board = (torch.arange(32).view(-1, 1) + torch.arange(32)) % 2 * 2.0 - 1
    picture = board.expand(1, 3, 32, 32)
    assert coarse_loss(picture, torch.zeros_like(picture)) < 1e-7
    torch.testing.assert_close(coarse_loss(picture + 0.25, picture), torch.tensor(0.25))


def test_a_hole_counts_as_often_as_its_weight_says():
    output, target = torch.ones(1, 3, 2, 2), torch.zeros(1, 3, 2, 2)
    weight = torch.tensor([[[[1.0, 1.0], [1.0, 5.0]]]])
    torch.testing.assert_close(weighted_l1(output, target, weight), torch.tensor(2.0))


def test_kl_of_a_shifted_normal():
    torch.testing.assert_close(kl_loss(torch.full((2, 4, 3, 3), 2.0)), torch.tensor(2.0))  # mean² / 2


def verdict(value):
    return [[torch.zeros(1, 2, 2, 2), torch.full((1, 1, 2, 2), value)]]


def test_lsgan_wants_one_for_real_and_zero_for_made():
    assert tell_apart(verdict(1.0), verdict(0.0)) == 0
    torch.testing.assert_close(tell_apart(verdict(0.5), verdict(0.5)), torch.tensor(0.25))
    assert deceive(verdict(1.0)) == 0
    torch.testing.assert_close(deceive(verdict(0.0)), torch.tensor(1.0))


def test_feature_matching_leaves_the_verdict_out_and_moves_only_what_was_made():
    true = [[torch.ones(1, 2, 2, 2, requires_grad=True), torch.zeros(1, 1, 1, 1)]]
    made = [[torch.zeros(1, 2, 2, 2, requires_grad=True), torch.ones(1, 1, 1, 1)]]
    loss = feature_matching(true, made)
    assert loss == 1
    loss.backward()
    assert true[0][0].grad is None
    assert made[0][0].grad is not None
