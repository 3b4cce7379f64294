"""Waiting for a run without a window of our own: progress goes where GIMP shows it."""

from __future__ import annotations

from gi.repository import Gimp

from .remote.editors.translation import _
from .remote.editors.words import progress_label, time_left
from .running import Run

_STEP_S = 0.1


def wait(run: Run) -> None:
    """Wait until a run is over.

    Raises:
        Refusal: it failed; why.
    """
    Gimp.progress_init(_("Restore Old Photo"))
    shown = ""
    try:
        while not run.step(_STEP_S):
            if run.progress is None:
                continue
            left = time_left(run.progress.seconds_left)
            text = progress_label(run.progress.stage) + (f" – {left}" if left else "")
            if text != shown:
                Gimp.progress_set_text(text)
                shown = text
            Gimp.progress_update(run.progress.fraction)
    finally:
        run.cancel()  # nothing happens if it is over; otherwise the server must not go on for nobody
        Gimp.progress_end()
