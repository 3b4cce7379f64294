"""Filling the official folder: from a server, its mirrors, archives and folders."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest
import torch
from file_server import FileServer, serving
from published_archives import archives_of
from safetensors.torch import load_file

from restoration.errors import OutputError, WeightsError
from restoration.weights import fetching, load_official, official_store
from restoration.weights.checkpoint_files import read_checkpoint
from restoration.weights.fetching import Listener, fetch_official
from restoration.weights.manifest import DOWNLOADS, MANIFEST, fault_of, read_manifest, remove_saved
from restoration.weights.official import CHECKPOINTS, saved_name
from restoration.weights.official_store import missing_in

GLOBAL, FACES = "global_checkpoints.zip", "face_checkpoints.zip"


class Heard:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.files: list[str] = []
        self.listener = Listener(self.sentences.append, self._download)

    def _download(self, name: str):
        self.files.append(name)
        return lambda done, total: None


@pytest.fixture(autouse=True)
def small_networks_have_other_sums(monkeypatch):
    for module in (fetching, official_store):
        monkeypatch.setattr(module, "PUBLISHED_SUMS", {})


@pytest.fixture(scope="module")
def archives(complete, tmp_path_factory) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in archives_of(complete, tmp_path_factory.mktemp("zip")).items()}


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "models" / "official"


def fetch(folder: Path, *given: str | Path) -> Heard:
    heard = Heard()
    assert fetch_official(folder, [str(one) for one in given], heard.listener) == []
    return heard


def check_whole(folder: Path, complete: Path) -> None:
    """All networks are there as they were published, they load, and nothing else is left."""
    models = load_official(folder)
    assert set(models.names) == set(CHECKPOINTS)
    assert {path.name for path in folder.iterdir()} == {MANIFEST, *map(saved_name, CHECKPOINTS)}
    assert len({path.stat().st_mode for path in folder.iterdir()}) == 1, "networks can be read by whom the list can"
    for name, file in CHECKPOINTS.items():
        saved, published = load_file(folder / saved_name(name)), read_checkpoint(complete / file.path, file.inside)
        assert saved.keys() == published.keys()
        assert all(torch.equal(saved[key], published[key]) for key in published)


def test_from_archives_on_a_server(archives, complete, folder):
    with serving(FileServer(dict(archives))) as server:
        heard = fetch(folder, server.url)
        check_whole(folder, complete)
        manifest = read_manifest(folder)
        assert manifest is not None
        for name, content in archives.items():
            digest = hashlib.sha256(content).hexdigest()
            assert manifest.archives[name] == digest
            assert any(digest in sentence and "Nobody has published a sum" in sentence for sentence in heard.sentences)
        assert manifest.files["vae_a.safetensors"].source == f"{server.url}{GLOBAL}"
        assert manifest.licence.startswith("MIT")
        assert manifest.written.endswith("+00:00")
        assert heard.files == [GLOBAL, FACES]
        # What is there is not asked for again.
        before = len(server.requests)
        fetch(folder, server.url)
        assert len(server.requests) == before


def test_the_published_loader_and_the_saved_one_give_the_same_network(complete, archives, folder, tmp_path):
    for name, content in archives.items():
        (tmp_path / name).write_bytes(content)
    fetch(folder, tmp_path)
    published, saved = load_official(complete), load_official(folder)
    for name in CHECKPOINTS:
        before, after = published.network(name).state_dict(), saved.network(name).state_dict()
        # Not to the last bit: spectral norm is divided out, and sums depend on where a tensor lies in memory.
        assert all(torch.allclose(before[key], after[key], rtol=1e-5, atol=1e-7) for key in before)


def test_from_the_files_where_a_server_has_no_archives(complete, folder):
    files = {file.path: (complete / file.path).read_bytes() for file in CHECKPOINTS.values()}
    with serving(FileServer(files)) as server:
        fetch(folder, server.url.rstrip("/"))
    check_whole(folder, complete)
    assert (read_manifest(folder) or pytest.fail()).archives == {}


def test_the_next_address_is_asked_for_what_the_first_has_not(archives, complete, folder, monkeypatch):
    with serving(FileServer({FACES: archives[FACES]})) as first, serving(FileServer(dict(archives))) as second:
        monkeypatch.setattr(fetching, "OFFICIAL_ADDRESSES", (first.url, second.url))
        heard = Heard()
        assert fetch_official(folder, [], heard.listener) == []
        assert [path for path, _ in second.requests] == [GLOBAL, FACES]
    check_whole(folder, complete)
    assert any("has no global_checkpoints.zip (404)" in sentence for sentence in heard.sentences)


def test_when_no_address_has_it_each_is_named(folder, monkeypatch):
    with serving(FileServer({})) as first, serving(FileServer({GLOBAL: b"<html>moved</html>"})) as second:
        monkeypatch.setattr(fetching, "OFFICIAL_ADDRESSES", (first.url, second.url))
        with pytest.raises(WeightsError, match=r"\(404\).*no zip file") as error:
            fetch_official(folder, [], Heard().listener)
    assert "--from" in error.value.remedy
    assert not list(folder.rglob("*.zip")), "what is no archive is not kept for the next time"


def test_an_archive_that_breaks_off_goes_on(archives, complete, folder):
    with serving(FileServer(dict(archives), cut_after=[10_000])) as server:
        fetch(folder, server.url)
        assert server.sent == sum(map(len, archives.values()))
    check_whole(folder, complete)


def test_an_archive_that_came_but_was_not_read_is_not_asked_for_again(archives, complete, folder):
    (folder / DOWNLOADS).mkdir(parents=True)
    (folder / DOWNLOADS / GLOBAL).write_bytes(archives[GLOBAL])
    with serving(FileServer({FACES: archives[FACES]})) as server:
        fetch(folder, server.url)
        assert [path for path, _ in server.requests] == [FACES]
    check_whole(folder, complete)


def test_what_came_first_is_what_is_trusted(archives, complete, folder, tmp_path):
    with serving(FileServer(dict(archives))) as server:
        fetch(folder, server.url)
        (folder / saved_name("vae_a")).unlink()
        with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
            other.write(complete / CHECKPOINTS["vae_b_quality"].path, CHECKPOINTS["vae_a"].path)
        server.files[GLOBAL] = (tmp_path / "other.zip").read_bytes()
        with pytest.raises(WeightsError, match="has not the sum that it must have"):
            fetch_official(folder, [server.url], Heard().listener)
    assert missing_in(folder) == ["vae_a"]


def test_a_published_sum_is_asked_of_what_comes_and_told_of_what_is_there(complete, archives, folder, monkeypatch):
    monkeypatch.setattr(official_store, "PUBLISHED_SUMS", {"scratch_detector": "0" * 64})
    with serving(FileServer(dict(archives))) as server, pytest.raises(WeightsError, match="not the sum of the publish"):
        fetch_official(folder, [server.url], Heard().listener)
    assert not (folder / saved_name("scratch_detector")).exists()
    heard = fetch(folder, complete)
    assert any("because you named its source" in sentence for sentence in heard.sentences)
    check_whole(folder, complete)


def test_networks_of_other_shapes_are_refused(complete, folder, tmp_path):
    theirs = shutil.copytree(complete, tmp_path / "theirs")
    shutil.copyfile(theirs / CHECKPOINTS["mapping_scratch"].path, theirs / CHECKPOINTS["vae_a"].path)
    with pytest.raises(WeightsError, match="not the weights of this network"):
        fetch_official(folder, [str(theirs)], Heard().listener)
    assert not (folder / saved_name("vae_a")).exists()


def test_what_an_archive_lacks_is_named(archives, folder, tmp_path):
    (tmp_path / GLOBAL).write_bytes(archives[GLOBAL])
    assert fetch_official(folder, [str(tmp_path / GLOBAL)], Heard().listener) == ["face_256", "face_512"]
    assert set(load_official(folder, ("detection", "scratch")).names) >= {"scratch_detector", "mapping_scratch"}


@pytest.mark.parametrize("what", ["nothing", "an empty folder"])
def test_a_source_without_networks_says_so(folder, tmp_path, what):
    source = tmp_path / "source"
    if what == "an empty folder":
        source.mkdir()
    with pytest.raises(WeightsError, match=r"nothing at|no published networks"):
        fetch_official(folder, [str(source)], Heard().listener)


def test_removing_leaves_what_was_not_fetched(complete, folder):
    fetch(folder, complete)
    (folder / "mine.txt").write_text("mine")
    (folder / saved_name("face_256")).write_bytes(b"mine now")
    removed, left = remove_saved(folder)
    assert len(removed) == 8
    assert left == [saved_name("face_256")]
    assert {path.name for path in folder.iterdir()} == {"mine.txt", saved_name("face_256")}


def test_removing_all_removes_the_folder_too(complete, folder):
    fetch(folder, complete)
    (folder / DOWNLOADS).mkdir()
    (folder / DOWNLOADS / "x.part").write_bytes(b"x")
    assert len(remove_saved(folder)[0]) == 9
    assert not folder.exists()


def test_removing_leaves_a_file_of_the_same_size_that_is_another(complete, folder):
    fetch(folder, complete)
    path = folder / saved_name("face_256")
    mine = bytes(path.stat().st_size)
    path.write_bytes(mine)
    assert remove_saved(folder)[1] == [path.name]
    assert path.read_bytes() == mine


@pytest.mark.parametrize("name", [".download", DOWNLOADS])
def test_where_nothing_was_fetched_nothing_is_removed(folder, name):
    (folder / name).mkdir(parents=True)
    (folder / name / "holiday.mov").write_bytes(b"mine")
    assert remove_saved(folder) == ([], [])
    assert (folder / name / "holiday.mov").read_bytes() == b"mine"


def test_a_folder_of_another_name_for_downloads_is_not_ours(complete, folder):
    (folder / ".download").mkdir(parents=True)
    (folder / ".download" / "holiday.mov").write_bytes(b"mine")
    fetch(folder, complete)
    assert len(remove_saved(folder)[0]) == 9
    assert [path.name for path in folder.rglob("*.mov")] == ["holiday.mov"]


def test_a_file_of_the_users_own_is_not_replaced(archives, folder):
    folder.mkdir(parents=True)
    (folder / saved_name("vae_a")).write_bytes(b"my own training")
    with serving(FileServer(dict(archives))) as server:
        with pytest.raises(OutputError, match=r"not fetched by this program: vae_a\.safetensors\. Move it away"):
            fetch_official(folder, [server.url], Heard().listener)
        assert server.requests == [], "it is said before gigabytes come"
    assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [("vae_a.safetensors", b"my own training")]


def test_a_file_that_comes_into_being_meanwhile_is_not_replaced_either(complete, folder, monkeypatch):
    monkeypatch.setattr(fetching, "check_unclaimed", lambda folder: None)
    folder.mkdir(parents=True)
    (folder / saved_name("vae_a")).write_bytes(b"my own training")
    with pytest.raises(OutputError, match="exists already"):
        fetch_official(folder, [str(complete)], Heard().listener)
    assert (folder / saved_name("vae_a")).read_bytes() == b"my own training"


def test_what_is_at_its_place_is_what_was_written_to_the_disk(complete, folder, monkeypatch):
    on_disk = set()
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (fsync(file), on_disk.add(os.fstat(file).st_ino)))
    fetch(folder, complete)
    assert {(folder / saved_name(name)).stat().st_ino for name in CHECKPOINTS} <= on_disk


@pytest.mark.parametrize(
    ("stopped_by", "kept"), [(KeyboardInterrupt(), True), (OutputError("full", ""), True), (WeightsError("bad"), False)]
)
def test_what_came_stays_unless_it_is_no_good(complete, folder, monkeypatch, stopped_by, kept):
    def stopped(*_: object, **__: object) -> str:
        raise stopped_by

    files = {file.path: (complete / file.path).read_bytes() for file in CHECKPOINTS.values()}
    with serving(FileServer(files)) as server:
        with monkeypatch.context() as patched, pytest.raises(type(stopped_by)):
            patched.setattr(fetching, "save_network", stopped)
            fetch_official(folder, [server.url], Heard().listener)
        (first, *_) = CHECKPOINTS.values()
        came = folder / DOWNLOADS / first.path.replace("/", "-")
        assert came.is_file() == kept
        server.requests.clear()
        fetch(folder, server.url)
        assert (first.path in [path for path, _ in server.requests]) != kept
    check_whole(folder, complete)


@pytest.mark.parametrize("name", ["../victim.txt", "/etc/victim", "..", "a\\b"])
def test_a_list_that_names_files_elsewhere_deletes_nothing(folder, name):
    folder.mkdir(parents=True)
    victim = folder.parent / "victim.txt"
    victim.write_text("here")
    one = {"bytes": 4, "sha256": "", "source": "", "source_sha256": ""}
    (folder / MANIFEST).write_text(json.dumps({"licence": "", "written": "", "archives": {}, "files": {name: one}}))
    with pytest.raises(WeightsError, match="names"):
        remove_saved(folder)
    assert victim.exists()


def test_a_changed_byte_is_found(complete, folder):
    fetch(folder, complete)
    stored = (read_manifest(folder) or pytest.fail()).files[saved_name("vae_a")]
    assert fault_of(folder, stored) == ""
    content = bytearray((folder / stored.name).read_bytes())
    content[-1] ^= 1
    (folder / stored.name).write_bytes(content)
    assert "sum differs" in fault_of(folder, stored)
    (folder / stored.name).write_bytes(content[:-1])
    assert "bytes instead of" in fault_of(folder, stored)


def test_a_damaged_saved_file_is_named_when_it_is_loaded(complete, folder):
    fetch(folder, complete)
    (folder / saved_name("vae_a")).write_bytes(b"half")
    with pytest.raises(WeightsError, match=r"VAE_A_quality/latest_net_G\.pth: vae_a\.safetensors is damaged"):
        load_official(folder)
