"""Between the bytes on the wire and the photos and layers of the library."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from restoration.layers import Layer, alpha_within
from restoration.photo import Photo, Samples
from server.protocol import LAYOUTS, Picture

Bytes = npt.NDArray[np.uint8]

_HAS_ALPHA = ("GRAYA", "RGBA", "BGRA")
#: Where channels of an RGB picture with its alpha behind it stand in a layout.
_PLACES = {"RGB": (0, 1, 2), "RGBA": (0, 1, 2, 3), "BGRA": (2, 1, 0, 3), "GRAY": (0,), "GRAYA": (0, 1)}


def to_photo(raw: Bytes, picture: Picture, icc_profile: bytes | None = None) -> Photo:
    """A photo from its bytes on the wire."""
    samples = _samples(raw, picture)
    alpha = samples[..., -1].copy() if picture.layout in _HAS_ALPHA else None
    colours = 1 if picture.layout.startswith("GRAY") else 3
    pixels = np.empty((picture.height, picture.width, colours), samples.dtype)
    places = _PLACES[picture.layout]
    cv2.mixChannels([samples], [pixels], [index for i in range(colours) for index in (places[i], i)])
    return Photo(pixels, alpha, icc_profile=icc_profile)


def to_mask(raw: Bytes, picture: Picture) -> Samples:
    """A mask from its bytes on the wire: H×W uint8."""
    return _samples(raw, picture)[..., 0]


def to_hints(raw: Bytes, picture: Picture) -> Samples:
    """Colour hints from their bytes on the wire: H×W×4 uint8, RGB and alpha."""
    samples = _samples(raw, picture)
    return samples if picture.layout == "RGBA" else samples[..., list(_PLACES[picture.layout])]


def layer_picture(layer: Layer, photo: Photo, photo_layout: str, within_alpha: bool) -> tuple[Picture, Bytes]:
    """A layer as it goes to a client whose photo has this layout; see docs/protocol.md.

    Args:
        layer: the layer.
        photo: the photo that it lies over.
        photo_layout: the layout in which the photo came.
        within_alpha: whether the layer is to be as transparent as the photo below it.
    """
    alpha = alpha_within(photo, layer) if within_alpha else layer.alpha
    return _packed(layer.pixels, alpha, _layout(photo_layout, layer.pixels.shape[2], alpha is not None))


def photo_picture(photo: Photo, photo_layout: str) -> tuple[Picture, Bytes]:
    """A whole photo, as it goes to a client whose photo has this layout."""
    return _packed(photo.pixels, photo.alpha, _layout(photo_layout, photo.pixels.shape[2], photo.alpha is not None))


def _layout(photo_layout: str, colours: int, has_alpha: bool) -> str:
    if photo_layout in ("RGBA", "BGRA"):
        return photo_layout
    has_alpha |= photo_layout in _HAS_ALPHA
    return ("GRAY" if colours == 1 else "RGB") + ("A" if has_alpha else "")


def _samples(raw: Bytes, picture: Picture) -> Samples:
    dtype = np.uint8 if picture.depth == 8 else np.dtype("<u2")
    samples: Samples = raw.view(dtype).reshape(picture.height, picture.width, LAYOUTS[picture.layout])  # type: ignore[assignment]
    return samples


def _packed(pixels: Samples, alpha: Samples | None, layout: str) -> tuple[Picture, Bytes]:
    height, width, colours = pixels.shape
    packed = np.empty((height, width, LAYOUTS[layout]), pixels.dtype)
    places = list(_PLACES[layout])
    if layout in _HAS_ALPHA:
        opaque = np.iinfo(pixels.dtype).max
        packed[..., places.pop()] = opaque if alpha is None else alpha
    # A grey layer for a client that works in RGB has its one channel in all three places.
    sources = [min(i, colours - 1) for i in range(len(places))]
    cv2.mixChannels(
        [np.ascontiguousarray(pixels)],
        [packed],
        [index for source, place in zip(sources, places, strict=True) for index in (source, place)],
    )
    picture = Picture(layout, packed.itemsize * 8, width, height)
    return picture, packed.astype(packed.dtype.newbyteorder("<"), copy=False).reshape(-1).view(np.uint8)
