"""Figures of colour: known numbers for known pictures, and the command on two pictures."""

import json

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut, coffee
from typer.testing import CliRunner

from restoration.cli.app import app
from restoration.evaluation.colour import colourfulness, mean_difference, missed_at_hints, true_hints


def test_grey_is_not_colourful_and_the_figure_is_the_published_one():
    assert colourfulness(np.full((8, 8, 3), 90, np.uint8)) == 0
    halves = np.zeros((2, 2, 3), np.uint8)
    halves[0], halves[1] = (255, 0, 0), (0, 0, 255)
    # rg: 255 and 0, yb: 127.5 and -255
    expected = np.hypot(127.5, 191.25) + 0.3 * np.hypot(127.5, -63.75)
    assert colourfulness(halves) == pytest.approx(expected)


def test_difference_of_black_and_white_is_100():
    assert mean_difference(np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 255, np.uint8)) == pytest.approx(
        100, abs=0.01
    )


def test_hints_are_dots_of_true_colours():
    true = np.zeros((120, 180, 3), np.uint8)
    true[...] = (200, 60, 20)
    hints = true_hints(true, 10, np.random.default_rng(0))
    painted = hints[..., 3] == 255
    assert 0 < painted.sum() <= 10 * 13
    np.testing.assert_array_equal(np.unique(hints[painted], axis=0), [[200, 60, 20, 255]])
    assert missed_at_hints(true, hints) == pytest.approx(0, abs=1e-6)
    darker = np.rint(true * 0.5).astype(np.uint8)
    assert missed_at_hints(darker, hints) > 5


def test_the_command_writes_figures_and_pages_and_overwrites_nothing(tmp_path):
    for folder, make in (("photos", coffee), ("faces", astronaut)):
        (tmp_path / folder / "test").mkdir(parents=True)
        Image.fromarray(make()[:200, :240]).save(tmp_path / folder / "test" / "one.png")
    arguments = ["evaluate-colour", "--data", str(tmp_path), "--out", str(tmp_path / "out"), "--device", "cpu"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "photos (1)" in result.stdout
    figures = json.loads((tmp_path / "out" / "colour.json").read_text())
    assert figures["photos"]["mean"]["grey"] > 0
    assert figures["faces"]["pictures"][0]["name"] == "one"
    assert Image.open(tmp_path / "out" / "colour-1.png").width > 1400
    again = CliRunner().invoke(app, arguments)
    assert again.exit_code != 0
    assert "exists" in again.output
