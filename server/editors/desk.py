"""One connection to the server: made when it is needed, made anew when it was lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Dict, Optional, Tuple

from ..client import Pixels, RestorationClient
from ..connection import connection_path, read_connection
from ..events import Event, Forecast, JobCancelled, Note
from ..protocol import Picture, ProtocolError
from .state import ServerState, state_of
from .translation import _
from .words import refusal

#: A look at the server must not keep a job waiting.
_LOOK_S = 3.0
_START_S = 60.0
#: Codes that say that there is none, rather than that something is wrong with it.
_ABSENT = ("no-server",)


@dataclass(frozen=True, eq=False)
class Request:
    """What is to be done.

    Attributes:
        photo, mask, area, hints: see ``RestorationClient.submit``; area is where to work.
        settings: as of ``Choices.settings``.
        icc: the photo's colour profile; None is sRGB, or not known.
        stop: set by ``Desk.cancel``; set before the job begins it keeps it from beginning.
    """

    photo: Pixels
    settings: Mapping[str, Any]
    mask: Optional[Pixels] = None
    area: Optional[Pixels] = None
    hints: Optional[Pixels] = None
    icc: Optional[bytes] = None
    stop: threading.Event = field(default_factory=threading.Event)


class Desk:
    """Asks the server for an editor. All of it is for one thread, but ``cancel``, which is for any.

    Args:
        name: of the editor.
        transport: as of ``RestorationClient.connect``.
    """

    def __init__(self, name: str, transport: str = "auto") -> None:
        self._name, self._transport = name, transport
        self._client: Optional[RestorationClient] = None
        self._given_up = threading.Event()
        self._running: Optional[Tuple[Request, RestorationClient, str]] = None

    def look(self) -> ServerState:
        """How the server is; none is started."""
        try:
            return state_of(self._connected(start=False, deadline_s=_LOOK_S).status())
        except ProtocolError as error:
            self.close()
            return ServerState("absent") if error.code in _ABSENT else ServerState("failed", sentence=refusal(error))

    def status(self) -> Dict[str, Any]:
        """The server's own words about itself; empty if there is none."""
        try:
            return self._connected(start=False, deadline_s=_LOOK_S).status()
        except ProtocolError:
            self.close()
            return {}

    def give_up(self) -> None:
        """Wait for no server any more, now and later. For any thread."""
        self._given_up.set()

    def start(self) -> ServerState:
        """Start the server if there is none.

        Raises:
            ProtocolError: it cannot be started.
        """
        try:
            return state_of(self._connected(start=True, deadline_s=_START_S).status())
        except ProtocolError:
            self.close()  # it was connected to one that is gone
            return state_of(self._connected(start=True, deadline_s=_START_S).status())

    def stop_server(self) -> None:
        """End the server, and all jobs with it. Nothing happens if there is none."""
        try:
            self._connected(start=False, deadline_s=_LOOK_S).shutdown()
        except ProtocolError as error:
            if error.code not in (*_ABSENT, "server-lost"):
                raise
        finally:
            self.close()

    def forecast(self, picture: Picture, settings: Mapping[str, Any]) -> Optional[Forecast]:
        """What a run would take; None where no server runs."""
        try:
            return self._connected(start=False, deadline_s=_LOOK_S).forecast(picture, settings)
        except ProtocolError:
            self.close()
            return None

    def restore(self, request: Request, tell: Callable[[Event], None]) -> None:
        """Do it; returns when it is done. A server that is lost on the way is started again, once.

        Args:
            request: what is to be done.
            tell: told all that happens. ``Accepted`` comes twice if the server was lost: then all begins anew.

        Raises:
            ProtocolError: it was refused, or failed.
            JobCancelled: it was cancelled.
        """
        try:
            self._attempt(request, tell)
        except ProtocolError as error:
            if error.code != "server-lost" or request.stop.is_set():
                raise
            self.close()
            tell(Note("", _("The server was lost; it is started again.")))
            self._attempt(request, tell)

    def cancel(self, request: Request) -> None:
        """Cancel a request, whether it has begun or not. For any thread."""
        request.stop.set()
        running = self._running
        if running is not None and running[0] is request:
            running[1].cancel(running[2])

    def close(self) -> None:
        """Let go of the connection. The next question makes another."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _attempt(self, request: Request, tell: Callable[[Event], None]) -> None:
        _check(request)
        try:
            client = self._connected(start=True, deadline_s=_START_S, stop=request.stop.is_set)
        except ProtocolError:
            _check(request)  # cancelled meanwhile: that is why
            raise
        _check(request)
        job = client.submit(
            request.photo,
            request.settings,
            mask=request.mask,
            area=request.area,
            hints=request.hints,
            icc=request.icc,
            within_alpha=True,
        )
        self._running = request, client, job
        try:
            # ``cancel`` sets the flag before it looks for the job: one of the two sees the other.
            if request.stop.is_set():
                client.cancel(job)
            for event in client.events(job):
                tell(event)
        finally:
            self._running = None

    def _connected(
        self, *, start: bool, deadline_s: float, stop: Callable[[], bool] = lambda: False
    ) -> RestorationClient:
        if self._client is not None:
            return self._client
        if not start and read_connection(connection_path()) is None:
            # Known without asking: a bridge, which is a process, need not be started for it.
            raise ProtocolError("no-server", "No server is running.", "Start it.")
        self._client = RestorationClient.connect(
            self._name,
            start=start,
            deadline_s=deadline_s,
            transport=self._transport,
            stop=lambda: stop() or self._given_up.is_set(),
        )
        return self._client


def _check(request: Request) -> None:
    if request.stop.is_set():
        raise JobCancelled("")
