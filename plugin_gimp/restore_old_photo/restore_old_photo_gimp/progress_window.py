"""A small window with progress and Cancel, while a run that began in the dialog is under way."""

from __future__ import annotations

from typing import Any

import gi

gi.require_version("Gtk", "3.0")

from gi.repository import GLib, Gtk  # noqa: E402 # the version comes first

from .remote.editors.translation import _  # noqa: E402
from .remote.editors.words import progress_label, time_left  # noqa: E402
from .running import Cancelled, Run  # noqa: E402

_STEP_MS = 50


class ProgressWindow:
    """Shows a run until it is over."""

    def __init__(self, run: Run, name: str) -> None:
        self._run, self._end = run, None  # type: Run, Optional[BaseException]
        self._window = Gtk.Dialog(title=_("Restore Old Photo"))
        self._window.set_default_size(420, -1)
        self._window.set_border_width(12)
        self._window.set_position(Gtk.WindowPosition.CENTER)
        self._doing = Gtk.Label(label=_("Sending “{}”").format(name), xalign=0)
        self._bar = Gtk.ProgressBar(show_text=True)
        box = self._window.get_content_area()
        box.set_spacing(8)
        box.pack_start(self._doing, False, False, 0)
        box.pack_start(self._bar, False, False, 0)
        self._window.add_button(_("Cancel"), Gtk.ResponseType.CANCEL)
        # Escape and the window's own button come here, too.
        self._window.connect("response", self._cancel)
        self._window.show_all()

    def wait(self) -> None:
        """Wait until the run is over.

        Raises:
            Refusal: it failed; why.
            Cancelled: the user has cancelled it. Comes at once.
        """
        GLib.timeout_add(_STEP_MS, self._step)
        Gtk.main()
        self._window.destroy()
        while Gtk.events_pending():
            Gtk.main_iteration()
        if self._end is not None:
            raise self._end

    def _step(self) -> bool:
        if self._end is not None:
            return False
        try:
            over = self._run.step(0.0)
        except Exception as end:
            self._end, over = end, True
        if over:
            Gtk.main_quit()
            return False
        self._show()
        return True

    def _show(self) -> None:
        progress = self._run.progress
        if progress is None:
            self._bar.pulse()
            return
        left = time_left(progress.seconds_left)
        self._doing.set_text(progress_label(progress.stage) + (f" – {left}" if left else ""))
        self._bar.set_fraction(progress.fraction)

    def _cancel(self, _window: Any, _response: Any) -> None:
        if self._end is None:
            self._end = Cancelled()
            self._run.cancel()
            Gtk.main_quit()
