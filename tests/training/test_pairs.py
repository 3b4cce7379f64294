"""Aged pairs on disk: what they hold, that they are kept, and what is said of bad data."""

import numpy as np
import pytest
from PIL import Image

from restoration.ageing.recipe import STRUCTURED_ONLY
from restoration.errors import PictureError
from restoration.training.pairs import PairSet, list_pictures, write_pairs


@pytest.fixture
def photos(tmp_path):
    from skimage.data import chelsea

    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(2):
        Image.fromarray(chelsea()[: 100 + 40 * number, :120]).save(folder / f"{number}.png")
    return folder


def test_a_pair_is_aged_clean_and_mask_and_crops_keep_them_together(photos, tmp_path):
    write_pairs(list_pictures(photos), tmp_path / "pairs", recipe=STRUCTURED_ONLY, workers=1)
    data = PairSet(tmp_path / "pairs", crop=64)
    assert len(data.pairs) == 4
    crops, numbers, places, mirrored = data.batch(16, np.random.default_rng(0))
    assert crops.shape == (16, 7, 64, 64)
    for crop, number, place, flip in zip(crops, numbers, places, mirrored, strict=True):
        pair = data.pairs[number]
        x, y = round(float(place[0]) * pair.shape[1]), round(float(place[1]) * pair.shape[0])
        expected = pair[y : y + 64, x : x + 64]
        assert np.array_equal(crop.transpose(1, 2, 0), expected[:, ::-1] if flip else expected)
        sound = crop[6] == 0
        assert np.abs(crop[:3].astype(int) - crop[3:6])[:, sound].mean() < 8  # creases shade the paper beside them


def test_pairs_that_are_there_are_kept(photos, tmp_path):
    pictures = list_pictures(photos)
    write_pairs(pictures, tmp_path / "pairs", variants=1, workers=1)
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "pairs").iterdir()}
    write_pairs(pictures, tmp_path / "pairs", variants=2, workers=1)
    assert len(list((tmp_path / "pairs").iterdir())) == 4
    assert all(path.stat().st_mtime_ns == time for path, time in times.items())


def test_thumbnails_come_in_the_pairs_order(photos, tmp_path):
    write_pairs(list_pictures(photos), tmp_path / "pairs", variants=1, workers=1)
    data = PairSet(tmp_path / "pairs", crop=64)
    for pair, thumbnail in zip(data.pairs, data.thumbnails(32), strict=True):
        assert thumbnail.shape == (32, 32, 7)
        assert abs(float(thumbnail[..., 3].mean()) - float(pair[..., 3].mean())) < 1.5


def test_a_folder_without_pictures_and_a_bad_file_are_named(tmp_path):
    with pytest.raises(PictureError, match="no picture"):
        list_pictures(tmp_path)
    with pytest.raises(PictureError, match="no aged pairs"):
        PairSet(tmp_path, crop=64)
    (tmp_path / "bad.jpg").write_text("not a picture")
    with pytest.raises(PictureError, match=r"bad\.jpg"):
        write_pairs([tmp_path / "bad.jpg"], tmp_path / "pairs", workers=1)
