"""What the command line refuses: one sentence, an exit status, and nothing written."""

from __future__ import annotations

import os
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from cli_pictures import make_photo, picture
from PIL import Image

from restoration.cli import batch

Refused = Callable[..., str]

NONE = ("--stages", "none")


def bomb(path: Path) -> None:
    """A PNG file that says it has 60000×60000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(100_000))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b""))


def animation(path: Path) -> None:
    frames = [Image.fromarray(np.roll(picture(), shift, axis=1)) for shift in (0, 9)]
    frames[0].save(path, save_all=True, append_images=frames[1:])


def truncated(path: Path) -> None:
    make_photo(path, height=200, width=300)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


BAD_PICTURES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "missing": ("a.png", lambda path: None, "no file"),
    "empty": ("a.png", lambda path: path.write_bytes(b""), "empty"),
    "text": ("a.jpg", lambda path: path.write_text("Dear grandma,\n" * 50), "not a picture"),
    "truncated JPEG": ("a.jpg", truncated, "truncated"),
    "truncated PNG": ("a.png", truncated, "truncated"),
    "bomb": ("a.png", bomb, "too large"),
    "animation": ("a.gif", animation, "animation"),
    "folder without a picture": ("scans", lambda path: path.mkdir(), "no picture"),
}


@pytest.mark.parametrize("stages", ["none", "scratches,quality,faces"])
@pytest.mark.parametrize("kind", BAD_PICTURES)
def test_bad_pictures(refused: Refused, tmp_path: Path, kind: str, stages: str) -> None:
    name, make, words = BAD_PICTURES[kind]
    source = tmp_path / name
    make(source)
    assert words in refused("restore", source, "-o", f"{tmp_path / 'out'}/", "--stages", stages, status=1)


@pytest.mark.parametrize("kind", [kind for kind in BAD_PICTURES if "folder" not in kind])
def test_bad_pictures_to_look_for_scratches_in(refused: Refused, tmp_path: Path, kind: str) -> None:
    name, make, words = BAD_PICTURES[kind]
    source = tmp_path / name
    make(source)
    assert words in refused("detect", source, "-o", tmp_path / "mask.png", status=1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--strength", "nan"), "nan"),
        (("--strength", "-0.5"), "-0.5"),
        (("--strength", "1.5"), "1.5"),
        (("--strength", "inf"), "inf"),
        (("--strength", "much"), "'much'"),
        (("--strength", "quality=nan"), "nan"),
        (("--strength", "quality=0.5,lustre=1"), "'lustre'"),
        (("--strength", "0.5,0.6"), "'0.5,0.6'"),
        (("--threshold", "nan"), "nan"),
        (("--threshold", "-1"), "-1"),
        (("--threshold", "2"), "2"),
        (("--stages", "scratches,lustre"), "'lustre'"),
        (("--stages", ""), "missing in --stages"),
        (("--stages", "none,quality"), "'none'"),
        (("--device", "tpu"), "'tpu'"),
        (("--preset", "best"), "'best'"),
        (("--input-size", "512"), "'512'"),
        (("--mask-mode", "both"), "'both'"),
        (("--mask-mode", "user"), "--mask"),
        (("--region", "1,2,3"), "'1,2,3'"),
        (("--region", "1,2,3,x"), "'1,2,3,x'"),
        (("--region", "0,0,0,5"), "empty"),
        (("--candidates", "9"), "from 1 to 8"),
        (("--seed", "-1"), "from 0 to 2147483647"),
        (("--inpaint-from", "-1"), "from 0 to 100000"),
        (("--inpaint-strength", "2"), "from 0 to 1"),
        (("--colour-strength", "nan"), "from 0 to 1"),
        (("--saturation", "2.5"), "from 0 to 2"),
        (("--models", "here"), "--models"),
        (("--layers",), ".ora"),
        (("--format", "xcf"), "'xcf'"),
        (("--format", "tif"), ".png"),
    ],
)
def test_bad_options(refused: Refused, tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    source = make_photo(tmp_path / "a.png")
    assert words in refused("restore", source, "-o", tmp_path / "b.png", *options, status=2)


@pytest.mark.parametrize("options", [("--threshold", "nan"), ("--preset", "best"), ("--input-size", "512")])
def test_bad_options_to_look_for_scratches_with(refused: Refused, tmp_path: Path, options: tuple[str, ...]) -> None:
    source = make_photo(tmp_path / "a.png")
    assert options[1] in refused("detect", source, "-o", tmp_path / "mask.png", *options, status=2)


def test_a_device_that_is_not_there(refused: Refused, tmp_path: Path) -> None:
    absent = "mps" if not torch.backends.mps.is_available() else "cuda"
    source = make_photo(tmp_path / "a.png")
    for command in ("restore", "detect"):
        assert "Choose cpu" in refused(command, source, "-o", tmp_path / "b.png", "--device", absent, status=1)


def test_empty_names(refused: Refused, tmp_path: Path) -> None:
    assert "output is empty" in refused("restore", make_photo(tmp_path / "a.png"), "-o", "", status=2)
    assert "input is empty" in refused("restore", "", "-o", tmp_path / "b.png", status=2)


def test_options_that_typer_refuses(run: Any, tmp_path: Path) -> None:
    for arguments in (["restore"], ["restore", "a.png"], ["restore", "a.png", "-o", "b.png", "--color"], ["paint"]):
        result = run(*arguments)
        assert result.exit_code == 2
        assert result.stderr.splitlines()[-1].startswith("Error: ")


def test_a_region_outside_the_photo(refused: Refused, tmp_path: Path) -> None:
    source = make_photo(tmp_path / "a.png")
    words = refused("restore", source, "-o", tmp_path / "b.png", *NONE, "--region", "500,500,10,10", status=1)
    assert "outside the photo" in words


@pytest.mark.parametrize("name", ["b", "b.xcf", "b.gif"])
def test_an_unknown_kind_of_output(refused: Refused, tmp_path: Path, name: str) -> None:
    source = make_photo(tmp_path / "a.png")
    assert "unknown kind" in refused("restore", source, "-o", tmp_path / name, *NONE, status=2)


@pytest.mark.parametrize("kind", ["empty", "other size", "missing", "folder"])
def test_bad_masks(refused: Refused, tmp_path: Path, kind: str) -> None:
    source, mask = make_photo(tmp_path / "a.png"), tmp_path / "mask.png"
    if kind == "empty":
        mask.write_bytes(b"")
    elif kind == "other size":
        make_photo(mask, height=48, width=65, channels=1)
    elif kind == "folder":
        mask.mkdir()
    words = {"empty": "empty", "other size": "65×48", "missing": "no file", "folder": "is a folder"}[kind]
    assert words in refused("restore", source, "-o", tmp_path / "b.png", "--mask", mask, status=1)


def test_a_mask_belongs_to_one_photo(refused: Refused, tmp_path: Path) -> None:
    sources = [make_photo(tmp_path / name) for name in ("a.png", "b.png", "mask.png")]
    assert "one photo" in refused("restore", *sources[:2], "-o", tmp_path / "out", "--mask", sources[2], status=2)


@pytest.mark.parametrize("kind", ["empty", "other size", "missing", "opaque"])
def test_bad_hints(refused: Refused, tmp_path: Path, kind: str) -> None:
    source, hints = make_photo(tmp_path / "a.png"), tmp_path / "hints.png"
    if kind == "empty":
        hints.write_bytes(b"")
    elif kind == "other size":
        make_photo(hints, height=48, width=65, alpha=True)
    elif kind == "opaque":
        make_photo(hints)
    words = {"empty": "empty", "other size": "65×48", "missing": "no file", "opaque": "no transparency"}[kind]
    assert words in refused("restore", source, "-o", tmp_path / "b.png", "--hints", hints, status=1)


def test_hints_belong_to_one_photo_and_are_not_overwritten(refused: Refused, tmp_path: Path) -> None:
    sources = [make_photo(tmp_path / name) for name in ("a.png", "b.png")]
    hints = make_photo(tmp_path / "hints.png", alpha=True)
    assert "one photo" in refused("restore", *sources, "-o", tmp_path / "out", "--hints", hints, status=2)
    words = refused("restore", sources[0], "-o", hints, "--hints", hints, "--force", status=2)
    assert "is an input" in words


@pytest.mark.parametrize("command", ["restore", "detect"])
def test_an_output_that_exists(refused: Refused, tmp_path: Path, command: str) -> None:
    source, out = make_photo(tmp_path / "a.png"), tmp_path / "b.png"
    out.write_text("of yesterday")
    words = refused(command, source, "-o", out, status=1)
    assert words == f"Error: {out} exists already. Choose another name, or overwrite it with --force."


@pytest.mark.parametrize("command", ["restore", "detect"])
@pytest.mark.parametrize("link", [None, os.link, os.symlink])
def test_an_input_is_never_overwritten(
    refused: Refused, tmp_path: Path, link: Callable[[Path, Path], None] | None, command: str
) -> None:
    source = make_photo(tmp_path / "a.png")
    out = source
    if link is not None:
        out = tmp_path / "b.png"
        link(source, out)
    assert "is an input" in refused(command, source, "-o", out, "--force", status=2)


def test_a_mask_and_another_input_are_not_overwritten_either(refused: Refused, tmp_path: Path) -> None:
    source, mask = make_photo(tmp_path / "a.png"), make_photo(tmp_path / "mask.png", channels=1)
    words = refused("restore", source, "-o", mask, "--mask", mask, "--force", status=2)
    assert "is an input" in words
    other = make_photo(tmp_path / "b.jpg")
    assert "is an input" in refused("restore", source, other, "-o", tmp_path, "--force", *NONE, status=2)


@pytest.mark.parametrize("names", [("a.png", "a.jpg"), ("a.png", "other/A.png")])
def test_two_photos_that_would_become_one_file(refused: Refused, tmp_path: Path, names: tuple[str, str]) -> None:
    (tmp_path / "other").mkdir()
    sources = [make_photo(tmp_path / name) for name in names]
    words = refused("restore", *sources, "-o", tmp_path / "out", "--force", *NONE, status=2)
    assert "would both become" in words


def test_several_results_need_a_folder(refused: Refused, tmp_path: Path) -> None:
    sources = [make_photo(tmp_path / name) for name in ("a.png", "b.png")]
    assert "a folder" in refused("restore", *sources, "-o", tmp_path / "c.png", *NONE, status=2)
    (tmp_path / "out").write_text("no folder")
    assert "a folder" in refused("restore", *sources, "-o", tmp_path / "out", *NONE, status=2)


@pytest.mark.parametrize("command", ["restore", "detect"])
def test_folders_that_cannot_be_written_to(refused: Refused, tmp_path: Path, command: str) -> None:
    source = make_photo(tmp_path / "a.png")
    assert "no folder" in refused(command, source, "-o", tmp_path / "nowhere" / "b.png", status=1)
    assert "no folder" in refused(command, source, "-o", source / "b.png", status=1)
    if sys.platform == "linux":
        assert "may not be written to" in refused(command, source, "-o", "/proc/b.png", status=1)


def test_a_folder_that_cannot_be_made(refused: Refused, tmp_path: Path) -> None:
    sources = [make_photo(tmp_path / name) for name in ("a.png", "b.png")]
    assert "cannot be made" in refused("restore", *sources, "-o", sources[0] / "out", *NONE, status=1)


def test_a_mask_is_written_without_loss(refused: Refused, tmp_path: Path) -> None:
    source = make_photo(tmp_path / "a.png")
    assert ".png" in refused("detect", source, "-o", tmp_path / "mask.jpg", status=2)
    options = ("--probability", "--threshold", "0.5")
    assert "threshold" in refused("detect", source, "-o", tmp_path / "mask.png", *options, status=2)


@pytest.mark.parametrize("command", ["restore", "detect"])
def test_official_weights_that_are_not_there(refused: Refused, tmp_path: Path, command: str) -> None:
    source = make_photo(tmp_path / "a.png")
    options = ("--preset", "official", "--models", tmp_path / "nowhere")
    assert "nowhere" in refused(command, source, "-o", tmp_path / "b.png", *options, status=1)


def test_a_line_break_in_a_name_does_not_break_the_line(refused: Refused, tmp_path: Path) -> None:
    assert "two lines.png" in refused("restore", tmp_path / "two\nlines.png", "-o", tmp_path / "b.png", status=1)


def test_the_traceback_is_in_the_log(refused: Refused, tmp_path: Path, home: Path) -> None:
    refused("restore", tmp_path / "a.png", "-o", tmp_path / "b.png", status=1)
    (log,) = home.rglob("*.log")
    assert "PictureError: There is no file" in log.read_text(encoding="utf-8")


def test_no_log_is_made_where_nothing_is_wrong(run: Any, tmp_path: Path, home: Path) -> None:
    run("restore", make_photo(tmp_path / "a.png"), "-o", tmp_path / "b.png", *NONE)
    assert not list(home.rglob("*.log"))


def test_a_fault_of_the_program_is_one_sentence_that_names_the_log(
    refused: Refused, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr(batch, "read_photo", fail)
    words = refused("restore", make_photo(tmp_path / "a.png"), "-o", tmp_path / "b.png", status=1)
    (log,) = home.rglob("*.log")
    assert "ZeroDivisionError" in words
    assert str(log) in words
    assert "of all things" in log.read_text(encoding="utf-8")


def test_a_name_that_the_shell_has_cut_at_its_space(refused, tmp_path):
    make_photo(tmp_path / "my scan.png")
    said = refused("restore", tmp_path / "my", "scan.png", "-o", tmp_path / "out.png", status=2)
    assert said == f"Error: There is no file {tmp_path / 'my'}. A name with spaces must stand in quotes."
