"""``age``: seeded, with its mask, and careful with files."""

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from restoration.cli.app import app


@pytest.fixture
def photo(tmp_path):
    from skimage.data import chelsea

    Image.fromarray(chelsea()[:90, :120]).save(tmp_path / "cat.png")
    return tmp_path / "cat.png"


def age(*arguments):
    return CliRunner().invoke(app, ["age", *map(str, arguments)])


def test_the_same_seed_gives_the_same_file_and_the_mask_its_size(photo, tmp_path):
    for name in ("a.png", "b.png"):
        result = age(
            photo, "-o", tmp_path / name, "--seed", 4, "--recipe", "benchmark", "--mask-out", tmp_path / f"m{name}"
        )
        assert result.exit_code == 0, result.output
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    mask = np.asarray(Image.open(tmp_path / "ma.png"))
    assert mask.shape == (90, 120)
    assert set(np.unique(mask)) == {0, 255}
    assert not np.array_equal(np.asarray(Image.open(tmp_path / "a.png")), np.asarray(Image.open(photo)))


def test_a_grey_photograph_on_yellowed_paper_has_colour(photo, tmp_path):
    Image.open(photo).convert("L").save(tmp_path / "grey.png")
    assert age(tmp_path / "grey.png", "-o", tmp_path / "out.png", "--recipe", "benchmark").exit_code == 0
    assert Image.open(tmp_path / "out.png").mode == "RGB"


def test_a_grey_photograph_scanned_in_grey_stays_grey(photo, tmp_path):
    Image.open(photo).convert("L").save(tmp_path / "grey.png")
    modes = set()
    for seed in range(8):  # about two scans of three are in grey
        out = tmp_path / f"{seed}.png"
        assert age(tmp_path / "grey.png", "-o", out, "--seed", seed).exit_code == 0
        modes.add(Image.open(out).mode)
    assert modes == {"L", "RGB"}


def test_materials_are_mixed_in(photo, tmp_path):
    (tmp_path / "defects" / "film_artefacts").mkdir(parents=True)
    blot = np.zeros((60, 60), np.uint8)
    blot[10:50, 10:50] = 255
    Image.fromarray(blot).save(tmp_path / "defects" / "film_artefacts" / "blot.png")
    for name, more in (("without", []), ("with", ["--materials", tmp_path / "defects"])):
        result = age(photo, "-o", tmp_path / f"{name}.png", "--recipe", "heavy", "--seed", 1, *more)
        assert result.exit_code == 0, result.output
    assert (tmp_path / "with.png").read_bytes() != (tmp_path / "without.png").read_bytes()


def test_a_folder_without_defects_is_refused(photo, tmp_path):
    result = age(photo, "-o", tmp_path / "out.png", "--materials", tmp_path)
    assert result.exit_code == 1
    assert "holds no defects" in result.output
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--recipe", "mild"], "default, worn, benchmark, heavy, structured"), (["--seed", "-1"], "--seed")],
)
def test_wrong_values_are_named(photo, tmp_path, arguments, said):
    result = age(photo, "-o", tmp_path / "out.png", *arguments)
    assert result.exit_code == 2
    assert said in result.output
    assert not (tmp_path / "out.png").exists()


def test_nothing_is_overwritten_unasked(photo, tmp_path):
    (tmp_path / "out.png").write_bytes(b"mine")
    assert age(photo, "-o", tmp_path / "out.png").exit_code == 1
    assert (tmp_path / "out.png").read_bytes() == b"mine"
    assert age(photo, "-o", tmp_path / "out.png", "--force").exit_code == 0
