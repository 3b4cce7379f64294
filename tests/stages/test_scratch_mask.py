"""Whose damage counts."""

import numpy as np
import pytest

from restoration.settings import ScratchSettings
from restoration.stages.scratch_mask import unite, wants_detector

PAINTED = np.array([[255, 0, 0, 128, 127]], np.uint8)
FOUND = np.array([[False, True, False, False, False]])


@pytest.mark.parametrize(
    ("mode", "painted", "expected"),
    [
        (None, None, [0, 1, 0, 0, 0]),
        (None, PAINTED, [1, 0, 0, 1, 0]),
        ("user", PAINTED, [1, 0, 0, 1, 0]),
        ("auto", PAINTED, [0, 1, 0, 0, 0]),
        ("unite", PAINTED, [1, 1, 0, 1, 0]),
        ("unite", None, [0, 1, 0, 0, 0]),
    ],
)
def test_the_mode_says_whose(mode, painted, expected):
    settings = ScratchSettings(mask_mode=mode)
    found = FOUND if wants_detector(settings, painted) else None
    assert unite(settings, painted, found).astype(int).tolist() == [expected]


def test_nobodys_mask_is_no_mask():
    assert unite(ScratchSettings(mask_mode="user"), None, None) is None
    assert not wants_detector(ScratchSettings(mask_mode="user"), None)
