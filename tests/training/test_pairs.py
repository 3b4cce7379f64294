"""Aged pairs on disk: what they hold, that they are kept, and what is said of bad data."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from restoration.ageing.recipe import STRUCTURED_ONLY
from restoration.errors import PictureError
from restoration.networks.tone import SHARES
from restoration.training.pairs import PairSet, is_held_out, list_pictures, write_pairs


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
    drawn = data.batch(16, np.random.default_rng(0))
    assert drawn.crops.shape == (16, 7, 64, 64)
    for crop, number, place, flip in zip(drawn.crops, drawn.numbers, drawn.places, drawn.mirrored, strict=True):
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


def test_what_the_tone_network_sees_comes_in_the_pairs_order(photos, tmp_path):
    write_pairs(list_pictures(photos), tmp_path / "pairs", variants=1, workers=1)
    data = PairSet(tmp_path / "pairs", crop=64)
    for pair, seen in zip(data.pairs, data.tone_inputs(32), strict=True):
        assert seen.thumbnail.shape == (32, 32, 6)
        assert abs(float(seen.thumbnail[..., 3].mean()) - float(pair[..., 3].mean())) < 1.5
        for which, channel in ((0, 1), (1, 4)):  # green, of the aged and of the clean picture
            median = seen.levels[which, SHARES.index(0.5), 1] * 255
            assert abs(median - np.median(pair[..., channel])) <= 1


def test_one_photograph_in_25_is_held_out_by_its_name():
    names = [Path(f"photo_{number}.png") for number in range(5000)]
    held = [path for path in names if is_held_out(path)]
    assert 150 < len(held) < 250
    assert held == [path for path in names if is_held_out(Path("elsewhere") / path.name)]


def test_a_folder_without_pictures_and_a_bad_file_are_named(tmp_path):
    with pytest.raises(PictureError, match="no picture"):
        list_pictures(tmp_path)
    with pytest.raises(PictureError, match="no aged pairs"):
        PairSet(tmp_path, crop=64)
    (tmp_path / "bad.jpg").write_text("not a picture")
    with pytest.raises(PictureError, match=r"bad\.jpg"):
        write_pairs([tmp_path / "bad.jpg"], tmp_path / "pairs", workers=1)
