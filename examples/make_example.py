"""Makes the example photo: scikit-image's astronaut (NASA, public domain), aged by our own synthesiser.

Usage: python examples/make_example.py
"""

from pathlib import Path

import cv2
import numpy as np
from skimage.data import astronaut

from restoration.ageing import age
from restoration.ageing.recipe import BENCHMARK

SEED = 4

if __name__ == "__main__":
    aged = age(np.ascontiguousarray(astronaut()), SEED, BENCHMARK)
    target = Path(__file__).with_name("astronaut_aged.jpg")
    cv2.imwrite(str(target), aged.image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
