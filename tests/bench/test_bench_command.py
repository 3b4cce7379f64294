"""The command, with real processes."""

import json

import pytest
from PIL import Image
from typer.testing import CliRunner

from restoration.bench.processes import run_program
from restoration.cli.app import app


def bench(*arguments):
    return CliRunner().invoke(app, ["bench", *map(str, arguments)])


def test_a_small_case_gives_all_figures(tmp_path):
    out = tmp_path / "out"
    small = ("--preset", "compact", "--sizes", "64x64", "--scratches", "with")
    result = bench(*small, "--repeats", 1, "--json", "--out", out)
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document == json.loads((out / "performance.json").read_text())
    assert document["schema"] == 1
    assert document["repeats"] == 1
    assert document["exponents"] == []
    assert {"processor", "usable_cores", "memory_bytes", "torch", "amx", "omp_num_threads"} <= set(document["machine"])
    (case,) = document["cases"]
    assert (case["preset"], case["width"], case["height"], case["scratches"]) == ("compact", 64, 64, True)
    assert case["megapixels"] == pytest.approx(0.004096)
    plain, steps, restore = (case["measured"][name] for name in ("plain", "steps", "restore"))
    assert set(plain["stages"]) == {"detect", "restore", "find", "enhance", "blend"}
    for stage in plain["stages"].values():
        assert 0 < stage["working_s"] < stage["working_s"] + stage["loading_s"] < stage["wall_s"]
        assert stage["peak_bytes"] <= plain["peak_bytes"]
    assert plain["warm_s"] is None
    for one in (plain, steps, restore):
        assert one["left_out"] == ""
        assert 0 < one["working_s"] < one["cold_s"]
        assert one["peak_bytes"] > 50e6
        assert one["faces"] == 0
    for one in (steps, restore):
        assert one["warm_s"] < one["cold_s"]
        assert one["threads"] >= 1
    ratios = case["ratios"]["restore"]
    assert ratios["warm_times_faster"] == pytest.approx(plain["cold_s"] / restore["warm_s"])
    assert ratios["peak_share"] == pytest.approx(restore["peak_bytes"] / plain["peak_bytes"])
    assert case["agreement"]["final_levels"] <= 2
    assert "compact 64×64 with scratches" in result.stderr
    with Image.open(out / "performance.png") as plot:
        assert plot.width > plot.height

    before = (out / "performance.json").read_bytes()
    refused = bench("--sizes", "64x64", "-o", out)
    assert refused.exit_code == 1
    assert "performance.json exists already" in refused.stderr
    assert (out / "performance.json").read_bytes() == before


def test_what_has_no_room_is_left_out_with_the_reason():
    result = bench("--preset", "compact", "--sizes", "32000x32000", "--scratches", "with", "--json", "--no-restore")
    assert result.exit_code == 0, result.output
    (case,) = json.loads(result.stdout)["cases"]
    for one in case["measured"].values():
        assert "GB of memory" in one["left_out"]
        assert one["cold_s"] is None
        assert one["peak_bytes"] is None
    assert set(case["ratios"]["steps"].values()) == {None}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--sizes", "large"), "The size 'large' is none."),
        (("--sizes", "100x100"), "multiples of 32"),
        (("--sizes", "1,,2"), "The size '' is none."),
        (("--preset", "tiny"), "There is no preset 'tiny'."),
        (("--scratches", "some"), "There is no kind of picture 'some'."),
        (("--no-plain", "--no-steps", "--no-restore"), "Nothing is to be measured."),
    ],
)
def test_mistakes_are_told_in_a_sentence(arguments, sentence):
    result = bench(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stdout == ""


def test_a_folder_without_weights_is_told(tmp_path):
    result = bench("--preset", "official", "--sizes", "64x64", "--models", tmp_path)
    assert result.exit_code == 1
    assert "official weights" in result.stderr


def test_a_program_that_fails_or_takes_too_long_is_told(tmp_path):
    failed = run_program("restoration.bench.plain_stage", "find", str(tmp_path), limit_s=60)
    assert "ended with status 1" in failed.failure
    assert "job.json" in failed.failure
    stopped = run_program("restoration.bench.plain_stage", "find", str(tmp_path), limit_s=0.01)
    assert stopped.failure == "It took longer than 0.01 s."
    assert stopped.seconds < 30
