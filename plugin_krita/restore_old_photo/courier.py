"""The thread that talks to the server, so that Krita's window never waits for it."""

from __future__ import annotations

import contextlib
import logging
import queue
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .guard import guarded
from .insertion import Returned
from .qt import QtCore, Signal
from .remote.client import JobCancelled
from .remote.connection import log_folder
from .remote.editors.desk import Desk, Request
from .remote.editors.diagnostics import diagnostics
from .remote.editors.pixel_bytes import with_alpha
from .remote.editors.state import ServerState
from .remote.editors.thumbnails import Thumbnail, thumbnail
from .remote.editors.words import refusal, unexpected
from .remote.events import Accepted, LayerMade
from .remote.protocol import Picture, ProtocolError

_log = logging.getLogger(__name__)

_PREVIEW_SIDE = 160
#: How long the thread may take to end before it is left to end with Krita.
_END_MS = 3000


@dataclass(frozen=True, eq=False)
class Ended:
    """A request has ended.

    Attributes:
        outcome: ``done``, ``cancelled`` or ``failed``.
        sentence: why it failed.
    """

    outcome: str
    sentence: str = ""


@dataclass(frozen=True, eq=False)
class Preview:
    """A layer that came back, and a small picture of it."""

    layer: Returned
    small: Thumbnail


class Courier(QtCore.QThread):
    """Takes requests from the window and tells by signals what comes of them.

    Signals:
        told: a request, and an event of it: of ``remote.events``, with ``Preview`` in place of ``LayerMade``; ``Ended``
            is the last.
        looked: the server's state.
        forecast_made: the key that it was asked with, and the forecast or None.
        diagnosed: the text of the diagnostics.
    """

    told = Signal(object, object)
    looked = Signal(object)
    forecast_made = Signal(object, object)
    diagnosed = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._orders: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._state = ServerState()

    # For the window's thread.

    def look(self) -> None:
        """Ask how the server is."""
        self._orders.put(lambda: self._saw(self._desk.look()))

    def start_server(self) -> None:
        """Start the server if there is none."""
        self._orders.put(lambda: self._start(afresh=False))

    def restart_server(self) -> None:
        """End the server and start another."""
        self._orders.put(lambda: self._start(afresh=True))

    def forecast(self, key: object, picture: Picture, settings: Mapping[str, Any]) -> None:
        """Ask what a run would take."""
        self._orders.put(lambda: self.forecast_made.emit(key, self._desk.forecast(picture, settings)))

    def diagnose(self, facts: Mapping[str, str]) -> None:
        """Ask for the diagnostics."""
        self._orders.put(lambda: self.diagnosed.emit(diagnostics(facts, self._state, self._desk.status())))

    def restore(self, request: Request) -> None:
        """Have a request done."""
        self._orders.put(lambda: self._restore(request))

    def cancel(self, request: Request) -> None:
        """Cancel a request, at once: nothing more is told of it but that it was cancelled."""
        self._desk.cancel(request)

    def end(self) -> None:
        """End the thread. One that hangs in a call is given up, for Krita is about to end."""
        self._orders.put(None)
        if not self.wait(_END_MS):
            _log.warning("the thread does not end by itself")
            self.terminate()
            self.wait(_END_MS)

    # For this thread.

    def run(self) -> None:
        """See ``QThread``."""
        while True:
            order = self._orders.get()
            if order is None:
                break
            guarded(order)()
        with contextlib.suppress(Exception):
            self._desk.close()

    def _saw(self, state: ServerState) -> None:
        self._state = state
        self.looked.emit(state)

    def _start(self, *, afresh: bool) -> None:
        self._saw(ServerState("starting"))
        try:
            if afresh:
                self._desk.stop_server()
            self._saw(self._desk.start())
        except ProtocolError as error:
            self._saw(ServerState("failed", sentence=refusal(error)))

    def _restore(self, request: Request) -> None:
        try:
            self._desk.restore(request, lambda event: self._tell(request, event))
        except JobCancelled:
            ended = Ended("cancelled")
        except ProtocolError as error:
            _log.warning("a run failed: %s %s (%s)", error.cause, error.remedy, error.code)
            ended = Ended("failed", refusal(error))
        except Exception:
            _log.exception("a run failed")
            ended = Ended("failed", unexpected(str(log_folder())))
        else:
            ended = Ended("done")
        self.told.emit(request, ended)
        self._saw(self._desk.look())

    def _tell(self, request: Request, event: Any) -> None:
        if isinstance(event, Accepted):
            self._saw(replace(self._state, kind="busy"))
        self.told.emit(request, _preview(event) if isinstance(event, LayerMade) else event)


def _preview(made: LayerMade) -> Preview:
    """What the window's thread must do nothing more with than insert it."""
    layout, pixels = with_alpha(made.picture, made.pixels)
    layer = Returned(
        number=made.number,
        name=made.name,
        layout=layout,
        x=made.x,
        y=made.y,
        width=made.picture.width,
        height=made.picture.height,
        blend_mode=made.blend_mode,
        opacity=made.opacity,
        visible=made.visible,
        note=made.note,
        # Not copied: a copy of 100 MB would keep the window waiting for 70 ms.
        pixels=QtCore.QByteArray.fromRawData(pixels),
        memory=pixels,
    )
    return Preview(layer, thumbnail(made.picture, made.pixels, _PREVIEW_SIDE))
