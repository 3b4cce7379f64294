"""A checkpoint that would unpack to many times its size."""

import zipfile

import pytest
import torch

from restoration.weights.checkpoint_files import UnreadableError, read_checkpoint


def test_a_checkpoint_with_packed_records_of_zeros_is_refused(tmp_path):
    torch.save({"a": torch.zeros(4_000_000)}, tmp_path / "plain.pth")
    assert read_checkpoint(tmp_path / "plain.pth")["a"].shape == (4_000_000,)
    with (
        zipfile.ZipFile(tmp_path / "plain.pth") as plain,
        zipfile.ZipFile(tmp_path / "bomb.pth", "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for entry in plain.infolist():
            bomb.writestr(entry.filename, plain.read(entry))
    assert (tmp_path / "bomb.pth").stat().st_size < 100_000
    with pytest.raises(UnreadableError, match="many times its size"):
        read_checkpoint(tmp_path / "bomb.pth")
