"""Baselines from files: each kind runs, the file says what holes look like, wrong files are named."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from restoration.device import Compute
from restoration.errors import WeightsError
from restoration.evaluation.trained_baseline import load_baseline
from restoration.networks.compact_mapping import CompactMapping
from restoration.networks.compact_vae import CompactVAE
from restoration.networks.direct_unet import DirectUNet
from restoration.networks.tone import ToneNetwork
from restoration.presets import load_models
from restoration.weights.registry import COMPACT_RESTORER, load_bundled

CPU = Compute(torch.device("cpu"), torch.float32)


def write(path, networks, metadata=None):
    tensors = {f"{name}.{key}": value for name, state in networks.items() for key, value in state.items()}
    save_file({key: value.clone() for key, value in tensors.items()}, path, metadata)
    return path


def run(path, image, mask):
    return load_baseline(path, CPU).restore(image, mask, True, lambda _: None)


@pytest.fixture
def picture():
    rng = np.random.default_rng(0)
    mask = np.zeros((50, 70), bool)
    mask[20:26, 10:60] = True
    return rng.random((50, 70, 3), np.float32), mask


def test_the_bundled_restorer_as_a_baseline_gives_what_the_preset_gives(tmp_path, picture):
    path = write(tmp_path / "ours.safetensors", load_bundled(COMPACT_RESTORER))
    ours = load_models("compact", CPU).restorer.restore(*picture, True, lambda _: None, sparing=False)
    # The picture is padded otherwise: within the reach of convolutions around the edge nothing else differs.
    np.testing.assert_allclose(run(path, *picture), ours, atol=2e-3)


def test_an_untrained_direct_network_shows_what_it_saw_in_holes(tmp_path, picture):
    image, mask = picture
    state = {"direct_unet": DirectUNet(widths=(8, 8, 8, 8)).state_dict()}
    smooth = run(write(tmp_path / "smooth.safetensors", state), image, mask)
    white = run(write(tmp_path / "white.safetensors", state, {"holes": "white"}), image, mask)
    np.testing.assert_allclose(smooth[~mask], image[~mask], atol=1e-6)
    assert (white[mask] == 1).all()
    assert 0.3 < smooth[mask].mean() < 0.7  # about the mean of the noise around it


def test_without_the_latent_translation_the_latent_goes_straight_to_the_decoder(tmp_path, picture):
    image, mask = picture
    vae = CompactVAE()
    path = write(tmp_path / "vae.safetensors", {"vae_a": vae.state_dict(), "vae_b": vae.state_dict()})
    sound = np.zeros_like(mask)
    x = torch.from_numpy(image[:48, :64].copy()).permute(2, 0, 1)[None] * 2 - 1
    with torch.inference_mode():
        expected = (vae.decode_onto(vae.encode(x), x)[0].permute(1, 2, 0).clamp(-1, 1) + 1) / 2
    np.testing.assert_allclose(run(path, image[:48, :64], sound[:48, :64]), expected.numpy(), atol=1e-5)


def test_a_mapping_without_the_block_gives_holes_nothing_from_afar(tmp_path):
    torch.manual_seed(0)
    mapping, vae, rng = CompactMapping(), CompactVAE(), np.random.default_rng(0)
    with torch.no_grad():
        for network in (mapping, vae):
            for parameter in network.parameters():
                parameter.add_(0.03 * torch.randn_like(parameter))
    networks = {"vae_a": vae.state_dict(), "mapping": mapping.state_dict(), "vae_b": vae.state_dict()}
    whole = write(tmp_path / "with.safetensors", networks, {"holes": "white"})
    networks["mapping"] = {k: v for k, v in networks["mapping"].items() if not k.startswith("non_local.")}
    without = write(tmp_path / "without.safetensors", networks, {"holes": "white"})
    image, mask = rng.random((64, 640, 3), np.float32), np.zeros((64, 640), bool)
    mask[24:40, 8:24] = True
    far = image.copy()
    far[:, -64:] = 0
    hole = np.s_[24:40, 8:24]
    assert np.abs(run(whole, image, mask) - run(whole, far, mask))[hole].max() > 1e-6
    assert np.abs(run(without, image, mask) - run(without, far, mask))[hole].max() == 0


def test_tone_comes_first_where_there_is_one(tmp_path, picture):
    image, mask = picture
    tone = ToneNetwork()
    torch.nn.init.constant_(tone.mix[2].bias, 0.1)  # every entry of every transform
    state = {"tone": tone.state_dict(), "direct_unet": DirectUNet(widths=(8, 8, 8, 8)).state_dict()}
    path = write(tmp_path / "toned.safetensors", state)
    assert np.abs(run(path, image, np.zeros_like(mask)) - image).max() > 0.02
    untoned = load_baseline(path, CPU).restore(image, np.zeros_like(mask), False, lambda _: None)
    np.testing.assert_allclose(untoned, image, atol=1e-6)


def test_wrong_files_are_named(tmp_path):
    with pytest.raises(WeightsError, match="no weight file"):
        load_baseline(tmp_path / "nothing.safetensors", CPU)
    (tmp_path / "text.safetensors").write_text("no weights")
    with pytest.raises(WeightsError, match=r"text\.safetensors is damaged"):
        load_baseline(tmp_path / "text.safetensors", CPU)
    vae = CompactVAE().state_dict()
    with pytest.raises(WeightsError, match="holds the networks vae_a"):
        load_baseline(write(tmp_path / "half.safetensors", {"vae_a": vae}), CPU)
    with pytest.raises(WeightsError, match="holes are 'black'"):
        load_baseline(write(tmp_path / "h.safetensors", {"vae_a": vae, "vae_b": vae}, {"holes": "black"}), CPU)
    del vae["encoder.1.bias"]
    with pytest.raises(WeightsError, match=r"lacking\.safetensors: .*encoder\.1\.bias is missing"):
        load_baseline(write(tmp_path / "lacking.safetensors", {"vae_a": vae, "vae_b": vae}), CPU)
