"""Our steps from picture to picture are those of the published command line."""

import numpy as np
import pytest
import torch
from golden_files import arrays, golden
from reference_networks import reference_network

from restoration import official_io

PIPELINES = [golden("pipeline_0"), golden("pipeline_1")]


@pytest.fixture(autouse=True)
def without_gradients():
    with torch.inference_mode():
        yield


def restore(picture: np.ndarray, mapping: str, *mask: torch.Tensor) -> np.ndarray:
    latent = reference_network("vae_a").encode(official_io.to_tensor(picture))
    restored = reference_network("vae_b").decode(reference_network(mapping)(latent, *mask))
    return official_io.write_stretched(restored)


def as_saved(picture: np.ndarray) -> np.ndarray:
    """The published program stretches the copy of its input that it keeps, too."""
    return official_io.write_stretched(official_io.to_tensor(picture))


def assert_same_picture(actual: np.ndarray, expected: np.ndarray) -> None:
    assert actual.shape == expected.shape
    assert actual.dtype == np.uint8
    deviation = np.abs(actual.astype(int) - expected)
    assert (deviation <= 1).mean() >= 0.999


@pytest.mark.parametrize("file", PIPELINES)
def test_detection_as_published(file):
    data = arrays(file)
    resized = official_io.resize_for_scratches(data["image"])
    assert np.array_equal(resized, data["resized"])
    logits = reference_network("scratch_detector")(official_io.detection_input(resized))
    mask = official_io.mask_from_logits(logits, resized.shape[:2])
    assert 0 < np.count_nonzero(data["mask"]) < data["mask"].size
    assert (mask == data["mask"]).mean() >= 0.999


@pytest.mark.parametrize("file", PIPELINES)
def test_quality_restoration_as_published(file):
    data = arrays(file)
    picture = official_io.resize_for_quality(data["image"])
    assert_same_picture(as_saved(picture), data["quality_input"])
    assert_same_picture(restore(picture, "mapping_quality"), data["quality_restored"])


@pytest.mark.parametrize("file", PIPELINES)
def test_scratch_restoration_as_published(file):
    data = arrays(file)
    picture = official_io.whiten_damage(data["resized"], data["mask"])
    assert_same_picture(as_saved(picture), data["scratch_input"])
    restored = restore(picture, "mapping_scratch", official_io.mask_tensor(data["mask"]))
    assert_same_picture(restored, data["scratch_restored"])


@pytest.mark.parametrize("file", PIPELINES)
def test_high_resolution_restoration_as_published(file):
    data = arrays(file)
    mask = official_io.high_resolution_mask(data["mask"])
    picture = official_io.whiten_damage(data["resized"], mask)
    assert_same_picture(as_saved(picture), data["hr_input"])
    restored = restore(picture, "mapping_patch_attention", official_io.mask_tensor(mask))
    assert_same_picture(restored, data["hr_restored"])


@pytest.mark.parametrize(
    ("size", "scratches", "quality"),
    [
        ((100, 140), (96, 144), (100, 140)),
        ((40, 56), (32, 64), (40, 56)),  # 2.5 and 3.5 sixteenths: halves go to the even side
        ((102, 98), (96, 96), (104, 96)),
        ((5, 300), (16, 304), (8, 300)),
    ],
)
def test_sides_are_rounded_halves_to_even(size, scratches, quality):
    picture = np.zeros((*size, 3), np.uint8)
    assert official_io.resize_for_scratches(picture).shape == (*scratches, 3)
    assert official_io.resize_for_quality(picture).shape == (*quality, 3)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((64, 64), (256, 256)), ((96, 64), (384, 256)), ((64, 96), (256, 384)), ((480, 320), (384, 256))],
)
def test_the_detector_sees_a_short_side_of_256(size, expected):
    picture = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    seen = official_io.detection_input(picture)
    assert seen.shape == (1, 1, *expected)
    assert seen.abs().max() <= 1


def test_black_and_white_are_minus_one_and_one():
    picture = np.array([[[0, 255, 51]]], np.uint8)
    torch.testing.assert_close(official_io.to_tensor(picture)[0, :, 0, 0], torch.tensor([-1.0, 1.0, -0.6]))


def test_a_mask_begins_at_the_threshold_and_takes_the_nearest_answer():
    just = torch.logit(torch.tensor(0.4001)).item()
    logits = torch.tensor([[just, -0.5], [-9.0, 9.0]])[None, None]
    mask = official_io.mask_from_logits(logits, (4, 4))
    assert mask.tolist() == [[255, 255, 0, 0]] * 2 + [[0, 0, 255, 255]] * 2


def test_damage_everywhere_counts_as_none():
    assert not official_io.mask_from_logits(torch.full((1, 1, 4, 4), 5.0), (4, 4)).any()


def test_the_high_resolution_mask_grows_by_three_pixels_to_a_square():
    mask = np.zeros((12, 12), np.uint8)
    mask[1, 6] = 255
    expected = np.zeros((12, 12), np.uint8)
    expected[0:5, 3:10] = 255
    assert np.array_equal(official_io.high_resolution_mask(mask), expected)


def test_damage_is_white_and_the_rest_as_it_was():
    picture = np.full((2, 2, 3), 7, np.uint8)
    mask = np.array([[255, 0], [0, 0]], np.uint8)
    assert official_io.whiten_damage(picture, mask).tolist() == [[[255] * 3, [7] * 3], [[7] * 3, [7] * 3]]
    assert official_io.mask_tensor(mask).tolist() == [[[[1, 0], [0, 0]]]]


def test_writing_stretches_all_channels_together_to_the_full_range():
    restored = torch.tensor([[-0.5, 0.0], [0.25, 0.5], [0.0, 0.0]]).view(1, 3, 1, 2)
    assert official_io.write_stretched(restored).tolist() == [[[0, 191, 128], [128, 255, 128]]]


def test_writing_a_picture_of_one_colour_does_not_divide_by_zero():
    assert not official_io.write_stretched(torch.full((1, 3, 2, 2), 0.3)).any()


def test_a_face_is_written_without_a_stretch_and_read_at_its_size():
    face = np.random.default_rng(0).integers(60, 200, (32, 32, 3), np.uint8)
    assert np.array_equal(official_io.write_face(official_io.face_input(face, 32)), face)
    assert official_io.face_input(face, 64).shape == (1, 3, 64, 64)
