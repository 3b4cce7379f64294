"""How strong and how steady texture is."""

import cv2
import numpy as np

from restoration.filling.texture import TAKEN, is_steady, strength_of


def measured(picture, hole):
    picture = picture.astype(np.float32)[..., None].repeat(3, axis=2)
    return strength_of(picture, cv2.GaussianBlur(picture, (0, 0), 1.5), hole)


def grain(side=64, deviation=0.05):
    return 0.5 + deviation * np.random.default_rng(0).standard_normal((side, side))


def middle(side=64):
    hole = np.zeros((side, side), bool)
    hole[24:40, 24:40] = True
    return hole


def test_a_hole_should_have_a_part_of_the_strength_around_it():
    strength = measured(np.where(middle(), 0.5, grain()), middle())
    around = np.median(strength[8:20, 8:56])
    assert 0.03 < around < 0.06
    assert 0.8 * TAKEN < strength[middle()].mean() / around < 1.1 * TAKEN


def test_one_edge_is_not_texture():
    picture = np.full((64, 64), 0.3)
    picture[:, 32:] = 0.7
    strength = measured(picture, middle())
    edge = strength[:16, 31:33].mean()
    assert strength[middle()].mean() < 0.4 * edge


def test_grain_is_steady_and_an_edge_amid_nothing_is_not():
    nothing = np.zeros((64, 64), bool)
    assert is_steady(measured(grain(), nothing)).mean() > 0.9
    picture = np.full((64, 64), 0.3)
    picture[:, 32:] = 0.7
    steady = is_steady(measured(picture, nothing))
    assert not steady[:, 30:34].any()
    assert steady[:, :16].all()
