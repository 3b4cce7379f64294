"""How the server is, and what a run will take, as it stands in the dialog; asked in a thread of its own."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Any

import gi

gi.require_version("Gtk", "3.0")

from gi.repository import GLib, Gtk  # noqa: E402 # the version comes first

from .labels import START_SERVER, labels  # noqa: E402
from .remote.connection import log_folder  # noqa: E402
from .remote.editors.choices import Choices  # noqa: E402
from .remote.editors.refusal import Refusal  # noqa: E402
from .remote.editors.state import ServerState  # noqa: E402
from .remote.editors.translation import _  # noqa: E402
from .remote.editors.words import forecast_sentence, refusal, state_sentence, unexpected  # noqa: E402
from .remote.protocol import ProtocolError  # noqa: E402
from .restorer import Restorer, desk  # noqa: E402

_log = logging.getLogger(__name__)

_SOON_MS = 300


class Facts:
    """Two lines of the dialog, and a button that starts the server."""

    def __init__(self, restorer: Restorer, choices: Callable[[], Choices]) -> None:
        self._restorer, self._choices = restorer, choices
        self._orders: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._soon, self._open, self._desk = 0, True, desk()
        self._failure: ServerState | None = None
        self._about, self._forecast, self._state = (_sentence() for _number in range(3))
        self._start = Gtk.Button(label=labels()[START_SERVER], use_underline=True, no_show_all=True)
        self._start.connect("clicked", lambda _button: self._orders.put(("start", None)))
        row = Gtk.Box(spacing=6)
        row.pack_start(self._state, True, True, 0)
        row.pack_start(self._start, False, False, 0)
        self.widget = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        for part in (self._about, self._forecast, row):
            self.widget.pack_start(part, False, False, 0)
        self._show(ServerState(), None)
        self._describe()
        self._thread = threading.Thread(target=self._work, name="restore-old-photo-facts", daemon=True)
        self._thread.start()
        self.look_soon()

    def look_soon(self) -> None:
        """Ask again, once the user has paused."""
        if self._soon:
            GLib.source_remove(self._soon)
        self._soon = GLib.timeout_add(_SOON_MS, self._look)

    def close(self) -> None:
        """Ask no more, nor wait any longer for a server that starts."""
        self._open = False
        self._desk.give_up()
        if self._soon:
            GLib.source_remove(self._soon)
        self._orders.put(None)

    def _look(self) -> bool:
        self._soon = 0
        try:
            choices = self._choices()
            masked = choices.minds_damage and choices.mask_source != "auto"
            order = self._restorer.picture, self._restorer.settings(choices, masked=masked)
        except (Refusal, ProtocolError) as why:
            self._about.set_text(refusal(why) if isinstance(why, ProtocolError) else str(why))
            order = None
        self._orders.put(("look", order))
        return False

    def _describe(self) -> None:
        try:
            picture = self._restorer.picture
        except (Refusal, ProtocolError) as why:
            self._about.set_text(refusal(why) if isinstance(why, ProtocolError) else str(why))
            return
        name = self._restorer.source.get_name()
        self._about.set_text(
            _("“{}”: {} × {} pixels, {} bits").format(name, picture.width, picture.height, picture.depth)
        )

    def _work(self) -> None:
        try:
            while (order := self._orders.get()) is not None:
                GLib.idle_add(self._show, *self._answer(*order))
        finally:
            self._desk.close()

    def _answer(self, kind: str, wanted: Any) -> tuple[ServerState, Any]:
        try:
            state = self._looked() if kind == "look" else self._started()
            return state, None if wanted is None or state.kind == "absent" else self._desk.forecast(*wanted)
        except Exception:  # the next order may go well again
            _log.exception("asking about the server")
            self._desk.close()
            return ServerState("failed", sentence=unexpected(str(log_folder()))), None

    def _looked(self) -> ServerState:
        state = self._desk.look()
        if state.kind == "absent" and self._failure is not None:
            return self._failure  # why there is none says more than that there is none
        return state

    def _started(self) -> ServerState:
        self._failure = None
        GLib.idle_add(self._show, ServerState("starting"), None)
        try:
            return self._desk.start()
        except ProtocolError as error:
            self._failure = ServerState("failed", sentence=refusal(error), can_start=True)
            return self._failure

    def _show(self, state: ServerState, forecast: Any) -> bool:
        if self._open:
            self._state.set_text(state_sentence(state))
            self._start.set_visible(state.kind == "absent" or state.can_start)
            self._forecast.set_text(forecast_sentence(forecast))
        return False


def _sentence() -> Any:
    return Gtk.Label(xalign=0, wrap=True, max_width_chars=40)
