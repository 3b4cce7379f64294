"""A run in a thread of its own, so that GIMP's window, and Cancel, never wait for the server."""

from __future__ import annotations

import logging
import queue
import threading
from typing import Any

from .remote.connection import log_folder
from .remote.editors.desk import Desk, Request
from .remote.editors.refusal import Refusal
from .remote.editors.share import Share
from .remote.editors.translation import _
from .remote.editors.words import refusal, unexpected
from .remote.events import Accepted, Done, JobCancelled, LayerMade, Note, Progress
from .remote.protocol import ProtocolError

_log = logging.getLogger(__name__)


class Cancelled(Exception):  # noqa: N818 # it is no error
    """The user wants no more of it."""


class Run:
    """A request under way. What is public is for GIMP's thread. Whoever makes a run has to let it go.

    Args:
        desk: for this run alone.
        request: what is to be done.

    Attributes:
        progress: the last that was heard; None before.
        notes: sentences for the user.
    """

    def __init__(self, desk: Desk, request: Request) -> None:
        self.progress: Progress | None = None
        self.notes: list[str] = []
        self._desk, self._request, self._share = desk, request, Share()
        self._events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._made: dict[int, LayerMade] = {}
        self._order: tuple[int, ...] = ()
        self._thread = threading.Thread(target=self._work, name="restore-old-photo", daemon=True)
        self._thread.start()

    def step(self, seconds: float) -> bool:
        """Hear what there is to be heard, and wait at most so long for the first of it. True when the run is over.

        Raises:
            Refusal: it failed; why.
            Cancelled: it was cancelled.
        """
        try:
            event = self._events.get(timeout=seconds)
            while not self._take(event):
                event = self._events.get_nowait()
        except queue.Empty:
            return False
        return True

    def let_go(self, seconds: float = 0.0) -> None:
        """End it, even while it looks for the server, and its connection. Whatever still comes is not heard.

        Args:
            seconds: how long this may wait for the end, which comes by itself otherwise. As long as this process lives
                GIMP waits for it, and a helper program may take half a second to end.
        """
        self._desk.cancel(self._request)
        ending = threading.Thread(target=self._close_afterwards, name="restore-old-photo-end", daemon=True)
        ending.start()
        ending.join(seconds)

    @property
    def fraction(self) -> float | None:
        """How much of the whole run is done, 0 to 1; None while that is not known."""
        return self._share.fraction

    @property
    def layers(self) -> list[LayerMade]:
        """What came back, the lowest first, when the run is over."""
        return [self._made[number] for number in self._order]

    def _take(self, event: Any) -> bool:
        if isinstance(event, Exception):
            raise event
        if event is None:
            return True
        if isinstance(event, Accepted):
            self._made.clear()
            self._share.begin()
        elif isinstance(event, Progress):
            self.progress = event
            self._share.heard(event.seconds_left)
        elif isinstance(event, Note):
            # That the compact models have none for faces is said beside the switch; no window has to pop up for it.
            if event.stage != "faces":
                self._note(event.sentence)
        elif isinstance(event, LayerMade):
            self._made[event.number] = event
            self._note(event.note)
        elif isinstance(event, Done):
            self._order = event.order
        return False

    def _close_afterwards(self) -> None:
        self._thread.join()
        self._desk.close()

    def _note(self, sentence: str) -> None:
        if sentence and sentence not in self.notes:
            self.notes.append(sentence)

    def _work(self) -> None:
        end: Exception | None = None
        try:
            self._desk.restore(self._request, self._events.put)
        except JobCancelled:
            end = Cancelled()
        except ProtocolError as error:
            _log.warning("a run failed: %s %s (%s)", error.cause, error.remedy, error.code)
            end = Refusal(refusal(error))
        except Exception:
            _log.exception("a run failed")
            end = Refusal(unexpected(str(log_folder())))
        self._events.put(end)


def outcome(run: Run, finds: bool) -> str:
    """The sentence that says what came of a run without layers."""
    return _("No scratches were found.") if finds else " ".join([*run.notes, _("The photo was left as it is.")])
