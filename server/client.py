"""What a plug-in needs: send a photo and settings, get layers.

    with RestorationClient.connect("my program") as client:
        job = client.submit(Pixels(Picture("RGB", 8, width, height), data), {"preset": "compact"})
        for event in client.events(job):
            ...

All of it is for one thread, but ``cancel``, which any thread may call at any time.
"""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Deque, Dict, Optional

from .bridge_transport import open_bridge
from .events import Assembler, Event, Forecast, JobCancelled, error_of, forecast_of
from .finding import open_server
from .protocol import (
    SILENCE_S,
    Buffer,
    Input,
    Picture,
    ProtocolError,
    Submit,
    chunks,
    decode,
    encode,
    hash_of,
    message,
    read_submit,
)
from .transport import Listener, Transport, zmq_usable

#: Seconds within which the server answers a question; about models it may have to start its worker first.
_ANSWER_S, _MODELS_S = 5.0, 120.0
_WAIT_S = 60.0


class Pixels:
    """A picture and its bytes.

    Args:
        picture: what the bytes mean.
        buffer: its bytes, ``picture.bytes`` of them: anything with the buffer protocol. They are not copied, and must
            not change until the job has ended.
        hash: of the bytes (``protocol.hash_of``), if it is known already. It is computed once, when it is needed.

    Raises:
        ProtocolError: ``picture``, the buffer has another length, or is not in one piece.
    """

    def __init__(self, picture: Picture, buffer: Any, hash: Optional[str] = None) -> None:
        try:
            self.buffer = memoryview(buffer).cast("B")
        except TypeError as error:
            raise ProtocolError("picture", f"The pixels are not bytes in one piece ({error}).") from error
        if len(self.buffer) != picture.bytes:
            raise ProtocolError(
                "picture",
                f"The pixels are {len(self.buffer)} bytes; {picture.width}×{picture.height} {picture.layout} pixels of "
                f"{picture.depth} bits a channel are {picture.bytes}.",
                "Send the whole picture, without padding.",
            )
        self.picture = picture
        self._hash = hash

    @property
    def hash(self) -> str:
        """The hash of the bytes, as docs/protocol.md says."""
        if self._hash is None:
            self._hash = hash_of(self.buffer)
        return self._hash


class _Job:
    """What the client knows of a job that has not been told to its end."""

    def __init__(self, inputs: Mapping[str, Pixels]) -> None:
        self.inputs = inputs
        self.events: Deque[Event] = deque()
        self.assembler = Assembler()
        self.failure: Optional[Exception] = None
        self.cancelled = self.ended = False


class RestorationClient:
    """A connection to the server. Use ``connect``; the constructor takes a transport that has said ``hello``.

    Attributes:
        welcome: the server's answer: ``version``, ``pid``, ``endpoint``, ``limits`` and so on.
    """

    def __init__(self, transport: Transport, welcome: Mapping[str, Any]) -> None:
        self.welcome = welcome
        self._transport = transport
        self._listener = Listener(transport, transport.receive, str(welcome.get("endpoint", "")))
        self._jobs: Dict[str, _Job] = {}
        self._answers: Dict[int, Dict[str, Any]] = {}
        self._requests = 0
        self._lost: Optional[ProtocolError] = None

    @classmethod
    def connect(
        cls,
        name: str,
        *,
        start: bool = True,
        deadline_s: float = 30.0,
        transport: str = "auto",
        stop: Callable[[], bool] = lambda: False,
    ) -> RestorationClient:
        """Find the server, or start one.

        Args:
            name: of this program, at most 64 characters.
            start: whether a server may be started where none runs on this machine.
            deadline_s: seconds in all.
            stop: asked while a server starts; true gives up. For any thread.
            transport: ``zmq``; ``bridge``, for a Python that has no pyzmq; ``auto``, the first where it can be had.

        Raises:
            ProtocolError: ``no-server``, there is none and none could be started; ``connection-file``, it cannot be
                trusted; ``version``; ``busy``.
            ImportError: ``zmq`` was asked for and cannot be loaded.
        """
        if transport not in ("auto", "zmq", "bridge"):
            raise ValueError(f"there is no transport {transport!r}")
        if transport == "zmq" or (transport == "auto" and zmq_usable()):
            straight, _, welcome = open_server(name, start, deadline_s, stop=stop)
            return cls(straight, welcome)
        bridge, welcome = open_bridge(name, start, deadline_s, stop=stop)
        return cls(bridge, welcome)

    def submit(
        self,
        photo: Pixels,
        settings: Mapping[str, Any],
        *,
        mask: Optional[Pixels] = None,
        area: Optional[Pixels] = None,
        hints: Optional[Pixels] = None,
        icc: Optional[bytes] = None,
        within_alpha: bool = False,
        flattened: bool = False,
        job: Optional[str] = None,
    ) -> str:
        """Ask for a job. Whether it is accepted, ``events`` tells; its pixels are sent while somebody asks for events.

        Args:
            photo: to be restored.
            settings: as of ``restoration.settings.Settings.to_dict()``, every field optional.
            mask: GRAY, 8 bits, of the photo's size; 255 is damage.
            area: GRAY, 8 bits, of the photo's size; where to work: 0 not at all, 255 fully.
            hints: RGBA or BGRA, 8 bits, sRGB, of the photo's size; colours to be there, where alpha is over 127.
            icc: the photo's colour profile.
            within_alpha: layers are transparent where the photo is.
            flattened: send the photo under all layers too.
            job: its name; None for one that is made up.

        Returns:
            The job's name.

        Raises:
            ProtocolError: ``server-lost``; ``duplicate-job``; ``bad-message``, ``picture``, ``mask``, ``area``,
                ``hints`` or ``settings`` for what the server would refuse.
        """
        name = uuid.uuid4().hex if job is None else job
        if name in self._jobs:
            raise ProtocolError("duplicate-job", f"There is a job {name!r} already.", "Give it another name.")
        self._check_alive()
        given = {"photo": photo, "mask": mask, "area": area, "hints": hints}
        inputs = {key: one for key, one in given.items() if one is not None}
        named = {key: Input(one.picture, one.hash) for key, one in inputs.items()}
        request = Submit(name, named, settings, icc, within_alpha=within_alpha, flattened=flattened).header()
        # As the server will check it: its sentence now is better than after the pixels were read from an editor.
        read_submit(request)
        decode(encode(request))
        self._jobs[name] = _Job(inputs)
        self._transport.send(request)
        return name

    def events(self, job: str) -> Iterator[Event]:
        """What the job tells, to its end: ``Done`` is the last. Messages of other jobs are kept until asked for.

        Leaving off does not end the job, and another call goes on where this one left off.

        Raises:
            ProtocolError: the job was refused or failed (the server's own code); ``server-lost``; ``unknown-job``,
                there is none of that name, or it has been told to its end.
            JobCancelled: it was cancelled.
        """
        state = self._jobs.get(job)
        if state is None:
            raise ProtocolError("unknown-job", f"There is no job {job!r}.", "Submit it first.")
        while True:
            while state.events:
                event = state.events.popleft()
                if state.ended and not state.events and state.failure is None:
                    self._jobs.pop(job, None)
                    yield event
                    return
                yield event
            if state.failure is not None:
                self._jobs.pop(job, None)
                raise state.failure
            self._hear(_WAIT_S)

    def cancel(self, job: str) -> None:
        """Cancel a job; ``events`` raises ``JobCancelled``. For any thread. Nothing happens if it has ended."""
        state = self._jobs.get(job)
        if state is None or state.ended:
            return
        state.cancelled = True
        self._transport.forget(job)
        self._transport.send(message("cancel", job=job))

    def forecast(self, picture: Picture, settings: Mapping[str, Any]) -> Forecast:
        """What a job would need, at once and without one; what is not known yet is None.

        Args:
            picture: of the photo.
            settings: as for ``submit``.

        Raises:
            ProtocolError: ``server-lost``; ``bad-message`` or ``settings`` for what the server refuses.
        """
        fields = {"picture": picture.fields(), "settings": dict(settings)}
        decode(encode(message("forecast", **fields)))  # as the server will check it
        return forecast_of(self._ask("forecast", "forecast", _ANSWER_S, **fields))

    def status(self) -> Dict[str, Any]:
        """The server's ``status``, see docs/protocol.md.

        Raises:
            ProtocolError: ``server-lost``.
        """
        return self._ask("status", "status", _ANSWER_S)

    def models(self) -> Dict[str, Any]:
        """The server's ``models``: ``presets`` and ``further``, see docs/protocol.md.

        May take as long as a worker takes to start.

        Raises:
            ProtocolError: ``server-lost``.
        """
        return self._ask("models", "models", _MODELS_S)

    def shutdown(self) -> None:
        """End the server, and all jobs with it.

        Raises:
            ProtocolError: ``server-lost``, it was gone before.
        """
        self._check_alive()
        self._ask("shutdown", "bye", _ANSWER_S)

    def close(self) -> None:
        """Let go of the connection. The server ends the jobs that belong to it."""
        self._transport.close()

    def __enter__(self) -> RestorationClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, kind: str, answer: str, deadline_s: float, **fields: Any) -> Dict[str, Any]:
        self._requests += 1
        number = self._requests
        self._transport.send(message(kind, request=number, **fields))
        end = time.monotonic() + deadline_s
        while number not in self._answers:
            if time.monotonic() > end:
                raise ProtocolError("server-lost", f"The server does not answer {kind!r}.", "Connect again.")
            self._hear(end - time.monotonic())
        header = self._answers.pop(number)
        if header["type"] == "error":
            raise error_of(header)
        if header["type"] != answer:
            raise ProtocolError("bad-message", f"The server answered {kind!r} with {header['type']!r}.")
        return {key: value for key, value in header.items() if key not in ("v", "type", "request")}

    def _check_alive(self) -> None:
        """Raise ``server-lost`` if the server went away while nobody listened."""
        lost = self._lost or self._transport.lost
        if lost is not None:
            raise lost
        heard = self._transport.heard
        while time.monotonic() - self._transport.heard > SILENCE_S and self._transport.heard == heard:
            self._hear(0.1)

    def _hear(self, timeout_s: float) -> None:
        """Take the next message, if one comes, to whom it is for.

        Raises:
            ProtocolError: ``server-lost``, or something that concerns no job.
        """
        try:
            received = self._listener.receive(timeout_s)
            if received is None:
                return
            header, payload = received
            if header["type"] == "error" and header.get("job") is None and "request" not in header:
                raise error_of(header)  # the bridge has lost the server, or we sent what the server does not understand
        except ProtocolError as error:
            if error.code == "server-lost":  # for good: the jobs are gone, even if the server is heard of again
                self._lost = error
            raise
        request = header.get("request")
        if isinstance(request, int):
            self._answers = {request: header}  # an earlier one is awaited by nobody any more
            return
        job = header.get("job")
        state = self._jobs.get(job) if isinstance(job, str) else None
        if state is not None and not state.ended:
            self._take(str(job), state, header, payload)

    def _take(self, job: str, state: _Job, header: Mapping[str, Any], payload: Optional[Buffer]) -> None:
        kind = header["type"]
        if kind == "error":
            state.failure = error_of(header)
        elif kind == "cancelled":
            state.failure = JobCancelled(job)
        elif kind == "need":
            self._send_inputs(job, state, header.get("inputs"))
        else:
            try:
                event = state.assembler.event(header, payload)
            except ProtocolError as error:
                self.cancel(job)
                state.failure, event = error, None
            if event is not None:
                state.events.append(event)
        if state.failure is not None or kind == "done":
            state.ended = True
            state.inputs = {}
            self._transport.forget(job)

    def _send_inputs(self, job: str, state: _Job, names: object) -> None:
        # A second ``need`` means from the beginning: what is left of the first must not come in between.
        self._transport.forget(job)
        if state.cancelled or not isinstance(names, list):
            return
        for name, pixels in state.inputs.items():
            if name in names:
                for offset, chunk in chunks(pixels.buffer):
                    self._transport.send(message("pixels", job=job, input=name, offset=offset), chunk)
                    if state.cancelled:  # meanwhile, by another thread
                        self._transport.forget(job)
                        return
