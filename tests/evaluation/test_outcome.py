"""Sums over cases: means, gains over the cases that both methods have, the worst first."""

from dataclasses import replace

import pytest
from small_data import outcome

from restoration.evaluation.metrics import Figures


def test_gains_are_means_of_differences():
    made_up = outcome(cases=3)  # ours gains 1, 2 and 3 dB
    found = made_up.gains("ours", "input")
    assert found["psnr"].mean == 2
    assert found["ssim"].mean == 0
    assert found["psnr_damaged"] is None
    assert made_up.mean("ours")["psnr"] == 22
    assert made_up.mean_seconds("ours") == 0.5


def test_a_method_that_ran_on_few_cases_is_compared_on_those():
    made_up = outcome(cases=3)
    first = made_up.judged[0]
    slow = replace(first, figures={**first.figures, "slow": Figures(25, 0.9)}, seconds={**first.seconds, "slow": 60})
    made_up = replace(made_up, judged=[slow, *made_up.judged[1:]])
    assert made_up.count("slow") == 1
    assert made_up.gains("ours", "slow")["psnr"].mean == pytest.approx(21 - 25)
    assert made_up.mean_seconds("slow") == 60


def test_the_worst_case_is_the_one_that_gained_least():
    made_up = outcome(cases=4)
    made_up = replace(made_up, judged=made_up.judged[::-1])
    assert [case.name for case in made_up.worst_first] == ["case 1", "case 2", "case 3", "case 4"]
