"""A tile is taken over if, and only if, the network would see the same bytes."""

import numpy as np

from restoration.tile_memory import TileMemory
from restoration.tiling import tiles

PICTURE = np.random.default_rng(0).random((128, 192, 3), np.float32)
MASK = np.zeros((128, 192), bool)


def pass_over(memory: TileMemory, picture: np.ndarray, mask: np.ndarray, core: int = 64) -> list[bool]:
    """Which tiles are known; the result of every pass is the picture itself."""
    memory.begin()
    known = []
    for tile in tiles(128, 192, core, 16):
        recalled = memory.recall(tile, picture[tile.seen], mask[tile.seen])
        known.append(recalled is not None)
        if recalled is not None:
            assert np.array_equal(recalled, PICTURE[tile.core])
    return known


def after_one_pass() -> TileMemory:
    first = TileMemory()
    assert pass_over(first, PICTURE, MASK) == [False] * 6
    return TileMemory(PICTURE, first.digests)


def test_the_same_bytes_are_known_in_whatever_order_they_lie_in_memory():
    assert pass_over(after_one_pass(), PICTURE, MASK) == [True] * 6
    assert pass_over(after_one_pass(), np.asfortranarray(PICTURE), MASK) == [True] * 6


def test_a_changed_pixel_makes_the_tiles_new_that_see_it():
    # Tiles are 64×64 with 16 pixels of context; (0, 64) belongs to the second tile and lies in the first one's context.
    mask = MASK.copy()
    mask[0, 64] = True
    assert pass_over(after_one_pass(), PICTURE, mask) == [False, False, True, True, True, True]
    picture = PICTURE.copy()
    picture[127, 191, 2] += 1e-6
    assert pass_over(after_one_pass(), picture, MASK) == [True] * 5 + [False]


def test_tiles_of_another_size_are_other_tiles():
    assert pass_over(after_one_pass(), PICTURE, MASK, core=128) == [False] * 2


def test_a_pass_begun_anew_keeps_no_digest_of_the_first_attempt():
    memory = TileMemory()
    pass_over(memory, PICTURE, MASK, core=128)
    pass_over(memory, PICTURE, MASK, core=64)
    assert len(memory.digests) == 6
