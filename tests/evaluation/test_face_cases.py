"""Portraits as scans: where the face lies in them, and which seeds age them."""

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut, chelsea

from restoration.evaluation.cases import FIRST_SEED
from restoration.evaluation.face_cases import (
    CROP,
    FIRST_FACE_SEED,
    PAPER,
    SEEDS_A_RUN,
    SEEN_SIDES,
    FaceCase,
    crop,
    face_case,
    on_paper,
)
from restoration.evaluation.face_figures import gradient_correlation

EVERYWHERE = np.ones((CROP, CROP), bool)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    file = tmp_path_factory.mktemp("portraits") / "astronaut.png"
    Image.fromarray(astronaut()[:300, 100:400]).save(file)
    return file


@pytest.fixture(scope="module")
def case(path) -> FaceCase:
    found = face_case(path, number=3)
    assert found is not None
    return found


def test_paper_lies_round_a_reduced_portrait_whose_pixels_can_be_found_again():
    portrait = np.zeros((100, 80, 3), np.uint8)
    portrait[40:42, 20:22] = 255  # halved, one white pixel
    scan, to_scan = on_paper(portrait, 0.5)
    margin = 3  # 6 % of 50
    assert scan.shape == (50 + 2 * margin, 40 + 2 * margin, 3)
    assert (scan[:margin] == PAPER).all()
    assert (scan[:, -margin:] == PAPER).all()
    white = np.argwhere((scan[margin:-margin, margin:-margin] == 255).all(axis=2))
    assert white.tolist() == [[20, 10]]
    np.testing.assert_allclose(to_scan @ (20.5, 40.5, 1), (10 + margin, 20 + margin, 1))


def test_the_crop_of_the_scan_is_that_of_the_portrait(case):
    seen = crop(case.clean, case.affine)
    assert seen.shape == (CROP, CROP, 3)
    assert gradient_correlation(case.portrait, seen, EVERYWHERE) > 0.8
    beside = case.affine.copy()
    beside[0, 2] += 4
    assert gradient_correlation(case.portrait, crop(case.clean, beside), EVERYWHERE) < 0.5


def test_the_side_of_the_crop_lies_between_the_least_and_that_of_the_portrait(case, path):
    assert np.hypot(case.affine[0, 0], case.affine[1, 0]) * CROP == pytest.approx(case.side, rel=0.01)
    full = 140  # of this portrait
    sides = [case.side, *(face_case(path, number=3, seed=seed).side for seed in (1, 2))]
    assert all(SEEN_SIDES[0] <= side <= full + 1 for side in sides)
    assert len(set(sides)) == 3


def test_points_are_those_of_the_template(case):
    eyes = [(case.points[2] + case.points[3]) / 2, (case.points[0] + case.points[1]) / 2]
    np.testing.assert_allclose(eyes, [(89, 110), (167, 110)], atol=4)


def test_what_lies_beside_the_portrait_is_not_shown(tmp_path):
    file = tmp_path / "cut.png"
    Image.fromarray(astronaut()[:140, 100:400]).save(file)  # ends below the mouth
    cut = face_case(file, number=0)
    assert cut is not None
    assert cut.shown[CROP // 2].all()
    assert not cut.shown[-10:].any()


def test_the_same_number_and_seed_age_alike_and_others_do_not(case, path):
    again, other = face_case(path, number=3), face_case(path, number=3, seed=1)
    assert (again.aged == case.aged).all()
    assert other.aged.shape != case.aged.shape
    assert case.recipe == "worn"
    assert face_case(path, number=4).recipe == "default"


def test_seeds_are_those_of_no_training_and_of_no_other_evaluation():
    assert FIRST_FACE_SEED >= FIRST_SEED + SEEDS_A_RUN > 2**32


def test_a_portrait_without_a_face_is_no_case(tmp_path):
    file = tmp_path / "cat.png"
    Image.fromarray(chelsea()[:144, :160]).save(file)
    assert face_case(file, number=0) is None
