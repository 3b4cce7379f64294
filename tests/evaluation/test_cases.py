"""Pairs from recipes and from other programs."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_data import scratched, woman, write_data, write_pairs

from restoration.ageing import RECIPES
from restoration.errors import PictureError
from restoration.evaluation.cases import evenly, pair_cases, pair_names, synthetic_cases
from restoration.training.pairs import list_pictures


def test_a_case_is_aged_the_same_way_every_time(tmp_path):
    photos = list_pictures(write_data(tmp_path) / "photos/test")
    first, again = (list(synthetic_cases(photos, RECIPES["benchmark"])) for _ in range(2))
    assert [case.name for case in first] == ["cat", "woman"]
    for a, b in zip(first, again, strict=True):
        assert np.array_equal(a.aged, b.aged)
        assert a.aged.shape == a.clean.shape == (*a.damaged.shape, 3)
        assert not np.array_equal(a.aged, a.clean)
        assert set(np.unique(a.damaged)) == {0, 255}


def test_pairs_of_another_program_are_read_as_they_are(tmp_path):
    folder = write_pairs(tmp_path / "pairs")
    cases = list(pair_cases(folder, pair_names(folder)))
    assert [case.name for case in cases] == ["cat", "woman"]
    aged, mask = scratched(woman())
    assert np.array_equal(cases[1].clean, woman())
    assert np.array_equal(cases[1].aged, aged)
    assert np.array_equal(cases[1].damaged, mask)


def test_a_pair_that_lacks_a_file_is_named(tmp_path):
    folder = write_pairs(tmp_path / "pairs")
    (folder / "cat_mask.png").unlink()
    with pytest.raises(PictureError, match=r"cat_clean\.png but not cat_mask\.png"):
        pair_names(folder)


def test_pairs_of_different_sizes_are_refused(tmp_path):
    folder = write_pairs(tmp_path / "pairs")
    Image.fromarray(woman()[1:]).save(folder / "woman_aged.png")
    with pytest.raises(PictureError, match=r"woman in .* are not of one size"):
        list(pair_cases(folder, ["woman"]))


def test_folders_without_pairs_are_refused(tmp_path):
    with pytest.raises(PictureError, match="no pair"):
        pair_names(tmp_path)
    with pytest.raises(PictureError, match="no folder"):
        pair_names(tmp_path / "elsewhere")


def test_few_of_many_are_taken_from_all_over():
    paths = [Path(str(number)) for number in range(10)]
    assert [path.name for path in evenly(paths, 4)] == ["0", "3", "6", "9"]
    assert evenly(paths, 99) == paths
    assert len(set(evenly(paths, 9))) == 9
