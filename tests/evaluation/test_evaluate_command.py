"""The command from photographs to report, with the real networks."""

import json

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from small_data import write_data, write_pairs
from typer.testing import CliRunner

from restoration.cli.app import app
from restoration.networks.direct_unet import DirectUNet


def evaluate(*arguments):
    return CliRunner().invoke(app, ["evaluate", "--device", "cpu", *map(str, arguments)])


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data"))


def test_a_run_writes_figures_pages_and_sheets(tmp_path, data):
    baseline, out = tmp_path / "direct.safetensors", tmp_path / "out"
    torch.manual_seed(0)
    save_file({f"direct_unet.{k}": v for k, v in DirectUNet((8, 8, 8, 8)).state_dict().items()}, baseline)
    arguments = ("--data", data, "--out", out, "--photos", 1, "--sound", 1, "--scans", 1)
    result = evaluate(*arguments, "--baseline", f"direct U-Net={baseline}", "--perception", tmp_path)
    assert result.exit_code == 0, result.output
    assert "| ours |" in result.stdout
    assert "LPIPS is empty" in result.stdout
    document = json.loads((out / "metrics.json").read_text())
    assert set(document["methods"]) >= {"input", "classical", "direct U-Net", "ours", "ours, true mask"}
    repaired, damaged = (document["methods"][name]["mean"]["psnr_damaged"] for name in ("ours, true mask", "input"))
    assert repaired > damaged + 1
    assert document["sound_photographs"]["photographs"] == 1
    assert document["real_scans"][0]["name"] == "scan"
    assert "benchmark" in document["source"]
    for page in ("report.html", "ab.html"):
        assert "data:image/webp" in (out / page).read_text()
    with Image.open(out / "scans/scan.jpg") as sheet:
        assert sheet.width > 3 * 144

    before = (out / "metrics.json").read_bytes()
    refused = evaluate(*arguments)
    assert refused.exit_code == 1
    assert "metrics.json exists already" in refused.output
    assert (out / "metrics.json").read_bytes() == before


def test_pairs_of_another_program_need_no_data(tmp_path):
    pairs = write_pairs(tmp_path / "pairs")
    result = evaluate("--pairs", pairs, "--photos", 1, "--sound", 0)
    assert result.exit_code == 0, result.output
    assert "| 1 photographs |" in result.stdout
    assert "area under the ROC curve" in result.stdout


def test_the_published_networks_take_part_where_they_are(data, complete):
    result = evaluate("--data", data, "--models", complete, "--photos", 1, "--sound", 0)
    assert result.exit_code == 0, result.output
    assert "| official |" in result.stdout
    assert "| ours |" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "No data was named. Add --data DIR"),
        (("--data", "{data}", "--recipe", "fire"), "There is no recipe 'fire'. Choose one of"),
        (("--data", "{empty}"), "There is no folder {empty}/photos/test."),
        (("--data", "{data}", "--baseline", "x.safetensors"), "is not NAME=FILE"),
        (("--data", "{data}", "--baseline", "ours=x.safetensors"), "Names that are taken: classical"),
        (("--data", "{data}", "--models", "{empty}/none"), "The folder of the official weights {empty}/none does not"),
        (("--data", "{data}", "--baseline", "mine=/no.safetensors"), "There is no weight file /no.safetensors."),
        (("--pairs", "{empty}", "--sound", "0"), "There is no pair in {empty}."),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(tmp_path, data, monkeypatch, arguments, sentence):
    monkeypatch.delenv("RESTORE_OLD_PHOTO_DATA", raising=False)
    names = {"data": data, "empty": tmp_path}
    result = evaluate(*(argument.format(**names) for argument in arguments))
    assert result.exit_code != 0
    assert sentence.format(**names) in result.output
    assert len(result.output.strip().splitlines()) == 1
