"""Learning colours: hints that are true, losses that a wrong colour raises, a few real steps."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from skimage.data import astronaut, chelsea, coffee

from restoration.errors import PictureError
from restoration.networks.colour_bins import class_colours, soft_classes
from restoration.networks.compact_colour import SCALE, ColourNetwork
from restoration.training import colour, colour_pictures, monitor
from restoration.training.colour import class_loss, redeterioration_loss, settle_norms, train_colour
from restoration.training.colour_pictures import ColourPictures, random_part, repainted_hints, simulated_hints
from restoration.training.config import COMPACT
from restoration.training.run import averaged_state


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    for make in (astronaut, chelsea, coffee):
        Image.fromarray(make()).save(folder / f"{make.__name__}.png")
    Image.fromarray(astronaut()).convert("L").save(folder / "grey.png")
    return folder


def test_a_grey_picture_teaches_nothing(pictures):
    found = ColourPictures([(sorted(pictures.glob("*.png")), 1.0)], 64)
    assert len(found.sets[0]) == 3
    assert all(min(picture.shape[:2]) == 256 for picture in found.sets[0])
    with pytest.raises(PictureError, match="in colour"):
        ColourPictures([([pictures / "grey.png"], 1.0)], 64)


def test_crops_are_what_the_network_sees(pictures):
    crops = ColourPictures([([pictures / "coffee.png"], 1.0)], 64).batch(6, np.random.default_rng(0))
    assert crops.luminance.shape == (6, 64, 64)
    assert crops.chroma.shape == (6, 16, 16, 2)
    assert -1 <= crops.luminance.min() < crops.luminance.max() <= 1
    assert crops.chroma[..., 1].mean() > 5  # coffee on wood is yellowish


def test_a_part_has_the_wanted_side_and_shows_up_to_the_whole():
    picture = np.arange(100 * 80 * 3, dtype=np.uint32).reshape(100, 80, 3).astype(np.uint8)
    for seed in range(20):
        assert random_part(picture, 48, np.random.default_rng(seed)).shape == (48, 48, 3)


def test_hints_are_true_colours_and_half_of_the_crops_have_none():
    chroma = np.zeros((20, 20, 2), np.float32)
    chroma[:, 10:] = (40, -30)  # two things: users stay within one
    drawn = [simulated_hints(chroma, np.random.default_rng(seed)) for seed in range(300)]
    empty = sum(not hints.any() for hints in drawn)
    assert 120 < empty < 180
    for hints in drawn:
        painted = hints[..., 2] > 0
        assert not hints[~painted].any()
        assert 0 <= hints[..., 2].min() <= hints[..., 2].max() <= 1
        np.testing.assert_allclose(hints[painted, :2] * SCALE, chroma[painted], atol=1e-4)


def test_a_repainted_thing_has_the_colour_of_its_stroke_and_the_rest_its_own():
    rgb = np.full((96, 96, 3), 0.2, np.float32)
    rgb[24:72, 24:72] = (0.55, 0.5, 0.45)  # a thing on a dark ground
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    before = lab[2::4, 2::4, 1:]
    seen = 0
    for seed in range(30):
        chroma, hints = repainted_hints(lab, np.random.default_rng(seed))
        changed = np.hypot(*np.moveaxis(chroma - before, -1, 0)) > 3
        painted = hints[..., 2] > 0
        # A stroke says what is there now, whether it was repainted or not.
        np.testing.assert_allclose(hints[painted, :2] * SCALE, chroma[painted], atol=1)
        assert not changed.any() or painted[changed].any()
        inside = changed[7:17, 7:17]
        assert inside.all() or not inside.any()  # the thing whole, or not at all
        seen += bool(inside.all() and not changed[:5].any())
    assert seen >= 5


def scores_for(ab, sure=12.0):
    """Scores, 1×K×h×w, of a network that is sure of these colours, h×w×2."""
    classes, shares = soft_classes(ab)
    scores = np.zeros((*ab.shape[:2], len(class_colours())), np.float32)
    np.put_along_axis(scores, classes, sure * shares, axis=2)
    return (
        torch.from_numpy(scores).permute(2, 0, 1)[None],
        torch.from_numpy(classes)[None],
        torch.from_numpy(shares)[None],
    )


def test_a_wrong_colour_costs_more_and_a_rare_one_more_still():
    right, classes, shares = scores_for(np.full((3, 3, 2), 24, np.float32))
    wrong, _, _ = scores_for(np.full((3, 3, 2), -24, np.float32))
    weights = torch.ones(len(class_colours()))
    assert class_loss(right, classes, shares, weights) < 0.01 < class_loss(wrong, classes, shares, weights)
    rare = weights.clone()
    rare[classes[0, 0, 0]] = 3
    ratio = class_loss(wrong, classes, shares, rare) / class_loss(wrong, classes, shares, weights)
    assert ratio == pytest.approx(3, rel=1e-4)


def test_true_colours_printed_again_are_the_print_and_impossible_ones_are_not():
    # A smooth picture: chroma comes at a quarter of the size.
    rgb = cv2.resize(np.random.default_rng(0).uniform(0.2, 0.8, (4, 4, 3)).astype(np.float32), (64, 64))
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    luminance = torch.from_numpy(lab[..., 0] / 50 - 1)[None, None]
    small = cv2.resize(lab[..., 1:], (16, 16), interpolation=cv2.INTER_AREA)
    chroma = torch.from_numpy(small).permute(2, 0, 1)[None].clone().requires_grad_()
    true = redeterioration_loss(luminance, chroma)
    impossible = redeterioration_loss(luminance, torch.full_like(chroma, 95))
    assert true < 0.05 < 0.15 < impossible
    true.backward()
    assert torch.isfinite(chroma.grad).all()


def test_a_few_steps_lower_the_loss_and_leave_weights_that_load(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(monitor, "REPORT_EVERY_STEPS", 5)
    monkeypatch.setattr(colour_pictures, "REPAINTED", 0)  # colours by chance are learnt from many more steps
    torch.manual_seed(0)
    config = replace(COMPACT["colour"], batch=4, crop=48, steps=40, warmup_steps=2)
    checkpoint = train_colour(
        [([pictures / "coffee.png", pictures / "chelsea.png"], 1.0)],
        ColourNetwork((8, 12, 16, 24)),
        tmp_path,
        config,
        "cpu",
    )
    records = [json.loads(line) for line in (tmp_path / "colour.jsonl").read_text().splitlines()]
    assert records[-1]["total"] < 0.9 * records[0]["total"]
    assert {"classes", "chroma", "redeterioration"} <= set(records[0])
    trained = averaged_state(checkpoint, "colour")
    ColourNetwork.from_state_dict(trained)
    assert trained["rarity"].std() > 0  # rare colours were favoured, and inference can tell by how much


def test_settled_norms_have_the_statistics_of_their_own_network(pictures, monkeypatch):
    monkeypatch.setattr(colour, "SETTLED_OVER", 3)
    torch.manual_seed(0)
    network = ColourNetwork((8, 12, 16, 24)).eval()
    crops = ColourPictures([([pictures / "coffee.png"], 1.0)], 48)
    config = replace(COMPACT["colour"], batch=4, crop=48)
    settle_norms(network, crops, config)
    assert not network.training
    first, norm = network.quarter[0][0], network.quarter[0][1]
    means = []
    for number in range(3):
        light = crops.batch(4, np.random.default_rng([config.seed + 1, number])).luminance
        with torch.no_grad():
            means.append(first(torch.from_numpy(light)[:, None]).mean(dim=(0, 2, 3)))
    torch.testing.assert_close(norm.running_mean, torch.stack(means).mean(dim=0), atol=1e-4, rtol=1e-3)
