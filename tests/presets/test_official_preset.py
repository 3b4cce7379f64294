"""The published networks behind the interface of the stages, from a folder of (small) checkpoints."""

import numpy as np
import pytest
import torch

from restoration.device import choose_compute
from restoration.errors import MemoryShortError, WeightsError
from restoration.photo import Photo
from restoration.pipeline import restore
from restoration.presets import load_models, official
from restoration.settings import Settings


@pytest.fixture(scope="module")
def models(complete):
    return load_models("official", choose_compute("cpu"), complete)


@pytest.fixture(scope="module")
def portrait():
    from skimage.data import astronaut

    return np.ascontiguousarray(astronaut()[:256, 64:384])


def as_picture(image: np.ndarray) -> np.ndarray:
    return image.astype(np.float32) / 255


def test_a_damaged_portrait_gives_every_layer(models, portrait):
    mask = np.zeros(portrait.shape[:2], np.uint8)
    mask[100:104, 20:200] = 255
    names = [layer.name for layer in restore(Photo(portrait), Settings(preset="official"), mask, models=models)]
    assert names == ["Scratch mask", "Restored", "Scratch repair", "Face 1"]


def test_without_damage_it_is_encoder_quality_mapping_and_decoder_and_the_stretch(models, portrait, complete):
    from restoration.weights import load_official

    picture = as_picture(portrait)  # 256×320: a multiple of 16, so nothing is padded
    restored = models.restorer.restore(picture, np.zeros(picture.shape[:2], bool), True, lambda _: None)
    networks = load_official(complete, ("quality",))
    x = torch.from_numpy(picture * 2 - 1).permute(2, 0, 1)[None]
    with torch.inference_mode():
        z = networks.network("mapping_quality")(networks.network("vae_a").encode(x))
        y = networks.network("vae_b_quality").decode(z)[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(restored, (y - y.min()) / (y.max() - y.min()), atol=0.02)
    assert restored.min() == 0
    assert restored.max() == 1


@pytest.mark.parametrize(("limit", "mapping"), [(10**9, "mapping_scratch"), (100, "mapping_patch_attention")])
def test_damage_goes_through_the_scratch_mapping_and_large_pictures_through_patch_attention(
    complete, portrait, monkeypatch, limit, mapping
):
    monkeypatch.setattr(official, "HIGH_RESOLUTION_PIXELS", limit)
    restorer = load_models("official", choose_compute("cpu"), complete).restorer
    mask = np.zeros(portrait.shape[:2], bool)
    mask[50:60] = True
    result = restorer.restore(as_picture(portrait), mask, False, lambda _: None)
    assert result.shape == portrait.shape
    assert mapping in restorer._networks
    junk = portrait.copy()
    junk[mask] = 7
    assert np.array_equal(result, restorer.restore(as_picture(junk), mask, False, lambda _: None))


@pytest.mark.parametrize("shape", [(1, 1, 3), (33, 50, 3), (3, 200, 3)])
def test_any_size_comes_back_in_its_size(models, shape):
    picture = np.random.default_rng(0).random(shape, np.float32)
    mask = np.zeros(shape[:2], bool)
    assert models.restorer.restore(picture, mask, True, lambda _: None).shape == shape
    for size in ("native", "scale-256", "resize-256"):
        assert models.detector.probability(picture, size, lambda _: None).shape == shape[:2]


def test_without_face_files_the_rest_runs_and_the_reason_is_told(complete, tmp_path, portrait):
    import shutil

    folder = shutil.copytree(complete, tmp_path / "official")
    shutil.rmtree(folder / "Face_Enhancement")
    told = {}
    settings = Settings(preset="official", models=str(folder))
    made = [layer.role for layer in restore(Photo(portrait), settings, tell=told.__setitem__)]
    assert "face" not in made
    assert "restored" in made
    assert "FaceSR_512" in told["faces"]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(WeightsError, match="nowhere"):
        load_models("official", choose_compute("cpu"), tmp_path / "nowhere")


def test_out_of_memory_the_remedy_fits_networks_that_see_the_picture_whole(complete, portrait):
    models = load_models("official", choose_compute("cpu"), complete)

    def refuse(*_):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")

    picture = as_picture(portrait)
    for network in (models.detector.network, models.face_enhancer.network):
        network.register_forward_pre_hook(refuse)
    models.restorer._network("mapping_quality").register_forward_pre_hook(refuse)
    with pytest.raises(MemoryShortError, match="preset compact"):
        models.restorer.restore(picture, np.zeros(picture.shape[:2], bool), True, lambda _: None)
    with pytest.raises(MemoryShortError, match="preset compact"):
        models.detector.probability(picture, "native", lambda _: None)
    with pytest.raises(MemoryShortError, match="not enough memory"):
        models.face_enhancer.enhance(picture[None, :256, :256])


def test_to_find_scratches_the_detector_s_checkpoint_is_enough(complete, tmp_path, portrait):
    import shutil

    folder = shutil.copytree(complete, tmp_path / "official")
    shutil.rmtree(folder / "Global" / "checkpoints" / "restoration")
    others = {stage: {"enabled": False} for stage in ("quality", "inpainting", "faces")}
    found = {"scratches": {"repair": False}, **others}
    settings = Settings.from_dict({**found, "preset": "official", "models": str(folder)})
    assert [layer.role for layer in restore(Photo(portrait), settings)] == ["scratch_mask"]
    with pytest.raises(WeightsError, match="restoration"):
        list(restore(Photo(portrait), Settings(preset="official", models=str(folder))))
