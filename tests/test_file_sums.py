"""The sum of a file, against the published one of three letters and against a file of several reads."""

import hashlib

import pytest

from restoration.file_sums import sha256_of


def test_the_sum_of_abc_is_that_of_the_standard(tmp_path):
    path = tmp_path / "abc"
    path.write_bytes(b"abc")  # FIPS 180-4's example
    assert sha256_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_file_longer_than_one_read_is_summed_whole(tmp_path):
    content = bytes(range(256)) * 5000
    path = tmp_path / "long"
    path.write_bytes(content)
    assert sha256_of(str(path)) == hashlib.sha256(content).hexdigest()


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        sha256_of(tmp_path / "none")
