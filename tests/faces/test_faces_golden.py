"""The published face geometry, number by number, where the golden files are at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from restoration.faces import colour_match, face_layer, paste_back, similarity, soft_mask, template, warp_face
from restoration.faces.geometry import warp_back
from restoration.faces.landmarks import template_points
from restoration.faces.sampling import Bounds

GOLDEN = Path(__file__).parents[2].parent / "shared" / "golden"

pytestmark = pytest.mark.skipif(not GOLDEN.is_dir(), reason="no golden files here")


def _off(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    return np.abs(ours.astype(np.float64) - theirs.astype(np.float64))


@pytest.mark.parametrize(("name", "size"), [("256_0", 256), ("256_1", 256), ("512_0", 512)])
def test_every_step_and_the_result(name: str, size: int) -> None:
    golden = np.load(GOLDEN / f"facegeom_{name}.npz")
    image = golden["image"]
    height, width = image.shape[:2]
    step = 2 if size == 512 else 1  # the larger files keep every second pixel
    patches = []
    for k in range(sum(key.endswith("landmarks68") for key in golden)):

        def of(what: str, k: int = k) -> np.ndarray:
            return golden[f"face{k}_{what}"]

        points = template_points(of("landmarks68").astype(np.float64))
        assert np.array_equal(points, of("points5"))

        affine = similarity(template(size), points)
        assert _off(affine, of("affine_crop_to_image")).max() < 1e-5

        warped = warp_face(image, affine, size)
        crop = _off(np.rint(warped)[::step, ::step], of("crop_u8"))
        assert crop.max() <= 1
        assert (crop > 0).mean() < 1e-3

        matched = colour_match(of("enhanced_u8"), warped.astype(np.uint8))
        assert _off(matched[::step, ::step], of("matched_u8")).max() <= 1

        mask = soft_mask(affine, size, height, width)
        assert (_off(mask, of("soft_mask")) > 1e-4).sum() <= 4

        back = warp_back(matched, affine, height, width, Bounds(0, 0, width, height))
        assert _off(back[::4, ::4], of("warped_back")).max() < 0.01

        patch = face_layer(image, of("enhanced_u8"), affine, published=True)
        assert patch is not None
        patches.append(patch)
    assert patches
    final = _off(paste_back(image, patches), golden["final_u8"])
    assert final.max() <= 1
    assert (final > 0).mean() < 0.05  # a patch is rounded once more than in the published blend
