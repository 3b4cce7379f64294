"""What did not change is not computed again, and comes out as if it were."""

import numpy as np
import pytest
from counting import counted

from restoration.device import choose_compute
from restoration.errors import Cancelled
from restoration.photo import Photo
from restoration.pipeline import restore
from restoration.presets import load_models
from restoration.settings import FaceSettings, QualitySettings, Region, ScratchSettings, Settings
from restoration.stage_cache import StageCache

ROOMY = 10**9
OFF = {"enabled": False}


@pytest.fixture(scope="module")
def models():
    """With tiles of 128 pixels, so that a wide picture has several that do not see each other."""
    loaded = load_models("compact", choose_compute("cpu"))
    loaded.restorer.tile_size.core = 128
    return loaded


@pytest.fixture(scope="module")
def aged():
    """A faded, grainy, scratched photograph, 48×1280, ten tiles wide."""
    from skimage.data import chelsea

    from restoration.ageing import age
    from restoration.ageing.recipe import BENCHMARK

    return Photo(age(np.ascontiguousarray(np.tile(chelsea()[100:148], (1, 3, 1))[:, :1280]), 5, BENCHMARK).image)


@pytest.fixture(scope="module")
def mask(aged):
    drawn = np.zeros(aged.pixels.shape[:2], np.uint8)
    drawn[20:24, 600:700] = 255
    return drawn


class Session:
    """One photo, one cache, and what the last run told and asked of the networks."""

    def __init__(self, photo, models, limit=ROOMY, photo_id="photo"):
        self.photo, self.models, self.photo_id = photo, models, photo_id
        self.cache = StageCache(limit)
        restorer = models.restorer
        self.networks = {"detector": models.detector.network, "mapping": getattr(restorer, "mapping", None)}
        self.networks = {name: network for name, network in self.networks.items() if network is not None}
        if models.face_enhancer:
            self.networks["face"] = models.face_enhancer.network

    def run(self, settings=None, mask=None, progress=None):
        self.told = []

        def note(stage, fraction):
            self.told.append((stage, fraction))
            if progress:
                progress(stage, fraction)

        with counted(**self.networks) as self.calls:
            return list(
                restore(
                    self.photo, settings or Settings(), mask, note,
                    models=self.models, cache=self.cache, photo_id=self.photo_id,
                )
            )  # fmt: skip

    def fractions(self, stage):
        return [fraction for name, fraction in self.told if name == stage]


def assert_same(cached, fresh):
    assert [layer.name for layer in cached] == [layer.name for layer in fresh]
    for one, other in zip(cached, fresh, strict=True):
        assert np.array_equal(one.pixels, other.pixels)
        assert (one.alpha is None) == (other.alpha is None)
        assert one.alpha is None or np.array_equal(one.alpha, other.alpha)
        facts = ("role", "x", "y", "blend_mode", "opacity", "visible", "note", "group")
        assert [getattr(one, fact) for fact in facts] == [getattr(other, fact) for fact in facts]


def without_quality(**scratches):
    return Settings(quality=QualitySettings(enabled=False), scratches=ScratchSettings(**scratches))


@pytest.fixture(scope="module")
def steps(aged, models, mask):
    """Settings and masks, one after another, with the layers that come out without a cache."""
    edited = mask.copy()
    edited[30:33, 100:120] = 255
    asked = [
        (Settings(), None),
        (Settings(quality=QualitySettings(strength=0.3)), None),
        (Settings(scratches=ScratchSettings(enabled=False)), None),
        (without_quality(strength=0.5), None),
        (Settings(scratches=ScratchSettings(threshold=0.3)), None),
        (Settings(quality=QualitySettings(always=True)), mask),
        (Settings(), edited),
        (without_quality(), edited),
        (Settings(scratches=ScratchSettings(mask_mode="unite")), mask),
        (Settings(region=Region(100, 0, 200, 48)), None),
        (Settings(scratches=ScratchSettings(input_size="scale-256")), None),
        (Settings(scratches=ScratchSettings(repair=False)), mask),
        (Settings(), None),
    ]
    return [(*step, list(restore(aged, *step, models=models))) for step in asked]


@pytest.mark.parametrize("limit", [ROOMY, 500_000])
def test_through_every_change_of_settings_the_layers_are_those_without_a_cache(aged, models, steps, limit):
    session = Session(aged, models, limit)
    for settings, painted, layers in steps:
        assert_same(session.run(settings, painted), layers)
        assert session.cache.held_bytes <= limit


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_kind_of_pixels_comes_back_as_it_was(aged, models, depth, channels):
    photo = Photo(aged.pixels[:, :200, :channels].astype(depth) * (257 if depth == np.uint16 else 1))
    session = Session(photo, models)
    assert_same(session.run(), list(restore(photo, Settings(), models=models)))
    assert_same(session.run(), list(restore(photo, Settings(), models=models)))
    assert not session.calls


def test_a_changed_strength_asks_no_network_and_says_1_at_once(aged, models):
    session = Session(aged, models)
    session.run()
    assert session.calls["detector"] > 0
    assert session.calls["mapping"] == 10
    weaker = Settings(quality=QualitySettings(strength=0.5), scratches=ScratchSettings(strength=0.25))
    layers = {layer.role: layer for layer in session.run(weaker)}
    assert not session.calls
    assert session.fractions("detection") == session.fractions("quality") == [1.0]
    assert (layers["restored"].opacity, layers["scratch_repair"].opacity) == (0.5, 0.25)


def test_a_changed_threshold_does_not_ask_the_detector_again(aged, models):
    session = Session(aged, models)
    session.run()
    session.run(Settings(scratches=ScratchSettings(threshold=0.2)))
    assert session.calls["detector"] == 0
    assert session.calls["mapping"] > 0
    assert session.fractions("detection") == [1.0]


def test_a_stage_that_was_off_for_a_while_is_recalled(aged, models):
    session = Session(aged, models)
    session.run()
    session.run(without_quality())
    session.run(Settings(scratches=ScratchSettings(enabled=False)))
    session.run()
    assert not session.calls
    session.run(without_quality(strength=0.4))
    assert not session.calls
    assert session.fractions("scratches") == [1.0]


def test_an_edited_mask_runs_the_tiles_that_see_the_edit_and_no_others(aged, models, mask):
    session = Session(aged, models)
    session.run(mask=mask)
    edited = mask.copy()
    edited[10:13, 640:650] = 255
    layers = session.run(mask=edited)
    # With 192 pixels of context, and widened by two, it is seen by the tiles whose cores reach from 446 to 844:
    # those that begin at 384, 512, 640 and 768.
    assert session.calls == {"mapping": 4}
    assert_same(layers, list(restore(aged, Settings(), edited, models=models)))


def test_an_erased_mask_runs_only_the_tiles_that_saw_it(aged, models, mask):
    session = Session(aged, models)
    session.run(mask=mask)
    layers = session.run(mask=np.zeros_like(mask))
    assert 0 < session.calls["mapping"] < 10
    assert_same(layers, list(restore(aged, Settings(), np.zeros_like(mask), models=models)))


def test_a_photo_that_needs_nothing_is_not_restored_again_to_find_that_out(models):
    from skimage.data import astronaut

    session = Session(Photo(np.ascontiguousarray(astronaut())), models)
    only_quality = Settings.from_dict({"scratches": OFF, "inpainting": OFF, "faces": OFF})
    assert session.run(only_quality) == []
    assert session.run(only_quality) == []
    assert not session.calls
    assert session.fractions("quality") == [1.0]


def test_what_was_found_is_repaired_without_searching_again(aged, models):
    session = Session(aged, models)
    session.run(Settings(scratches=ScratchSettings(repair=False)))
    session.run(Settings(scratches=ScratchSettings(enabled=False)))
    assert not session.calls  # R without repair is R with scratches off
    session.run(Settings())
    assert session.calls["detector"] == 0
    assert session.calls["mapping"] > 0


def test_another_photo_or_region_is_not_taken_for_this_one(aged, models):
    session = Session(aged, models)
    session.run()
    session.photo_id = "another"
    session.run()
    assert session.calls["detector"] > 0
    assert session.calls["mapping"] == 10
    session.run(Settings(region=Region(0, 0, 300, 48)))
    assert session.calls["detector"] > 0


@pytest.mark.parametrize("stage", ["detection", "quality"])
def test_a_run_that_was_cancelled_leaves_nothing_half_done(aged, models, mask, stage):
    session = Session(aged, models)
    session.run(mask=mask)
    held = session.cache.held_bytes
    united = Settings(scratches=ScratchSettings(mask_mode="unite", threshold=0.3))

    def stop(name, fraction):
        if name == stage and 0 < fraction < 1:
            raise Cancelled

    models.detector.tile_size.core = 512  # several tiles, to be cancelled between
    try:
        with pytest.raises(Cancelled):
            session.run(united, mask, stop)
        kept_probability = 4 * mask.size if stage == "quality" else 0
        assert session.cache.held_bytes - held == pytest.approx(kept_probability, abs=2000)
        assert_same(session.run(united, mask), list(restore(aged, united, mask, models=models)))
        assert_same(session.run(mask=mask), list(restore(aged, Settings(), mask, models=models)))
        assert not session.calls
    finally:
        models.detector.tile_size.core = 1024


def test_a_cache_without_a_name_for_the_photo_is_refused(aged, models):
    with pytest.raises(ValueError, match="id"):
        list(restore(aged, Settings(), models=models, cache=StageCache(1)))
    with pytest.raises(ValueError, match="id"):
        list(restore(aged, Settings(), models=models, photo_id="photo"))


@pytest.fixture(scope="module")
def official(complete):
    return load_models("official", choose_compute("cpu"), complete)


@pytest.fixture(scope="module")
def portrait():
    from skimage.data import astronaut

    return Photo(np.ascontiguousarray(astronaut()[:256, 64:384]))


def test_faces_are_drawn_once_for_what_they_are_made_of(official, portrait):
    always = {"preset": "official", "quality": {"always": True}}
    session = Session(portrait, official)
    session.run(Settings.from_dict(always))
    assert session.calls["face"] == 1
    faces = {"strength": 0.5}
    layers = session.run(Settings.from_dict({**always, "faces": faces}))
    assert not session.calls
    assert session.fractions("faces") == [1.0]
    assert layers[-1].opacity == 0.5
    without = Settings.from_dict({"preset": "official", "quality": OFF, "scratches": OFF})
    assert_same(session.run(without), list(restore(portrait, without, models=official)))
    assert session.calls["face"] == 1  # another picture under the face
    assert_same(
        session.run(Settings.from_dict(always)), list(restore(portrait, Settings.from_dict(always), models=official))
    )
    assert not session.calls


def test_faces_that_are_switched_on_find_the_restored_picture_made(official, portrait):
    settings = Settings(preset="official", quality=QualitySettings(always=True))
    session = Session(portrait, official)
    session.run(Settings(preset="official", quality=settings.quality, faces=FaceSettings(enabled=False)))
    assert_same(session.run(settings), list(restore(portrait, settings, models=official)))
    assert session.calls == {"face": 1}
    assert session.fractions("quality") == [1.0]


def test_the_official_restorer_runs_for_another_mask_and_not_for_the_same(official, portrait):
    mask = np.zeros(portrait.pixels.shape[:2], np.uint8)
    mask[100:104, 20:200] = 255
    session = Session(portrait, official)
    settings = Settings(preset="official", faces=FaceSettings(enabled=False))
    session.run(settings, mask)
    session.run(settings, mask.copy())
    assert session.fractions("quality") == [1.0]
    mask[200:204] = 255
    assert_same(session.run(settings, mask), list(restore(portrait, settings, mask, models=official)))
    assert 0.1 in session.fractions("quality")
