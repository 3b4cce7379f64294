"""Faces from portrait to report, with the real networks around a tiny face network."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from skimage.data import astronaut
from small_data import cat
from typer.testing import CliRunner

from restoration.cli.app import app
from restoration.device import choose_compute
from restoration.evaluation.face_cases import face_case
from restoration.evaluation.faces import AGED, DRAWN, GLOBAL, NOT_FOUND, SPARED, WITH_FACES, judged_face
from restoration.networks.compact_face import CompactFaceGenerator
from restoration.presets import load_models
from restoration.presets.compact_faces import CompactFaceEnhancer

MANIFEST = (
    "set,split,name,source,orig,w,h\nfaces,test,astronaut.png,utk,faces/utk/41_1_0_20170109203520178.jpg,300,300\n"
)


def tiny(bias: float = 0.0) -> CompactFaceGenerator:
    """Leaves faces as they are; with a bias they come out brighter, with one of 2 all white."""
    torch.manual_seed(0)
    network = CompactFaceGenerator((8, 8, 8, 8))
    torch.nn.init.constant_(network.leave[1].bias, bias)
    return network


def evaluate_faces(*arguments):
    return CliRunner().invoke(app, ["evaluate-faces", "--device", "cpu", *map(str, arguments)])


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    (folder / "faces/test").mkdir(parents=True)
    Image.fromarray(astronaut()[:300, 100:400]).save(folder / "faces/test/astronaut.png")
    Image.fromarray(cat()).save(folder / "faces/test/cat.png")
    (folder / "MANIFEST.csv").write_text(MANIFEST)
    return folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "face.safetensors"
    save_file({f"face.{key}": tensor for key, tensor in tiny(bias=0.2).state_dict().items()}, path)
    return path


@pytest.fixture(scope="module")
def case(data):
    """Faded and grainy without doubt, so that the global stages have much to do, however they are set."""
    found = face_case(data / "faces/test/astronaut.png", number=1)
    grain = np.random.default_rng(0).normal(0, 12, found.clean.shape)
    return replace(found, aged=np.clip(80 + 0.4 * found.clean + grain, 0, 255).astype(np.uint8))


def with_network(network: CompactFaceGenerator):
    compute = choose_compute("cpu")
    return replace(load_models("compact", compute), face_enhancer=CompactFaceEnhancer(network.eval(), compute))


@pytest.fixture(scope="module")
def brightened(case):
    return judged_face(case, with_network(tiny(bias=0.2)), age=41)


def test_a_network_that_only_brightens_changes_little(brightened):
    # The pipeline gives a drawn face the tones of the picture; what is left is warping it there and back.
    assert brightened.fate == DRAWN
    before, after = brightened.figures[GLOBAL], brightened.figures[WITH_FACES]
    assert after.psnr == pytest.approx(before.psnr, abs=0.5)
    assert after.distance == pytest.approx(before.distance, abs=0.05)
    assert after != before
    assert brightened.groups["age"] == "18-59"
    assert brightened.groups["recipe"] == "worn"


def test_global_stages_come_nearer_to_the_truth_than_the_aged_scan(brightened):
    assert brightened.figures[GLOBAL].psnr > brightened.figures[AGED].psnr + 3
    assert brightened.figures[GLOBAL].psnr_tone_fitted > brightened.figures[AGED].psnr_tone_fitted


def test_a_network_that_wipes_faces_out_is_found_out(case, brightened):
    wiped = judged_face(case, with_network(tiny(bias=2.0)))
    assert wiped.fate == DRAWN
    assert wiped.figures[GLOBAL] == brightened.figures[GLOBAL]
    assert wiped.estranged > 0.1
    assert wiped.figures[WITH_FACES].gradient_correlation < brightened.figures[WITH_FACES].gradient_correlation - 0.2
    assert wiped.groups["age"] == "unknown"


def test_a_face_that_would_not_change_is_spared(case, brightened):
    spared = judged_face(case, with_network(tiny()))
    assert spared.fate == spared.groups["face"] == SPARED
    assert spared.figures[WITH_FACES] == spared.figures[GLOBAL] == brightened.figures[GLOBAL]


def test_a_face_that_is_not_found_is_left_as_it_is(case):
    fog = np.full_like(case.aged, 128)
    lost = judged_face(replace(case, aged=fog), with_network(tiny(bias=2.0)))
    assert lost.fate == lost.groups["face"] == NOT_FOUND
    assert lost.figures[WITH_FACES] == lost.figures[GLOBAL]


def test_a_run_writes_figures_and_sheets(tmp_path, data, weights):
    out = tmp_path / "out"
    arguments = ("--data", data, "--out", out, "--weights", weights, "--faces", 2)
    result = evaluate_faces(*arguments)
    assert result.exit_code == 0, result.output
    assert "| 1 faces |" in result.stdout
    assert "| with faces |" in result.stdout
    assert "| age: 18-59 | 1 | 1 |" in result.stdout
    assert "not judged: cat." in result.stdout
    document = json.loads((out / "faces.json").read_text())
    assert document["weights"] == "face.safetensors"
    assert [face["name"] for face in document["faces"]] == ["astronaut"]
    assert document["faces"][0]["age"] == 41
    with Image.open(out / "faces.png") as sheet:
        assert sheet.width > 4 * 256

    before = (out / "faces.json").read_bytes()
    refused = evaluate_faces(*arguments)
    assert refused.exit_code == 1
    assert "faces.json exists already. Choose another name, or overwrite it with --force." in refused.output
    assert (out / "faces.json").read_bytes() == before
    assert evaluate_faces(*arguments, "--force", "--seed", 1).exit_code == 0
    assert json.loads((out / "faces.json").read_text())["seed"] == 1


def test_a_preset_without_a_face_network_says_so(data, monkeypatch):
    def without(*_arguments, **_options):
        return replace(load_models("compact", choose_compute("cpu")), face_enhancer=None)

    monkeypatch.setattr("restoration.presets.load_models", without)
    result = evaluate_faces("--data", data)
    assert result.exit_code == 2
    assert "The compact preset has no face network here. Name one with --weights FILE" in result.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "No data was named. Add --data DIR."),
        (("--data", "{empty}", "--weights", "{weights}"), "There is no folder {empty}/faces/test."),
        (
            ("--data", "{data}", "--weights", "{empty}/no.safetensors"),
            "There is no weight file {empty}/no.safetensors.",
        ),
        (("--data", "{data}", "--weights", "{data}/MANIFEST.csv"), "The weight file {data}/MANIFEST.csv is damaged."),
        (("--data", "{data}", "--weights", "{other}"), "{other} holds the networks tone, and no face."),
        (("--data", "{data}", "--weights", "{short}"), "{short}: "),
        (("--data", "{data}", "--out", "{weights}"), "cannot be made a folder"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(tmp_path, data, weights, monkeypatch, arguments, sentence):
    monkeypatch.delenv("RESTORE_OLD_PHOTO_DATA", raising=False)
    save_file({"tone.weight": torch.zeros(2)}, tmp_path / "other.safetensors")
    save_file({"face.weight": torch.zeros(2)}, tmp_path / "short.safetensors")
    other, short = tmp_path / "other.safetensors", tmp_path / "short.safetensors"
    names = {"data": data, "empty": tmp_path, "weights": weights, "other": other, "short": short}
    result = evaluate_faces(*(argument.format(**names) for argument in arguments))
    assert result.exit_code != 0
    assert sentence.format(**names) in result.output
    assert len(result.output.strip().splitlines()) == 1
