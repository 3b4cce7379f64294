"""Classes of colour: every colour of sRGB lies between four of them, whose weighted mean it is."""

import cv2
import numpy as np

from restoration.networks.colour_bins import REACH, SPACING, class_colours, class_of, soft_classes


def ab_of(rgb: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(rgb[None].astype(np.float32), cv2.COLOR_RGB2LAB)[0, :, 1:]


def test_grey_is_the_class_in_the_middle():
    classes, weights = soft_classes(np.zeros((1, 2), np.float32))
    number = classes[0, weights[0].argmax()]
    assert weights.max() == 1
    assert number == class_of()[REACH, REACH]
    np.testing.assert_array_equal(class_colours()[number], [0, 0])


def test_half_way_between_two_classes_both_count_half():
    classes, weights = soft_classes(np.array([[SPACING / 2, 0]], np.float32))
    counted = {
        tuple(class_colours()[number]): weight for number, weight in zip(classes[0], weights[0], strict=True) if weight
    }
    assert counted == {(0, 0): 0.5, (SPACING, 0): 0.5}


def test_the_weighted_mean_of_the_classes_is_the_colour_itself():
    ab = ab_of(np.random.default_rng(0).random((5000, 3)))
    classes, weights = soft_classes(ab)
    np.testing.assert_allclose((class_colours()[classes] * weights[..., None]).sum(axis=1), ab, atol=1e-3)
    assert weights.min() >= 0
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-5)


def test_the_strongest_colours_have_classes_and_what_no_screen_shows_becomes_grey():
    corners = np.array([[r, g, b] for r in (0, 1) for g in (0, 1) for b in (0, 1)])
    ab = ab_of(corners)
    classes, weights = soft_classes(ab)
    np.testing.assert_allclose((class_colours()[classes] * weights[..., None]).sum(axis=1), ab, atol=1e-3)
    classes, weights = soft_classes(np.array([[-100, -100]], np.float32))  # no sRGB colour is near
    np.testing.assert_array_equal((class_colours()[classes] * weights[..., None]).sum(axis=1), [[0, 0]])
