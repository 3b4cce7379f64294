"""The layer Colour: luminance untouched, hints met, edges kept, whatever the photo's size, depth and channels."""

import cv2
import numpy as np
import pytest
from skimage.data import astronaut, coffee

from restoration.ageing.monochrome import grey, tone
from restoration.device import choose_compute
from restoration.layers import flatten
from restoration.photo import Photo
from restoration.presets.loading import load_models
from restoration.settings import ColourSettings
from restoration.stages.colour import colour_layer, has_own_colours, hint_cells, scene_of, with_hints_met
from restoration.stages.pixels import to_picture

ON = ColourSettings(enabled=True)


@pytest.fixture(scope="module")
def colouriser():
    return load_models("compact", choose_compute("cpu"), restorer=False).colouriser


def lab(photo: Photo) -> np.ndarray:
    return cv2.cvtColor(to_picture(photo), cv2.COLOR_RGB2LAB)


def layer_of(photo, colouriser, hints=None, settings=ON):
    picture = to_picture(photo)
    return colour_layer(photo, scene_of(picture), colouriser.look(picture), hints, colouriser, settings, (0, 0))


def grey_photo(rgb, dtype=np.uint8):
    full = np.iinfo(dtype).max
    return Photo(np.rint(np.clip(grey(rgb.astype(np.float32) / 255)[..., :1], 0, 1) * full).astype(dtype))


def test_a_grey_photo_gets_colours_and_keeps_its_luminance(colouriser):
    photo = grey_photo(astronaut())
    layer = layer_of(photo, colouriser)
    assert (layer.name, layer.role, layer.blend_mode, layer.visible) == ("Colour", "colour", "color", True)
    assert layer.pixels.shape == (512, 512, 3)
    result = flatten(photo, [layer])
    assert result.pixels.shape[2] == 3
    assert np.abs(lab(result)[..., 0] - lab(photo)[..., 0]).mean() < 2.5  # W3C luminosity is not quite L
    assert np.hypot(*np.moveaxis(lab(result)[..., 1:], -1, 0)).mean() > 4


def test_a_hint_is_met_where_it_was_painted(colouriser):
    photo = grey_photo(coffee())
    hints = np.zeros((*coffee().shape[:2], 4), np.uint8)
    hints[60:80, 60:90] = (60, 110, 200, 255)  # a blue table
    hints[200:212, 290:305] = (40, 160, 60, 255)  # a green coffee
    result = lab(Photo(layer_of(photo, colouriser, hints).pixels))
    plain = lab(Photo(layer_of(photo, colouriser).pixels))
    for rows, columns in ((slice(60, 80), slice(60, 90)), (slice(200, 212), slice(290, 305))):
        asked = cv2.cvtColor(hints[rows, columns, :3][:1, :1].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0, 0, 1:]
        missed = np.hypot(*(result[rows, columns, 1:] - asked).mean(axis=(0, 1)))
        before = np.hypot(*(plain[rows, columns, 1:] - asked).mean(axis=(0, 1)))
        assert missed < 10 < before  # what sRGB cannot show at this luminance is clipped


def test_saturation_zero_is_grey_and_strength_is_opacity(colouriser):
    photo = grey_photo(coffee()[::2, ::2].copy())
    dull = lab(Photo(layer_of(photo, colouriser, settings=ColourSettings(True, 0.4, 0.0)).pixels))
    assert np.abs(dull[..., 1:]).max() < 2
    assert layer_of(photo, colouriser, settings=ColourSettings(True, 0.4)).opacity == 0.4
    strong, plain = (
        np.abs(
            lab(Photo(layer_of(photo, colouriser, settings=ColourSettings(True, 1, saturation)).pixels))[..., 1:]
        ).mean()
        for saturation in (1.6, 1.0)
    )
    assert strong > 1.2 * plain


def test_sepia_gets_the_colours_of_the_grey_one(colouriser):
    print_ = grey(coffee().astype(np.float32) / 255)
    light = cv2.cvtColor(print_, cv2.COLOR_RGB2LAB)
    sepia = cv2.cvtColor(
        np.dstack([light[..., 0], np.full(light.shape[:2], 12), np.full(light.shape[:2], 24)]).astype(np.float32),
        cv2.COLOR_LAB2RGB,
    )
    photos = [Photo(np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)) for picture in (print_, sepia)]
    of_grey, of_sepia = (lab(flatten(photo, [layer_of(photo, colouriser)])) for photo in photos)
    assert np.abs(of_grey[..., 1:] - of_sepia[..., 1:]).mean() < 1.5


def test_colour_ends_where_the_luminance_does(colouriser):
    scene = np.full((400, 600, 1), 60, np.uint8)
    scene[:, 301:] = 190
    hints = np.zeros((400, 600, 4), np.uint8)
    hints[100:300, 100:200] = (150, 30, 30, 255)
    hints[100:300, 400:500] = (120, 180, 240, 255)
    across = lab(Photo(layer_of(Photo(scene), colouriser, hints).pixels))[150:250, :, 1:].mean(axis=0)
    far = np.hypot(*(across[350] - across[250]))
    assert far > 20
    assert np.hypot(*(across[306] - across[296])) > 0.6 * far


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (37, 1001), (700, 3), (16, 16)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_any_size_and_depth(colouriser, shape, dtype):
    rng = np.random.default_rng(0)
    photo = Photo(rng.integers(0, np.iinfo(dtype).max, (*shape, 1)).astype(dtype))
    hints = np.zeros((*shape, 4), np.uint8)
    hints[0, 0] = (200, 40, 40, 255)
    layer = layer_of(photo, colouriser, hints)
    assert layer.pixels.shape == (*shape, 3)
    assert layer.pixels.dtype == dtype


def test_sixteen_bits_stay_smooth(colouriser):
    ramp = np.linspace(20000, 21000, 1024).astype(np.uint16)
    photo = Photo(np.broadcast_to(ramp[None, :, None], (64, 1024, 1)).copy())
    result = flatten(photo, [layer_of(photo, colouriser)]).pixels
    assert len(np.unique(result[32, :, 1])) > 300  # in 8 bits it would have 4


def test_hints_without_paint_are_none_and_thin_ones_keep_their_colour():
    assert hint_cells(np.zeros((40, 60, 4), np.uint8), (4, 6)) is None
    faint = np.zeros((40, 60, 4), np.uint8)
    faint[..., :] = (255, 0, 0, 127)
    assert hint_cells(faint, (4, 6)) is None
    thin = np.zeros((40, 60, 4), np.uint8)
    thin[:, 25] = (255, 0, 0, 255)
    cells = hint_cells(thin, (4, 6))
    red = cv2.cvtColor(np.array([[[1, 0, 0]]], np.float32), cv2.COLOR_RGB2LAB)[0, 0, 1:]
    np.testing.assert_allclose(cells[:, 2], [[*red, 0.1]] * 4, atol=0.2)
    assert not cells[:, [0, 1, 3, 4, 5]].any()


def test_what_is_missed_is_carried_to_what_is_near_and_alike():
    light = np.full((20, 30), 0.3, np.float32)
    light[:, 15:] = 0.9
    cells = np.zeros((20, 30, 3), np.float32)
    cells[10, 12] = (50, -20, 1)
    met = with_hints_met(np.zeros((20, 30, 2), np.float32), light, cells)
    np.testing.assert_array_equal(met[10, 12], [50, -20])
    assert met[10, 10, 0] > 40  # near
    assert met[0, 0, 0] < 5  # far
    assert abs(met[10, 16, 0]) < 1  # near, but of another luminance


def test_prints_have_no_colours_of_their_own_and_photographs_have():
    scene = astronaut().astype(np.float32) / 255
    print_ = grey(scene)
    assert not has_own_colours(print_)
    for toner in ("sepia", "cyanotype"):
        assert not has_own_colours(tone(print_, 1.0, toner))
    assert has_own_colours(scene)
    assert not has_own_colours(np.zeros((1, 1, 3), np.float32))


def test_a_photo_in_colour_is_told_that_its_colours_are_covered(colouriser):
    assert "colours of its own" in layer_of(Photo(astronaut()), colouriser).note
    assert layer_of(grey_photo(astronaut()), colouriser).note == ""
