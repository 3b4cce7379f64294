"""Choices: what the library makes of them, and what is left of remembered ones that are broken."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from restoration import settings as library
from restoration.errors import SettingsError
from restoration.presets import load_models
from restoration.settings import Settings
from server.editors import choices as editors
from server.editors.choices import Choices, StageChoice


def test_editors_offer_what_the_library_has():
    assert editors.STAGES == library.STAGE_NAMES
    assert set(editors.PRESETS) == set(get_args(library.Preset))
    assert set(editors.DEVICES) == set(get_args(library.Device))


def test_the_defaults_are_the_librarys():
    assert Settings.from_dict(Choices().settings(masked=False)) == Settings.from_dict(
        {"scratches": {"mask_mode": "auto"}}
    )


@pytest.mark.parametrize(
    ("masked", "unite", "mode"),
    [(False, False, "auto"), (False, True, "auto"), (True, False, "user"), (True, True, "unite")],
)
def test_the_mask_mode_follows_from_whether_there_is_a_mask(masked, unite, mode):
    assert Choices(unite=unite).settings(masked=masked)["scratches"]["mask_mode"] == mode


def test_finding_changes_nothing_but_the_mask():
    chosen = Choices(scratches=StageChoice(False), colour=StageChoice(True), sensitivity=0.8)
    found = Settings.from_dict(chosen.settings_to_find())
    assert found.scratches.enabled
    assert not found.scratches.repair
    assert [stage for stage in editors.STAGES if found.is_on(stage)] == ["scratches"]
    assert found.scratches.threshold is not None


def test_the_middle_of_the_slider_is_the_presets_own_threshold():
    assert Choices(sensitivity=0.5).threshold is None
    own = load_models("compact", library_compute(), None).detector.threshold
    assert editors.OWN_THRESHOLD["compact"] == own
    near = Choices(sensitivity=0.51).threshold
    assert own - 0.05 < near < own


def library_compute():
    from restoration.device import choose_compute

    return choose_compute("cpu")


def test_more_sensitive_means_a_lower_threshold_over_the_whole_slider():
    thresholds = [Choices(sensitivity=value / 100).threshold or 0.7 for value in range(101)]
    assert thresholds == sorted(thresholds, reverse=True)
    assert 0.9 < thresholds[0] < 1
    assert 0 < thresholds[-1] < 0.1


def test_choices_come_back_from_json():
    chosen = Choices(
        scratches=StageChoice(False, 0.25), sensitivity=0.75, mask_source="layer", mask_layer="{1}", unite=True,
        within_selection=False, always=True, preset="official", device="cuda",
        inpainting=StageChoice(True, 0.5), colour=StageChoice(True, 0.75), candidates=8, seed=2**31 - 1, saturation=2.0,
        hint_layer="{2}",
    )  # fmt: skip
    assert Choices.from_dict(json.loads(json.dumps(chosen.to_dict()))) == chosen


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        "text",
        {"scratches": 3, "sensitivity": "much", "preset": 7},
        {"scratches": {"enabled": "yes", "strength": 7}, "sensitivity": float("nan"), "preset": "huge"},
        {"candidates": 9, "seed": -1, "saturation": float("inf"), "hint_layer": 4, "colour": {"enabled": 1}},
        {"candidates": True, "seed": 1.5, "saturation": True, "inpainting": []},
        {"mask_source": "guess", "unite": 1, "device": None, "quality": {"strength": True}},
    ],
)
def test_what_cannot_be_used_takes_its_default(broken):
    assert Choices.from_dict(broken) == Choices()


def test_what_can_be_used_is_kept_beside_what_cannot():
    kept = Choices.from_dict(
        {"sensitivity": 0.2, "preset": "gone", "faces": {"enabled": False, "strength": -1}, "new": 1}
    )
    assert kept == Choices(sensitivity=0.2, faces=StageChoice(False, 1.0))


def test_all_off_or_without_strength_does_nothing():
    off = StageChoice(False)
    assert Choices(scratches=off, quality=off, inpainting=off, faces=StageChoice(True, 0.0)).does_nothing
    assert not Choices(scratches=off, quality=off, inpainting=off).does_nothing
    assert not Choices(scratches=off, quality=off, faces=off).does_nothing


def test_what_is_chosen_for_holes_and_colours_is_what_is_asked():
    chosen = Choices(
        inpainting=StageChoice(True, 0.5), candidates=3, seed=7, colour=StageChoice(True, 0.25), saturation=1.5
    )
    asked = Settings.from_dict(chosen.settings(masked=True))
    assert asked.inpainting == library.InpaintingSettings(strength=0.5, candidates=3, seed=7)
    assert asked.colour == library.ColourSettings(enabled=True, strength=0.25, saturation=1.5)


def test_the_ends_are_the_librarys():
    assert (editors.MOST_CANDIDATES, editors.MOST_SEED) == (library.MOST_CANDIDATES, library.MOST_SEED)
    library.ColourSettings(saturation=editors.MOST_SATURATION)
    with pytest.raises(SettingsError):
        library.ColourSettings(saturation=editors.MOST_SATURATION + 0.01)


def test_damage_matters_to_scratches_and_to_holes():
    off = StageChoice(False)
    assert Choices(scratches=off).minds_damage
    assert Choices(inpainting=off).minds_damage
    assert not Choices(scratches=off, inpainting=off).minds_damage
