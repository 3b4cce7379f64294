"""Patches: what comes back where, in every depth, and that the size of the picture does not matter."""

from __future__ import annotations

import numpy as np
import pytest

from restoration.faces.geometry import warp_face
from restoration.faces.layer import FacePatch, face_layer, paste_back

AFFINE = np.array([[0.5, 0.0, 60.0], [0.0, 0.5, 40.0], [0.0, 0.0, 1.0]])
DTYPES = [np.uint8, np.uint16, np.float32]


def _smooth(height: int, width: int, dtype: type) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width]
    image = np.stack([columns / width, rows / height, (rows + columns) / (height + width)], axis=-1)
    top = {np.uint8: 255, np.uint16: 65535, np.float32: 1}[dtype]
    return (image * 0.6 * top + 0.2 * top).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_unchanged_crop_pasted_back_is_the_picture(dtype: type) -> None:
    image = _smooth(220, 260, dtype)
    top = 1 if dtype == np.float32 else np.iinfo(dtype).max
    patch = face_layer(image, warp_face(image, AFFINE, 256).astype(dtype), AFFINE)
    assert patch is not None
    assert patch.pixels.dtype == dtype
    assert patch.alpha.max() == 1
    back = paste_back(image, [patch])
    assert back.dtype == dtype
    difference = np.abs(back.astype(float) - image) / top
    assert difference.max() <= (0.006 if dtype == np.uint8 else 0.0005)
    assert difference[:40].max() == 0
    assert difference[:, :60].max() == 0


def test_16_bits_do_not_pass_through_8() -> None:
    image = _smooth(220, 260, np.uint16)
    patch = face_layer(image, warp_face(image, AFFINE, 256) / 65535, AFFINE)
    assert patch is not None
    assert (patch.pixels % 257 == 0).mean() < 0.05  # what 8 bits widened to 16 would all be


def test_a_face_in_floats_is_rounded_half_up_as_published() -> None:
    image = _smooth(220, 260, np.uint8)
    face = np.random.default_rng(0).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    a, b = face_layer(image, face, AFFINE), face_layer(image, face / np.float32(255), AFFINE)
    assert a is not None
    assert b is not None
    assert np.array_equal(a.pixels, b.pixels)


@pytest.mark.parametrize("shift", [0, -90])
def test_a_larger_picture_round_the_face_gives_the_same_patch(shift: int) -> None:
    image = np.random.default_rng(1).integers(0, 256, (240, 280, 3), dtype=np.uint8)
    face = np.random.default_rng(2).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    affine = np.array([[0.4, -0.15, 80.0 + shift], [0.15, 0.4, 50.0], [0.0, 0.0, 1.0]])
    small = face_layer(image, face, affine)
    large = face_layer(np.pad(image, ((0, 500), (0, 700), (0, 0))), face, affine)
    assert small is not None
    assert large is not None
    assert (small.x, small.y) == (large.x, large.y)
    assert np.array_equal(small.pixels, large.pixels)
    assert np.allclose(small.alpha, large.alpha, atol=1e-6)


def test_the_patch_is_as_small_as_its_alpha() -> None:
    image = _smooth(220, 260, np.uint8)
    patch = face_layer(image, np.zeros((256, 256, 3), np.uint8), AFFINE, published=True)
    assert patch is not None
    assert (patch.x, patch.y) == (60, 40)
    assert patch.alpha.shape == (128, 128)
    for edge in (patch.alpha[0], patch.alpha[-1], patch.alpha[:, 0], patch.alpha[:, -1]):
        assert edge.any()


def test_a_face_beside_the_picture_or_too_small_gives_none() -> None:
    image, face = _smooth(100, 100, np.uint8), np.zeros((256, 256, 3), np.uint8)
    beside = np.array([[0.5, 0.0, 400.0], [0.0, 0.5, 0.0], [0.0, 0.0, 1.0]])
    tiny = np.array([[0.09, 0.0, 40.0], [0.0, 0.09, 40.0], [0.0, 0.0, 1.0]])
    assert face_layer(image, face, beside) is None
    assert face_layer(image, face, tiny, published=True) is None
    assert face_layer(image, face, tiny) is not None  # whose soft border shrinks with the face


@pytest.mark.parametrize("shift", [(-70, 0), (0, -70), (190, 100), (-64, -64)])
def test_a_face_half_outside_takes_no_colour_from_beside_the_picture(shift: tuple[int, int]) -> None:
    image = _smooth(220, 260, np.uint8)
    affine = AFFINE.copy()
    affine[:2, 2] = shift
    # The network's face: what it saw, and white where it saw the black beside the picture.
    crop = warp_face(image, affine, 256)
    face = np.where(crop.max(axis=2, keepdims=True) < 30, 250, crop).astype(np.uint8)
    patch = face_layer(image, face, affine)
    assert patch is not None
    difference = np.abs(paste_back(image, [patch]).astype(float) - image)
    assert difference.max() <= 16
    square = face_layer(image, face, affine, published=True)
    assert square is not None
    assert np.abs(paste_back(image, [square]).astype(float) - image).max() > 40


def test_a_large_face_half_outside_has_no_dark_rim_at_the_border() -> None:
    image = _smooth(700, 700, np.uint8)
    affine = np.array([[3.0, 0.0, -380.0], [0.0, 3.0, -20.0], [0.0, 0.0, 1.0]])
    patch = face_layer(image, warp_face(image, affine, 256).astype(np.uint8), affine)
    assert patch is not None
    assert np.abs(paste_back(image, [patch])[:, :20].astype(float) - image[:, :20]).max() <= 4


def test_a_large_tilted_face_leaves_no_seam() -> None:
    image = _smooth(900, 900, np.uint8)
    c, s = 2.2 * np.cos(np.pi / 6), 2.2 * np.sin(np.pi / 6)
    affine = np.array([[c, -s, 300.0], [s, c, 20.0], [0.0, 0.0, 1.0]])
    # Drawn with another contrast, which the colour match takes back only on the whole.
    face = np.clip((warp_face(image, affine, 256) - 128) * 1.6 + 140, 0, 255).astype(np.uint8)
    patch = face_layer(image, face, affine)
    assert patch is not None
    change = paste_back(image, [patch]).astype(float) - image
    assert max(np.abs(np.diff(change, axis=axis)).max() for axis in (0, 1)) <= 4


def test_a_large_face_keeps_the_detail_that_the_crop_cannot_hold() -> None:
    """Stripes two pixels wide, in a face four times as large as its crop."""
    image = _smooth(1100, 1100, np.uint8)
    image[::4] += 20
    image[1::4] += 20
    affine = np.array([[4.0, 0.0, 20.0], [0.0, 4.0, 20.0], [0.0, 0.0, 1.0]])
    patch = face_layer(image, warp_face(image, affine, 256).astype(np.uint8), affine)
    assert patch is not None
    assert np.abs(paste_back(image, [patch]).astype(float) - image).max() <= 4


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_network_that_keeps_the_tone_only_takes_the_mean(dtype: type) -> None:
    """Half the contrast stays half the contrast, where a histogram would have given it back."""
    image = _smooth(400, 400, dtype)
    affine = np.array([[1.0, 0.0, 70.0], [0.0, 1.0, 70.0], [0.0, 0.0, 1.0]])
    crop = warp_face(image, affine, 256)
    flat = ((crop - crop.mean()) * 0.5 + crop.mean() * 1.1).astype(dtype)
    patch = face_layer(image, flat, affine, keeps_tone=True)
    assert patch is not None
    inner = (slice(120, 280), slice(120, 280))
    seen, was = (a[inner].astype(float) / a[inner].max() for a in (paste_back(image, [patch]), image))
    assert seen[..., 0].std() == pytest.approx(0.5 * was[..., 0].std(), rel=0.1)
    assert paste_back(image, [patch])[inner].mean() == pytest.approx(image[inner].mean(), rel=0.02)


def test_a_smooth_face_in_16_bits_stays_smooth() -> None:
    image = _smooth(220, 260, np.uint16)
    crop = warp_face(image, AFFINE, 256) / 65535
    patch = face_layer(image, (crop**1.2).astype(np.float32), AFFINE)
    assert patch is not None
    back = paste_back(image, [patch]).astype(float)
    plain = np.abs(np.diff(image.astype(float), axis=1)).max()
    assert np.abs(np.diff(back, axis=1)).max() < 3 * plain


def test_later_patches_lie_on_top_and_rounding_comes_last() -> None:
    image = np.full((6, 6, 3), 10, np.uint8)
    below = FacePatch(np.full((2, 2, 3), 100, np.uint8), np.full((2, 2), 0.5, np.float32), 1, 1)
    above = FacePatch(np.full((2, 2, 3), 200, np.uint8), np.full((2, 2), 0.25, np.float32), 2, 2)
    out = paste_back(image, [below, above])
    assert out[1, 1, 0] == 55
    assert out[2, 2, 0] == 91  # 0.25 * 200 + 0.75 * 55 = 91.25
    assert out[3, 3, 0] == 58  # 57.5, to even
    assert out[0, 0, 0] == out[5, 5, 0] == 10
    assert image.max() == 10


def test_no_patch_no_change() -> None:
    image = _smooth(20, 20, np.uint8)
    assert np.array_equal(paste_back(image, []), image)


def test_what_does_not_fit_is_refused() -> None:
    image = _smooth(20, 20, np.uint8)
    alpha = np.ones((4, 4), np.float32)
    with pytest.raises(ValueError):
        paste_back(image, [FacePatch(np.zeros((4, 4, 3), np.uint16), alpha, 0, 0)])
    with pytest.raises(ValueError):
        paste_back(image, [FacePatch(np.zeros((4, 4, 3), np.uint8), alpha, 17, 0)])
    with pytest.raises(ValueError):
        face_layer(image, np.zeros((256, 256, 3), np.uint16), AFFINE)
    with pytest.raises(ValueError):
        face_layer(image[..., 0], np.zeros((256, 256, 3), np.uint8), AFFINE)
    with pytest.raises(ValueError):
        face_layer(image, np.zeros((256, 128, 3), np.uint8), AFFINE)
