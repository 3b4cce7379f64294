"""Pictures to age."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def photo() -> np.ndarray:
    """A photograph in colour, 300×451×3 uint8."""
    from skimage.data import chelsea

    return np.ascontiguousarray(chelsea())


@pytest.fixture
def picture(photo) -> np.ndarray:
    """The same as float32, 0 to 1; a copy that may be painted on."""
    return photo.astype(np.float32) / 255
