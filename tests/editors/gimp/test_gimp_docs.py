"""docs/gimp.md says what the real procedures take, and its examples run as they stand there."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs" / "gimp.md").read_text(encoding="utf-8")
RESTORE = "plug-in-restore-old-photo"
PROCEDURES = {"R": RESTORE, "F": f"{RESTORE}-find-scratches", "M": f"{RESTORE}-from-mask"}


def documented() -> dict[str, dict[str, tuple[str, str]]]:
    """Of each procedure, what the table says: range and default of each argument."""
    rows = re.findall(r"^\| `([\w-]+)` \| ([RFM ]+) \| (.+?) \| (.+?) \| .+ \|$", PAGE, re.MULTILINE)
    return {
        procedure: {name: (span, default) for name, of, span, default in rows if letter in of.split()}
        for letter, procedure in PROCEDURES.items()
    }


def as_documented(kind: str, least: float | None, most: float | None, default: object, blurb: str) -> tuple[str, str]:
    """The range and the default of a real argument, as the table puts them. Words are in its help."""
    if kind == "gboolean":
        return "yes or no", "yes" if default else "no"
    if kind == "gint":
        return f"{least} to {most}", str(default)
    if kind == "gdouble":
        return f"{least:g} to {most:g}", f"{default:g}"
    words = re.fullmatch(r"[^:]+: (.+)\.", blurb)
    span = "a name" if words is None else ", ".join(f"`{word}`" for word in words[1].split(", "))
    return span, f"`{default}`" if default else "empty"


def test_the_table_names_the_arguments_with_ranges_and_defaults(gimp):
    real = {
        procedure: {name: as_documented(**one) for name, one in arguments.items()}
        for procedure, arguments in gimp.run("calls.kinds_of_arguments").items()
    }
    assert documented() == real


def example(language: str) -> tuple[str, str, list[str]]:
    """The name and the text of an example's file, and the command that runs it, as words."""
    found = re.search(rf"In a file `([\w.]+)`:\n\n```{language}\n(.*?)```\n.*?```\n(.*?)\n```", PAGE, re.DOTALL)
    assert found is not None
    name, text, command = found.groups()
    words = re.findall(r"'([^']*)'|(\S+)", command)
    return name, text, [quoted or plain for quoted, plain in words]


def run_example(gimp, language: str, folder: Path) -> str:
    """Run an example in a folder; what GIMP wrote to the terminal."""
    name, text, command = example(language)
    (folder / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [*gimp.entering, *command], env=gimp.environ, cwd=folder, capture_output=True, text=True, timeout=180
    )
    return done.stdout + done.stderr


def test_the_python_example_restores_a_folder(gimp, photo, small_photo, tmp_path):
    scans = tmp_path / "scans"
    scans.mkdir()
    shutil.copy(photo, scans)
    shutil.copy(small_photo, scans)
    said = run_example(gimp, "python", tmp_path)
    assert sorted(path.name for path in (tmp_path / "restored").iterdir()) == ["astronaut.xcf", "small.xcf"], said
    for path in (tmp_path / "restored").iterdir():
        group, source = gimp.run("calls.tree_of", path=str(path))
        children = group["children"]
        assert [layer["name"] for layer in children] == ["Scratch mask", "Scratch repair", "Restored"]
        assert children[-1]["opacity"] == pytest.approx(80, abs=0.2)
        assert source["children"] == []


def test_the_script_fu_example_finds_scratches(gimp, photo, tmp_path):
    shutil.copy(photo, tmp_path / "photo.png")
    said = run_example(gimp, "scheme", tmp_path)
    assert (tmp_path / "scratches.xcf").is_file(), said
    group, _source = gimp.run("calls.tree_of", path=str(tmp_path / "scratches.xcf"))
    assert [(layer["name"], layer["visible"]) for layer in group["children"]] == [("Scratch mask", True)]
    # In the file, the mask is still known for what it is.
    told = gimp.run("calls.plain", photo=str(tmp_path / "scratches.xcf"), name=PROCEDURES["M"])
    assert told["status"] == "GIMP_PDB_SUCCESS", told["message"]
    assert len(told["names"]) == 2


def test_the_pictures_of_the_page_are_there():
    folder = Path(__file__).parents[3] / "docs"
    pictures = re.findall(r"!\[.+?\]\((.+?)\)", PAGE)
    assert pictures
    for picture in pictures:
        assert 0 < (folder / picture).stat().st_size < 250_000
