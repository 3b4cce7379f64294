"""The library, taking the published steps, makes the pictures that the plain implementation makes."""

import json

import numpy as np
import pytest
import torch
from reference_networks import SMALL

from restoration.bench.agreement import agreement_of, most_levels
from restoration.bench.cases import Case
from restoration.bench.golden_folder import write_golden_folder
from restoration.bench.job import FINAL, INPUT, MASK, RESTORED, Job, read_mask, read_picture, write_picture
from restoration.bench.needs import uses_patches
from restoration.bench.pictures import aged_portrait
from restoration.bench.plain_stage import STAGES, load
from restoration.bench.steps import restore_in_steps
from restoration.device import Compute
from restoration.presets import load_models
from restoration.weights.official import load_official

FLOAT32 = Compute(torch.device("cpu"), torch.float32)


@pytest.fixture(scope="module")
def golden(tmp_path_factory):
    return write_golden_folder(tmp_path_factory.mktemp("golden"), SMALL)


def both(folder, job, side):
    """The job done by both, and how their pictures compare."""
    for name in ("plain", "steps"):
        (folder / name).mkdir()
    write_picture(folder / INPUT, aged_portrait(side, side, job.scratches))
    with torch.inference_mode():
        for stage in STAGES[not job.scratches :]:
            load(stage, job, folder)()
    models = load_models(job.preset, FLOAT32, job.models)
    done = restore_in_steps(read_picture(folder / INPUT), job, models)
    write_picture(folder / "steps" / FINAL, done.final)
    write_picture(folder / "steps" / RESTORED, done.restored)
    if done.mask is not None:
        write_picture(folder / "steps" / MASK, done.mask)
    return agreement_of(folder)


@pytest.mark.parametrize(("side", "scratches"), [(128, False), (128, True), (1056, True)])
def test_official(tmp_path, golden, side, scratches):
    high_resolution = uses_patches(Case("official", side, side, scratches))
    assert high_resolution == (side == 1056)
    agreement = both(tmp_path, Job("official", str(golden), scratches, high_resolution, True), side)
    assert agreement.mask_differs == (0 if scratches else None)
    assert agreement.restored_levels <= 1
    assert agreement.final_apart < 1e-3
    photo, restored = read_picture(tmp_path / INPUT), read_picture(tmp_path / "plain" / RESTORED)
    assert most_levels(photo, restored) > 100  # these weights leave no pixel as it was
    if scratches:
        assert 0 < (read_mask(tmp_path / "plain" / MASK) > 0).mean() < 1


def test_compact_with_a_face(tmp_path):
    agreement = both(tmp_path, Job("compact", None, True, False, True), 512)
    assert agreement.mask_differs < 1e-4
    assert agreement.final_levels <= 2
    assert len(json.loads((tmp_path / "plain" / "faces.json").read_text())) == 1
    restored, final = (read_picture(tmp_path / "plain" / name) for name in (RESTORED, FINAL))
    changed = (restored != final).any(axis=2).mean()
    assert 0.005 < changed < 0.3  # the face was drawn, and nothing else


def test_what_differs_is_told(tmp_path, golden):
    job = Job("official", str(golden), False, False, True)
    both(tmp_path, job, 64)
    path = tmp_path / "steps" / FINAL
    write_picture(path, read_picture(path) // np.uint8(2))
    agreement = agreement_of(tmp_path)
    assert agreement.final_levels > 100
    assert agreement.final_apart > 0.9
    assert agreement.final_psnr_db < 20
    assert agreement.restored_levels <= 1


def test_a_folder_by_the_golden_rule_is_complete_and_no_larger_than_asked(golden):
    models = load_official(golden)
    a, b = (models.network(name).state_dict()["encoder.1.weight"] for name in ("vae_a", "vae_b_scratch"))
    assert a.shape == b.shape == (4, 3, 7, 7)
    assert not torch.equal(a, b)
    assert models.network("face_512").conv_img.in_channels == 2
