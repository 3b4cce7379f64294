"""Learning to fill: the terms by hand, the pictures, and a training that learns and goes on where it stopped."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from restoration.errors import PictureError
from restoration.networks.compact_inpainting import CompactInpainting
from restoration.training import monitor
from restoration.training.config import COMPACT
from restoration.training.inpainting import APART, as_old_photographs, hole_variation, mode_seeking, train_inpainting
from restoration.training.picture_pack import PicturePack, write_pack
from restoration.training.run import averaged_state
from restoration.training.steps import run_step
from restoration.training.workshop import Workshop


def test_variation_counts_steps_in_the_hole_and_one_pixel_around():
    filled = torch.zeros(1, 3, 8, 8)
    filled[..., 4:] = 1  # one step of 1, between columns 3 and 4
    hole = torch.zeros(1, 1, 8, 8)
    hole[..., 2:4, 4:6] = 1
    # The hole and a pixel around it are rows 1 to 4, columns 3 to 6: four rows see the step, of 8 · 7 differences.
    torch.testing.assert_close(hole_variation(filled, hole), torch.tensor([4 / 56]))
    far = torch.zeros(1, 1, 8, 8)
    far[..., 6:, :2] = 1
    assert hole_variation(filled, far).item() == 0


def test_mode_seeking_is_the_ratio_of_distances_in_the_hole_and_capped():
    first, second = torch.zeros(1, 3, 4, 4), torch.full((1, 3, 4, 4), 0.1)
    hole = torch.zeros(1, 1, 4, 4)
    hole[..., :2] = 1
    second[..., 2:] = 5  # outside the hole: no matter
    noises = ([torch.zeros(1, 8, 2, 2)], [torch.full((1, 8, 2, 2), 2.0)])
    torch.testing.assert_close(mode_seeking(first, second, noises, hole), torch.tensor([0.1 / 2]))
    assert mode_seeking(first, second * 100, noises, hole).item() == pytest.approx(APART)


def test_some_pictures_become_monochrome_and_black_and_white_stay():
    clean = torch.rand(64, 3, 4, 4) * 2 - 1
    clean[:, :, 0, 0], clean[:, :, 0, 1] = -1, 1
    old = as_old_photographs(clean, np.random.default_rng(0))
    same = (old == clean).flatten(1).all(dim=1)
    assert 0.4 < same.float().mean() < 0.8
    torch.testing.assert_close(old[..., 0, :2], clean[..., 0, :2])
    # Red is never weaker than green, nor green than blue: a warm tint, or none.
    assert (old[~same].diff(dim=1) <= 1e-5).all()


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    from skimage.data import astronaut, chelsea

    root = tmp_path_factory.mktemp("data")
    for folder, make in (("photos/train", chelsea), ("faces/train", astronaut)):
        (root / folder).mkdir(parents=True)
        Image.fromarray(make()).save(root / folder / f"{make.__name__}.png")
    return root


def small(**changes):
    return replace(COMPACT["inpainting"], batch=2, crop=64, warmup_steps=2, **changes)


@pytest.fixture(scope="module")
def pack(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pack")
    write_pack([[data / "photos/train/chelsea.png"], [data / "faces/train/astronaut.png"]], folder)
    return folder


def test_packed_pictures_are_the_decoded_ones(pack):
    crops = PicturePack(pack, 64).batch(6, np.random.default_rng(0))
    assert crops.shape == (6, 64, 64, 3)
    assert crops.std() > 20
    again = PicturePack(pack, 64).batch(6, np.random.default_rng(0))
    np.testing.assert_array_equal(crops, again)
    sizes = np.load(pack / "table.npy")[:, 1:]
    assert sizes.tolist() == [[255, 384, 0], [384, 384, 1]]  # chelsea is 300×451, reduced


def test_one_kind_alone_can_be_drawn(pack):
    faces = PicturePack(pack, 384, kinds=[1]).batch(2, np.random.default_rng(0))
    assert abs(float(faces[0].mean()) - float(faces[1].mean())) < 1  # the one portrait, whole, twice


def test_without_a_pack_one_sentence_says_what_to_do(tmp_path):
    with pytest.raises(PictureError, match="inpainting-pictures"):
        PicturePack(tmp_path, 64)


def test_it_learns_and_goes_on_where_it_stopped(pack, tmp_path, monkeypatch):
    monkeypatch.setattr(monitor, "REPORT_EVERY_STEPS", 1)
    torch.manual_seed(0)
    widths = (8, 12, 16, 16)
    plan = small(steps=4)
    train_inpainting(pack, CompactInpainting(widths), tmp_path / "a", plan, "cpu")
    longer = train_inpainting(pack, CompactInpainting(widths), tmp_path / "a", replace(plan, steps=6), "cpu")
    records = [json.loads(line) for line in (tmp_path / "a/inpainting.jsonl").read_text().splitlines()]
    assert len({record["step"] for record in records}) == len(records) >= 5
    assert {"hole", "smooth", "valid", "variation", "gradient", "apart"} <= set(records[0])
    state = averaged_state(longer, "inpainting")
    assert CompactInpainting.from_state_dict(state).widths == widths
    # It began as the smooth filling, and has left it.
    assert state["up.3.weight"].abs().max() > 0


def test_the_steps_leave_a_weight_file(data, tmp_path, monkeypatch):
    from restoration.training import config
    from restoration.weights.files import read_networks

    monkeypatch.setitem(config.COMPACT, "inpainting", small())
    shop = Workshop(data, tmp_path, "cpu")
    run_step("inpainting-pictures", shop)
    run_step("inpainting", shop, steps=2)
    run_step("export-inpainting", shop)
    file = tmp_path / "compact_inpainting.safetensors"
    assert file.stat().st_size <= 3 * 2**20
    CompactInpainting.from_state_dict(read_networks(file)["inpainting"])
