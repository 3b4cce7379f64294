"""docs/mobile.md says what the files say."""

from __future__ import annotations

from pathlib import Path

import pytest

from restoration.onnx_export.check import LARGEST_DIFFERENCE, LEAST_DECIBEL
from restoration.onnx_export.making import OPSET
from restoration.onnx_export.networks import EXPORTABLE
from restoration.onnx_export.pictures import SIZES

PAGE = (Path(__file__).parents[2] / "docs" / "mobile.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("network", EXPORTABLE, ids=lambda network: network.name)
def test_the_page_has_every_input_and_output(network):
    for kind, ports in (("in", network.inputs), ("out", network.outputs)):
        for port in ports:
            shape = " × ".join(map(str, port.shape))
            assert f"| `{network.name}` | {kind} | `{port.name}` | {shape} | {port.meaning} |" in PAGE


def test_the_page_has_the_limits_that_are_checked():
    assert f"within {LARGEST_DIFFERENCE:.0e}".replace("e-0", "e-") in PAGE
    assert f"{LEAST_DECIBEL:.0f} dB for half precision" in PAGE
    assert f"Opset {OPSET}" in PAGE
    assert all(f"{width}×{height}" in PAGE for height, width in SIZES)
