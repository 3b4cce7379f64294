"""Settings that exist are valid, and go through plain dicts."""

import json
import math

import pytest

from restoration.errors import SettingsError
from restoration.settings import FaceSettings, QualitySettings, Region, ScratchSettings, Settings


def test_settings_survive_json():
    settings = Settings(
        scratches=ScratchSettings(threshold=0.3, mask_mode="unite"),
        quality=QualitySettings(strength=0.5),
        region=Region(1, 2, 3, 4),
        preset="official",
    )
    assert Settings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, math.inf, "0.5", True])
@pytest.mark.parametrize("kind", [ScratchSettings, QualitySettings, FaceSettings])
def test_a_strength_is_from_0_to_1(kind, value):
    with pytest.raises(SettingsError, match="from 0 to 1"):
        kind(strength=value)


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"preset": "best"}, "compact, official"),
        ({"device": "tpu"}, "auto, cpu, cuda, mps"),
        ({"scratches": {"mask_mode": "mine"}}, "user, auto, unite"),
        ({"scratches": {"threshhold": 0.5}}, "threshold"),
        ({"colour": {}}, "quality"),
        ({"region": {"x": 0, "y": 0, "width": 0, "height": 5}}, "above 0"),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(data, named):
    with pytest.raises(SettingsError, match=named):
        Settings.from_dict(data)


@pytest.mark.parametrize("off", [{"enabled": False}, {"strength": 0.0}])
def test_nothing_to_do(off):
    stages = dict.fromkeys(("scratches", "quality", "faces"), off)
    assert Settings.from_dict(stages).does_nothing
    assert not Settings.from_dict({**stages, "quality": {}}).does_nothing


def test_scratches_that_are_only_found_are_something_to_do_at_strength_0_too():
    others = {"quality": {"enabled": False}, "faces": {"enabled": False}}
    assert not Settings.from_dict({**others, "scratches": {"repair": False, "strength": 0}}).does_nothing
    assert Settings.from_dict({**others, "scratches": {"repair": False, "enabled": False}}).does_nothing
    assert Settings.from_dict({**others, "scratches": {"repair": True, "strength": 0}}).does_nothing


@pytest.mark.parametrize(
    ("settings", "needed"),
    [
        ({}, True),
        ({"quality": {"enabled": False}}, True),
        ({"quality": {"enabled": False}, "scratches": {"repair": False}}, False),
        ({"quality": {"strength": 0}, "scratches": {"repair": False}}, False),
        ({"scratches": {"repair": False}}, True),
        ({"quality": {"enabled": False}, "scratches": {"strength": 0}}, False),
    ],
)
def test_the_restorer_is_needed_by_quality_and_by_repair(settings, needed):
    assert Settings.from_dict(settings).needs_restorer == needed


def test_repair_is_yes_or_no():
    with pytest.raises(SettingsError, match="repair"):
        ScratchSettings(repair=1)
