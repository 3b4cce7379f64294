"""A small window with progress and Cancel, while a run that began in the dialog is under way."""

from __future__ import annotations

from typing import Any

import gi

for _name, _version in (("Gtk", "3.0"), ("GimpUi", "3.0")):
    gi.require_version(_name, _version)

from gi.repository import GimpUi, GLib, Gtk  # noqa: E402 # the versions come first

from .remote.editors.translation import _  # noqa: E402
from .remote.editors.words import progress_sentence  # noqa: E402
from .running import Cancelled, Run  # noqa: E402

_STEP_MS = 50
#: GIMP's themes make the bar four pixels high, and in the dark one nearly as dark as what is around it.
_STYLE = b"""
progressbar trough { min-height: 14px; border-radius: 3px; background-image: none; background-color: alpha(gray, 0.4); }
progressbar progress { min-height: 14px; border-radius: 3px; background-image: none; background-color: #3d87d6; }
"""


class ProgressWindow:
    """Shows a run until it is over.

    Args:
        run: to be shown.
        name: of the layer.
    """

    def __init__(self, run: Run, name: str) -> None:
        self._run, self._end = run, None  # type: Run, Optional[BaseException]
        self._window = Gtk.Dialog(title=_("Restore Old Photo"))
        self._window.set_default_size(420, -1)
        self._window.set_border_width(12)
        self._window.set_position(Gtk.WindowPosition.CENTER_ON_PARENT)
        GimpUi.window_set_transient(self._window)  # for the image's
        self._doing = Gtk.Label(label=_("Sending “{}”").format(name), xalign=0)
        self._bar = _bar()
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
            Cancelled: the user has cancelled it. Comes at once; the run has to be let go.
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
            if not self._run.step(0.0):
                self._show()
                return True
        except Exception as end:
            self._end = end
        Gtk.main_quit()
        return False

    def _show(self) -> None:
        progress = self._run.progress
        if progress is not None:
            self._doing.set_text(progress_sentence(progress.stage, progress.seconds_left))
        if self._run.fraction is None:
            self._bar.pulse()
        else:
            self._bar.set_show_text(True)
            self._bar.set_fraction(self._run.fraction)

    def _cancel(self, _window: Any, _response: Any) -> None:
        if self._end is None:
            self._end = Cancelled()
            Gtk.main_quit()


def _bar() -> Any:
    bar = Gtk.ProgressBar()
    style = Gtk.CssProvider()
    style.load_from_data(_STYLE)
    bar.get_style_context().add_provider(style, Gtk.STYLE_PROVIDER_PRIORITY_USER + 1)
    return bar
