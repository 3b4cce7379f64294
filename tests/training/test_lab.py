"""Lab as tensors: the numbers of the libraries, with gradients."""

import cv2
import numpy as np
import torch
from skimage.color import rgb2lab

from restoration.training.lab import lab_to_rgb, rgb_to_light


def test_the_numbers_are_those_of_scikit_image():
    rgb = np.random.default_rng(0).random((40, 50, 3)).astype(np.float32)
    rgb[0, :10] = np.linspace(0, 0.02, 10)[:, None]  # near black both curves are straight
    lab = torch.from_numpy(rgb2lab(rgb).astype(np.float32)).permute(2, 0, 1)[None]
    np.testing.assert_allclose(lab_to_rgb(lab)[0].permute(1, 2, 0).numpy(), rgb, atol=5e-4)
    light = rgb_to_light(torch.from_numpy(rgb).permute(2, 0, 1)[None])
    np.testing.assert_allclose(light[0, 0].numpy(), lab[0, 0].numpy(), atol=5e-3)


def test_opencv_s_tables_differ_by_less_than_a_level_of_8_bits():
    rgb = np.random.default_rng(0).random((40, 50, 3), dtype=np.float32)
    rgb[0, :10] = np.linspace(0, 0.02, 10)[:, None]  # near black both curves are straight
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    back = lab_to_rgb(torch.from_numpy(lab).permute(2, 0, 1)[None])[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(back, rgb, atol=1 / 255)
    light = rgb_to_light(torch.from_numpy(rgb).permute(2, 0, 1)[None])[0, 0].numpy()
    np.testing.assert_allclose(light, lab[..., 0], atol=0.3)


def test_gradients_are_numbers_from_black_to_white_and_beyond_what_srgb_shows():
    light = torch.linspace(0, 100, 11).repeat(5)
    ab = torch.tensor([-90.0, -30, 0, 30, 90]).repeat_interleave(11)
    lab = torch.stack([light, ab, ab.flip(0)]).view(1, 3, 5, 11).requires_grad_()
    rgb_to_light(lab_to_rgb(lab).clamp(0, 1)).sum().backward()
    assert torch.isfinite(lab.grad).all()
