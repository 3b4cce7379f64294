"""Colour spaces for tests: profiles, and the same by formula, which knows nothing of LittleCMS."""

from __future__ import annotations

import imagecodecs
import numpy as np

D65, D50 = (0.3127, 0.3290, 1.0), (0.3457, 0.3585, 1.0)
ADOBE_RGB = bytes(
    imagecodecs.cms_profile(
        "rgb", whitepoint=D65, primaries=(0.64, 0.33, 1, 0.21, 0.71, 1, 0.15, 0.06, 1), gamma=563 / 256
    )
)
LINEAR = bytes(
    imagecodecs.cms_profile("rgb", whitepoint=D65, primaries=(0.64, 0.33, 1, 0.30, 0.60, 1, 0.15, 0.06, 1), gamma=1.0)
)
PROPHOTO = bytes(
    imagecodecs.cms_profile(
        "rgb", whitepoint=D50, primaries=(0.7347, 0.2653, 1, 0.1596, 0.8404, 1, 0.0366, 0.0001, 1), gamma=1.8
    )
)
GREY_22 = bytes(imagecodecs.cms_profile("gray", whitepoint=D50, gamma=2.2))
GREY_LINEAR = bytes(imagecodecs.cms_profile("gray", whitepoint=D50, gamma=1.0))

#: Linear AdobeRGB to linear sRGB; both have the white of D65. From the primaries, as the standards give it.
_ADOBE_TO_SRGB = np.array([[1.398356, -0.398356, 0.0], [0.0, 1.0, 0.0], [0.0, -0.042928, 1.042928]])


def srgb_encoded(linear: np.ndarray) -> np.ndarray:
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055)


def srgb_decoded(encoded: np.ndarray) -> np.ndarray:
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def adobe_to_srgb(values: np.ndarray) -> np.ndarray:
    """Values 0 to 1 in AdobeRGB as sRGB, clipped to it."""
    return srgb_encoded(np.clip(values ** (563 / 256) @ _ADOBE_TO_SRGB.T, 0, 1))


def srgb_to_adobe(values: np.ndarray) -> np.ndarray:
    """Values 0 to 1 in sRGB, all of which AdobeRGB has."""
    return np.clip(srgb_decoded(values) @ np.linalg.inv(_ADOBE_TO_SRGB).T, 0, 1) ** (256 / 563)


def read_one_way_only() -> bytes:
    """A profile as some scanners have it: a table from its colours to Lab, and none back."""
    grid = np.stack(np.meshgrid(*[[0, 0xFFFF]] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    lab = np.column_stack([grid.mean(axis=1) * 0xFF00 / 0xFFFF, np.full((8, 2), 0x8000)]).astype(">u2").tobytes()
    identity = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], ">i4") * 65536
    curves = np.array([0, 0xFFFF] * 3, ">u2").tobytes()
    table = b"mft2" + bytes(4) + bytes([3, 3, 2, 0]) + identity.astype(">i4").tobytes()
    table += np.array([2, 2], ">u2").tobytes() + curves + lab + curves
    white = b"XYZ " + bytes(4) + np.array([0xF6D6, 0x10000, 0xD32D], ">u4").tobytes()
    start = 128 + 4 + 2 * 12
    tags = (2).to_bytes(4, "big")
    tags += b"wtpt" + start.to_bytes(4, "big") + len(white).to_bytes(4, "big")
    tags += b"A2B0" + (start + len(white)).to_bytes(4, "big") + len(table).to_bytes(4, "big")
    size = start + len(white) + len(table)
    header = size.to_bytes(4, "big") + b"lcms" + bytes([2, 0x40, 0, 0]) + b"scnr" + b"RGB " + b"Lab " + bytes(12)
    header += b"acsp" + bytes(28) + np.array([0xF6D6, 0x10000, 0xD32D], ">u4").tobytes()
    return header.ljust(128, b"\0") + tags + white + table
