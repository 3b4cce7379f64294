"""Pixels taken apart and put together, against numpy."""

from __future__ import annotations

import numpy as np
import pytest

from server.editors.pixel_bytes import alpha_alone, is_empty, is_opaque, mask_of, with_alpha
from server.editors.thumbnails import thumbnail
from server.protocol import Picture

RNG = np.random.default_rng(5)
CHANNELS = {"GRAY": "L", "GRAYA": "LA", "RGB": "RGB", "RGBA": "RGBA", "BGRA": "BGRA"}


def test_a_layer_with_transparency_means_its_alpha():
    bgra = bytes((1, 2, 3, 0)) + bytes((0, 0, 0, 128)) + bytes((9, 9, 9, 255))
    assert not is_opaque(bgra)
    assert list(mask_of(bgra, None)) == [0, 128, 255]


def test_an_opaque_layer_means_what_is_brighter_than_one_half():
    grey = bytes((0, 255, 127, 255, 128, 255, 255, 255))
    assert is_opaque(bytes((0, 0, 0, 255)) * 4)
    assert list(mask_of(b"", grey)) == [0, 0, 255, 255]


def test_empty_means_zero_everywhere():
    assert is_empty(bytes(10))
    assert not is_empty(bytes(9) + b"\x01")


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("layout", CHANNELS)
def test_every_layout_becomes_one_that_editors_keep(layout, depth):
    kind = np.uint8 if depth == 8 else np.dtype("<u2")
    full = np.iinfo(kind).max
    names = CHANNELS[layout]
    array = RNG.integers(0, full, (3, 5, len(names)), endpoint=True).astype(kind)
    planes = {name: array[..., index] for index, name in enumerate(names)}
    got, pixels = with_alpha(Picture(layout, depth, 5, 3), array.tobytes())
    wanted = "LA" if "L" in names else "BGRA"
    assert got == ("GRAYA" if wanted == "LA" else "BGRA")
    opaque = np.full((3, 5), full, kind)
    expected = np.stack([planes.get(name, opaque) for name in wanted], -1)
    assert bytes(pixels) == expected.tobytes()


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("layout", CHANNELS)
@pytest.mark.parametrize("size", [(1, 1), (7, 3), (300, 200), (1, 500)])
def test_a_thumbnail_is_every_nth_pixel_of_every_nth_row(layout, depth, size):
    width, height = size
    kind = np.uint8 if depth == 8 else np.dtype("<u2")
    array = RNG.integers(0, np.iinfo(kind).max, (height, width, len(CHANNELS[layout])), endpoint=True).astype(kind)
    small = thumbnail(Picture(layout, depth, width, height), array.tobytes(), 64)
    every = -(-max(width, height) // 64)
    part = (array[::every, ::every] >> (depth - 8)).astype(np.uint8)
    names = {"L": "BGR"}
    expected = np.full((*part.shape[:2], 4), 255, np.uint8)
    for index, name in enumerate(CHANNELS[layout]):
        for target in names.get(name, name):
            expected[..., "BGRA".index(target)] = part[..., index]
    assert max(small.width, small.height) <= 64
    assert small.pixels == expected.tobytes()
    assert (small.height, small.width) == part.shape[:2]


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("layout", CHANNELS)
def test_alpha_alone_is_white_with_the_alpha(layout, depth):
    kind = np.uint8 if depth == 8 else np.dtype("<u2")
    full = np.iinfo(kind).max
    array = RNG.integers(0, full, (3, 5, len(CHANNELS[layout])), endpoint=True).astype(kind)
    alpha = array[..., -1] if layout.endswith("A") else np.full((3, 5), full, kind)
    expected = np.stack([np.full((3, 5), full, kind), alpha], -1)
    assert alpha_alone(Picture(layout, depth, 5, 3), array.tobytes()) == expected.tobytes()
