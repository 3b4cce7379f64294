"""A real Krita opens our OpenRaster files and shows what ``flatten`` computes."""

import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image

from restoration.layers import CANDIDATES, Layer, flatten, scratch_mask_layer
from restoration.openraster import write_openraster
from restoration.photo import Photo

pytestmark = pytest.mark.skipif(
    not (shutil.which("krita") and shutil.which("xvfb-run")), reason="krita and xvfb-run are not installed"
)


def krita_s(folder, photo, layers):
    """What Krita shows of a file of these layers, H×W×3."""
    write_openraster(folder / "layers.ora", photo, layers, source_name="scan")
    command = ["xvfb-run", "-a", "krita", "--export", "--export-filename", "krita.png", "layers.ora"]
    subprocess.run(command, cwd=folder, check=True, timeout=180, capture_output=True)
    return np.asarray(Image.open(folder / "krita.png").convert("RGB")).astype(int)


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
    # Krita rounds once a layer, we once in all.
    assert np.abs(krita_s(tmp_path, photo, layers) - flatten(photo, layers).pixels).max() <= 1


@pytest.mark.parametrize("restored", [True, False])
def test_krita_shows_the_first_candidate_and_colours_over_all_that_lies_below(tmp_path, restored):
    rng = np.random.default_rng(1)
    photo = Photo(rng.integers(60, 196, (40, 60, 3)).astype(np.uint8))
    layers = [
        Layer(
            f"Candidate {number}",
            "inpainted",
            rng.integers(0, 256, (20, 30, 3)).astype(np.uint8),
            np.full((20, 30), 255, np.uint8),
            x=5,
            y=6,
            opacity=0.75,
            visible=number == 1,
            group=CANDIDATES,
        )
        for number in (1, 2, 3)
    ]
    if restored:
        layers.insert(0, Layer("Restored", "restored", rng.integers(0, 256, (40, 60, 3)).astype(np.uint8)))
    colours = rng.integers(0, 256, (40, 60, 3)).astype(np.uint8)
    layers.append(Layer("Colour", "colour", colours, blend_mode="color", opacity=0.5))
    difference = np.abs(krita_s(tmp_path, photo, layers) - flatten(photo, layers).pixels)
    # Krita's luminosity has 0.299, 0.587 and 0.114 for the W3C's 0.3, 0.59 and 0.11.
    assert difference.max() <= 3
