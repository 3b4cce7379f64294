"""Archives as they were published are read in place; what else calls itself one is refused before it unpacks."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from published_archives import archives_of

from restoration.errors import OutputError, WeightsError
from restoration.weights import checkpoint_sources
from restoration.weights.checkpoint_sources import ArchiveSource, FolderSource
from restoration.weights.official import CHECKPOINTS

INNER = "checkpoints/restoration/VAE_A_quality/latest_net_G.pth"


def zip_of(path: Path, **entries: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return path


def test_the_published_archives_hold_what_their_folders_do(complete, tmp_path):
    archives = archives_of(complete, tmp_path)
    held = {file: set(ArchiveSource(path).names()) for file, path in archives.items()}
    assert held["face_checkpoints.zip"] == {"face_256", "face_512"}
    assert held["global_checkpoints.zip"] == set(CHECKPOINTS) - {"face_256", "face_512"}
    assert set(FolderSource(complete).names()) == set(CHECKPOINTS)


def test_a_checkpoint_comes_out_as_it_was_and_is_deleted_again(complete, tmp_path):
    source = ArchiveSource(archives_of(complete, tmp_path)["global_checkpoints.zip"])
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with source.opened("vae_a", scratch) as taken_out:
        assert taken_out.read_bytes() == (complete / CHECKPOINTS["vae_a"].path).read_bytes()
        assert list(scratch.iterdir()) == [taken_out], "nothing else is unpacked"
    assert list(scratch.iterdir()) == []


def test_an_archive_of_the_whole_folder_is_one_too(complete, tmp_path):
    path = zip_of(tmp_path / "all.zip", **{CHECKPOINTS[name].path: b"x" for name in ("vae_a", "face_256")})
    assert ArchiveSource(path).names() == ["vae_a", "face_256"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:/Windows/x.pth", "a\\..\\..\\x.pth"])
def test_names_that_lead_out_of_the_folder_are_refused(tmp_path, name):
    path = zip_of(tmp_path / "a.zip", **{INNER: b"x", name: b"x"})
    with pytest.raises(WeightsError, match=r"archive a\.zip is refused: a name in it leads elsewhere"):
        ArchiveSource(path)


def test_a_bomb_is_refused_before_it_unpacks(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint_sources, "LARGEST_CHECKPOINT_BYTES", 10_000_000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed, packed.open(INNER, "w") as entry:
        for _ in range(20):
            entry.write(bytes(1_000_000))
    assert (tmp_path / "bomb.zip").stat().st_size < 50_000
    source = ArchiveSource(tmp_path / "bomb.zip")
    with pytest.raises(WeightsError, match="would be 20 MB"), source.opened("vae_a", tmp_path):
        pass
    assert list(tmp_path.iterdir()) == [tmp_path / "bomb.zip"]


def test_an_entry_that_is_longer_than_it_says_is_refused(tmp_path):
    path = zip_of(tmp_path / "lies.zip", **{INNER: bytes(100_000)})
    whole = path.read_bytes()
    assert whole.count((100_000).to_bytes(4, "little")) == 2, "in the entry's head and in the table of contents"
    path.write_bytes(whole.replace((100_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")))
    with (
        pytest.raises(WeightsError, match=r"is damaged|longer than it says"),
        ArchiveSource(path).opened("vae_a", tmp_path),
    ):
        pass


def test_damaged_bytes_are_refused(complete, tmp_path):
    path = archives_of(complete, tmp_path)["global_checkpoints.zip"]
    content = bytearray(path.read_bytes())
    content[200:240] = bytes(40)
    path.write_bytes(content)
    source = ArchiveSource(path)
    for name in source.names():
        try:
            with source.opened(name, tmp_path):
                continue
        except WeightsError as error:
            assert "is damaged" in str(error)
            break
    else:
        pytest.fail("nobody has noticed")


def test_an_encrypted_entry_is_refused(tmp_path):
    path = zip_of(tmp_path / "a.zip", **{INNER: b"x"})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="is encrypted"), ArchiveSource(path).opened("vae_a", tmp_path):
        pass


def test_a_checkpoint_that_is_there_twice_is_refused(tmp_path):
    path = zip_of(tmp_path / "a.zip", **{INNER: b"x", f"Global/{INNER}": b"y"})
    with pytest.raises(WeightsError, match="more than once"):
        ArchiveSource(path)


def test_a_page_that_says_404_is_no_archive(tmp_path):
    (tmp_path / "a.zip").write_text("<html>404</html>")
    with pytest.raises(WeightsError, match="no zip file"):
        ArchiveSource(tmp_path / "a.zip")


def test_a_disk_that_is_full_is_not_the_archives_fault(complete, tmp_path):
    source = ArchiveSource(archives_of(complete, tmp_path)["global_checkpoints.zip"])
    with pytest.raises(OutputError, match="cannot be unpacked"), source.opened("vae_a", tmp_path / "nowhere"):
        pass


def test_the_limits_leave_room_for_what_was_published():
    assert checkpoint_sources.LARGEST_CHECKPOINT_BYTES > 452_000_000  # the detector's, with its optimizer
