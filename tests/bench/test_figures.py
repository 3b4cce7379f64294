"""Ratios, exponents, and how pictures compare: on numbers that can be checked by hand."""

import math

import numpy as np
import pytest

from restoration.bench.agreement import most_levels, psnr_db, share_apart
from restoration.bench.cases import Case
from restoration.bench.plot import decades
from restoration.bench.ratios import exponent, exponents, ratios_to_plain
from restoration.bench.results import Agreement, CaseResult, Measurement


def test_exponents_of_power_laws_are_their_powers():
    assert exponent([1, 4, 16], [3, 12, 48]) == pytest.approx(1)
    assert exponent([1, 4], [5, 10]) == pytest.approx(0.5)
    assert exponent([2, 4, 8], [1, 4, 16]) == pytest.approx(2)
    assert exponent([4, 4], [1, 2]) is None


def test_of_points_off_the_line_the_exponent_is_the_least_squares_slope():
    # Logarithms to base 10: (0, 0), (1, 2), (2, 1). Slope: (-1·-1 + 0·1 + 1·0) / 2 = 1/2.
    assert exponent([1, 10, 100], [1, 100, 10]) == pytest.approx(0.5)


def test_exponents_count_cases_from_1_to_24_megapixels_alone():
    def result(side, seconds, peak):
        return CaseResult(
            Case("compact", side, side, True),
            {"restore": Measurement(cold_s=9.0, warm_s=seconds, peak_bytes=peak), "plain": Measurement("no room")},
            Agreement(),
        )

    found = exponents([result(512, 100.0, 1), result(1024, 2.0, 100), result(2048, 8.0, 200), result(8192, 0.1, 1)])
    assert len(found) == 1
    assert (found[0]["contestant"], found[0]["from_pixels"], found[0]["to_pixels"]) == ("restore", 1024**2, 2048**2)
    assert found[0]["time"] == pytest.approx(1)
    assert found[0]["memory"] == pytest.approx(0.5)


def test_ratios_compare_the_processes_of_plain_with_a_warm_run():
    plain = Measurement(cold_s=60.0, working_s=40.0, peak_bytes=4000)
    ours = Measurement(cold_s=24.0, warm_s=20.0, working_s=21.0, peak_bytes=1000)
    assert ratios_to_plain(plain, ours) == {
        "warm_times_faster": 3.0,
        "cold_times_faster": 2.5,
        "work_times_faster": 2.0,
        "peak_share": 0.25,
    }
    assert set(ratios_to_plain(Measurement("It needs more."), ours).values()) == {None}


def test_pictures_are_compared_in_levels_and_in_decibels():
    black = np.zeros((2, 2, 3), np.uint8)
    one_off = black.copy()
    one_off[0, 0, 0] = 3
    assert most_levels(black, one_off) == most_levels(one_off, black) == 3
    assert share_apart(black, one_off) == 1 / 12
    one_off[1, 1, 1] = 1
    assert share_apart(black, one_off) == 1 / 12
    one_off[1, 1, 1] = 0
    # The mean square is 9 / 12.
    assert psnr_db(black, one_off) == pytest.approx(10 * math.log10(255**2 / 0.75))
    assert psnr_db(black, black) is None


def test_axes_end_at_powers_of_ten():
    assert decades(0.25, 24) == (-1, 2)
    assert decades(5, 5) == (0, 1)
    assert decades(10, 10) == (1, 2)
