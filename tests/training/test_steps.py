"""Each network learns: a few seconds of the real steps, and the loss falls; what is left loads."""

import json
from dataclasses import replace

import pytest
import torch
from PIL import Image

from restoration.errors import SettingsError, WeightsError
from restoration.networks.compact_mapping import CompactMapping
from restoration.networks.partial_nonlocal import ScratchMapping
from restoration.networks.vae import Vae
from restoration.training import config, families, monitor
from restoration.training.run import averaged_state
from restoration.training.steps import STEPS, run_step
from restoration.training.workshop import Workshop
from restoration.weights.files import read_networks
from restoration.weights.registry import COMPACT_DETECTOR, COMPACT_RESTORER


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    from skimage.data import astronaut, chelsea, coffee, rocket

    root = tmp_path_factory.mktemp("data")
    for folder, pictures in (("photos/train", (astronaut, chelsea, coffee)), ("old/train", (rocket,))):
        (root / folder).mkdir(parents=True)
        for make in pictures:
            Image.fromarray(make()[:320, :320]).save(root / folder / f"{make.__name__}.png")
    (root / "faces/train").mkdir(parents=True)
    Image.fromarray(astronaut()[:256, 96:352]).resize((512, 512)).save(root / "faces/train/astronaut.png")
    return root


def small(preset, crops):
    """The preset's configs with smaller crops: seconds must do."""
    return {
        name: replace(plan, batch=4, crop=crops.get(name, 64), warmup_steps=5)
        for name, plan in config.CONFIGS[preset].items()
    }


def totals(shop, run):
    return [json.loads(line)["total"] for line in (shop.out / f"{run}.jsonl").read_text().splitlines()]


def test_every_step_of_the_compact_preset_learns_and_leaves_weights_that_load(data, tmp_path, monkeypatch):
    monkeypatch.setattr(monitor, "REPORT_EVERY_STEPS", 2)
    monkeypatch.setitem(config.CONFIGS, "compact", small("compact", {"scratch-detector": 96}))
    shop = Workshop(data, tmp_path, "cpu")
    for step in (*STEPS["compact"], "direct-unet"):
        run_step(step, shop, hours=6 / 3600)
    for run in ("tone", "scratch_detector", "vae_a", "vae_b", "mapping", "refine", "face", "direct_unet"):
        records = totals(shop, run)
        # The mapping and what refines it start as the identity between VAEs that have hardly learnt.
        assert min(records[len(records) // 2 :]) < max(records[:2]), run
        assert list((tmp_path / "tensorboard" / run).iterdir()), run
    for bundled in (COMPACT_RESTORER, COMPACT_DETECTOR):
        assert set(read_networks(tmp_path / f"{bundled.name}.safetensors")) == set(bundled.networks)


def test_a_training_can_start_from_a_weight_file(data, tmp_path, monkeypatch):
    monkeypatch.setitem(config.CONFIGS, "compact", small("compact", {}))
    torch.manual_seed(3)
    known = read_bundled()
    shop = Workshop(data, tmp_path, "cpu", start=known)
    run_step("pairs", shop)
    run_step("refine", shop, hours=1e-9)  # a single step, at the lowest rate
    began = torch.load(shop.checkpoint("refine"), weights_only=True)["networks"]
    key = "enter.0.weight"
    torch.testing.assert_close(began[f"mapping.{key}"], known["mapping"][key], rtol=0, atol=1e-3)


def read_bundled():
    from restoration.weights.registry import load_bundled

    return load_bundled(COMPACT_RESTORER)


@pytest.mark.parametrize("non_local", [True, False])
def test_the_published_method_learns_with_and_without_the_non_local_block(data, tmp_path, monkeypatch, non_local):
    """The same code as at full size; widths of a few channels let a CPU take its steps in seconds."""
    narrow = replace(
        families.PAPER_FAMILY,
        new_vae=lambda: Vae(width=16),
        new_mapping=lambda with_block: narrow_mapping(with_block),
    )
    monkeypatch.setattr(monitor, "REPORT_EVERY_STEPS", 2)
    monkeypatch.setitem(families.FAMILIES, "paper", narrow)
    faster = {name: replace(plan, learning_rate=2e-3) for name, plan in small("paper", {}).items()}
    monkeypatch.setitem(config.CONFIGS, "paper", faster)
    shop = Workshop(data, tmp_path, "cpu", "paper", non_local=non_local)
    for step in ("pairs", "vae-a", "vae-b", "mapping"):
        run_step(step, shop, steps=24)
    name = "mapping" if non_local else "mapping_without_non_local"
    for run in ("vae_a", "vae_b", name):
        records = [json.loads(line) for line in (tmp_path / f"{run}.jsonl").read_text().splitlines()]
        # What is not adversarial, weighed as published: the rest is a game, whose losses need not fall.
        plain = [60 * r["latent"] if run == name else 10 * r["l1"] + r["kl"] for r in records]
        assert min(plain[len(plain) // 2 :]) < max(plain[:2]), run
        assert all(r["adversarial"] > 0 and r["critic"] > 0 for r in records), run
    assert "latent_critic" in json.loads((tmp_path / "vae_a.jsonl").read_text().splitlines()[0])
    # The published method keeps both VAEs as they are while the mapping learns.
    before = averaged_state(tmp_path / "vae_b.pt", "vae_b")
    after = torch.load(tmp_path / f"{name}.pt", weights_only=True)["networks"]
    for key, value in before.items():
        torch.testing.assert_close(after[f"vae_b.{key}"], value, rtol=0, atol=0)


def narrow_mapping(with_block):
    from restoration.networks.mapping import QualityMapping

    return ScratchMapping((16, 16, 16, 32)) if with_block else QualityMapping((16, 16, 16, 32))


def test_without_the_latent_the_mapping_needs_no_vaes(data, tmp_path, monkeypatch):
    monkeypatch.setitem(config.CONFIGS, "compact", small("compact", {}))
    shop = Workshop(data, tmp_path, "cpu", non_local=False, latent=False)
    for step, hours in (("pairs", None), ("tone", 1e-9), ("mapping", 2 / 3600)):
        run_step(step, shop, hours)
    state = torch.load(tmp_path / "mapping_without_non_local_without_latent.pt", weights_only=True)["averaged"]
    mapping = {key.removeprefix("mapping."): value for key, value in state.items() if key.startswith("mapping.")}
    assert CompactMapping.from_state_dict(mapping).non_local is None


def test_a_step_whose_forerunner_is_missing_says_so(data, tmp_path):
    with pytest.raises(WeightsError, match=r"no weights of tone.*Train tone first"):
        run_step("vae-a", Workshop(data, tmp_path, "cpu"))


def test_a_step_that_the_preset_lacks_is_refused(data, tmp_path):
    with pytest.raises(SettingsError, match="no step tone"):
        run_step("tone", Workshop(data, tmp_path, "cpu", "paper"))
