"""Layers over a photo: what they may be, and what comes out when they are flattened."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from colour_profiles import GREY_LINEAR
from PIL import ImageCms

from restoration.layers import Layer, alpha_within, flatten, group_name, scratch_mask_layer
from restoration.photo import Photo

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def noise(height: int, width: int, channels: int = 3, dtype: type = np.uint8, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, np.iinfo(dtype).max + 1, (height, width, channels)).astype(dtype)


def uniform(*values: int, size: tuple[int, int] = (1, 1), dtype: type = np.uint8) -> np.ndarray:
    return np.full((*size, len(values)), values, dtype)


def restored(pixels: np.ndarray, **options: Any) -> Layer:
    return Layer("Restored", "restored", pixels, **options)


# --- what a layer is -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"role": "background"}, "no role"),
        ({"blend_mode": "multiply"}, "no blend mode"),
        ({"opacity": -0.01}, "opacity"),
        ({"opacity": 1.01}, "opacity"),
        ({"opacity": float("nan")}, "opacity"),
        ({"pixels": np.zeros((2, 2, 4), np.uint8)}, "layer pixels"),
        ({"pixels": np.zeros((2, 2, 3), np.float32)}, "layer pixels"),
        ({"alpha": np.zeros((2, 3), np.uint8)}, "layer alpha"),
        ({"alpha": np.zeros((2, 2), np.uint16)}, "layer alpha"),
    ],
)
def test_a_layer_of_impossible_values_is_refused(change: dict[str, Any], message: str) -> None:
    values: dict[str, Any] = {"name": "Restored", "role": "restored", "pixels": np.zeros((2, 2, 3), np.uint8)}
    with pytest.raises(ValueError, match=message):
        Layer(**values | change)


def test_the_name_of_the_group() -> None:
    assert group_name("Background") == "Restored – Background"


@pytest.mark.parametrize(
    ("mask", "dtype", "red", "alpha"),
    [
        (np.array([[0, 100, 255]], np.uint8), np.uint8, 255, [0, 100, 255]),
        (np.array([[0, 100, 255]], np.uint8), np.uint16, 65535, [0, 25700, 65535]),
        (np.array([[0, 129, 65535]], np.uint16), np.uint8, 255, [0, 1, 255]),
    ],
)
def test_the_scratch_mask_is_hidden_red_and_its_alpha_is_the_damage(
    mask: np.ndarray, dtype: type, red: int, alpha: list[int]
) -> None:
    layer = scratch_mask_layer(mask, dtype, x=4, y=-5, note="Found 1 scratch.")
    assert (layer.name, layer.role, layer.visible, layer.opacity) == ("Scratch mask", "scratch_mask", False, 1.0)
    assert (layer.x, layer.y, layer.note) == (4, -5, "Found 1 scratch.")
    assert layer.pixels.dtype == dtype
    assert layer.pixels.tolist() == [[[red, 0, 0]] * 3]
    assert layer.alpha is not None
    assert layer.alpha.tolist() == [alpha]


# --- nothing to do: the same pixels ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "layers",
    [
        [],
        [restored(uniform(9, 9, 9, size=(4, 4)), visible=False)],
        [restored(uniform(9, 9, 9, size=(4, 4)), opacity=0.0)],
        [restored(uniform(9, 9, 9, size=(4, 4)), alpha=np.zeros((4, 4), np.uint8))],
        [restored(uniform(9, 9, 9, size=(4, 4)), x=4)],
        [restored(uniform(9, 9, 9, size=(4, 4)), y=-4)],
        [restored(uniform(9, 9, 9, size=(4, 4)), x=-100, y=100)],
        [scratch_mask_layer(np.full((4, 4), 255, np.uint8), np.uint8)],
    ],
    ids=["none", "hidden", "opacity 0", "alpha 0", "right of it", "above it", "far away", "scratch mask"],
)
def test_layers_that_show_nothing_give_back_the_photo_itself(layers: list[Layer]) -> None:
    photo = Photo(noise(4, 4))
    assert flatten(photo, layers) is photo


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("mode", ["normal", "color"])
def test_where_alpha_is_0_every_bit_stays(dtype: type, mode: Any) -> None:
    photo = Photo(noise(50, 40, 3, dtype, 1))
    alpha = noise(50, 40, 1, dtype, 2)[..., 0]
    alpha[noise(50, 40, 1, np.uint8, 3)[..., 0] < 128] = 0
    layer = restored(noise(50, 40, 3, dtype, 4), alpha=alpha, blend_mode=mode, opacity=0.7)
    result = flatten(photo, [layer, layer])
    np.testing.assert_array_equal(result.pixels[alpha == 0], photo.pixels[alpha == 0])
    assert (result.pixels[alpha != 0] != photo.pixels[alpha != 0]).mean() > 0.9


# --- normal ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("below", "above", "alpha", "opacity", "expected"),
    [
        (100, 200, None, 1.0, 200),
        (100, 200, 255, 1.0, 200),
        (100, 200, 128, 1.0, 150),  # 100 + 100·128/255 = 150.2
        (100, 200, 128, 0.5, 125),  # 125.1
        (100, 200, None, 0.25, 125),
        (200, 100, None, 0.25, 175),
        (0, 255, None, 0.5, 128),  # 127.5 rounds up
        (0, 1, None, 0.5, 1),
        (0, 1, None, 0.49, 0),
        (255, 0, 1, 1.0, 254),
    ],
)
def test_one_pixel(below: int, above: int, alpha: int | None, opacity: float, expected: int) -> None:
    layer = restored(
        uniform(above, above, above), alpha=None if alpha is None else np.array([[alpha]], np.uint8), opacity=opacity
    )
    assert flatten(Photo(uniform(below, below, below)), [layer]).pixels.ravel().tolist() == [expected] * 3


def test_one_pixel_of_16_bits() -> None:
    layer = restored(uniform(65535, 1, 40000, dtype=np.uint16), alpha=np.array([[32768]], np.uint16), opacity=0.5)
    result = flatten(Photo(uniform(0, 1, 20000, dtype=np.uint16)), [layer])
    # The weight is 0.25000381: 16384, 0 more than 1, 20000 + 5000.08.
    assert result.pixels.ravel().tolist() == [16384, 1, 25000]


def test_the_last_layer_lies_on_top() -> None:
    first, second = restored(uniform(10, 10, 10)), restored(uniform(20, 20, 20))
    photo = Photo(uniform(0, 0, 0))
    assert flatten(photo, [first, second]).pixels[0, 0, 0] == 20
    assert flatten(photo, [second, first]).pixels[0, 0, 0] == 10


def test_rounding_comes_once_at_the_end() -> None:
    layer = restored(uniform(1, 1, 1), opacity=0.3)
    # 0.3 and then 0.3 + 0.7·0.3 = 0.51; rounded after each layer it would stay 0.
    assert flatten(Photo(uniform(0, 0, 0)), [layer, layer]).pixels[0, 0, 0] == 1


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (0, 0, [[1, 2, 0], [3, 4, 0], [0, 0, 0]]),
        (1, 1, [[0, 0, 0], [0, 1, 2], [0, 3, 4]]),
        (2, 2, [[0, 0, 0], [0, 0, 0], [0, 0, 1]]),
        (-1, 0, [[2, 0, 0], [4, 0, 0], [0, 0, 0]]),
        (-1, -1, [[4, 0, 0], [0, 0, 0], [0, 0, 0]]),
        (0, 2, [[0, 0, 0], [0, 0, 0], [1, 2, 0]]),
    ],
)
@pytest.mark.parametrize("with_alpha", [False, True])
def test_offsets(x: int, y: int, expected: list[list[int]], with_alpha: bool) -> None:
    pixels = np.array([[1, 2], [3, 4]], np.uint8)[..., np.newaxis]
    alpha = np.full((2, 2), 255, np.uint8) if with_alpha else None
    result = flatten(Photo(np.zeros((3, 3, 1), np.uint8)), [restored(pixels, alpha=alpha, x=x, y=y)])
    assert result.pixels[..., 0].tolist() == expected


@pytest.mark.parametrize("size", [(1, 1), (3, 1000), (1000, 3), (300, 700)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_strips_do_not_show(size: tuple[int, int], dtype: type) -> None:
    photo = Photo(noise(*size, 3, dtype, 1))
    layers = [
        restored(noise(*size, 3, dtype, 2), alpha=noise(*size, 1, dtype, 3)[..., 0], opacity=0.8),
        Layer("Face 1", "face", noise(200, 100, 3, dtype, 4), x=-20, y=60, opacity=0.6),
        Layer("Face 2", "face", noise(150, 90, 1, dtype, 5), noise(150, 90, 1, dtype, 6)[..., 0], x=40, y=-30),
    ]
    canvas = photo.pixels.astype(np.float64)
    for layer in layers:
        wide = np.zeros((size[0] + 2000, size[1] + 2000, 3))
        weight = np.zeros((size[0] + 2000, size[1] + 2000, 1))
        place = np.s_[1000 + layer.y :, 1000 + layer.x :]
        wide[place][: layer.height, : layer.width] = layer.pixels
        full = np.iinfo(dtype).max
        alpha = np.full((layer.height, layer.width), full) if layer.alpha is None else layer.alpha
        weight[place][: layer.height, : layer.width, 0] = alpha * (layer.opacity / full)
        inside = np.s_[1000 : 1000 + size[0], 1000 : 1000 + size[1]]
        canvas += (wide[inside] - canvas) * weight[inside]
    np.testing.assert_array_equal(flatten(photo, layers).pixels, np.floor(canvas + 0.5).astype(dtype))


def test_memory_is_the_result_and_a_few_strips() -> None:
    photo = Photo(np.zeros((2000, 2000, 3), np.uint16))
    layer = restored(np.ones((2000, 2000, 3), np.uint16), opacity=0.9)
    flatten(Photo(np.zeros((1, 1, 1), np.uint16)), [])  # imports are not counted
    tracemalloc.start()
    result = flatten(photo, [layer, layer])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.5 * result.pixels.nbytes  # one copy in double precision would be four times as much


# --- colour ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("below", "above", "expected"),
    [
        # Luminosity of red is 76.5, so that 23.5 is added; 278.5 is over 255, and all is drawn in towards 100.
        ((100, 100, 100), (255, 0, 0), [255, 34, 34]),
        # Luminosity of blue is 28.05; 10 − 28.05 is below 0: 10 + 226.95·10/28.05 = 90.9.
        ((10, 10, 10), (0, 0, 255), [0, 0, 91]),
        # In range: 128 − (0.3·90 + 0.59·60 + 0.11·30 = 65.7) = 62.3 is added.
        ((128, 128, 128), (90, 60, 30), [152, 122, 92]),
        # A grey layer takes the colour away: 0.3·255 = 76.5 rounds up.
        ((255, 0, 0), (7, 7, 7), [77, 77, 77]),
        ((0, 0, 0), (255, 0, 0), [0, 0, 0]),
        ((255, 255, 255), (255, 0, 0), [255, 255, 255]),
    ],
)
def test_color_keeps_the_luminosity_of_what_is_below(
    below: tuple[int, ...], above: tuple[int, ...], expected: list[int]
) -> None:
    layer = Layer("Colour", "colour", uniform(*above), blend_mode="color")
    assert flatten(Photo(uniform(*below)), [layer]).pixels.ravel().tolist() == expected


def test_color_heeds_opacity() -> None:
    layer = Layer("Colour", "colour", uniform(255, 0, 0), blend_mode="color", opacity=0.5)
    # Halfway from 100 to 255 and to 33.6.
    assert flatten(Photo(uniform(100, 100, 100)), [layer]).pixels.ravel().tolist() == [178, 67, 67]


def test_grey_takes_no_colour_from_grey() -> None:
    layer = Layer("Colour", "colour", uniform(200), blend_mode="color")
    assert flatten(Photo(uniform(100)), [layer]).pixels.tolist() == [[[100]]]


def as_the_w3c_writes_it(below: list[float], above: list[float]) -> list[float]:
    """SetLum(above, Lum(below)) of "Compositing and Blending Level 1", word by word, 0 to 1."""

    def lum(colour: list[float]) -> float:
        return 0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2]

    difference = lum(below) - lum(above)
    colour = [channel + difference for channel in above]
    level, least, most = lum(colour), min(colour), max(colour)
    if least < 0:
        colour = [level + (channel - level) * level / (level - least) for channel in colour]
    if most > 1:
        colour = [level + (channel - level) * (1 - level) / (most - level) for channel in colour]
    return colour


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_color_is_that_of_the_w3c(dtype: type) -> None:
    full = np.iinfo(dtype).max
    photo, colours = noise(40, 30, 3, dtype, 1), noise(40, 30, 3, dtype, 2)
    result = flatten(Photo(photo), [Layer("Colour", "colour", colours, blend_mode="color")]).pixels
    expected = [
        [as_the_w3c_writes_it(list(b / full), list(a / full)) for b, a in zip(row_b, row_a, strict=True)]
        for row_b, row_a in zip(photo, colours, strict=True)
    ]
    assert np.abs(result - np.array(expected) * full).max() <= 0.5 + 1e-6


# --- grey, alpha, and what belongs to the photo ----------------------------------------------------------------------


def test_grey_stays_grey_under_grey_layers() -> None:
    result = flatten(Photo(uniform(100)), [restored(uniform(200), opacity=0.5)])
    assert result.pixels.tolist() == [[[150]]]


def test_grey_stays_grey_under_a_hidden_scratch_mask_and_a_colour_layer_without_effect() -> None:
    colour = Layer("Colour", "colour", uniform(255, 0, 0), blend_mode="color", opacity=0.0)
    mask = scratch_mask_layer(np.array([[255]], np.uint8), np.uint8)
    assert flatten(Photo(uniform(100)), [restored(uniform(200)), colour, mask]).is_grey


def test_a_grey_photo_takes_colour_from_an_rgb_layer() -> None:
    grey_profile = SRGB[:16] + b"GRAY" + SRGB[20:]
    photo = Photo(uniform(100, size=(1, 2)), icc_profile=grey_profile, dpi=(300, 300))
    result = flatten(photo, [Layer("Colour", "colour", uniform(255, 0, 0), blend_mode="color")])
    assert result.pixels.tolist() == [[[255, 34, 34], [100, 100, 100]]]
    assert result.icc_profile is None  # the grey one says nothing of RGB
    assert result.dpi == (300, 300)


def test_a_grey_photo_with_a_profile_of_its_own_becomes_srgb_under_colour() -> None:
    photo = Photo(np.full((2, 3, 1), 128, np.uint8), icc_profile=GREY_LINEAR)
    colour = Layer("Colour", "colour", np.full((2, 1, 3), (90, 60, 60), np.uint8), blend_mode="color")
    result = flatten(photo, [restored(np.full((1, 3, 1), 64, np.uint8)), colour])
    assert result.icc_profile is None
    # Half the light is 188 in sRGB, a quarter 137.
    np.testing.assert_array_equal(result.pixels[:, 2, 0], [137, 188])
    luminosity = result.pixels[:, 0] @ np.array([0.3, 0.59, 0.11])
    np.testing.assert_allclose(luminosity, [137, 188], atol=1)


def test_a_grey_layer_lies_on_an_rgb_photo() -> None:
    result = flatten(Photo(uniform(0, 100, 200)), [restored(uniform(100), opacity=0.5)])
    assert result.pixels.ravel().tolist() == [50, 100, 150]


def test_what_belongs_to_the_photo_stays() -> None:
    alpha = np.array([[77]], np.uint8)
    photo = Photo(uniform(1, 2, 3), alpha, SRGB, b"exif", b"xmp", (300, 300), ("a note",))
    result = flatten(photo, [restored(uniform(4, 5, 6))])
    assert result.pixels.ravel().tolist() == [4, 5, 6]
    assert result.alpha is alpha
    assert (result.icc_profile, result.exif, result.xmp) == (SRGB, b"exif", b"xmp")
    assert (result.dpi, result.notes) == ((300, 300), ("a note",))


def test_neither_the_photo_nor_the_layers_are_changed() -> None:
    pixels, above, alpha = noise(5, 5, seed=1), noise(5, 5, seed=2), noise(5, 5, 1, seed=3)[..., 0]
    copies = [array.copy() for array in (pixels, above, alpha)]
    flatten(Photo(pixels), [restored(above, alpha=alpha)])
    for array, copy in zip((pixels, above, alpha), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_another_depth_is_refused() -> None:
    layer = restored(uniform(1, 2, 3, dtype=np.uint16))
    with pytest.raises(ValueError, match="'Restored' is uint16, the photo is uint8"):
        flatten(Photo(uniform(1, 2, 3)), [layer])


@pytest.mark.parametrize(
    ("layer_alpha", "expected"),
    [
        (None, [[0, 255, 128, 0]]),
        ([[255, 100, 100, 100]], [[0, 100, 50, 0]]),  # 100·128/255 = 50.2; the last lies outside the photo
    ],
)
def test_alpha_within_the_photo(layer_alpha: list[list[int]] | None, expected: list[list[int]]) -> None:
    photo = Photo(np.zeros((1, 4, 3), np.uint8), np.array([[9, 0, 255, 128]], np.uint8))
    alpha = None if layer_alpha is None else np.array(layer_alpha, np.uint8)
    within = alpha_within(photo, restored(np.zeros((1, 4, 3), np.uint8), alpha=alpha, x=1))
    assert within is not None
    assert within.tolist() == expected


def test_alpha_within_an_opaque_photo_is_the_layers_own() -> None:
    alpha = np.array([[5]], np.uint8)
    layer = restored(uniform(0, 0, 0), alpha=alpha)
    assert alpha_within(Photo(uniform(0, 0, 0)), layer) is alpha
    assert alpha_within(Photo(uniform(0, 0, 0), np.array([[255]], np.uint8)), layer) is alpha


def test_the_scratch_masks_alpha_is_data() -> None:
    layer = scratch_mask_layer(np.array([[255]], np.uint8), np.uint8)
    assert alpha_within(Photo(uniform(0, 0, 0), np.array([[0]], np.uint8)), layer) is layer.alpha
