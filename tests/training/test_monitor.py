"""What one sees of a run: pictures in a grid."""

import torch

from restoration.training.monitor import picture_grid


def test_pictures_stand_four_to_a_row_and_a_row_that_is_not_full_is_left_out():
    pictures = torch.arange(10.0).view(10, 1, 1, 1).expand(10, 3, 2, 5) / 10
    grid = picture_grid(pictures)
    assert grid.shape == (3, 4, 20)
    expected = (pictures[:8, 0, 0, 0] + 1) / 2
    torch.testing.assert_close(grid[0, ::2, ::5].flatten(), expected)


def test_fewer_than_four_stand_beside_each_other():
    assert picture_grid(torch.zeros(3, 3, 2, 5)).shape == (3, 2, 15)
