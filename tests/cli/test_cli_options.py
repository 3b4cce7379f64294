"""The text of options becomes settings."""

from __future__ import annotations

import pytest

from restoration.cli.options import make_settings, parse_region, parse_stages, parse_strength
from restoration.settings import Region, Settings


def test_nothing_said_means_the_defaults() -> None:
    assert make_settings(preset="compact", models=None, device="auto") == Settings()


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("none", set()),
        ("quality", {"quality"}),
        ("faces, scratches", {"scratches", "faces"}),
        ("scratches,quality,faces", {"scratches", "quality", "faces"}),
    ],
)
def test_stages(text: str, stages: set[str]) -> None:
    assert parse_stages(text) == stages


@pytest.mark.parametrize(
    ("text", "strengths"),
    [
        (None, (1, 1, 1)),
        ("0.8", (0.8, 0.8, 0.8)),
        ("quality=.7,faces=.5", (1, 0.7, 0.5)),
        ("scratches = 0", (0, 1, 1)),
    ],
)
def test_strength(text: str | None, strengths: tuple[float, ...]) -> None:
    assert parse_strength(text) == dict(zip(("scratches", "quality", "faces"), strengths, strict=True))


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
            "faces": {"enabled": False, "detector": "cnn", "points": "68"},
            "preset": "official",
            "models": "here",
            "device": "cpu",
            "region": {"x": 1, "y": 2, "width": 3, "height": 4},
        }
    )
