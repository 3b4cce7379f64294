"""Settings of another version: unknown ones are left out and named, wrong ones refused."""

import pytest

from restoration.errors import SettingsError
from restoration.settings import Region, Settings
from server.worker.wire_settings import read_settings


def test_nothing_given_is_the_default():
    assert read_settings({}) == (Settings(), [])


def test_what_to_dict_gives_comes_back():
    settings = Settings.from_dict({"scratches": {"strength": 0.5}, "region": {"x": 1, "y": 2, "width": 3, "height": 4}})
    assert read_settings(settings.to_dict()) == (settings, [])
    assert settings.region == Region(1, 2, 3, 4)


def test_unknown_settings_are_left_out_and_named():
    given = {"lustre": {"enabled": True}, "quality": {"strength": 0.5, "sparkle": 3}, "colour": {"hue": 1}}
    settings, unknown = read_settings(given)
    assert settings == Settings.from_dict({"quality": {"strength": 0.5}})
    assert unknown == ["lustre", "quality.sparkle", "colour.hue"]


def test_further_stages_are_known_by_name_and_what_they_do_not_know_is_left_out():
    settings, unknown = read_settings({"further": {"descreen": {"strength": 0.5, "radius": 3}}})
    assert settings == Settings.from_dict({"further": {"descreen": {"strength": 0.5}}})
    assert unknown == ["descreen.radius"]


@pytest.mark.parametrize("scratches", [{"repair": False}, {"enabled": False}, {"strength": 0}])
def test_a_client_that_knows_no_inpainting_and_repairs_nothing_gets_none(scratches):
    assert not read_settings({"scratches": scratches})[0].is_on("inpainting")
    assert read_settings({"scratches": scratches, "inpainting": {}})[0].is_on("inpainting")
    assert read_settings({"scratches": {"strength": 0.5}})[0].is_on("inpainting")


@pytest.mark.parametrize(
    "given",
    [
        {"quality": {"strength": 2}},
        {"quality": {"strength": "1"}},
        {"quality": {"enabled": "yes"}},
        {"quality": {"always": 1}},
        {"quality": 7},
        {"scratches": None},
        {"scratches": {"mask_mode": "guess"}},
        {"scratches": {"threshold": True}},
        {"scratches": {"input_size": []}},
        {"inpainting": {"candidates": 0}},
        {"inpainting": {"seed": 0.5}},
        {"colour": {"saturation": "2"}},
        {"preset": ["compact"]},
        {"preset": "best"},
        {"models": 5},
        {"further": {"lustre": {}}},
        {"further": {"descreen": {"strength": 2}}},
        {"further": {"descreen": 1}},
        {"further": ["descreen"]},
        {"region": {"x": 1}},
        {"region": {"x": 0, "y": 0, "width": 1.5, "height": 2}},
        {"region": {"x": "0", "y": 0, "width": 1, "height": 2}},
        {"region": {"x": 0, "y": 0, "width": 0, "height": 2}},
        {"region": [0, 0, 1, 1]},
    ],
)
def test_values_of_the_wrong_kind_or_range_are_refused(given):
    with pytest.raises(SettingsError):
        read_settings(given)
