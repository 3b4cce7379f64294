"""What a further stage gives becomes a layer: exact where it changed nothing, in the photo's own samples."""

import numpy as np
import pytest

from restoration.colour import colour_space
from restoration.errors import Cancelled
from restoration.layers import Layer, flatten
from restoration.photo import Photo
from restoration.stages.further import FurtherStage
from restoration.stages.further_layer import StageFailed, answer, as_seen

RNG = np.random.default_rng(2)
PIXELS_16 = RNG.integers(0, 65536, (20, 30, 3), np.uint16)


def stage(make, **more):
    return FurtherStage(name="trial", title="Trial", sentence="For tests.", make=make, **more)


def answered(make, photo, offset=(0, 0), **more):
    return answer(stage(make, **more), photo, photo, offset, lambda fraction: None)


def darker_box(picture, progress):
    """Half as light in rows 4 to 9, columns 6 to 19."""
    result = picture.copy()
    result[4:10, 6:20] *= 0.5
    return result


def test_the_layer_is_the_part_that_was_changed_and_the_rest_of_the_photo_stays_bit_for_bit():
    photo = Photo(PIXELS_16)
    layer = answered(darker_box, photo).layer
    assert (layer.name, layer.role, layer.x, layer.y, layer.pixels.shape) == ("Trial", "further", 6, 4, (6, 14, 3))
    assert layer.pixels.dtype == np.uint16
    expected = PIXELS_16.copy()
    expected[4:10, 6:20] = np.rint(PIXELS_16[4:10, 6:20] * 0.5)
    assert np.abs(flatten(photo, [layer]).pixels.astype(int) - expected).max() <= 1
    assert (flatten(photo, [layer]).pixels[10:] == PIXELS_16[10:]).all()


def test_a_part_of_a_photo_has_its_layer_in_its_place():
    layer = answered(darker_box, Photo(PIXELS_16), offset=(100, 50)).layer
    assert (layer.x, layer.y) == (106, 54)


def test_grey_stays_grey_but_for_colours():
    photo = Photo(RNG.integers(0, 200, (20, 30, 1), np.uint8))
    assert answered(darker_box, photo).layer.pixels.shape == (6, 14, 1)

    def reddened(picture, progress):
        return np.minimum(picture + np.float32([0.2, 0, 0]), 1)

    coloured = answered(reddened, photo, blend_mode="color").layer
    assert (coloured.blend_mode, coloured.pixels.shape) == ("color", (20, 30, 3))


def test_the_photos_profile_is_the_layers():
    import imagecodecs

    photo = Photo(RNG.integers(60, 200, (20, 30, 3), np.uint8), icc_profile=bytes(imagecodecs.cms_profile("adobergb")))
    assert colour_space(photo).icc_profile is not None
    flat = flatten(photo, [answered(darker_box, photo).layer])
    assert (flat.pixels[10:] == photo.pixels[10:]).all()
    assert (flat.pixels[4:10, 6:20] < photo.pixels[4:10, 6:20]).all()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda picture, progress: None, ""),
        (lambda picture, progress: "All is well.", "All is well."),
        (lambda picture, progress: picture, "Trial found nothing to change."),
        (lambda picture, progress: picture + np.float32(0.0001), "Trial found nothing to change."),
    ],
)
def test_nothing_to_do_is_a_sentence_and_no_layer(make, sentence):
    photo = Photo(RNG.integers(10, 240, (20, 30, 3), np.uint8))
    made = answered(make, photo)
    assert (made.layer, made.sentence) == (None, sentence)


def spoils(picture, progress):
    picture *= 0.5
    return picture


@pytest.mark.parametrize(
    "make",
    [
        spoils,
        lambda picture, progress: 1 / 0,
        lambda picture, progress: picture[:-1],
        lambda picture, progress: picture.astype(np.float64),
        lambda picture, progress: picture * np.float32(np.nan),
        lambda picture, progress: 7,
    ],
)
def test_who_fails_or_keeps_not_to_the_contract_is_told_apart(make):
    with pytest.raises(StageFailed):
        answered(make, Photo(PIXELS_16))


@pytest.mark.parametrize("error", [MemoryError, Cancelled])
def test_a_lack_of_memory_and_a_cancel_are_no_fault_of_the_stage(error):
    def raising(picture, progress):
        raise error

    with pytest.raises(error):
        answered(raising, Photo(PIXELS_16))


def test_what_it_says_of_its_progress_is_kept_from_0_to_1():
    told = []

    def saying(picture, progress):
        for fraction in (-1, 0.25, np.nan, 7):
            progress(fraction)

    answer(stage(saying), Photo(PIXELS_16), Photo(PIXELS_16), (0, 0), told.append)
    assert told == [0, 0.25, 0, 1]


def test_it_sees_the_layers_below_as_strong_as_they_are():
    photo = Photo(np.full((4, 4, 3), 200, np.uint8))
    below = Layer("Restored", "restored", np.full((4, 4, 3), 100, np.uint8), x=10, y=20, opacity=0.25)
    assert (as_seen(photo, [below], (10, 20)).pixels == 175).all()
