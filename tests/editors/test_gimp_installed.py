"""A real GIMP 3 finds what was installed, starts it, and registers what it offers."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import trixie

from installers.gimp import GIMP, named
from installers.placing import put, take_out

NEWER = trixie.found()
pytestmark = pytest.mark.skipif(NEWER is None, reason="no chroot has been made: make editors")

PROCEDURE = "plug-in-restore-old-photo"
#: GIMP's status is 0 then; with any exception it is not.
SCRIPT = f"""
import gi
gi.require_version("Gimp", "3.0")
from gi.repository import Gimp
there = Gimp.get_pdb().procedure_exists("{PROCEDURE}")
with open({{answer!r}}, "w") as file:
    file.write(str(there))
"""


@pytest.fixture
def started(tmp_path: Path):
    """Starts a GIMP with a home of its own; whether it has the plug-in's procedure."""

    def start() -> bool:
        (tmp_path / "ask.py").write_text(SCRIPT.format(answer=str(tmp_path / "answer")))
        (tmp_path / "answer").unlink(missing_ok=True)
        command = ["gimp-console-3.0", "--no-interface", "--no-data", "--no-fonts", "--quit"]
        command += ["--batch-interpreter=python-fu-eval", "-b", f"exec(open({str(tmp_path / 'ask.py')!r}).read())"]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PYTHON", "GIMP"))}
        subprocess.run(
            [*NEWER.entering(tmp_path), *command],
            env={**kept, "HOME": str(tmp_path), "LC_ALL": "C"},
            capture_output=True,
            timeout=120,
            check=True,
        )
        return (tmp_path / "answer").read_text() == "True"

    return start


def test_gimp_has_it_once_it_is_installed(started, tmp_path, monkeypatch):
    assert not started()  # it makes its folder
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    place = named(tmp_path / ".config" / "GIMP" / "3.0" / "plug-ins")
    GIMP.assemble(tmp_path / "assembled", ())
    put(GIMP, place, tmp_path / "assembled")
    assert started()
    assert take_out(GIMP, place)
    assert not list(place.folder.iterdir())
