"""What is installed: all of the program, nothing else, in the versions that it was tested with."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from trees import tree

from installers.errors import InstallError
from installers.program.source import constraints, copy_source, source_in

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program; not to be changed."""
    folder = tmp_path_factory.mktemp("copy")
    copy_source(source_in(PROJECT), folder)
    shutil.copy(PROJECT / "requirements.lock", folder)
    return folder


def test_it_is_the_program_and_nothing_else(copied):
    assert re.fullmatch(r"\d+\.\d+\.\d+", source_in(PROJECT).version)
    assert {path.name for path in copied.iterdir()} == {
        *("restoration", "server", "installers", "plugin_krita", "plugin_gimp"),
        *("pyproject.toml", "README.md", "LICENSE", "requirements.lock"),
    }
    assert not [path for path in copied.rglob("*") if path.name == "__pycache__" or path.suffix == ".pyc"]
    for name in ("restoration/weights/bundled", "plugin_krita", "server/editors"):
        theirs = {path for path in tree(PROJECT / name) if "__pycache__" not in path}
        assert set(tree(copied / name)) >= {path for path in theirs if (PROJECT / name / path).is_file()}


def test_its_digest_is_that_of_what_is_in_it(copied, tmp_path):
    assert source_in(copied).digest == source_in(PROJECT).digest
    changed = tmp_path / "changed"
    shutil.copytree(copied, changed)
    (changed / "restoration" / "errors.py").write_bytes((changed / "restoration" / "errors.py").read_bytes() + b"\n")
    assert source_in(changed).digest != source_in(copied).digest


def test_an_archive_that_is_not_whole_is_refused(copied, tmp_path):
    part = tmp_path / "part"
    shutil.copytree(copied, part)
    (part / "requirements.lock").unlink()
    with pytest.raises(InstallError, match=r"requirements\.lock is missing. Unpack the archive again"):
        source_in(part)


def test_the_versions_are_those_of_the_lock_file_but_for_an_older_python():
    locked = constraints(source_in(PROJECT), (3, 11)).splitlines()
    assert len(locked) > 30
    (torch,) = (line for line in locked if line.startswith("torch=="))
    assert torch in (PROJECT / "requirements.lock").read_text("utf-8").splitlines()
    assert constraints(source_in(PROJECT), (3, 10)) == f"{torch}\n"
