"""A photo that comes with its colour profile is restored as what it means, and its layers come back in that profile."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from colour_profiles import ADOBE_RGB, read_one_way_only, srgb_to_adobe
from peer import NOTHING

from restoration.photo import Photo
from restoration.pipeline import restore
from restoration.settings import Settings
from server.client import Pixels, RestorationClient
from server.connection import CONNECTION_VARIABLE
from server.events import LayerMade, Note
from server.protocol import Picture

EXAMPLE = Path(__file__).parents[2] / "examples" / "astronaut_aged.jpg"
QUALITY = {**NOTHING, "inpainting": {"enabled": False}, "quality": {"enabled": True, "always": True}, "device": "cpu"}


@pytest.fixture
def client(server, monkeypatch):
    monkeypatch.setenv(CONNECTION_VARIABLE, server.environ[CONNECTION_VARIABLE])
    with RestorationClient.connect("test", start=False, transport="zmq") as connected:
        yield connected


@pytest.fixture(scope="module")
def in_adobe_rgb():
    """An old photograph of 160×120 pixels, 16 bits, in AdobeRGB."""
    picture = cv2.resize(cv2.imread(str(EXAMPLE))[..., ::-1], (160, 120), interpolation=cv2.INTER_AREA)
    return np.rint(srgb_to_adobe(picture / 255) * 65535).astype(np.uint16)


def answer(client, pixels, icc):
    """The restored layer's pixels, and all sentences."""
    sent = Pixels(Picture("RGB", 16, 160, 120), pixels.astype("<u2").tobytes())
    events = list(client.events(client.submit(sent, QUALITY, icc=icc)))
    (layer,) = [event for event in events if isinstance(event, LayerMade)]
    came = np.frombuffer(layer.pixels, "<u2").reshape(120, 160, 3)
    return came, [event.sentence for event in events if isinstance(event, Note)]


def test_layers_come_back_in_the_photo_s_profile(client, in_adobe_rgb):
    came, _ = answer(client, in_adobe_rgb, ADOBE_RGB)
    (wanted,) = restore(Photo(in_adobe_rgb, icc_profile=ADOBE_RGB), Settings.from_dict(QUALITY))
    np.testing.assert_array_equal(came, wanted.pixels)
    # The same bytes without the profile mean other colours, and are not taken for those from the cache.
    without, _ = answer(client, in_adobe_rgb, None)
    assert np.abs(without.astype(int) - came).mean() > 100


def test_a_profile_that_cannot_be_used_is_said(client, in_adobe_rgb):
    _, sentences = answer(client, in_adobe_rgb, read_one_way_only())
    assert sentences == [
        "The photo's colour profile cannot be used both ways; it was kept, and its colours were taken for sRGB."
    ]
