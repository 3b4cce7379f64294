import os
import pickle
import shutil
from pathlib import Path

import pytest
import torch
from official_folder import save, weights_of

from restoration.errors import SettingsError, WeightsError
from restoration.weights import load_official
from restoration.weights.official import CHECKPOINTS
from restoration.weights.reference import REFERENCE_NETWORKS


@pytest.fixture
def folder(complete, tmp_path) -> Path:
    """A complete folder of which a test may break something."""
    return shutil.copytree(complete, tmp_path / "official")


def test_every_network_comes_from_its_own_file(complete):
    models = load_official(complete)
    assert set(models.names) == set(CHECKPOINTS)
    for name in models.names:
        network = models.network(name)
        assert isinstance(network, REFERENCE_NETWORKS[CHECKPOINTS[name].network])
        expected = REFERENCE_NETWORKS[CHECKPOINTS[name].network].own_form(weights_of(name))
        assert all(torch.equal(tensor, expected[key]) for key, tensor in network.state_dict().items())


def test_the_layout_is_that_of_the_official_archives():
    assert {checkpoint.path for checkpoint in CHECKPOINTS.values()} == {
        "Global/checkpoints/detection/FT_Epoch_latest.pt",
        "Global/checkpoints/restoration/VAE_A_quality/latest_net_G.pth",
        "Global/checkpoints/restoration/VAE_B_quality/latest_net_G.pth",
        "Global/checkpoints/restoration/VAE_B_scratch/latest_net_G.pth",
        "Global/checkpoints/restoration/mapping_quality/latest_net_mapping_net.pth",
        "Global/checkpoints/restoration/mapping_scratch/latest_net_mapping_net.pth",
        "Global/checkpoints/restoration/mapping_Patch_Attention/latest_net_mapping_net.pth",
        "Face_Enhancement/checkpoints/Setting_9_epoch_100/latest_net_G.pth",
        "Face_Enhancement/checkpoints/FaceSR_512/latest_net_G.pth",
    }


def test_files_in_the_format_of_before_torch_1_6_are_read(folder):
    save(folder, "scratch_detector", _use_new_zipfile_serialization=False)
    network = load_official(folder, require=["detection"]).network("scratch_detector")
    assert torch.equal(network.state_dict()["last.1.weight"], weights_of("scratch_detector")["last.1.weight"])


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("detection", {"scratch_detector"}),
        ("quality", {"vae_a", "vae_b_quality", "mapping_quality"}),
        ("scratch", {"vae_a", "vae_b_scratch", "mapping_scratch"}),
        ("high_resolution", {"vae_a", "vae_b_scratch", "mapping_patch_attention"}),
        ("faces", {"face_256", "face_512"}),
    ],
)
def test_a_group_needs_its_own_files_only(tmp_path, group, names):
    for name in names:
        save(tmp_path, name)
    assert set(load_official(tmp_path, require=[group]).names) == names


def test_an_unknown_group_is_refused(complete):
    with pytest.raises(SettingsError, match="'colour'"):
        load_official(complete, require=["detection", "colour"])


def test_a_network_that_was_not_asked_for_is_refused(complete):
    with pytest.raises(WeightsError, match="'face_256' was not loaded"):
        load_official(complete, require=["detection"]).network("face_256")


class Bomb:
    """Unpickling it runs code: it makes a folder."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


def test_one_error_names_every_file_that_is_missing_or_wrong_and_runs_none(folder, tmp_path):
    def path(name: str) -> Path:
        return folder / CHECKPOINTS[name].path

    mark = tmp_path / "the bomb went off"
    path("vae_a").unlink()
    path("vae_b_quality").write_text("<html>404</html>")
    whole = path("vae_b_scratch").read_bytes()
    path("vae_b_scratch").write_bytes(whole[: len(whole) // 2])
    torch.save(weights_of("vae_a"), path("mapping_quality"))
    torch.save({"model": weights_of("scratch_detector")}, path("scratch_detector"))
    torch.save({**weights_of("mapping_scratch"), "bomb": Bomb(mark)}, path("mapping_scratch"))
    path("mapping_patch_attention").write_bytes(pickle.dumps(Bomb(mark), protocol=2))
    path("face_256").write_bytes(b"")
    torch.save([1, 2, 3], path("face_512"))
    with pytest.raises(WeightsError) as error:
        load_official(folder)
    reasons = {
        "vae_a": "missing",
        "vae_b_quality": "damaged",
        "vae_b_scratch": "damaged",
        "mapping_quality": "not the weights of this network (model.0.weight is missing",
        "scratch_detector": "holds no state dict under 'model_state'",
        "mapping_scratch": "damaged, or not a checkpoint of tensors only",
        "mapping_patch_attention": "damaged, or not a checkpoint of tensors only",
        "face_256": "damaged",
        "face_512": "holds no state dict",
    }
    for name, reason in reasons.items():
        assert f"{CHECKPOINTS[name].path}: {reason}" in str(error.value)
    assert not mark.exists()


def test_a_folder_that_is_not_there_names_all_its_files(tmp_path):
    with pytest.raises(WeightsError, match="archives") as error:
        load_official(tmp_path / "nowhere")
    assert all(f"{checkpoint.path}: missing" in str(error.value) for checkpoint in CHECKPOINTS.values())


def test_a_file_that_vanishes_later_is_named_when_it_is_needed(folder):
    models = load_official(folder)
    (folder / CHECKPOINTS["vae_a"].path).unlink()
    with pytest.raises(WeightsError, match=r"VAE_A_quality/latest_net_G\.pth: missing"):
        models.network("vae_a")
