"""Waiting for a run without a window of our own: progress goes where GIMP shows it."""

from __future__ import annotations

from gi.repository import Gimp

from .remote.editors.translation import _
from .remote.editors.words import progress_sentence
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
            text = progress_sentence(run.progress.stage, run.progress.seconds_left)
            if text != shown:
                Gimp.progress_set_text(text)
                shown = text
            if run.fraction is None:
                Gimp.progress_pulse()
            else:
                Gimp.progress_update(run.fraction)
    finally:
        Gimp.progress_end()
