"""The plug-in put together: all of it, and nothing that differs from its source; as a folder, a zip, a wheel."""

from __future__ import annotations

import ast
import builtins
import importlib.util
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from trees import tree

from installers.errors import InstallError
from installers.krita_plugin import assemble, write_zip
from installers.plugin_files import CLIENT_FILES, KRITA_PLUGIN, SERVER

MODULE = Path("pykrita/restore_old_photo")


def sources(folder, pattern="*"):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob(pattern)
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_plug_in_is_its_source(assembled):
    for relative, content in sources(KRITA_PLUGIN / "restore_old_photo").items():
        assert (assembled / MODULE / relative).read_bytes() == content
    for name in ("pykrita/restore_old_photo.desktop", "actions/restore_old_photo.action"):
        assert (assembled / name).read_bytes() == (KRITA_PLUGIN / Path(name).name).read_bytes()


def test_what_is_remote_is_the_client_s_files_and_nothing_else(assembled):
    remote = sources(assembled / MODULE / "remote")
    init = remote.pop(Path("__init__.py"))
    assert [type(node) for node in ast.parse(init).body] == [ast.Expr]  # its docstring
    expected = {Path(f"{name}.py"): (SERVER / f"{name}.py").read_bytes() for name in CLIENT_FILES}
    expected |= {"editors" / relative: content for relative, content in sources(SERVER / "editors").items()}
    assert remote == expected


def test_no_caches_and_no_links_in_it(assembled):
    paths = list(assembled.rglob("*"))
    assert not any(path.is_symlink() or path.name == "__pycache__" or path.suffix == ".pyc" for path in paths)


def test_it_says_whose_it_is(assembled):
    about = json.loads((assembled / MODULE / "about.json").read_text())
    assert about["program"] == "restore-old-photo"
    assert about["pyzmq"] == []


@pytest.fixture(scope="session")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("zip") / "deep" / "plugin.zip"
    assert write_zip(path, ()) == {}
    return path


def test_the_zip_holds_the_same_and_every_folder(archive, assembled):
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        held = {name.rstrip("/"): None if name.endswith("/") else opened.read(name) for name in opened.namelist()}
        assert len({entry.date_time for entry in opened.infolist()}) == 1
        assert opened.namelist() == sorted(opened.namelist(), key=lambda name: Path(name).parts)
    assert held == tree(assembled)


def test_the_same_sources_make_the_same_zip(archive, tmp_path):
    write_zip(tmp_path / "again.zip", ())
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


@pytest.fixture
def importer(monkeypatch):
    """Krita's own importer of plug-ins."""
    source = Path("/usr/share/krita/pykrita/plugin_importer/plugin_importer.py")
    if not source.is_file():
        pytest.skip("Krita is not installed")
    monkeypatch.setattr(builtins, "i18n", str, raising=False)  # Krita brings it, for messages
    spec = importlib.util.spec_from_file_location("krita_plugin_importer", source)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.PluginImporter


def test_krita_s_importer_takes_the_zip(importer, archive, assembled, tmp_path):
    (imported,) = importer(str(archive), str(tmp_path), lambda plugin: pytest.fail("it asks")).import_all()
    assert imported["name"] == "restore_old_photo"
    assert imported["ui_name"] == "Restore Old Photo"
    assert imported["action"]
    assert tree(tmp_path) == tree(assembled)


def test_krita_s_importer_replaces_an_older_one(importer, archive, assembled, tmp_path):
    shutil.copytree(assembled, tmp_path, dirs_exist_ok=True)
    (tmp_path / MODULE / "old.py").write_text("")
    importer(str(archive), str(tmp_path), lambda plugin: True).import_all()
    assert tree(tmp_path) == tree(assembled)


def test_an_installed_program_carries_the_plug_in(tmp_path, assembled, assembled_by_wheel):
    made, expected = assembled_by_wheel("krita_plugin", tmp_path / "made"), tree(assembled)
    about = "pykrita/restore_old_photo/about.json"
    assert made.pop(about) and expected.pop(about)
    assert made == expected


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InstallError) as caught:
        assemble(tmp_path / "file")
    assert str(tmp_path / "file") in caught.value.cause
