"""The halftone screen goes, the picture stays; what has no screen is left alone."""

import cv2
import numpy as np
import pytest
import skimage.data
from halftones import ROSETTE, newspaper, postcard, psnr, repeated

from restoration.descreening.finding import find_screens
from restoration.stages.further.descreen import NOTHING, descreened

CAMERA = skimage.data.camera()[:384, :384] / 255.0
ASTRONAUT = np.ascontiguousarray(skimage.data.astronaut()[:300, 100:400] / 255.0, np.float32)


def silent(fraction):
    pass


def best_blur(scan, clean):
    """The nearest that any blur comes to the clean picture, in dB: nobody could choose it so well."""
    return max(psnr(cv2.GaussianBlur(scan, (0, 0), sigma), clean) for sigma in (1, 1.4, 1.8, 2.2, 2.8, 3.5))


def angle_of(screen):
    return float(np.degrees(np.arctan2(screen.down, screen.right))) % 90


@pytest.mark.parametrize(("period", "angle"), [(2.8, 45), (4, 0), (5.3, 15), (7.5, 62), (12, 30)])
def test_a_screen_is_found_with_its_period_and_angle(period, angle):
    (screen,) = find_screens(newspaper(CAMERA, period, angle))
    assert screen.period == pytest.approx(period, rel=0.02)
    assert abs((angle_of(screen) - angle + 45) % 90 - 45) < 1


def test_each_ink_has_a_screen_of_its_own():
    print_of = postcard(ASTRONAUT, 5.0)
    for ink, angle in enumerate(ROSETTE):
        (screen,) = find_screens(print_of[..., ink])
        assert abs((angle_of(screen) - angle + 45) % 90 - 45) < 1


@pytest.mark.parametrize(
    ("period", "angle", "least", "above_blur"),
    [(2.8, 45, 27, 0.5), (4, 45, 26, 0.5), (5.3, 15, 25, 0.3), (7.5, 45, 23, -0.2)],
)
def test_a_newspaper_comes_nearer_to_its_picture_than_any_blur_brings_it(period, angle, least, above_blur):
    clean, scan = repeated(CAMERA), repeated(newspaper(CAMERA, period, angle))
    made = descreened(scan, silent)
    assert psnr(made, clean) > least > psnr(scan, clean) + 10
    assert psnr(made, clean) > best_blur(scan, clean) + above_blur
    assert (made[..., 0] == made[..., 1]).all(), "grey stays grey"


def test_a_colour_print_comes_nearer_too():
    scan = postcard(ASTRONAUT, 4.0)
    made = descreened(scan, silent)
    assert psnr(made, ASTRONAUT) > psnr(scan, ASTRONAUT) + 10
    assert psnr(made, ASTRONAUT) > best_blur(scan, ASTRONAUT) + 0.3


def test_the_dots_are_gone_from_an_even_tone_and_the_tone_is_kept():
    scan = repeated(newspaper(np.full((320, 320), 0.4), 5.0, 45))
    made = descreened(scan, silent)
    assert scan.std() > 0.3
    assert made.std() < 0.04  # that of the paper is 0.01
    assert made.mean() == pytest.approx(scan.mean(), abs=0.003)


def test_what_lies_beside_a_print_on_the_same_page_is_kept():
    page = np.tile(skimage.data.page()[:128, :256] / 255.0, (2, 1)).astype(np.float32)
    sheet = np.concatenate([newspaper(CAMERA[:256], 4.0, 45), page, page], axis=1)
    made = descreened(repeated(sheet), silent)[..., 0]
    assert psnr(made[:, 520:], sheet[:, 520:]) > 45
    assert psnr(made[:, :350], CAMERA[:256, :350]) > psnr(sheet[:, :350], CAMERA[:256, :350]) + 10


def checked_cloth():
    """A plain weave, fainter than ink, with the noise of its threads."""
    rows, columns = np.mgrid[:512, :512]
    threads = np.sin(2 * np.pi * rows / 6) * np.sin(2 * np.pi * columns / 6)
    return 0.5 + 0.05 * threads + np.random.default_rng(1).normal(0, 0.03, threads.shape)


def wall():
    """Bricks of 16×8 pixels with light joints, each course half a brick further."""
    bricks = np.full((512, 512), 0.5)
    for top in range(0, 512, 8):
        bricks[top] = 0.8
        bricks[top : top + 8, top % 16 :: 16] = 0.8
    return bricks + np.random.default_rng(1).normal(0, 0.03, bricks.shape)


CLEAN = {
    **{name: getattr(skimage.data, name)() / 255.0 for name in ("camera", "astronaut", "chelsea", "coffee", "rocket")},
    **{name: getattr(skimage.data, name)() / 255.0 for name in ("brick", "grass", "gravel", "moon")},
    "text": np.tile(skimage.data.page() / 255.0, (3, 2)),
    "cloth": checked_cloth(),
    "wall": wall(),
    "even": np.full((300, 300), 0.5),
    "noise": np.random.default_rng(3).random((300, 300)),
    "tiny": np.random.default_rng(3).random((9, 5)),
}


@pytest.mark.parametrize("name", CLEAN)
def test_what_has_no_screen_is_left_alone(name):
    picture = CLEAN[name].astype(np.float32)
    assert descreened(picture if picture.ndim == 3 else repeated(picture), silent) == NOTHING


def test_progress_goes_up_to_1():
    told = []
    descreened(postcard(ASTRONAUT, 4.0), told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)
