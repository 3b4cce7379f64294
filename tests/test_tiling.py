"""Tiles cover every pixel once, with their context, and the result is that of the whole picture."""

import numpy as np
import pytest

from restoration.tiling import over_tiles, pad_to_multiple, strips, tiles


@pytest.mark.parametrize(("height", "width"), [(1, 1), (64, 64), (65, 64), (37, 1001), (130, 129)])
def test_every_pixel_is_kept_once(height, width):
    counted = np.zeros((height, width), int)
    for tile in tiles(height, width, core=64, context=16):
        counted[tile.core] += 1
        assert counted[tile.seen].shape[0] <= 64 + 2 * 16
        part = counted[tile.seen][tile.kept]
        assert part.shape == counted[tile.core].shape
    assert (counted == 1).all()


def test_a_local_operation_over_tiles_is_that_over_the_whole():
    import cv2

    picture = np.random.default_rng(0).random((150, 211), np.float32)
    whole = cv2.blur(picture, (9, 9))
    out = np.empty_like(picture)
    over_tiles(
        150, 211, 50, 4, lambda tile: cv2.blur(picture[tile.seen].copy(), (9, 9))[tile.kept], out, lambda _: None
    )
    # Within 4 pixels of a tile's edge the blur sees the context; at the picture's edge both mirror alike.
    np.testing.assert_allclose(out, whole, atol=1e-6)


def test_progress_runs_from_nothing_to_all_and_can_stop_the_work():
    told: list[float] = []
    over_tiles(100, 100, 50, 0, lambda tile: np.zeros((50, 50)), np.zeros((100, 100)), told.append)
    assert told == [0, 0.25, 0.5, 0.75, 1]

    class Stop(Exception):  # noqa: N818
        pass

    def stop(fraction: float) -> None:
        if fraction >= 0.5:
            raise Stop

    ran = []
    with pytest.raises(Stop):
        over_tiles(100, 100, 50, 0, lambda tile: ran.append(1) or np.zeros((50, 50)), np.zeros((100, 100)), stop)
    assert len(ran) == 2


def test_padding_mirrors_and_pads_even_a_single_pixel():
    assert pad_to_multiple(np.array([[1, 2, 3]]), 4).tolist() == [[1, 2, 3, 3]] * 4
    assert pad_to_multiple(np.array([[[7.0]]]), 16, 32).shape == (32, 32, 1)
    picture = np.zeros((32, 48))
    assert pad_to_multiple(picture, 16) is picture


def test_strips_cover_all_rows():
    assert list(strips(10, 4)) == [slice(0, 4), slice(4, 8), slice(8, 10)]
