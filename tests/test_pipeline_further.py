"""Further stages in the main job: their layer lies where it must, is kept, and a fault of theirs is theirs alone."""

import sys
import zipfile

import numpy as np
import pytest
from stage_packages import DARKER, write_package

from restoration.device import choose_compute
from restoration.errors import Cancelled, SettingsError
from restoration.layers import flatten
from restoration.openraster import write_openraster
from restoration.photo import Photo
from restoration.pipeline import restore, stacked
from restoration.presets import load_models
from restoration.settings import STAGE_NAMES, Settings
from restoration.stage_cache import StageCache
from restoration.stages.discovery import discovered

OFF = {name: {"enabled": False} for name in STAGE_NAMES}
#: Writes down each picture that it is shown.
WATCHING = DARKER.replace("    progress(0.5)", "    SHOWN.append(picture.copy())\n    progress(0.5)") + "\nSHOWN = []\n"
FAILING = DARKER.replace("    progress(0.5)", "    raise ValueError('on purpose')").replace("darker", "aaa_fails")


@pytest.fixture(scope="module")
def models():
    return load_models("compact", choose_compute("cpu"))


@pytest.fixture(scope="module")
def photo():
    from skimage.data import camera

    return Photo(np.ascontiguousarray(camera()[100:196, 180:308, None].repeat(3, axis=2)))


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """Two more stages: one that fails, and one that halves all tones and writes down what it is shown, here."""
    monkeypatch.syspath_prepend(tmp_path)
    write_package(tmp_path, "my_darker", WATCHING)
    write_package(tmp_path, "my_failing", FAILING)
    discovered.cache_clear()
    discovered()
    yield sys.modules["my_darker"].SHOWN
    discovered.cache_clear()
    del sys.modules["my_darker"], sys.modules["my_failing"]


def run(photo, models, *, told=None, progress=None, cache=None, **settings):
    tell = None if told is None else lambda *note: told.append(note)
    made = restore(
        photo,
        Settings.from_dict({**OFF, **settings}),
        None,
        progress,
        tell=tell,
        models=models,
        cache=cache,
        photo_id=None if cache is None else "photo",
    )
    return stacked(list(made))


def darker(strength=1.0):
    return {"darker": {"strength": strength}}


def test_the_layer_shows_with_its_strength_as_opacity(photo, models, shown):
    (layer,) = layers = run(photo, models, further=darker(0.5))
    assert (layer.name, layer.role, layer.opacity, layer.blend_mode) == ("Darker", "further", 0.5, "normal")
    expected = photo.pixels * 0.75
    assert np.abs(flatten(photo, layers).pixels - expected).max() <= 1


def test_it_is_in_an_openraster_file(photo, models, shown, tmp_path):
    file = tmp_path / "out.ora"
    write_openraster(file, photo, run(photo, models, further=darker()), source_name="photo")
    with zipfile.ZipFile(file) as archive:
        assert 'name="Darker"' in archive.read("stack.xml").decode()


def test_it_lies_above_what_it_has_seen_and_below_colour(photo, models, shown):
    layers = run(photo, models, further=darker(), quality={"always": True, "strength": 0.5}, colour={"enabled": True})
    assert [layer.role for layer in layers] == ["restored", "further", "colour"]
    seen = flatten(photo, layers[:1]).pixels / 255
    assert np.abs(shown[-1] - seen).max() < 1e-6, "it sees the picture as strong as the user wants it"


def test_nothing_is_asked_again_unless_the_picture_below_has_changed(photo, models, shown):
    cache = StageCache(1 << 28)
    quality = {"always": True}
    first = run(photo, models, cache=cache, further=darker(), quality=quality)[-1]
    told = []
    again = run(
        photo, models, cache=cache, further=darker(0.3), quality=quality, progress=lambda *step: told.append(step)
    )[-1]
    assert len(shown) == 1
    assert again.opacity == 0.3
    assert (again.pixels == first.pixels).all()
    assert ("darker", 1.0) in told
    run(photo, models, cache=cache, further=darker(), quality={**quality, "strength": 0.4})
    assert len(shown) == 2


def test_one_that_fails_says_so_and_the_others_go_on(photo, models, shown, caplog):
    told = []
    layers = run(photo, models, told=told, further={**darker(), "aaa_fails": {}})
    assert [layer.name for layer in layers] == ["Darker"]
    assert told == [("aaa_fails", "The stage 'aaa_fails' failed and was left out; the log has the rest.")]
    assert "on purpose" in caplog.text


def test_one_that_finds_nothing_says_so_each_time(photo, models):
    cache, told = StageCache(1 << 28), []
    for _ in range(2):
        assert run(photo, models, told=told, cache=cache, further={"descreen": {}}) == []
    assert told == [("descreen", "No halftone screen was found.")] * 2


def test_it_can_be_cancelled(photo, models, shown):
    def stop(stage, fraction):
        if (stage, fraction) == ("darker", 0.5):
            raise Cancelled

    with pytest.raises(Cancelled):
        run(photo, models, progress=stop, further=darker())


def test_a_region_is_what_it_sees_and_where_its_layer_lies(photo, models, shown):
    region = {"x": 10, "y": 20, "width": 40, "height": 30}
    (layer,) = run(photo, models, further=darker(), region=region)
    assert shown[-1].shape == (30, 40, 3)
    assert (layer.x, layer.y, layer.width, layer.height) == (10, 20, 40, 30)


def test_a_name_that_is_not_there_is_refused_before_anything_is_done(photo, models):
    with pytest.raises(SettingsError, match="no stage 'lustre'"):
        run(photo, models, further={"lustre": {}})


def test_a_package_that_is_broken_is_told(photo, models, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    write_package(tmp_path, "broken_stage", "import no_such_module_anywhere")
    discovered.cache_clear()
    told = []
    run(photo, models, told=told, quality={"always": True})
    discovered.cache_clear()
    assert [sentence for stage, sentence in told if "broken_stage" in sentence and not stage] != []
