"""Natural pictures, aged; torch's answers; and the files, made once."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from restoration.onnx_export.pictures import aged
from restoration.onnx_export.references import References
from restoration.weights.registry import BUNDLED, is_there

#: Height and width: even and odd, narrow, the least.
SIZES = ((131, 173), (96, 150), (64, 64))


@pytest.fixture(scope="session")
def references() -> References:
    if not all(map(is_there, BUNDLED)):
        pytest.skip("the bundled weights are not there")
    return References()


@pytest.fixture(scope="session")
def pictures() -> list[tuple[np.ndarray, np.ndarray]]:
    """A cat, a page of text, and a man with a camera; none of them came with the program."""
    sources = [data.chelsea(), data.page(), data.camera()]
    photos = [np.ascontiguousarray(np.dstack([each] * 3) if each.ndim == 2 else each) for each in sources]
    return [aged(photo, *size, seed) for seed, (photo, size) in enumerate(zip(photos, SIZES, strict=True))]
