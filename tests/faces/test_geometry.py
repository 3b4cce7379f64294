"""Template, similarity, colour match and mask on numbers that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from restoration.faces.geometry import (
    colour_match,
    face_bounds,
    similarity,
    soft_mask,
    template,
    value_range,
    warp_back,
    warp_face,
)
from restoration.faces.sampling import Bounds

# Scale 0.5, turned, crop of 256 within a picture of 300×400 (height × width).
TURNED = np.array([[0.46, -0.2, 120.0], [0.2, 0.46, 70.0], [0.0, 0.0, 1.0]])


def _zoom(scale: float, x: float = 0, y: float = 0) -> np.ndarray:
    return np.array([[scale, 0.0, x], [0.0, scale, y], [0.0, 0.0, 1.0]])


def test_template_is_the_published_one() -> None:
    published = [(89, 108.5), (167, 108.5), (128, 147.5), (104.6, 195.86), (151.4, 195.86)]
    assert np.abs(template(256) - published).max() < 1e-4
    assert np.abs(template(512) - 2 * np.array(published)).max() < 2e-4


def test_similarity_finds_a_known_turn_scale_and_shift() -> None:
    # Twice as large, a quarter turn (x to y, y to -x), then 10 right and 20 down.
    source = np.array([(0, 0), (1, 0), (0, 3), (5, 5)])
    target = np.array([(10, 20), (10, 22), (4, 20), (0, 30)])
    assert np.allclose(similarity(source, target), [[0, -2, 10], [2, 0, 20], [0, 0, 1]])


def test_similarity_equals_scikit_image_on_points_that_do_not_fit() -> None:
    transform = pytest.importorskip("skimage.transform")
    rng = np.random.default_rng(3)
    for _ in range(20):
        source, target = template(256), template(256) * rng.uniform(0.2, 3) + rng.normal(0, 30, (5, 2))
        if hasattr(transform.SimilarityTransform, "from_estimate"):  # from 0.26 on, where estimate warns
            theirs = transform.SimilarityTransform.from_estimate(source, target)
        else:
            theirs = transform.SimilarityTransform()
            theirs.estimate(source, target)
        assert np.allclose(similarity(source, target), theirs.params)


def test_similarity_with_a_weight_of_0_ignores_a_point() -> None:
    source, target = [(0, 0), (2, 0), (1, 1)], [(5, 5), (9, 5), (-70, 400)]
    assert np.allclose(similarity(source, target, [1, 1, 0]), [[2, 0, 5], [0, 2, 5], [0, 0, 1]])


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ([(1, 1), (1, 1)], [(0, 0), (1, 1)]),
        ([(0, 0), (1, 1)], [(4, 4), (4, 4)]),
        ([(0, 0)], [(0, 0)]),
        ([(0, 0), (1, 1)], [(0, 0), (1, 1), (2, 2)]),
    ],
)
def test_similarity_refuses_points_that_do_not_tell(source: list, target: list) -> None:
    with pytest.raises(ValueError):
        similarity(source, target)


def test_value_range() -> None:
    assert [value_range(np.dtype(t)) for t in (np.uint8, np.uint16, np.float32)] == [255, 65535, 1]
    with pytest.raises(ValueError):
        value_range(np.dtype(np.int32))


def test_warp_face_reads_the_picture_at_the_affine_place() -> None:
    rows, columns = np.mgrid[:60, :80]
    image = np.stack([columns, rows, columns + rows], axis=-1).astype(np.float64)
    crop = warp_face(image, _zoom(0.5, 10, 20), 32)
    assert crop[4, 6].tolist() == [13, 22, 35]
    assert warp_face(image, _zoom(1, -5, -5), 32)[:5].max() == 0


def test_colour_match_by_hand() -> None:
    # Cumulative fractions: source 0:1/4 1:2/4 2:1, reference 10:1/2 50:1. First level not below: 10, 10, 50.
    source = np.array([0, 1, 2, 2], np.uint8).reshape(2, 2, 1)
    reference = np.array([10, 10, 50, 50], np.uint8).reshape(2, 2, 1)
    assert colour_match(source, reference).ravel().tolist() == [10, 10, 50, 50]


def test_colour_match_with_itself_changes_nothing() -> None:
    face = np.random.default_rng(1).integers(0, 65536, (40, 40, 3), dtype=np.uint16)
    assert np.array_equal(colour_match(face, face), face)
    low = (face >> 8).astype(np.uint8)
    assert np.array_equal(colour_match(low, low), low)


def test_colour_match_in_16_bits_and_in_floats_agrees_with_8() -> None:
    rng = np.random.default_rng(2)
    face = rng.integers(0, 256, (64, 64, 3)).astype(np.uint8)
    reference = (rng.random((64, 64, 3)) ** 2 * 200).astype(np.uint8)
    expected = colour_match(face, reference).astype(int)
    fine = colour_match(face.astype(np.uint16) * 257, reference.astype(np.uint16) * 257)
    assert np.array_equal(fine, expected * 257)
    floats = colour_match(face / np.float32(255), reference / np.float32(255))
    assert floats.dtype == np.float32
    assert np.abs(floats * 255 - expected).max() < 1e-3


def test_colour_match_refuses_two_dtypes() -> None:
    with pytest.raises(ValueError):
        colour_match(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4, 3), np.uint16))


def test_soft_mask_is_1_inside_half_at_12_pixels_and_0_beyond_the_crop() -> None:
    mask = soft_mask(_zoom(1, 50, 60), 128, 250, 240)
    middle = mask[60 + 64]
    assert middle[50 + 64] == 1
    assert middle[49] == 0
    assert middle[50 + 24] == 1  # 12 eroded, 12 blurred
    # The eroded edge runs between columns 61 and 62: the two are symmetric about one half.
    assert middle[61] < 0.5 < middle[62]
    assert middle[61] + middle[62] == pytest.approx(1, abs=1e-5)


def test_soft_mask_does_not_fade_at_the_border_of_the_picture() -> None:
    mask = soft_mask(_zoom(1, -40, -40), 128, 200, 200)
    assert mask[0, 0] == 1
    assert mask[40, 0] == 1
    assert mask[88, 0] == 0


@pytest.mark.parametrize("shift", [(0, 0), (-150, -90), (170, 120)])
def test_mask_and_face_of_the_surroundings_are_those_of_the_whole_picture(shift: tuple[int, int]) -> None:
    affine = TURNED.copy()
    affine[:2, 2] += shift
    face = np.random.default_rng(5).integers(20, 240, (256, 256, 3), dtype=np.uint8)
    bounds = face_bounds(affine, 256, 300, 400)
    rows, columns = slice(bounds.y, bounds.y + bounds.height), slice(bounds.x, bounds.x + bounds.width)
    assert bounds.width * bounds.height < 300 * 400

    whole = soft_mask(affine, 256, 300, 400)
    part = soft_mask(affine, 256, 300, 400, bounds)
    assert np.abs(part - whole[rows, columns]).max() < 1e-6
    beyond = whole.copy()
    beyond[rows, columns] = 0
    assert not beyond.any()

    everywhere = warp_back(face, affine, 300, 400, Bounds(0, 0, 400, 300))
    assert np.array_equal(warp_back(face, affine, 300, 400, bounds), everywhere[rows, columns])


@pytest.mark.parametrize("affine", [TURNED, _zoom(4, -200, -200)], ids=["zeros in sight", "face everywhere"])
def test_warp_back_clips_as_scikit_image_does(affine: np.ndarray) -> None:
    transform = pytest.importorskip("skimage.transform")
    face = np.where(np.random.default_rng(6).random((256, 256, 3)) > 0.5, 230, 90).astype(np.uint8)
    theirs = transform.warp(
        face.astype(float), np.linalg.inv(affine), output_shape=(300, 400), order=3, preserve_range=True
    )
    ours = warp_back(face, affine, 300, 400, Bounds(0, 0, 400, 300))
    assert np.abs(ours - theirs).max() < 2e-3


def test_a_face_beside_the_picture_has_empty_bounds() -> None:
    bounds = face_bounds(_zoom(0.5, 900, 10), 256, 300, 400)
    assert bounds.width == 0
    assert soft_mask(_zoom(0.5, 900, 10), 256, 300, 400, bounds).size == 0
