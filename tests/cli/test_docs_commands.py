"""Every command of the documentation is run: here, or in the test that is named here."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from docs_pages import ROOT, Command, commands, inline_commands
from PIL import Image
from skimage.data import astronaut, chelsea, coffee
from small_data import write_data, write_pairs
from typer.main import get_command

from restoration.cli.app import app

#: Commands that wait for somebody, need another machine, an editor or hours: the test that runs them, and its words.
ELSEWHERE: dict[str, tuple[str, str]] = {
    "serve": ("tests/cli/test_cli_server.py", '"serve", "--idle", "0"'),
    "serve --listen": ("tests/server/test_serve.py", '"serve", "--listen", "127.0.0.2:53999"'),
    "status": ("tests/cli/test_cli_server.py", 'run("status")'),
    "status --json": ("tests/cli/test_cli_server.py", 'run("status", "--json")'),
    "stop": ("tests/cli/test_cli_server.py", 'run("stop")'),
    "logs": ("tests/cli/test_cli_server.py", 'run("logs", "-n", "5")'),
    "restore scan.png -o out.png --server": ("tests/cli/test_cli_server.py", '"-o", there, "--server"'),
    "restore scans/ -o restored/ -r --server": ("tests/cli/test_cli_archive_server.py", '"--server"'),
    "restore scans/ -o restored/ -r --engine ray": ("tests/archive/test_ray_worker.py", '"engine": "ray"'),
    "install krita": ("tests/cli/test_cli_install.py", 'run("install", "krita"'),
    "uninstall krita": ("tests/cli/test_cli_install.py", 'run("uninstall", "krita"'),
    "install gimp": ("tests/cli/test_cli_install.py", 'run("install", "gimp"'),
    "uninstall gimp": ("tests/cli/test_cli_install.py", 'run("uninstall", "gimp"'),
    "models fetch official": ("tests/cli/test_cli_models_fetch.py", '"fetch", "official"'),
    "evaluate-faces": ("tests/evaluation/test_faces.py", '["evaluate-faces"'),
    "evaluate-inpainting": ("tests/evaluation/test_inpainting.py", '["evaluate-inpainting"'),
    "bench": ("tests/bench/test_bench_command.py", '["bench"'),
    "export-onnx": ("tests/cli/test_cli_export_onnx.py", 'run("export-onnx"'),
}

#: Options that name what is written.
WRITES = ("-o", "--output", "--out", "--report")

#: Commands of make and of other programs, which are looked at here and not run.
OTHERS = (
    "make ",
    "pip ",
    "git ",
    "podman ",
    "docker ",
    "systemctl ",
    "python3 -m http.server ",
    "sh installers/install.sh",
)


def _photo(side: int = 160) -> Image.Image:
    """A face, faded, with two scratches."""
    clean = Image.fromarray(astronaut()[0:224, 110:334]).resize((side, side))
    pixels = (np.asarray(clean) * 0.6 + 60).astype(np.uint8)
    pixels[:, side // 5] = 250
    pixels[side // 2, side // 3 :] = 245
    return Image.fromarray(pixels)


def _prepare(folder: Path, command: Command) -> list[str]:
    """Lay into a folder what the command reads; the command's words, the data's folder among them."""
    words = [str(write_data(folder / "data")) if word == "$DATA" else word for word in command.words]
    if words[1] == "train":
        _add_training_data(folder / "data")
        words += ["--steps", "1"]
    written = {path for option, path in itertools.pairwise(words) if option in WRITES}
    photo = _photo()
    mask = Image.fromarray(np.where(np.arange(160) == 32, 255, 0).astype(np.uint8)[None].repeat(160, axis=0))
    strokes = Image.new("RGBA", photo.size, (0, 0, 0, 0))
    strokes.paste((40, 60, 160, 255), (100, 120, 112, 150))
    files = {"damage.png": mask, "mask.png": mask, "strokes.png": strokes}
    for word in words:
        if word in written or word.startswith("-"):
            continue
        if word == "pairs/":
            write_pairs(folder / word)
        elif word.endswith("/"):
            (folder / word).mkdir()
            for name in ("one.png", "two.png"):
                photo.save(folder / word / name)
        elif Path(word).suffix in (".png", ".tif", ".jpg"):
            files.get(word, photo).save(folder / word)
    return words


def _add_training_data(folder: Path) -> None:
    for name, picture in (
        ("photos/train/cat", chelsea()),
        ("faces/train/woman", astronaut()),
        ("old/train/cup", coffee()),
    ):
        path = folder / f"{name}.png"
        path.parent.mkdir(parents=True)
        Image.fromarray(picture[:320, :320]).resize((512, 512)).save(path)


def _elsewhere(line: str) -> tuple[str, str] | None:
    """Of the entries with which the command begins, the longest."""
    said = line.removeprefix("restore-old-photo ")
    return max(
        ((len(key), entry) for key, entry in ELSEWHERE.items() if f"{said} ".startswith(f"{key} ")), default=(0, None)
    )[1]


#: Each once, however many pages have it.
_OURS = {one.line: one for one in commands() if one.line.startswith("restore-old-photo ")}


@pytest.mark.parametrize("command", _OURS.values(), ids=str)
def test_a_command_of_the_program_does_what_the_page_says(command: Command, run: Any, tmp_path, monkeypatch, networks):
    if entry := _elsewhere(command.line):
        where, what = entry
        assert what in (ROOT / where).read_text(encoding="utf-8")
        assert unknown_words(command.line) == []
        return
    monkeypatch.chdir(tmp_path)
    words = _prepare(tmp_path, command)
    before = set(tmp_path.rglob("*"))
    result = run(*words[1:])
    assert result.exit_code == 0, result.output
    made = set(tmp_path.rglob("*")) - before
    for option, path in itertools.pairwise(words):
        if option in WRITES:
            assert tmp_path / path in made


@pytest.mark.parametrize("command", inline_commands(), ids=str)
def test_a_command_within_a_sentence_can_be_typed(command: Command):
    assert unknown_words(command.line) == []


def unknown_words(line: str) -> list[str]:
    """The names of commands and options in a command line that the program does not have."""
    name, *rest = line.removeprefix("restore-old-photo ").replace("…", "").split()
    found = get_command(app)
    if name.startswith("-"):
        rest, name = [name], ""
    for word in filter(None, (name, *rest)):
        if word.startswith("-") or not hasattr(found, "commands"):
            break
        if word not in found.commands:
            return [word]
        found = found.commands[word]
    options = {name for one in found.params for name in (*one.opts, *one.secondary_opts)} | {"--help", "-h"}
    return [word for word in rest if re.match(r"--?[a-z]", word) and word.partition("=")[0] not in options]


@pytest.mark.parametrize("line", sorted({one.line for one in commands() if one.line.startswith("make ")}))
def test_make_knows_its_targets(line: str):
    make = shutil.which("make")
    if make is None:
        pytest.skip("there is no make on this machine")
    done = subprocess.run([make, "--dry-run", *line.split()[1:]], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
@pytest.mark.parametrize("line", sorted({one.line for one in commands() if one.line.startswith("sh installers/")}))
def test_the_installer_knows_its_options(line: str):
    done = subprocess.run(f"{line} --help", shell=True, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert set(re.findall(r"--[\w-]+", line)) <= set(re.findall(r"--[\w-]+", done.stdout))


def test_no_command_is_forgotten():
    lines = [one.line for one in commands()]
    assert [line for line in lines if not line.startswith(("restore-old-photo ", *OTHERS))] == []
    said = [f"{line.removeprefix('restore-old-photo ')} " for line in lines]
    unused = [key for key in ELSEWHERE if not any(line.startswith(f"{key} ") for line in said)]
    assert unused == [], "a page has changed"
