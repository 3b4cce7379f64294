"""``metrics.json`` holds the figures, as plain finite data."""

import json
from dataclasses import replace

import pytest
from small_data import outcome

from restoration.evaluation.harm import Unharmed
from restoration.evaluation.report.figures import SCHEMA, figures_document, sound_summary


def test_the_document_survives_json_and_holds_the_figures():
    document = json.loads(json.dumps(figures_document(outcome()), allow_nan=False))
    assert document["schema"] == SCHEMA
    ours = document["methods"]["ours"]
    assert ours["mean"]["psnr"] == 26.5  # 20 and the mean of 1 to 12
    assert ours["gain_over_input"]["psnr"]["mean"] == 6.5
    assert ours["gain_over_classical_true_mask"]["ssim"] == {"mean": 0, "half_width_95": 0}
    assert document["detection"]["default_recall"] == 1
    assert document["detection"]["default_false_rate"] == 1 / 3
    assert document["cases"][2] == {"name": "case 3", "figures": document["cases"][2]["figures"]}
    assert document["cases"][2]["figures"]["ours"]["psnr"] == 23
    assert document["sound_photographs"] is None
    assert document["empty_cells"]["lpips"].startswith("LPIPS is empty")


def test_sound_photographs_are_summed_up():
    photos = [Unharmed("a", 0.99, 40, 0.001, {}), Unharmed("b", 0.95, 30, 0.009, {})]
    summary = sound_summary(replace(outcome(), unharmed=photos))
    assert (summary["ssim_lowest"], summary["below_asked"], summary["marked_share_mean"]) == (
        0.95,
        1,
        pytest.approx(0.005),
    )
