"""The bundled networks: tiled equals whole, and they fit their budget."""

import importlib.resources

import cv2
import numpy as np
import pytest
import torch

from restoration.device import choose_compute
from restoration.errors import MemoryShortError
from restoration.photo import Photo
from restoration.pipeline import restore
from restoration.presets import compact_detector, load_models
from restoration.presets import compact_restorer as compact
from restoration.settings import FaceSettings, QualitySettings, Settings
from restoration.tiling import RESTORE_CONTEXT, tiles

BUNDLED = importlib.resources.files("restoration.weights") / "bundled"


@pytest.fixture(scope="module")
def models():
    return load_models("compact", choose_compute("cpu"))


@pytest.fixture
def picture():
    from skimage.data import chelsea

    return np.tile(chelsea().astype(np.float32) / 255, (1, 2, 1))[:, :800]


def decibels(a: np.ndarray, b: np.ndarray) -> float:
    return float(-10 * np.log10(np.mean((a - b) ** 2) + 1e-12))


def with_tiles_of(core: int):
    models = load_models("compact", choose_compute("cpu"))
    models.restorer.tile_size.core = models.detector.tile_size.core = core
    return models


def test_tiled_restoration_equals_the_whole(models, picture):
    mask = np.zeros(picture.shape[:2], bool)
    whole = models.restorer.restore(picture, mask, True, lambda _: None)
    tiled = with_tiles_of(256).restorer.restore(picture, mask, True, lambda _: None)
    assert decibels(tiled, whole) > 50


def spared(models, picture, mask):
    whole = models.restorer.restore(picture, mask, True, lambda _: None)
    return whole, models.restorer.spared(picture, whole, mask)


def test_detail_that_hardly_changes_is_taken_back_outside_the_damage(models, picture, monkeypatch):
    monkeypatch.setattr(compact, "TONE_CHANGE", (10.0, 11.0))  # no tone is ever corrected
    monkeypatch.setattr(compact, "DETAIL_CHANGE", (10.0, 11.0))
    mask = np.zeros(picture.shape[:2], bool)
    mask[40:60, 30:300] = True
    whole, result = spared(models, picture, mask)
    np.testing.assert_allclose(result[~mask], picture[~mask], atol=1e-6)
    assert np.array_equal(result[mask], whole[mask])


def test_detail_that_changes_much_stays_as_the_networks_drew_it(models, picture, monkeypatch):
    monkeypatch.setattr(compact, "DETAIL_CHANGE", (-2.0, -1.0))
    whole, result = spared(models, picture, np.zeros(picture.shape[:2], bool))
    assert result is whole


def test_between_the_two_it_is_mixed(models, picture, monkeypatch):
    monkeypatch.setattr(compact, "TONE_CHANGE", (10.0, 11.0))
    mask = np.zeros(picture.shape[:2], bool)
    whole, _ = spared(models, picture, mask)
    changes = np.abs(whole - picture).mean(axis=2)
    changes = changes[tuple(slice(side // 8, side - side // 8) for side in changes.shape)]
    down, across = (side // 16 for side in changes.shape)
    blocks = changes[: 16 * down, : 16 * across].reshape(down, 16, across, 16).mean(axis=(1, 3))
    change = float(np.quantile(blocks, 0.2))
    monkeypatch.setattr(compact, "DETAIL_CHANGE", (0.75 * change, 1.75 * change))
    _, result = spared(models, picture, mask)
    np.testing.assert_allclose(result, picture + 0.25 * (whole - picture), atol=1e-3)


def test_texture_beside_a_calm_place_is_spared_and_grain_everywhere_is_not():
    """Both pictures would change by as much on the whole; only one of them changes where it is calm."""
    texture, grain = np.zeros((160, 160), np.float32), np.full((160, 160), 0.01, np.float32)
    texture[:80] = 0.02
    assert compact._ramp(calm_change(texture), compact.DETAIL_CHANGE) == 0
    assert compact._ramp(calm_change(grain), compact.DETAIL_CHANGE) == 1


def test_the_paper_round_a_print_has_no_say(models):
    from skimage.data import coffee

    rng = np.random.default_rng(0)
    grainy = np.clip(coffee()[:256, :320] / 255 + rng.normal(0, 0.1, (256, 320, 1)), 0, 1).astype(np.float32)
    framed = np.pad(grainy, ((24, 24), (24, 24), (0, 0)), constant_values=0.95)
    mask = np.zeros(framed.shape[:2], bool)
    whole, result = spared(models, framed, mask)
    assert result is whole


def calm_change(changes):
    blocks = compact._block_means(changes, np.ones(changes.shape, bool))
    return float(np.quantile(blocks, compact.CALM).mean())


@pytest.mark.parametrize(("shape", "count"), [((8, 40), 2), ((33, 16), 2), ((5, 5), 1)])
def test_blocks_count_what_is_sound_and_small_pictures_have_one_too(shape, count):
    values, counted = np.full(shape, 3.0, np.float32), np.ones(shape, bool)
    values[0], counted[0] = 100, False
    np.testing.assert_array_equal(compact._block_means(values, counted), [3.0] * count)
    assert compact._block_means(values, np.zeros(shape, bool)).size == 0


def test_a_faded_tone_is_corrected_and_a_sound_one_spared(models, picture):
    """Mean change of a pixel by the whole of the restoration, all of its detail taken back."""
    faded = 0.35 + 0.4 * picture
    still = np.zeros(picture.shape[:2], bool)
    restored = models.restorer.restore(faded, still, True, lambda _: None)
    assert decibels(restored, picture) > decibels(faded, picture) + 3
    grid = models.restorer._grid(picture, sparing=True)
    full = models.restorer._grid(picture, sparing=False)
    identity = torch.eye(3, 4).view(1, 12, 1, 1, 1)
    assert (grid - identity).abs().mean() <= (full - identity).abs().mean()


def test_tiled_detection_equals_the_whole(models, picture):
    whole = models.detector.probability(picture, "native", lambda _: None)
    assert decibels(with_tiles_of(256).detector.probability(picture, "native", lambda _: None), whole) > 50


def test_no_seam_that_an_edge_detector_could_find(models, picture):
    """Along the tiles' edges the difference to the whole is no steeper than elsewhere, by Sobel's operator."""
    still = np.zeros(picture.shape[:2], bool)
    whole = models.restorer.restore(picture, still, True, lambda _: None)
    tiled = with_tiles_of(256).restorer.restore(picture, still, True, lambda _: None)
    difference = (tiled - whole).mean(axis=2)
    steep = np.hypot(cv2.Sobel(difference, cv2.CV_32F, 1, 0), cv2.Sobel(difference, cv2.CV_32F, 0, 1))
    beside = np.zeros(still.shape, bool)
    for tile in tiles(*still.shape, 256, RESTORE_CONTEXT):
        rows, columns = tile.core
        beside[max(0, rows.start - 1) : rows.start + 1] |= rows.start > 0
        beside[:, max(0, columns.start - 1) : columns.start + 1] |= columns.start > 0
    assert beside.any()
    assert steep.max() < 2 / 255  # nothing of it is seen
    assert steep[beside].max() <= max(1.5 * steep[~beside].max(), 1e-4)


def refuse_above(network: torch.nn.Module, pixels: int) -> list[int]:
    """Makes a network run out of memory for inputs of more pixels; returns the list of all sizes it is asked for."""
    asked: list[int] = []

    def check(_, inputs):
        asked.append(inputs[0].shape[-2] * inputs[0].shape[-1])
        if asked[-1] > pixels:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    network.register_forward_pre_hook(check)
    return asked


def test_out_of_memory_the_restorer_goes_on_with_smaller_tiles_and_stays_with_them(picture):
    mask = np.zeros(picture.shape[:2], bool)
    mask[100:105, 50:700] = True
    short = with_tiles_of(1024)
    # The mapping sees a latent of a quarter of the side: 200×76 of the whole picture, 148×76 of a tile of 512 pixels.
    asked = refuse_above(short.restorer.mapping, 148 * 76)
    told: list[float] = []
    result = short.restorer.restore(picture, mask, True, told.append)
    assert np.array_equal(result, with_tiles_of(512).restorer.restore(picture, mask, True, lambda _: None))
    assert told == [0, 0, 0.5, 1]
    assert asked == [200 * 76, 148 * 76, 148 * 76]
    assert np.array_equal(short.restorer.restore(picture, mask, True, lambda _: None), result)
    assert asked[3:] == [148 * 76, 148 * 76]


def test_out_of_memory_the_detector_goes_on_with_smaller_tiles(picture):
    short = with_tiles_of(1024)
    refuse_above(short.detector.network, 512 * 304)
    probability = short.detector.probability(picture, "native", lambda _: None)
    assert short.detector.tile_size.core == 256
    assert np.array_equal(probability, with_tiles_of(256).detector.probability(picture, "native", lambda _: None))


def test_if_not_even_the_smallest_tiles_fit_it_is_said(picture):
    short = with_tiles_of(1024)
    refuse_above(short.restorer.mapping, 0)
    refuse_above(short.detector.network, 0)
    with pytest.raises(MemoryShortError, match="Choose a region"):
        short.restorer.restore(picture, np.zeros(picture.shape[:2], bool), True, lambda _: None)
    with pytest.raises(MemoryShortError, match="Choose a region"):
        short.detector.probability(picture, "native", lambda _: None)


@pytest.mark.parametrize("input_size", ["native", "scale-256", "resize-256"])
def test_the_probability_is_of_the_pictures_size(models, picture, input_size):
    probability = models.detector.probability(picture, input_size, lambda _: None)
    assert probability.shape == picture.shape[:2]
    assert probability.dtype == np.float32
    assert probability.min() >= 0
    assert probability.max() <= 1


@pytest.mark.parametrize(
    ("name", "mebibytes"), [("compact_restorer", 8), ("compact_scratch_detector", 2), ("compact_faces", 6)]
)
def test_the_weights_are_small_and_have_their_model_card(name, mebibytes):
    assert len((BUNDLED / f"{name}.safetensors").read_bytes()) <= mebibytes * 2**20
    card = (BUNDLED / f"{name}.md").read_text(encoding="utf-8")
    for heading in ("Data", "Command", "Figures", "Licence"):
        assert heading in card


def test_a_repair_alone_runs_only_the_tiles_that_it_needs(picture):
    """And is, pixel for pixel, what a pass over all tiles gives."""
    mask = np.zeros(picture.shape[:2], bool)
    mask[60:70, 10:90] = True
    settings = Settings(quality=QualitySettings(enabled=False), faces=FaceSettings(enabled=False))
    photo = Photo(np.rint(picture * 255).astype(np.uint8))
    tiles = []

    def repaired(reach: int):
        models = with_tiles_of(128)
        original = models.restorer._run
        models.restorer._run = lambda image, holes: (tiles.append(reach), original(image, holes))[1]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compact, "REPAIR_REACH", reach)
            layers = list(restore(photo, settings, mask.astype(np.uint8) * 255, models=models))
        return next(layer for layer in layers if layer.role == "scratch_repair")

    few, all_of_them = repaired(compact.REPAIR_REACH), repaired(1000)
    assert (few.pixels == all_of_them.pixels).all()
    assert (few.alpha == all_of_them.alpha).all()
    assert tiles.count(compact.REPAIR_REACH) < tiles.count(1000) / 2


@pytest.mark.parametrize(
    ("height", "width", "sizes"),
    [
        (1000, 1500, [(1500, 1000)]),
        (1, 1, [(1, 1)]),
        (2000, 3000, [(3000, 2000), (1732, 1155)]),
        (4000, 6000, [(3464, 2309), (1732, 1155)]),
    ],
)
def test_a_large_scan_is_looked_at_twice(height, width, sizes):
    assert compact_detector.looked_at(height, width, "native") == sizes
    assert compact_detector.looked_at(height, width, "resize-256") == [(256, 256)]


def test_a_wide_scratch_of_a_large_scan_is_found_where_it_looks_thin(monkeypatch, models):
    from skimage.data import chelsea

    # A cell of the small look is as wide as the scratches that the network has learnt.
    picture = cv2.resize(chelsea()[:240, :360].astype(np.float32) / 255, (1440, 960), interpolation=cv2.INTER_CUBIC)
    picture[:, 700:724] = 0.95
    seen = []

    def found(pixels):
        monkeypatch.setattr(compact_detector, "LOOKS", pixels)
        return models.detector.probability(picture.clip(0, 1), "native", seen.append)[:, 704:720].mean()

    once = found((2_000_000, 2_000_000))
    seen.clear()
    twice = found((2_000_000, 90_000))
    assert twice > 0.9
    assert twice > once + 0.2
    assert seen == sorted(seen)
    assert seen[0] == 0
    assert seen[-1] == pytest.approx(1)
