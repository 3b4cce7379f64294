"""Figures of a face that a reader can check."""

import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from restoration.evaluation.face_cases import CROP, crop
from restoration.evaluation.face_figures import (
    FaceFigures,
    TrueFace,
    descriptor,
    gradient_correlation,
    mean_face_figures,
)
from restoration.evaluation.metrics import HIGHEST_PSNR
from restoration.faces import align_face, find_faces
from restoration.faces.landmarks import landmarks5

EVERYWHERE = np.ones((CROP, CROP), bool)


@pytest.fixture(scope="module")
def aligned():
    picture = np.ascontiguousarray(astronaut()[:300, 100:400])
    (box,) = find_faces(picture, thorough=False)
    affine = align_face(picture, box, CROP)
    points = np.c_[landmarks5(picture, box), np.ones(5)] @ np.linalg.inv(affine)[:2].T
    return crop(picture, affine), points


@pytest.fixture(scope="module")
def truth(aligned) -> TrueFace:
    return TrueFace(*aligned)


def test_a_face_is_like_itself(truth, aligned):
    assert truth.figures(aligned[0].copy()) == FaceFigures(HIGHEST_PSNR, HIGHEST_PSNR, pytest.approx(1), 0)


def test_a_negative_has_all_edges_the_wrong_way(aligned):
    assert gradient_correlation(aligned[0], 255 - aligned[0], EVERYWHERE) == pytest.approx(-1, abs=1e-6)


def test_half_the_contrast_keeps_the_edges_and_blur_loses_them(aligned):
    clean = aligned[0]
    assert gradient_correlation(clean, clean // 2 + 60, EVERYWHERE) > 0.99
    assert gradient_correlation(clean, cv2.GaussianBlur(clean, (0, 0), 4), EVERYWHERE) < 0.8


def test_an_even_face_has_no_edges(aligned):
    assert gradient_correlation(aligned[0], np.full_like(aligned[0], 90), EVERYWHERE) == 0


def test_an_error_of_25_levels_is_20_decibels_and_no_error_of_tone(truth, aligned):
    # A truth without the darkest and brightest levels, so that nothing is cut off.
    clean = (aligned[0] // 2 + 50).astype(np.uint8)
    figures = TrueFace(clean, aligned[1]).figures(clean + np.uint8(25))
    assert figures.psnr == pytest.approx(20 * np.log10(255 / 25))
    assert figures.psnr_tone_fitted == HIGHEST_PSNR


def test_the_descriptor_tells_a_blurred_face_from_a_strange_one(truth, aligned):
    clean, points = aligned
    blurred = truth.figures(cv2.GaussianBlur(clean, (0, 0), 3)).distance
    mirrored = truth.figures(np.ascontiguousarray(clean[:, ::-1])).distance
    wiped = truth.figures(np.full_like(clean, 128)).distance
    assert 0.05 < mirrored < 0.6  # the same person
    assert 0.05 < blurred < wiped
    assert wiped > 0.6
    assert descriptor(clean, points).shape == (128,)


def test_only_the_face_is_compared(truth, aligned):
    clean = aligned[0]
    other = clean.copy()
    other[:8] = other[-4:] = other[:, :12] = other[:, -12:] = 0  # the corners of the crop are no face
    figures = truth.figures(other)
    assert (figures.psnr, figures.gradient_correlation) == (HIGHEST_PSNR, pytest.approx(1))
    other[150:160] = 0
    assert truth.figures(other).psnr < 30


def test_what_is_not_shown_is_not_compared(aligned):
    clean, points = aligned
    shown = np.zeros((CROP, CROP), bool)
    shown[:150] = True
    other = clean.copy()
    other[160:] = 0
    assert TrueFace(clean, points, shown).figures(other).psnr == HIGHEST_PSNR
    assert TrueFace(clean, points).figures(other).psnr < 20  # the same picture, all of it compared
    other[100:110] = 0
    assert TrueFace(clean, points, shown).figures(other).psnr < 30  # what is shown, is


def test_means_are_those_of_every_figure():
    mean = mean_face_figures([FaceFigures(20, 22, 0.5, 0.2), FaceFigures(30, 24, 0.7, 0.4)])
    assert mean == FaceFigures(25, 23, pytest.approx(0.6), pytest.approx(0.3))
