"""Figures that a reader can check, and a benchmark that runs the real pipeline."""

import numpy as np
import pytest
from PIL import Image

from restoration.evaluation.baselines import classical_sequence
from restoration.evaluation.benchmark import Judged, Score, detection_auc, mean_scores, score


def test_an_error_of_one_tenth_of_the_range_is_20_decibels():
    original = np.full((32, 32, 3), 100, np.uint8)
    assert score(original, original + np.uint8(25)).psnr == pytest.approx(20 * np.log10(255 / 25))
    assert score(original, original.copy()).ssim == 1


def test_means_are_over_photographs():
    def judged(psnr: float) -> Judged:
        return Judged("x", {"ours": Score(psnr, psnr / 100)}, np.zeros((1, 1)), np.zeros((1, 1)), {})

    assert mean_scores([judged(20), judged(30)])["ours"] == Score(25, 0.25)


def test_a_detector_that_ranks_every_damaged_pixel_first_has_an_area_of_1():
    mask = np.array([[255, 0], [0, 255]], np.uint8)
    probability = np.array([[0.9, 0.1], [0.2, 0.8]], np.float32)
    assert detection_auc([Judged("x", {}, probability, mask, {})]) == 1
    assert detection_auc([Judged("x", {}, 1 - probability, mask, {})]) == 0


def test_the_classical_sequence_removes_a_scratch_and_stretches_the_range():
    ramp = np.repeat(np.linspace(60, 180, 128).astype(np.uint8)[None, :, None], 96, axis=0).repeat(3, axis=2)
    mask = np.zeros((96, 128), np.uint8)
    mask[40:43] = 255
    scratched = ramp.copy()
    scratched[mask > 0] = 255
    result = classical_sequence(scratched, mask)
    assert result.min() <= 3
    assert result.max() >= 252
    assert np.abs(result[41].astype(int) - result[20]).max() <= 12


def test_the_command_prints_a_table_and_writes_figures_and_sheets(tmp_path):
    from skimage.data import chelsea
    from typer.testing import CliRunner

    from restoration.cli.app import app

    folder = tmp_path / "data" / "photos" / "test"
    folder.mkdir(parents=True)
    Image.fromarray(chelsea()[:160, :160]).save(folder / "cat.png")
    arguments = ["evaluate", "--data", str(tmp_path / "data"), "--out", str(tmp_path / "out"), "--device", "cpu"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "| ours |" in result.stdout
    assert (tmp_path / "out" / "metrics.json").is_file()
    assert (tmp_path / "out" / "cat.jpg").is_file()
    assert CliRunner().invoke(app, arguments).exit_code == 1  # nothing is overwritten unasked
