"""The text of options becomes settings."""

from __future__ import annotations

from typing import Any

import pytest

from restoration.cli.options import make_settings, parse_region, parse_stages, parse_strength
from restoration.errors import SettingsError
from restoration.settings import STAGE_NAMES, Region, Settings


def test_nothing_said_means_the_defaults() -> None:
    assert make_settings(preset="compact", models=None, device="auto") == Settings()


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("none", set()),
        ("quality", {"quality"}),
        ("faces, scratches", {"scratches", "faces"}),
        ("scratches,quality,faces", {"scratches", "quality", "faces"}),
        ("inpainting,colour", {"inpainting", "colour"}),
    ],
)
def test_stages(text: str, stages: set[str]) -> None:
    assert parse_stages(text) == stages


@pytest.mark.parametrize(
    ("text", "strengths"),
    [
        (None, (1, 1, 1, 1, 1)),
        ("0.8", (0.8, 0.8, 0.8, 0.8, 0.8)),
        ("quality=.7,faces=.5", (1, 0.7, 1, 0.5, 1)),
        ("scratches = 0", (0, 1, 1, 1, 1)),
        ("inpainting=0.2,colour=0.4", (1, 1, 0.2, 1, 0.4)),
    ],
)
def test_strength(text: str | None, strengths: tuple[float, ...]) -> None:
    parsed = parse_strength(text)
    assert {name: parsed[name] for name in STAGE_NAMES} == dict(zip(STAGE_NAMES, strengths, strict=True))


def test_region() -> None:
    assert parse_region(None) is None
    assert parse_region("-3, 4,50,60") == Region(-3, 4, 50, 60)


def test_all_of_them() -> None:
    settings = make_settings(
        stages="scratches,quality",
        strength="quality=0.5",
        threshold=0.3,
        mask_mode="unite",
        input_size="native",
        always=True,
        face_detector="cnn",
        face_points="68",
        region="1,2,3,4",
        preset="official",
        models="here",
        device="cpu",
    )
    assert settings == Settings.from_dict(
        {
            "scratches": {"threshold": 0.3, "mask_mode": "unite", "input_size": "native"},
            "quality": {"strength": 0.5, "always": True},
            "inpainting": {"enabled": False},
            "faces": {"enabled": False, "detector": "cnn", "points": "68"},
            "preset": "official",
            "models": "here",
            "device": "cpu",
            "region": {"x": 1, "y": 2, "width": 3, "height": 4},
        }
    )


def settings(**options: Any) -> Settings:
    return make_settings(preset="compact", models=None, device="auto", **options)


def test_of_inpainting_and_colour() -> None:
    asked = settings(
        inpaint_strength=0.5, inpaint_from=30, candidates=3, seed=7, colour=True, colour_strength=0.25, saturation=1.5
    )
    assert asked == Settings.from_dict(
        {
            "inpainting": {"strength": 0.5, "least_width": 30, "candidates": 3, "seed": 7},
            "colour": {"enabled": True, "strength": 0.25, "saturation": 1.5},
        }
    )


def test_an_option_of_one_stage_has_the_last_word() -> None:
    assert not settings(inpaint=False).is_on("inpainting")
    assert settings(stages="quality", inpaint=True).is_on("inpainting")
    assert not settings(stages="colour", colour=False).is_on("colour")
    both = settings(strength="0.5", inpaint_strength=1.0, colour_strength=0.75)
    assert (both.quality.strength, both.inpainting.strength, both.colour.strength) == (0.5, 1.0, 0.75)


@pytest.mark.parametrize("text", ["scratches,", ",faces", "scratches,,faces", ""])
def test_a_comma_without_a_stage_is_said(text: str) -> None:
    with pytest.raises(SettingsError, match=r"--stages.* without spaces: scratches,faces\."):
        parse_stages(text)


def test_further_stages_by_name() -> None:
    assert settings().further == settings(strength="0.5").further == {}
    asked = settings(stages="scratches,descreen", strength="descreen=.5").further
    assert {name: (one.enabled, one.strength) for name, one in asked.items()} == {"descreen": (True, 0.5)}
    assert settings(stages="descreen", strength="0.25").further["descreen"].strength == 0.25
    with pytest.raises(SettingsError, match=r"no stage 'lustre'.*descreen"):
        settings(stages="descreen,lustre")
