"""A file is there if it agrees with torch, and else it is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from restoration.errors import OutputError
from restoration.onnx_export.check import Agreement
from restoration.onnx_export.errors import ExportError
from restoration.onnx_export.networks import EXPORTABLE
from restoration.onnx_export.references import References
from restoration.onnx_export.writing import file_of, write

FACES = next(network for network in EXPORTABLE if network.name == "faces")


class OtherReferences(References):
    """Of a program whose networks are a little different."""

    def cases(self, name, pictures=None):
        for case in super().cases(name, pictures):
            yield replace(case, outputs={key: value + np.float32(0.002) for key, value in case.outputs.items()})


def test_a_file_that_agrees_is_written(references, tmp_path):
    written = write(tmp_path, FACES, "int8", references)
    assert written.path == tmp_path / "faces.int8.onnx"
    assert written.size == written.path.stat().st_size
    with pytest.raises(OutputError, match="exists already"):
        write(tmp_path, FACES, "int8", references)


def test_a_file_that_differs_is_not_left_behind(references, tmp_path):
    with pytest.raises(ExportError, match=r"faces.onnx was not written: it differs from torch by 0.002 \(54 dB\)"):
        write(tmp_path, FACES, "fp32", OtherReferences())
    assert list(tmp_path.iterdir()) == []


def test_names_of_files_say_what_is_in_them(tmp_path):
    assert file_of(tmp_path, FACES, "fp32").name == "faces.onnx"
    assert file_of(tmp_path, FACES, "half").name == "faces.half.onnx"


@pytest.mark.parametrize(
    ("largest", "decibel", "variant", "suffices"),
    [
        (0.9e-3, 80, "fp32", True),
        (1.1e-3, 80, "fp32", False),
        (1.1e-3, 80, "int8", False),
        (1.1e-2, 60, "half", True),
        (1.1e-2, 54, "half", False),
        (float("inf"), -float("inf"), "half", False),
    ],
)
def test_what_suffices(largest, decibel, variant, suffices):
    assert Agreement(largest, decibel, 1).suffices(variant) is suffices
