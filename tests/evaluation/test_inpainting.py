"""Figures of fillings by hand, cases of the sizes asked for, and the command with the real network."""

import json

import numpy as np
import pytest
from small_data import write_data
from typer.testing import CliRunner

from restoration.cli.app import app
from restoration.evaluation.inpainting import METHODS, OURS, TELEA, bins_of, figures_of_hole, judged, spread
from restoration.evaluation.inpainting_cases import MARGIN, SIDE, hole_cases, square
from restoration.evaluation.inpainting_sheet import sheet
from restoration.training.pairs import read_rgb


def test_the_figures_of_a_filling_by_hand():
    true = np.full((32, 32, 3), 100, np.uint8)
    hole = np.zeros((32, 32), bool)
    hole[:8, :8] = True
    filled = np.where(hole[..., None], np.uint8(151), true)
    figures = figures_of_hole(true, filled, hole)
    assert figures.hole_l1 == pytest.approx(51 / 255)
    # A sixteenth of the pixels is wrong by 0.2: mean square 0.0025, 26.02 dB.
    assert figures.psnr == pytest.approx(26.02, abs=0.01)
    assert figures_of_hole(true, true, hole).hole_l1 == 0


def test_the_spread_is_the_mean_over_all_pairs():
    fillings = [np.full((4, 4, 3), level, np.uint8) for level in (0, 51, 102)]
    assert spread(fillings, np.ones((4, 4), bool)) == pytest.approx((0.2 + 0.4 + 0.2) / 3)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


def test_cases_have_holes_of_their_share_and_place(data):
    cases = list(hole_cases([("photo", data / "photos/test/cat.png")]))
    for case in cases:
        assert case.true.shape == (SIDE, SIDE, 3)
        assert case.share[0] <= case.hole.mean() <= case.share[1]
        if case.place == "inside":
            assert not case.hole[:MARGIN].any()
            assert not case.hole[:, -MARGIN:].any()
        if case.place == "torn":
            edge = np.concatenate([case.hole[0], case.hole[-1], case.hole[:, 0], case.hole[:, -1]])
            assert edge.any()
    assert {case.place for case in cases} == {"inside", "anywhere", "torn"}
    assert sum(case.place == "anywhere" for case in cases) == 6


def test_a_square_is_the_middle_of_the_picture(data):
    cat = read_rgb(data / "photos/test/cat.png", None)  # 144×160
    assert square(cat).shape == (SIDE, SIDE, 3)
    enlarged = cat.repeat(4, axis=0).repeat(4, axis=1)[:, :512]  # 576×512: 32 rows are cut off on each side
    np.testing.assert_array_equal(square(enlarged), cat[8:136, :128].repeat(2, axis=0).repeat(2, axis=1))


class Truth:
    """Fills with the truth, and a level more for each seed."""

    def __init__(self, true):
        self.true = true

    def fill(self, picture, hole, seeds, progress, texture=True):
        for seed in seeds:
            yield np.where(hole[..., None], np.clip(self.true / 255 + seed / 255, 0, 1), picture).astype(np.float32)


def test_every_method_is_judged_and_bins_hold_the_means(data):
    cases = [case for case in hole_cases([("photo", data / "photos/test/woman.png")]) if case.share[1] <= 0.2]
    holes = [judged(case, Truth(case.true), shown=case.place == "anywhere") for case in cases]
    bins = bins_of(holes)
    assert {each.kind for each in bins} == {"all", "photo"}
    for each in bins:
        assert set(each.mean) == set(METHODS)
        assert each.mean[OURS].psnr == 60
        assert 15 < each.mean[TELEA].psnr < 60
        # Levels 0, 1, 2, 3 of 255: pairs are 10/6 levels apart, less where white ends it.
        assert each.apart is None or each.apart == pytest.approx(10 / 6 / 255, rel=0.1)
    assert sheet(holes).shape[1] > 6 * SIDE
    assert sheet([hole for hole in holes if not hole.fillings]).shape == (1, 1, 3)


def evaluate(*arguments):
    return CliRunner().invoke(app, ["evaluate-inpainting", "--device", "cpu", *map(str, arguments)])


def test_the_command_writes_figures_and_a_sheet_and_refuses_to_overwrite(data, tmp_path):
    arguments = ("--data", data, "--out", tmp_path, "--pictures", 1)
    result = evaluate(*arguments)
    assert result.exit_code == 0, result.output
    assert "| PSNR (dB) | holes | ours | ours without texture | Telea | Navier–Stokes |" in result.stdout
    document = json.loads((tmp_path / "inpainting.json").read_text())
    everywhere = [each for each in document["bins"] if each["kind"] == "all" and each["place"] == "anywhere"]
    assert everywhere[0]["share"] == [0.01, 0.1]
    assert everywhere[0]["mean"]["ours"]["psnr"] > everywhere[-1]["mean"]["ours"]["psnr"]
    assert (tmp_path / "inpainting.png").stat().st_size > 10_000
    refused = evaluate(*arguments)
    assert refused.exit_code == 1
    assert "exists" in refused.output


@pytest.mark.parametrize(("arguments", "sentence"), [((), "No data was named"), (("--data", "/nowhere"), "neither")])
def test_what_is_missing_is_said_in_one_sentence(monkeypatch, arguments, sentence):
    monkeypatch.delenv("RESTORE_OLD_PHOTO_DATA", raising=False)
    result = evaluate(*arguments)
    assert result.exit_code != 0
    assert sentence in result.output
    assert len(result.output.strip().splitlines()) == 1
