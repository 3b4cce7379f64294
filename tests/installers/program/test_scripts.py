"""The two scripts: linted, parsed, and the one for POSIX run."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from installers.program.places import places

INSTALLERS = Path(__file__).parents[3] / "installers"
SHELL, POWERSHELL = INSTALLERS / "install.sh", INSTALLERS / "install.ps1"

posix = pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")


def shellcheck() -> str | None:
    """Beside this Python, or in PATH."""
    beside = Path(sys.executable).with_name("shellcheck")
    return str(beside) if beside.exists() else shutil.which("shellcheck")


@pytest.mark.skipif(shellcheck() is None, reason="shellcheck is not installed")
def test_shellcheck_has_nothing_to_say():
    done = subprocess.run([shellcheck(), SHELL], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


@pytest.mark.skipif(importlib.util.find_spec("tree_sitter_powershell") is None, reason="no grammar of PowerShell")
def test_the_script_for_windows_can_be_parsed():
    tree_sitter = importlib.import_module("tree_sitter")
    grammar = importlib.import_module("tree_sitter_powershell")
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    text = POWERSHELL.read_bytes()
    assert not parser.parse(text).root_node.has_error
    assert parser.parse(text.replace(b"}", b"", 1)).root_node.has_error


def test_the_script_for_windows_is_read_alike_by_old_and_new_powershells():
    """5.1 reads a file without a mark as the system's own encoding, and drops double quotes in what it hands on."""
    text = POWERSHELL.read_text("ascii")
    start = next(line for line in text.splitlines() if line.startswith("$Start = "))
    asked = next(line for line in text.splitlines() if "$asked = " in line)
    assert '"' not in start + asked
    for line in (start, asked):
        compile(line.partition("= '")[2].rpartition("'")[0], "install.ps1", "exec")


def test_both_scripts_know_where_the_program_keeps_a_python():
    linux, mac = (places({"HOME": "/home"}, one).data for one in ("linux", "darwin"))
    text = SHELL.read_text("utf-8")
    for data in (linux, mac):
        assert f'"$HOME{str(data).removeprefix("/home")}/python"' in text
    windows = places({"LOCALAPPDATA": "C:/local", "USERPROFILE": "C:/me"}, "win32").data
    assert windows.name == "restore-old-photo"
    assert "Join-Path $env:LOCALAPPDATA 'restore-old-photo'" in POWERSHELL.read_text("utf-8")


@posix
def test_without_a_python_it_is_a_sentence(home):
    done = run(home, PATH=str(bin_with(home, "dirname", "uname")))
    assert done.returncode == 1
    assert done.stderr.startswith("Error: No Python of 3.10 or later was found. Install one")
    assert len(done.stderr.splitlines()) == 1


@posix
def test_a_named_python_that_is_too_old_is_a_sentence(home):
    old = home / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = run(home, PYTHON=str(old))
    assert done.stderr == f"Error: {old} is no Python of 3.10 or later. Name another in PYTHON, or unset it.\n"


@posix
def test_a_python_that_can_make_environments_comes_before_one_that_cannot(home):
    folder = bin_with(home, "dirname", "uname")
    for name, complete in (("python3", False), ("python3.12", True)):
        script = f'#!/bin/sh\ncase "$*" in *ensurepip*) exit {int(not complete)};; *version_info*) exit 0;; esac\n'
        (folder / name).write_text(f'{script}echo "{name} runs"\n')
        (folder / name).chmod(0o755)
    assert run(home, PATH=str(folder)).stdout == "python3.12 runs\n"


@posix
def test_it_is_run_from_anywhere_and_leaves_nothing_in_its_folder(home, tmp_path):
    before = {path for path in INSTALLERS.rglob("*") if "__pycache__" not in path.parts}
    cached = {path: path.stat().st_mtime_ns for path in INSTALLERS.rglob("*.pyc")}
    done = run(home, "--help", PYTHON=sys.executable, PYTHONPATH=str(tmp_path / "not used"))
    assert done.returncode == 0, done.stderr
    assert "--uninstall" in done.stdout
    assert {path for path in INSTALLERS.rglob("*") if "__pycache__" not in path.parts} == before
    assert {path: path.stat().st_mtime_ns for path in INSTALLERS.rglob("*.pyc")} == cached


def bin_with(home: Path, *names: str) -> Path:
    """A folder with these programs of the system alone."""
    folder = home / "bin"
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(shutil.which(name))
    return folder


def run(home: Path, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", SHELL, *options],
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), **environ},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@posix
def test_a_uv_that_can_bring_no_python_is_a_sentence(home):
    """A uv without a network: it is asked once, and ends with an error."""
    folder = bin_with(home, "dirname", "uname")
    (folder / "uv").write_text('#!/bin/sh\necho asked >>"$HOME/asked"\nexit 2\n')
    (folder / "uv").chmod(0o755)
    done = run(home, PATH=str(folder))
    assert done.stderr.startswith("Error: uv could not fetch a Python. See that the network works")
    assert (done.returncode, (home / "asked").read_text()) == (1, "asked\n")
