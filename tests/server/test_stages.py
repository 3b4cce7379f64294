"""The stages that are said to come are those that come, and the settings are read as the library reads them."""

import itertools

import numpy as np
import pytest

from restoration.device import choose_compute
from restoration.photo import Photo
from restoration.pipeline import restore
from restoration.presets import load_models
from restoration.settings import Settings
from server.stages import planned_stages

OFF = {"enabled": False}


@pytest.fixture(scope="module")
def models():
    return load_models("compact", choose_compute("cpu"))


CASES = [
    {**dict(zip(("scratches", "quality", "inpainting"), some, strict=True)), "colour": colour}
    for some, colour in zip(
        itertools.product(
            ({}, OFF, {"strength": 0}, {"repair": False}, {"repair": False, "strength": 0}, {"mask_mode": "unite"}),
            ({"always": True}, OFF, {"strength": 0.0}),
            ({}, OFF),
        ),
        itertools.cycle([OFF, {"enabled": True}, {"enabled": True, "strength": 0}]),
        strict=False,
    )
]


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("settings", CASES, ids=str)
def test_what_is_planned_is_what_comes(models, settings, masked):
    rng = np.random.default_rng(3)
    photo = Photo(rng.integers(0, 256, (48, 64, 3), np.uint8))
    mask = np.zeros((48, 64), np.uint8)
    mask[20:24, 10:50] = 255
    # With a threshold of 0 the detector finds something in any picture.
    checked = Settings.from_dict({**settings, "scratches": {"threshold": 0.0, **settings["scratches"]}})
    told = []
    list(restore(photo, checked, mask if masked else None, lambda stage, _: told.append(stage), models=models))
    came = list(dict.fromkeys(stage for stage in told if stage != "models"))
    assert planned_stages(settings, masked) == came
    assert planned_stages(checked.to_dict(), masked) == came


def test_faces_come_unless_they_are_switched_off_or_without_strength():
    assert planned_stages({}, False) == ["detection", "quality", "inpainting", "faces"]
    for off in ({"strength": 0}, {"enabled": False}):
        assert planned_stages({"preset": "official", "faces": off}, False) == ["detection", "quality", "inpainting"]


def test_colour_comes_where_it_is_asked_for():
    assert planned_stages({"colour": {}}, True) == ["quality", "inpainting", "faces"]
    assert planned_stages({"colour": {"enabled": True}}, True)[-1] == "colour"


@pytest.mark.parametrize("scratches", [{"repair": False}, {"enabled": False}, {"strength": 0}])
def test_holes_are_filled_unasked_only_where_scratches_are_repaired(scratches):
    assert "inpainting" not in planned_stages({"scratches": scratches}, True)
    assert "inpainting" in planned_stages({"scratches": scratches, "inpainting": {}}, True)


@pytest.mark.parametrize("wrong", [None, 5, [], "x", {"enabled": 5, "strength": "x", "repair": "no"}])
def test_what_the_worker_will_refuse_counts_as_the_default(wrong):
    settings = dict.fromkeys(("scratches", "quality", "inpainting", "faces", "colour"), wrong)
    assert planned_stages(settings, False) == ["detection", "quality", "inpainting", "faces"]


FURTHER = [{"name": "asked", "on_by_default": False}, {"name": "joining", "on_by_default": True}]
ALL_OFF = dict.fromkeys(("scratches", "quality", "inpainting", "faces"), OFF)


@pytest.mark.parametrize(
    ("settings", "planned"),
    [
        ({**ALL_OFF, "quality": {}}, ["quality", "joining"]),
        ({**ALL_OFF, "quality": {}, "further": {"joining": OFF}}, ["quality"]),
        ({**ALL_OFF, "colour": {"enabled": True}, "further": {"asked": {}}}, ["asked", "joining", "colour"]),
        ({**ALL_OFF, "scratches": {"repair": False}}, ["detection"]),
        ({**ALL_OFF, "further": {"asked": {}}}, ["asked"]),
        ({**ALL_OFF, "further": {"asked": {"strength": 0}, "unheard": {}}}, []),
        ({**ALL_OFF, "further": 7}, []),
    ],
)
def test_further_stages_come_before_colour(settings, planned):
    assert planned_stages(settings, False, FURTHER) == planned
