"""Holes and colours: what did not change is not computed again, and comes out as if it were."""

import numpy as np
import pytest
from counting import counted
from test_pipeline_cache import Session, assert_same

from restoration.device import choose_compute
from restoration.photo import Photo
from restoration.pipeline import restore
from restoration.presets import load_models
from restoration.settings import Settings

OFF = {"enabled": False}
COLOUR = {"enabled": True}


@pytest.fixture(scope="module")
def models():
    return load_models("compact", choose_compute("cpu"))


@pytest.fixture(scope="module")
def portrait():
    """With a face, a scratch and a hole."""
    from skimage.data import astronaut

    pixels = np.ascontiguousarray(astronaut()[:256, 64:384])
    pixels[mask_of(pixels) > 0] = 255
    return Photo(pixels)


def mask_of(pixels):
    drawn = np.zeros(pixels.shape[:2], np.uint8)
    drawn[200:204, 20:200] = drawn[20:60, 20:60] = 255
    return drawn


def stroke(x, colour=(200, 40, 40)):
    painted = np.zeros((256, 320, 4), np.uint8)
    painted[100:120, x : x + 20] = (*colour, 255)
    return painted


class Coloured(Session):
    """A session that counts the networks of holes and colours, too."""

    def __init__(self, photo, models):
        super().__init__(photo, models)
        colours = models.colouriser.network
        #: The first part of the network sees the picture, the last one each hint.
        self.networks |= {"fill": models.inpainter.network, "look": colours.quarter, "answer": colours.detail}

    def run(self, hints=None, **stages):
        settings = Settings.from_dict({"quality": {"always": True}, "colour": COLOUR, **stages})
        asked = self.photo, settings, mask_of(self.photo.pixels)
        with counted(**self.networks) as self.calls:
            cached = list(
                restore(*asked, self._note, models=self.models, cache=self.cache, photo_id=self.photo_id, hints=hints)
            )
        assert_same(cached, list(restore(*asked, models=self.models, hints=hints)))
        return cached

    def _note(self, stage, fraction):
        pass


@pytest.fixture
def session(portrait, models):
    one = Coloured(portrait, models)
    one.run()
    assert {name for name, count in one.calls.items() if count} == {"mapping", "fill", "face", "look", "answer"}
    return one


def test_a_run_that_recalls_everything_computes_nothing(session):
    session.run()
    assert not session.calls


def test_strengths_ask_no_network(session):
    half = {"strength": 0.5}
    layers = session.run(
        scratches=half, quality={"always": True, **half}, inpainting=half, faces=half, colour={**COLOUR, **half}
    )
    assert not session.calls
    assert {layer.opacity for layer in layers if layer.role != "scratch_mask"} == {0.5}


def test_a_new_stroke_asks_only_for_its_answer(session):
    session.run(stroke(40))
    assert session.calls == {"answer": 1}
    session.run(stroke(60))
    assert session.calls == {"answer": 1}
    session.run(stroke(60, (40, 40, 200)))
    assert session.calls == {"answer": 1}
    session.run(stroke(40))
    assert not session.calls


def test_a_changed_saturation_asks_no_network(session):
    session.run(colour={**COLOUR, "saturation": 1.5})
    assert not session.calls


def test_more_candidates_ask_only_for_fillings(session):
    """The first candidate is the one that was there: faces and colours are those that were there, too."""
    layers = session.run(inpainting={"candidates": 3})
    assert session.calls == {"fill": 3}
    assert len([layer for layer in layers if layer.role == "inpainted"]) == 3


def test_another_seed_fills_anew_and_restores_nothing(session):
    session.run(inpainting={"seed": 5})
    assert session.calls["fill"] == 1
    assert "mapping" not in session.calls
    assert session.calls["look"] == 1  # another picture is to be coloured


def test_holes_that_are_not_filled_are_repaired_from_the_pass_that_was_made(session):
    session.run(inpainting=OFF)
    assert "mapping" not in session.calls
    assert "fill" not in session.calls
    session.run(inpainting={"least_width": 200})
    assert not session.calls


def test_what_was_off_for_a_while_is_recalled(session):
    session.run(colour=OFF)
    session.run(faces=OFF)
    session.run(inpainting=OFF, faces=OFF)
    session.run()
    assert not session.calls
