"""A real Krita opens our OpenRaster files and shows what ``flatten`` computes."""

import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image

from restoration.layers import Layer, flatten, scratch_mask_layer
from restoration.openraster import write_openraster
from restoration.photo import Photo

pytestmark = pytest.mark.skipif(
    not (shutil.which("krita") and shutil.which("xvfb-run")), reason="krita and xvfb-run are not installed"
)


def test_krita_shows_the_layers_as_we_flatten_them(tmp_path):
    rng = np.random.default_rng(0)
    photo = Photo(rng.integers(0, 256, (40, 60, 3)).astype(np.uint8))
    alpha = np.zeros((20, 30), np.uint8)
    alpha[4:16, 4:26] = np.linspace(10, 255, 22).astype(np.uint8)
    layers = [
        Layer("Restored", "restored", rng.integers(0, 256, (40, 60, 3)).astype(np.uint8), opacity=0.6),
        Layer("Scratch repair", "scratch_repair", np.full((20, 30, 3), 200, np.uint8), alpha, x=7, y=11),
        scratch_mask_layer(np.full((40, 60), 255, np.uint8), np.uint8),  # hidden: it must not show
    ]
    write_openraster(tmp_path / "layers.ora", photo, layers, source_name="scan")
    command = ["xvfb-run", "-a", "krita", "--export", "--export-filename", "krita.png", "layers.ora"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=180, capture_output=True)
    shown = np.asarray(Image.open(tmp_path / "krita.png").convert("RGB")).astype(int)
    # Krita rounds once a layer, we once in all.
    assert np.abs(shown - flatten(photo, layers).pixels).max() <= 1
