"""Every layout and depth becomes the same photo, and layers come back in the client's layout."""

import numpy as np
import pytest

from restoration.layers import Layer, scratch_mask_layer
from server.protocol import Picture
from server.worker.pictures import layer_picture, photo_picture, to_hints, to_mask, to_photo

RED, GREEN, BLUE, ALPHA = 10, 20, 30, 200


@pytest.mark.parametrize(
    ("layout", "pixel", "colours", "alpha"),
    [
        ("GRAY", [RED], [RED], None),
        ("GRAYA", [RED, ALPHA], [RED], ALPHA),
        ("RGB", [RED, GREEN, BLUE], [RED, GREEN, BLUE], None),
        ("RGBA", [RED, GREEN, BLUE, ALPHA], [RED, GREEN, BLUE], ALPHA),
        ("BGRA", [BLUE, GREEN, RED, ALPHA], [RED, GREEN, BLUE], ALPHA),
    ],
)
@pytest.mark.parametrize("depth", [8, 16])
def test_a_pixel_of_every_layout(layout, pixel, colours, alpha, depth):
    # 16 bits, little-endian: the value v * 256 + 7 is the bytes 7, v.
    raw = bytes(pixel) if depth == 8 else bytes(byte for value in pixel for byte in (7, value))
    scale = (lambda v: v) if depth == 8 else (lambda v: v * 256 + 7)
    picture = Picture(layout, depth, 3, 2)
    photo = to_photo(np.frombuffer(raw * 6, np.uint8), picture, b"profile")
    assert photo.pixels.shape == (2, 3, len(colours))
    assert photo.pixels[1, 2].tolist() == [scale(v) for v in colours]
    assert photo.depth == depth
    assert (photo.alpha is None) == (alpha is None)
    if alpha is not None:
        assert photo.alpha[1, 2] == scale(alpha)
    back, packed = photo_picture(photo, layout)
    assert back == picture
    assert packed.tobytes() == raw * 6


@pytest.mark.parametrize(
    ("photo_layout", "colours", "has_alpha", "wanted"),
    [
        ("BGRA", 3, False, "BGRA"),
        ("RGBA", 3, True, "RGBA"),
        ("RGB", 3, False, "RGB"),
        ("RGB", 3, True, "RGBA"),
        ("GRAY", 1, False, "GRAY"),
        ("GRAY", 1, True, "GRAYA"),
        ("GRAY", 3, True, "RGBA"),
        ("GRAYA", 1, False, "GRAYA"),
        ("GRAYA", 3, False, "RGBA"),
        ("BGRA", 1, False, "BGRA"),
    ],
)
def test_a_layers_layout_follows_the_photos(photo_layout, colours, has_alpha, wanted):
    pixels = np.full((2, 2, colours), 50, np.uint8)
    pixels[..., 0] = RED
    layer = Layer("Layer", "restored", pixels, np.full((2, 2), ALPHA, np.uint8) if has_alpha else None)
    photo = to_photo(np.zeros(2 * 2 * 4, np.uint8), Picture("RGBA", 8, 2, 2))
    picture, raw = layer_picture(layer, photo, photo_layout, within_alpha=False)
    assert picture == Picture(wanted, 8, 2, 2)
    first = raw.reshape(2, 2, -1)[0, 0].tolist()
    rest = RED if colours == 1 else 50
    alpha = ALPHA if has_alpha else 255
    assert (
        first
        == {
            "GRAY": [RED],
            "GRAYA": [RED, alpha],
            "RGB": [RED, rest, rest],
            "RGBA": [RED, rest, rest, alpha],
            "BGRA": [rest, rest, RED, alpha],
        }[wanted]
    )


def test_within_alpha_a_layer_is_as_transparent_as_the_photo_below_it():
    raw = np.array([[1, 2, 3, 255], [1, 2, 3, 0]], np.uint8)
    photo = to_photo(raw.reshape(-1), Picture("RGBA", 8, 2, 1))
    layer = Layer("Restored", "restored", np.full((1, 2, 3), 9, np.uint8))
    assert layer_picture(layer, photo, "RGBA", within_alpha=True)[1].reshape(2, 4)[:, 3].tolist() == [255, 0]
    assert layer_picture(layer, photo, "RGBA", within_alpha=False)[1].reshape(2, 4)[:, 3].tolist() == [255, 255]


def test_the_scratch_mask_is_red_where_the_photo_is_blue_first():
    photo = to_photo(np.zeros(4, np.uint16).view(np.uint8), Picture("BGRA", 16, 1, 1))
    layer = scratch_mask_layer(np.array([[255]], np.uint8), np.uint16)
    _, raw = layer_picture(layer, photo, "BGRA", within_alpha=True)
    assert raw.view("<u2").tolist() == [0, 0, 65535, 65535]


def test_a_mask_is_its_own_bytes():
    mask = to_mask(np.array([0, 255, 7, 8, 9, 10], np.uint8), Picture("GRAY", 8, 3, 2))
    assert mask.tolist() == [[0, 255, 7], [8, 9, 10]]


@pytest.mark.parametrize("layout", ["RGBA", "BGRA"])
def test_hints_are_rgb_and_alpha(layout):
    stroke, nothing = (RED, GREEN, BLUE, ALPHA) if layout == "RGBA" else (BLUE, GREEN, RED, ALPHA), (0, 0, 0, 0)
    hints = to_hints(np.array([stroke, nothing], np.uint8).reshape(-1), Picture(layout, 8, 2, 1))
    assert hints.tolist() == [[[RED, GREEN, BLUE, ALPHA], [0, 0, 0, 0]]]
