"""Why a picture is refused: one cause and one remedy each, with the file's name in it; and the limit on its size.

The sentences stand together so that every reader of files says the same thing about the same fault.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from restoration.errors import PictureError

#: Pictures with more pixels than this are refused before they are decoded: a 4×5 inch negative at 3200 dpi has 205.
MAX_PIXELS = 200_000_000

_pillow = threading.Lock()

_CONVERT = "Convert it to RGB in an image editor and save it again."
_COPY_AGAIN = "Copy the file again, or scan the photo again."


@contextmanager
def pillow_at_our_limits() -> Iterator[None]:
    """Pillow opens pictures without its own limit on pixels and without warnings; ``check_size`` says all there is."""
    with _pillow, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        limit = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def check_size(name: str, width: int, height: int, max_pixels: int) -> None:
    """Refuse a picture that is too large, from its header alone.

    Raises:
        PictureError: it has more pixels than ``max_pixels``, or none.
    """
    if width * height > max_pixels:
        raise PictureError(
            f"The picture is too large: {name} has {width}×{height} pixels.",
            f"At most {max_pixels / 1e6:g} megapixels can be read; make it smaller or cut it into parts.",
        )
    if width < 1 or height < 1:
        raise damaged(name)


def truncated(name: str) -> PictureError:
    """The file ends before its pixels do."""
    return PictureError(f"The file is truncated: {name}.", _COPY_AGAIN)


def damaged(name: str) -> PictureError:
    """The decoder gave up, and nobody can say whether bytes are missing or wrong."""
    return PictureError(f"The file is truncated or damaged: {name}.", _COPY_AGAIN)


def unknown_kind(name: str) -> PictureError:
    """No reader knows the file."""
    return PictureError(
        f"The file is not a picture of a known kind: {name}.", "Use a PNG, JPEG, TIFF, WebP, AVIF or BMP file."
    )


def animated(name: str) -> PictureError:
    """Frames that follow each other are no photograph."""
    return PictureError(f"The file is an animation: {name}.", "Save one of its frames as a PNG file.")


def other_colours(name: str, model: str) -> PictureError:
    """A colour model that is neither grey nor RGB; ``model`` is its name."""
    return PictureError(f"The colours of {name} are {model}, not RGB.", _CONVERT)


def other_samples(name: str, samples: str) -> PictureError:
    """Samples that are neither 8 nor 16 bits; ``samples`` says what they are."""
    return PictureError(f"The file has {samples}: {name}.", "Save it with 8 or 16 bits per channel in an image editor.")


def camera_raw(name: str) -> PictureError:
    """A raw file whose only ordinary page is its preview."""
    return PictureError(f"The file is a camera's raw file: {name}.", "Develop it and save it as a TIFF or PNG file.")
