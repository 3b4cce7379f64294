"""Settings that exist are valid, and go through plain dicts."""

import json
import math

import pytest

from restoration.errors import SettingsError
from restoration.settings import (
    STAGE_NAMES,
    ColourSettings,
    FaceSettings,
    InpaintingSettings,
    QualitySettings,
    Region,
    ScratchSettings,
    Settings,
    StageSettings,
)


def test_settings_survive_json():
    settings = Settings(
        scratches=ScratchSettings(threshold=0.3, mask_mode="unite"),
        quality=QualitySettings(strength=0.5),
        inpainting=InpaintingSettings(candidates=4, seed=2**31 - 1, least_width=40),
        colour=ColourSettings(enabled=True, saturation=1.5),
        region=Region(1, 2, 3, 4),
        preset="official",
        further={"descreen": StageSettings(strength=0.5), "another": StageSettings(enabled=False)},
    )
    assert Settings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, math.inf, "0.5", True])
@pytest.mark.parametrize("kind", [ScratchSettings, QualitySettings, InpaintingSettings, FaceSettings, ColourSettings])
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
        ({"lustre": {}}, "quality"),
        ({"inpainting": {"candidates": 0}}, "from 1 to 8"),
        ({"inpainting": {"candidates": 9}}, "from 1 to 8"),
        ({"inpainting": {"candidates": 2.0}}, "whole number"),
        ({"inpainting": {"candidates": True}}, "whole number"),
        ({"inpainting": {"seed": -1}}, "from 0 to 2147483647"),
        ({"inpainting": {"seed": 2**31}}, "from 0 to 2147483647"),
        ({"inpainting": {"least_width": -1}}, "from 0 to 100000"),
        ({"inpainting": {"least_width": 12.5}}, "whole number"),
        ({"colour": {"saturation": 2.1}}, "from 0 to 2"),
        ({"colour": {"saturation": math.nan}}, "from 0 to 2"),
        ({"colour": {"enabled": 1}}, "true or false"),
        ({"region": {"x": 0, "y": 0, "width": 0, "height": 5}}, "above 0"),
        ({"further": ["descreen"]}, "by name"),
        ({"further": {"descreen": True}}, "descreen"),
        ({"further": {"quality": {}}}, "quality"),
        ({"further": {"descreen": {"radius": 3}}}, "enabled, strength"),
        ({"further": {"descreen": {"strength": 2}}}, "from 0 to 1"),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(data, named):
    with pytest.raises(SettingsError, match=named):
        Settings.from_dict(data)


@pytest.mark.parametrize("off", [{"enabled": False}, {"strength": 0.0}])
def test_nothing_to_do(off):
    stages = dict.fromkeys(STAGE_NAMES, off)
    assert Settings.from_dict(stages).does_nothing
    assert not Settings.from_dict({**stages, "quality": {}}).does_nothing


def test_scratches_that_are_only_found_are_something_to_do_at_strength_0_too():
    others = {name: {"enabled": False} for name in STAGE_NAMES if name != "scratches"}
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


def test_colour_is_off_unless_it_is_asked_for_and_all_else_is_on():
    on = [name for name in STAGE_NAMES if Settings().is_on(name)]
    assert on == ["scratches", "quality", "inpainting", "faces"]
    assert Settings.from_dict({"colour": {"enabled": True}}).is_on("colour")


@pytest.mark.parametrize("stage", ["inpainting", "colour"])
def test_holes_and_colours_need_no_restorer(stage):
    others = {name: {"enabled": False} for name in STAGE_NAMES}
    settings = Settings.from_dict({**others, stage: {"enabled": True}})
    assert not settings.needs_restorer
    assert not settings.does_nothing


def test_settings_from_before_there_were_further_stages_still_load():
    old = Settings().to_dict()
    del old["further"]
    assert Settings.from_dict(old) == Settings()


def test_a_further_stage_that_is_named_is_something_to_do():
    off = {name: {"enabled": False} for name in STAGE_NAMES}
    assert not Settings.from_dict({**off, "further": {"descreen": {}}}).does_nothing
    assert Settings.from_dict({**off, "further": {"descreen": {"strength": 0}}}).does_nothing
    assert Settings.from_dict({**off, "further": {"descreen": {"enabled": False}}}).does_nothing
