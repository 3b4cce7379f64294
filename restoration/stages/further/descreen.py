"""Takes the halftone screen out of scans of newspapers, books and postcards.

A screen is a square grid of dots, and in the spectrum a square grid of peaks: it is found where two peaks of one
distance from the middle stand at right angles, in many windows of the picture. Then, window by window, what is stronger
around the grid's nodes than the spectrum beside them is brought down to that; all else stays, the middle of the
spectrum above all, in which the picture lies. Colours are worked on one by one, for each ink has a screen of its own.

That a screen is a grid of peaks that can be notched out is textbook matter (Gonzalez and Woods, Digital Image
Processing, on notch filters, with a newspaper as example; Hoffmann, FFT Descreening). That a grid of peaks must be
square is what keeps bricks, fabric and lines of text out.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from restoration.stages.further import FurtherStage

NOTHING = "No halftone screen was found."


def descreened(picture: np.ndarray, progress: Callable[[float], None]) -> np.ndarray | str:
    """The picture without its screens; a sentence where it has none. See ``restoration.stages.further.Make``."""
    # Here, so that whoever lists the stages, such as --help, need not wait for OpenCV.
    from restoration.descreening.finding import find_screens
    from restoration.descreening.removal import without_screens

    is_grey = all((picture[..., 0] == picture[..., other]).all() for other in (1, 2))
    inks = (0,) if is_grey else (0, 1, 2)
    screens = {ink: find_screens(picture[..., ink]) for ink in inks}
    if not any(screens.values()):
        return NOTHING
    result = picture.copy()
    for number, ink in enumerate(inks):

        def watch(done: float, before: int = number) -> None:
            progress((before + done) / len(inks))

        if screens[ink]:
            result[..., ink] = without_screens(picture[..., ink], screens[ink], watch)
    if is_grey:
        result[..., 1:] = result[..., :1]
    return result


STAGE = FurtherStage(
    name="descreen",
    title="Descreened",
    sentence="Takes the halftone screen out of scans of newspapers, books and postcards.",
    make=descreened,
)
