"""A preview of the scratch mask: really found by the server in the whole layer, shown small over the photo."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import gi

for _name, _version in (("Gtk", "3.0"), ("GdkPixbuf", "2.0")):
    gi.require_version(_name, _version)

from gi.repository import GdkPixbuf, GLib, Gtk  # noqa: E402 # the versions come first

from .labels import SHOW_FOUND, labels  # noqa: E402
from .reading import profile_of, read_pixels  # noqa: E402
from .remote.client import Pixels  # noqa: E402
from .remote.connection import log_folder  # noqa: E402
from .remote.editors.choices import Choices  # noqa: E402
from .remote.editors.desk import Request  # noqa: E402
from .remote.editors.refusal import Refusal  # noqa: E402
from .remote.editors.thumbnails import Thumbnail, thumbnail  # noqa: E402
from .remote.editors.translation import _  # noqa: E402
from .remote.editors.words import progress_label, refusal, unexpected  # noqa: E402
from .remote.protocol import ProtocolError  # noqa: E402
from .restorer import Restorer, desk  # noqa: E402
from .running import Cancelled, Run, outcome  # noqa: E402

_log = logging.getLogger(__name__)

_SIDE = 260
_STEP_MS = 80


class Preview:
    """A button that finds the scratches, and the picture of what it found.

    Attributes:
        button: for beside what is tried out with it.
        widget: the picture and what there is to be said about it; hidden until there is something.
    """

    def __init__(self, restorer: Restorer, choices: Callable[[], Choices]) -> None:
        self._restorer, self._choices = restorer, choices
        self._run: Run | None = None
        self._timer = 0
        self._small: Thumbnail | None = None
        self.button = Gtk.Button(label=labels()[SHOW_FOUND], use_underline=True)
        self.button.set_tooltip_text(_("Looks for scratches in the whole layer, and shows them here in red."))
        self.button.connect("clicked", self._clicked)
        self._image, self._told = Gtk.Image(), Gtk.Label(xalign=0, wrap=True, width_chars=28, max_width_chars=28)
        self.widget = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        for part in (self._image, self._told):
            self.widget.pack_start(part, False, False, 0)
            part.show()
        self.widget.set_no_show_all(True)

    def close(self) -> None:
        """End what is under way."""
        if self._run is not None:
            self._let_go(self._run)

    def _clicked(self, _button: Any) -> None:
        self.widget.show()
        try:
            if self._run is None:
                self._begin()
            else:
                self._let_go(self._run)
                self._told.set_text("")
        except Exception as why:
            self._end(_sentence(why))

    def _begin(self) -> None:
        choices = self._choices()
        picture = self._restorer.picture  # before any pixel is read: it may be too large
        # Read for each click: the dialog does not keep the user from painting.
        pixels = Pixels(picture, read_pixels(self._restorer.source, self._restorer.form)[1])
        self._small = thumbnail(picture, pixels.buffer, _SIDE)
        self._show(self._small, None)
        self._told.set_text("")
        self._run = Run(desk(), Request(pixels, choices.settings_to_find(), icc=profile_of(self._restorer.image)))
        self.button.set_label(_("Cancel"))
        self._timer = GLib.timeout_add(_STEP_MS, self._step)

    def _let_go(self, run: Run) -> None:
        """Nobody waits until a run has ended, not even the next one."""
        run.let_go()
        GLib.source_remove(self._timer)
        self._rest()

    def _rest(self) -> None:
        self._run, self._timer = None, 0
        self.button.set_label(labels()[SHOW_FOUND])

    def _end(self, sentence: str) -> None:
        if self._run is not None:
            self._run.let_go()
        self._rest()
        self._told.set_text(sentence)

    def _step(self) -> bool:
        run = self._run
        if run is None:
            return False
        try:
            if not run.step(0.0):
                if run.progress is not None:
                    self._told.set_text(progress_label(run.progress.stage))
                return True
            self._end(self._shown(run))
        except Exception as why:
            self._end(_sentence(why))
        return False

    def _shown(self, run: Run) -> str:
        """Show what was found; returns what there is to be said about it."""
        masks = [layer for layer in run.layers if layer.role == "scratch_mask"]
        if not masks:
            return outcome(run, True)
        assert self._small is not None
        self._show(self._small, thumbnail(masks[0].picture, masks[0].pixels, _SIDE))
        return " ".join(run.notes)

    def _show(self, photo: Thumbnail, mask: Thumbnail | None) -> None:
        rgb = bytearray(3 * photo.width * photo.height)
        for place, channel in enumerate((2, 1, 0)):
            rgb[place::3] = photo.pixels[channel::4]
        if mask is not None and (mask.width, mask.height) == (photo.width, photo.height):
            for pixel, alpha in enumerate(mask.pixels[3::4]):
                if alpha > 127:
                    rgb[3 * pixel : 3 * pixel + 3] = b"\xff\x00\x00"
        picture = GdkPixbuf.Pixbuf.new_from_bytes(
            GLib.Bytes.new(bytes(rgb)), GdkPixbuf.Colorspace.RGB, False, 8, photo.width, photo.height, 3 * photo.width
        )
        self._image.set_from_pixbuf(picture)


def _sentence(why: Exception) -> str:
    if isinstance(why, ProtocolError):
        return refusal(why)
    if isinstance(why, (Refusal, Cancelled)):
        return str(why)
    _log.error("the preview failed", exc_info=why)
    return unexpected(str(log_folder()))
