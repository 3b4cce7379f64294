"""The thread that talks to the server, so that Krita's window never waits for it."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
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
        self._orders: queue.SimpleQueue[Callable[[], None] | str | None] = queue.SimpleQueue()
        self._latest: dict[str, Callable[[], None]] = {}
        self._lock = threading.Lock()
        self._restoring = False
        self._failure: ServerState | None = None
        self._state = ServerState()

    # For the window's thread.

    def look(self) -> None:
        """Ask how the server is."""
        self._put_latest("look", lambda: self._saw(self._desk.look()))

    def start_server(self) -> None:
        """Start the server if there is none."""
        self._orders.put(lambda: self._start(afresh=False))

    def restart_server(self) -> None:
        """End the server and start another."""
        self._orders.put(lambda: self._start(afresh=True))

    def forecast(self, key: object, picture: Picture, settings: Mapping[str, Any]) -> None:
        """Ask what a run would take."""
        self._put_latest("forecast", lambda: self._forecast(key, picture, settings))

    def diagnose(self, facts: Mapping[str, str]) -> None:
        """Ask for the diagnostics."""
        if self._restoring:  # it would wait for the end of the run, and is wanted when that hangs
            threading.Thread(target=guarded(lambda: self._diagnose(facts, {})), daemon=True).start()
        else:
            self._orders.put(lambda: self._diagnose(facts, self._desk.status()))

    def restore(self, request: Request) -> None:
        """Have a request done."""
        self._forget_latest()
        self._orders.put(lambda: self._restore(request))

    def cancel(self, request: Request) -> None:
        """Cancel a request, at once: nothing more is told of it but that it was cancelled."""
        self._desk.cancel(request)

    def end(self) -> None:
        """End the thread. One that hangs in a call is given up, for Krita is about to end."""
        self._forget_latest()
        self._desk.give_up()
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
            if isinstance(order, str):
                with self._lock:
                    order = self._latest.pop(order, None)
                if order is None:
                    continue
            guarded(order)()
            del order  # it holds a photo
        with contextlib.suppress(Exception):
            self._desk.close()

    def _put_latest(self, name: str, order: Callable[[], None]) -> None:
        """An order of which only the latest counts: they must not pile up behind a server that is slow to answer."""
        with self._lock:
            waits = name in self._latest
            self._latest[name] = order
        if not waits:
            self._orders.put(name)

    def _forget_latest(self) -> None:
        with self._lock:
            self._latest.clear()

    def _saw(self, state: ServerState) -> None:
        if state.kind == "absent" and self._failure is not None:
            state = self._failure  # why there is none says more than that there is none
        elif state.kind not in ("absent", "failed"):
            self._failure = None
        self._state = state
        self.looked.emit(state)

    def _forecast(self, key: object, picture: Picture, settings: Mapping[str, Any]) -> None:
        there = self._state.kind not in ("absent", "failed", "unknown")
        self.forecast_made.emit(key, self._desk.forecast(picture, settings) if there else None)

    def _diagnose(self, facts: Mapping[str, str], status: Mapping[str, Any]) -> None:
        self.diagnosed.emit(diagnostics(facts, self._state, status))

    def _start(self, *, afresh: bool) -> None:
        self._failure = None
        self._saw(ServerState("starting"))
        try:
            if afresh:
                self._desk.stop_server()
            self._saw(self._desk.start())
        except ProtocolError as error:
            self._failure = ServerState("failed", sentence=refusal(error), can_start=True)
            self._saw(self._failure)

    def _restore(self, request: Request) -> None:
        self._restoring = True
        try:
            self._desk.restore(request, lambda event: self._tell(request, event))
        except JobCancelled:
            ended = Ended("cancelled")
        except ProtocolError as error:
            _log.warning("a run failed: %s %s (%s)", error.cause, error.remedy, error.code)
            ended = Ended("failed", refusal(error))
            if error.code == "no-server":
                self._failure = ServerState("failed", sentence=refusal(error), can_start=True)
        except Exception:
            _log.exception("a run failed")
            ended = Ended("failed", unexpected(str(log_folder())))
        else:
            ended = Ended("done")
        self._restoring = False
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
        group=made.group,
    )
    return Preview(layer, thumbnail(made.picture, made.pixels, _PREVIEW_SIDE))
