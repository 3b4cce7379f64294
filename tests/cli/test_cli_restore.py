"""``restore``: what comes out of which file, and under which name."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from cli_pictures import make_photo, picture
from PIL import Image, ImageOps

from restoration.photo import Photo
from restoration.photo_mask import write_mask
from restoration.photo_reading import read_photo
from restoration.photo_writing import write_photo

Run = Any

NOTHING = [("--stages", "none"), ("--strength", "0"), ("--strength", "scratches=0,quality=0,inpainting=0,faces=0")]


@pytest.mark.parametrize("options", NOTHING)
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp", "bmp"])
def test_a_file_that_nothing_is_done_to_is_copied(
    run: Run, tmp_path: Path, suffix: str, options: tuple[str, ...]
) -> None:
    source, out = make_photo(tmp_path / f"a.{suffix}"), tmp_path / f"b.{suffix}"
    result = run("restore", source, "-o", out, *options)
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{out}\n", "")
    assert out.read_bytes() == source.read_bytes()


def test_a_photo_without_damage_is_copied(run: Run, tmp_path: Path) -> None:
    source = make_photo(tmp_path / "a.jpg")
    write_mask(tmp_path / "mask.png", np.zeros((48, 64), np.uint8))
    result = run("restore", source, "-o", tmp_path / "b.jpeg", "--stages", "scratches", "--mask", tmp_path / "mask.png")
    assert result.exit_code == 0
    assert "No scratch was found." in result.stderr
    assert (tmp_path / "b.jpeg").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("options", NOTHING)
def test_another_kind_of_file_keeps_the_pixels(run: Run, tmp_path: Path, options: tuple[str, ...]) -> None:
    source, out = make_photo(tmp_path / "a.jpg"), tmp_path / "b.png"
    assert run("restore", source, "-o", out, *options).exit_code == 0
    np.testing.assert_array_equal(read_photo(out).pixels, read_photo(source).pixels)


def test_the_kind_of_a_file_is_what_is_in_it(run: Run, tmp_path: Path) -> None:
    """A PNG file that is called .jpg does not become another one."""
    make_photo(tmp_path / "a.png").rename(tmp_path / "a.jpg")
    assert run("restore", tmp_path / "a.jpg", "-o", tmp_path / "b.jpg", "--stages", "none").exit_code == 0
    assert Image.open(tmp_path / "b.jpg").format == "JPEG"


KINDS = [
    ("png", {}),
    ("png", {"channels": 1}),
    ("png", {"alpha": True}),
    ("png", {"channels": 1, "alpha": True, "dtype": np.uint16}),
    ("png", {"dtype": np.uint16}),
    ("tif", {"dtype": np.uint16}),
    ("tif", {"channels": 1, "dtype": np.uint16}),
]


@pytest.mark.parametrize(("suffix", "shape"), KINDS)
def test_depth_channels_and_alpha_stay(
    run: Run, tmp_path: Path, networks: None, suffix: str, shape: dict[str, Any]
) -> None:
    source, out = make_photo(tmp_path / f"a.{suffix}", **shape), tmp_path / f"b.{suffix}"
    result = run("restore", source, "-o", out, "--always")
    assert result.exit_code == 0, result.output
    before, after = read_photo(source), read_photo(out)
    assert after.pixels.shape == before.pixels.shape
    assert after.pixels.dtype == before.pixels.dtype
    assert (after.pixels != before.pixels).any()
    if before.alpha is None:
        assert after.alpha is None
    else:
        np.testing.assert_array_equal(after.alpha, before.alpha)


@pytest.mark.parametrize("stages", ["none", "scratches,quality"])
@pytest.mark.parametrize("size", [(1, 1), (3, 1000), (1000, 3)])
def test_small_and_thin_pictures(
    run: Run, tmp_path: Path, request: pytest.FixtureRequest, size: tuple[int, int], stages: str
) -> None:
    if stages != "none":
        request.getfixturevalue("networks")
    source = make_photo(tmp_path / "a.png", height=size[0], width=size[1])
    result = run("restore", source, "-o", tmp_path / "b.tif", "--stages", stages, "--always")
    assert result.exit_code == 0, result.output
    assert read_photo(tmp_path / "b.tif").pixels.shape == (*size, 3)


def test_orientation_is_applied_once(run: Run, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(picture()).save(tmp_path / "a.jpg", exif=exif)
    assert run("restore", tmp_path / "a.jpg", "-o", tmp_path / "b.png", "--stages", "none").exit_code == 0
    upright = ImageOps.exif_transpose(Image.open(tmp_path / "a.jpg"))
    out = Image.open(tmp_path / "b.png")
    np.testing.assert_array_equal(np.asarray(out), np.asarray(upright))
    assert out.getexif().get(0x0112, 1) == 1


def test_a_folder_becomes_a_folder(run: Run, tmp_path: Path) -> None:
    scans = tmp_path / "scans"
    (scans / "inner").mkdir(parents=True)
    for name in ("b.tif", "a.JPG", ".hidden.png", "inner/c.png"):
        make_photo(scans / name)
    (scans / "list.txt").write_text("no picture")
    result = run("restore", scans, "-o", tmp_path / "new" / "out", "--stages", "none")
    assert result.exit_code == 0
    out = tmp_path / "new" / "out"
    assert result.stdout.splitlines() == [str(out / "a.png"), str(out / "b.png")]
    assert sorted(path.name for path in out.glob("*.png")) == ["a.png", "b.png"]


@pytest.mark.parametrize(
    ("options", "suffix"),
    [
        ((), ".png"),
        (("--format", "tif"), ".tif"),
        (("--format", ".JPG"), ".jpg"),
        (("--layers",), ".ora"),
        (("--format", "ora"), ".ora"),
    ],
)
def test_several_photos_become_files_of_one_kind(
    run: Run, tmp_path: Path, options: tuple[str, ...], suffix: str
) -> None:
    sources = [make_photo(tmp_path / name) for name in ("a.png", "b.jpg")]
    out = tmp_path / "out"
    result = run("restore", *sources, sources[0], "-o", out, "--stages", "none", *options)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [str(out / f"{stem}{suffix}") for stem in "ab"]


@pytest.mark.parametrize("end", ["", "/"])
def test_one_photo_into_a_folder(run: Run, tmp_path: Path, end: str) -> None:
    source, out = make_photo(tmp_path / "a.jpg"), tmp_path / "out"
    if not end:
        out.mkdir()
    assert run("restore", source, "-o", f"{out}{end}", "--stages", "none").stdout == f"{out / 'a.png'}\n"
    assert [path.name for path in out.iterdir()] == ["a.png"]


def test_what_fails_does_not_keep_the_rest(run: Run, tmp_path: Path) -> None:
    sources = [make_photo(tmp_path / name) for name in ("a.png", "b.png", "c.png")]
    sources[1].write_bytes(b"")
    out = tmp_path / "out"
    out.mkdir()
    (out / "c.png").write_text("of yesterday")
    (tmp_path / "empty").mkdir()
    result = run("restore", *sources, tmp_path / "d.png", tmp_path / "empty", "-o", out, "--stages", "none")
    assert result.exit_code == 1
    assert result.stdout == f"{out / 'a.png'}\n"
    errors = result.stderr.splitlines()
    assert len(errors) == 4
    assert all(line.startswith("Error: ") for line in errors)
    for number, word in enumerate(("empty", "c.png", "b.png", "d.png")):
        assert word in errors[number]
    assert (out / "c.png").read_text() == "of yesterday"


def test_force_overwrites_outputs(run: Run, tmp_path: Path) -> None:
    source, out = make_photo(tmp_path / "a.png"), tmp_path / "b.png"
    out.write_text("of yesterday")
    assert run("restore", source, "-o", out, "--stages", "none", "--force").exit_code == 0
    assert out.read_bytes() == source.read_bytes()


def test_what_was_read_otherwise_than_it_stands_is_said(run: Run, tmp_path: Path) -> None:
    make_photo(tmp_path / "a.png", dtype=np.uint16)
    result = run("restore", tmp_path / "a.png", "-o", tmp_path / "b.jpg", "--stages", "none")
    assert result.exit_code == 0
    assert result.stderr == "JPEG files have 8 bits per channel; the photo's 16 were rounded.\n"


def test_a_mask_is_repaired_and_nothing_else(run: Run, tmp_path: Path, networks: None) -> None:
    pixels = picture(96, 128)
    pixels[:, 60:63] = 255
    write_photo(tmp_path / "a.png", Photo(pixels))
    mask = np.zeros((96, 128), np.uint8)
    mask[:, 60:63] = 255
    write_mask(tmp_path / "mask.png", mask)
    run(
        "restore",
        tmp_path / "a.png",
        "-o",
        tmp_path / "b.png",
        "--stages",
        "scratches",
        "--mask",
        tmp_path / "mask.png",
    )
    after = read_photo(tmp_path / "b.png").pixels
    near = np.zeros((96, 128), bool)
    near[:, 50:73] = True
    np.testing.assert_array_equal(after[~near], pixels[~near])
    assert (after[mask > 0] != pixels[mask > 0]).mean() > 0.5


def test_a_region_confines_every_stage(run: Run, tmp_path: Path, networks: None) -> None:
    source = make_photo(tmp_path / "a.png", height=96, width=128)
    result = run("restore", source, "-o", tmp_path / "b.png", "--region", "100,-10,64,50", "--always")
    assert result.exit_code == 0, result.output
    before, after = read_photo(source).pixels, read_photo(tmp_path / "b.png").pixels
    inside = np.zeros((96, 128), bool)
    inside[:40, 100:] = True
    np.testing.assert_array_equal(after[~inside], before[~inside])
    assert (after[inside] != before[inside]).any()


def test_layers(run: Run, tmp_path: Path, networks: None) -> None:
    source = make_photo(tmp_path / "grandma.png", height=96, width=128)
    mask = np.zeros((96, 128), np.uint8)
    mask[20:70, 60:63] = 255
    write_mask(tmp_path / "mask.png", mask)
    out = tmp_path / "b.ora"
    options = ("--mask", tmp_path / "mask.png", "--always", "--strength", "quality=0.25,scratches=0.5")
    result = run("restore", source, "-o", out, *options)
    assert result.exit_code == 0, result.output
    with zipfile.ZipFile(out) as archive:
        stack = ElementTree.fromstring(archive.read("stack.xml"))
    group = stack.find("./stack/stack")
    assert group is not None
    assert group.get("name") == "Restored – grandma"
    layers = {layer.get("name"): layer for layer in group}
    assert list(layers) == ["Scratch mask", "Scratch repair", "Restored"]
    assert float(layers["Restored"].get("opacity", "")) == 0.25
    assert float(layers["Scratch repair"].get("opacity", "")) == 0.5
    assert layers["Scratch mask"].get("visibility") == "hidden"
    assert 50 <= int(layers["Scratch repair"].get("x", "")) <= 60


def test_candidates_are_a_group_in_a_layered_file_and_a_picture_shows_the_first(
    run: Run, tmp_path: Path, networks: None
) -> None:
    source = make_photo(tmp_path / "a.png", height=96, width=128)
    mask = np.zeros((96, 128), np.uint8)
    mask[20:70, 40:90] = 255
    write_mask(tmp_path / "mask.png", mask)
    options = ("--mask", tmp_path / "mask.png", "--stages", "inpainting", "--seed", "3")
    out = tmp_path / "b.ora"
    assert run("restore", source, "-o", out, *options, "--candidates", "2").exit_code == 0
    with zipfile.ZipFile(out) as archive:
        stack = ElementTree.fromstring(archive.read("stack.xml"))
        (tmp_path / "merged.png").write_bytes(archive.read("mergedimage.png"))
    inner = stack.find("./stack/stack/stack")
    assert inner is not None
    assert inner.get("name") == "Candidates"
    assert [(one.get("name"), one.get("visibility")) for one in inner] == [
        ("Candidate 2", "hidden"),
        ("Candidate 1", "visible"),
    ]
    assert run("restore", source, "-o", tmp_path / "b.png", *options).exit_code == 0
    after = read_photo(tmp_path / "b.png").pixels
    np.testing.assert_array_equal(read_photo(tmp_path / "merged.png").pixels, after)
    assert (after[30:60, 50:80] != read_photo(source).pixels[30:60, 50:80]).any()


def test_hints_switch_colour_on_unless_it_is_switched_off(run: Run, tmp_path: Path, networks: None) -> None:
    source = make_photo(tmp_path / "a.png", height=96, width=128, channels=1)
    strokes = np.zeros((96, 128, 4), np.uint8)
    strokes[30:60, 40:90] = (30, 60, 200, 255)
    Image.fromarray(strokes).save(tmp_path / "hints.png")
    options = ("--stages", "none", "--hints", tmp_path / "hints.png")
    assert run("restore", source, "-o", tmp_path / "b.png", *options).exit_code == 0
    after = read_photo(tmp_path / "b.png").pixels.astype(int)
    assert after.shape == (96, 128, 3)
    assert (after[40:50, 50:80, 2] - after[40:50, 50:80, 0]).mean() > 40
    off = run("restore", source, "-o", tmp_path / "c.png", *options, "--stages", "quality", "--no-colour")
    assert off.exit_code == 0
    assert "The colour hints were not used, because colour is off." in off.stderr
    assert read_photo(tmp_path / "c.png").is_grey


def test_networks_are_loaded_once(run: Run, tmp_path: Path, networks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from restoration import presets

    calls = []

    def counted(*arguments: Any) -> Any:
        calls.append(arguments)
        return load_models(*arguments)

    load_models = presets.load_models
    monkeypatch.setattr(presets, "load_models", counted)
    sources = [make_photo(tmp_path / f"{name}.png") for name in "abc"]
    result = run("restore", *sources, "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert len(calls) == 1
    assert result.stderr.count("faces are left as they are") <= 1


def test_what_was_painted_over_is_said_where_nobody_sees_the_mask(run, tmp_path, networks):
    photo = make_photo(tmp_path / "scratched.png", height=96, width=128)
    with Image.open(photo) as picture:
        pixels = np.asarray(picture).copy()
    pixels[:, 60:63] = 255
    Image.fromarray(pixels).save(photo)
    said = run("restore", photo, "-o", tmp_path / "out.png", "--stages", "scratches").stderr
    assert re.search(r"^\d+\.\d% of the photo was taken for damage and painted over\.", said, re.MULTILINE), said
    assert "painted over" not in run("restore", photo, "-o", tmp_path / "out.ora", "--stages", "scratches").stderr
    assert "painted over" not in run("restore", photo, "-o", tmp_path / "plain.png", "--stages", "quality").stderr
