"""A preview of the scratch mask: really found by the server in the whole layer, shown small over the photo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gi

for _name, _version in (("Gtk", "3.0"), ("GdkPixbuf", "2.0")):
    gi.require_version(_name, _version)

from gi.repository import GdkPixbuf, GLib, Gtk  # noqa: E402 # the versions come first

from .reading import read_pixels  # noqa: E402
from .refusal import Refusal  # noqa: E402
from .remote.client import Pixels  # noqa: E402
from .remote.editors.choices import Choices  # noqa: E402
from .remote.editors.desk import Request  # noqa: E402
from .remote.editors.thumbnails import Thumbnail, thumbnail  # noqa: E402
from .remote.editors.translation import _  # noqa: E402
from .remote.editors.words import progress_label, refusal  # noqa: E402
from .remote.protocol import ProtocolError  # noqa: E402
from .restorer import Restorer, desk  # noqa: E402
from .running import Cancelled, Run  # noqa: E402

_SIDE = 260
_STEP_MS = 80


class Preview:
    """A button that finds the scratches, and the picture of what it found."""

    def __init__(self, restorer: Restorer, choices: Callable[[], Choices]) -> None:
        self._restorer, self._choices = restorer, choices
        self._run: Run | None = None
        self._timer = 0
        self._desk = desk()
        self._pixels: Any = None
        self._button = Gtk.Button(label=_("Show What Is Found"))
        self._button.set_tooltip_text(_("Looks for scratches in the whole layer, and shows them here in red."))
        self._button.connect("clicked", self._clicked)
        self._image, self._told = Gtk.Image(), Gtk.Label(xalign=0, wrap=True, max_width_chars=44)
        self.widget = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        for part in (self._button, self._image, self._told):
            self.widget.pack_start(part, False, False, 0)

    def close(self) -> None:
        """End what is under way."""
        if self._timer:
            GLib.source_remove(self._timer)
        if self._run is not None:
            self._run.cancel()
        self._desk.close()

    def _clicked(self, _button: Any) -> None:
        if self._run is not None:
            self._run.cancel()
            return
        try:
            choices = self._choices()
            picture = self._restorer.picture
            if self._pixels is None:
                self._pixels = Pixels(*read_pixels(self._restorer.source, self._restorer.form))
        except (Refusal, ProtocolError) as why:
            self._told.set_text(refusal(why) if isinstance(why, ProtocolError) else str(why))
            return
        self._show(thumbnail(picture, self._pixels.buffer, _SIDE), None)
        self._run = Run(self._desk, Request(self._pixels, choices.settings_to_find()))
        self._button.set_label(_("Cancel"))
        self._timer = GLib.timeout_add(_STEP_MS, self._step)

    def _step(self) -> bool:
        run = self._run
        assert run is not None
        try:
            over, said = run.step(0.0), ""
        except (Refusal, Cancelled) as why:
            over, said = True, str(why)
        if not over:
            if run.progress is not None:
                self._told.set_text(progress_label(run.progress.stage))
            return True
        self._run, self._timer = None, 0
        self._button.set_label(_("Show What Is Found"))
        masks = [] if said else [layer for layer in run.layers if layer.role == "scratch_mask"]
        if masks:
            small = thumbnail(self._restorer.picture, self._pixels.buffer, _SIDE)
            self._show(small, thumbnail(masks[0].picture, masks[0].pixels, _SIDE))
        self._told.set_text(said or " ".join(run.notes))
        return False

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
