"""What is measured."""

import pytest

from restoration.bench.cases import Case, cases_of, check_size, square_of
from restoration.bench.needs import bytes_needed, uses_patches
from restoration.bench.pictures import aged_portrait
from restoration.errors import SettingsError


def test_small_pictures_come_first_and_none_twice():
    cases = cases_of(("compact",), [(128, 64), (64, 64), (128, 64)], (True, False))
    assert [(case.width, case.height, case.scratches) for case in cases] == [
        (64, 64, True),
        (64, 64, False),
        (128, 64, True),
        (128, 64, False),
    ]


@pytest.mark.parametrize(("megapixels", "side"), [(0.25, 512), (1, 992), (4, 1984), (24, 4896)])
def test_megapixels_become_the_nearest_square_of_multiples_of_32(megapixels, side):
    assert square_of(megapixels) == (side, side)


@pytest.mark.parametrize("megapixels", [0, -1, 1e9, float("nan")])
def test_no_square_has_such_a_size(megapixels):
    with pytest.raises(SettingsError, match="none for a photo"):
        square_of(megapixels)


def test_sides_that_programs_would_resize_are_refused():
    assert check_size(64, 96) == (64, 96)
    for width, height in ((100, 64), (64, 32), (0, 64)):
        with pytest.raises(SettingsError, match="multiples of 32"):
            check_size(width, height)


def test_the_whole_matrix_is_what_plain_has_no_room_for():
    small, large = Case("official", 512, 512, True), Case("official", 1024, 1024, True)
    # 256×256 positions: 65,536² floats of 4 bytes are 17.2 GB, and there are three such arrays.
    matrices = 3 * 4 * 65536**2
    assert bytes_needed(large, "plain") - bytes_needed(large, "steps") == matrices
    assert bytes_needed(small, "plain") - bytes_needed(small, "steps") == matrices / 16
    assert bytes_needed(Case("official", 1024, 1024, False), "plain") < 3e9


def test_above_a_megapixel_the_published_networks_copy_patches():
    assert not uses_patches(Case("official", 1024, 1024, True))
    assert uses_patches(Case("official", 1056, 1024, True))
    assert not uses_patches(Case("official", 1056, 1024, False))


def test_pictures_are_always_the_same_and_scratches_are_all_that_differs():
    sound, scratched = aged_portrait(128, 96, False), aged_portrait(128, 96, True)
    assert sound.shape == (96, 128, 3)
    assert (sound == aged_portrait(128, 96, False)).all()
    changed = (sound != scratched).any(axis=2)
    assert 0.01 < changed.mean() < 0.2
    assert scratched[changed].mean() > sound[changed].mean() + 20
