"""Messages to and from the server, carried by a thread of their own.

So a ``cancel`` leaves at once whatever the caller is doing, a photo goes out while results come in, and nobody's window
waits for a socket. Two kinds look the same from outside: ``ZmqTransport`` here and ``BridgeTransport``.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any, Dict, Optional, Protocol, Tuple

from .connection import Connection
from .mailbox import Frames, Inbox, Outbox
from .protocol import MAX_FRAME_BYTES, SILENCE_S, Buffer, ProtocolError, decode, encode

_log = logging.getLogger(__name__)

#: What may wait to be fetched before no more is read from the server, which then waits in its turn.
INBOX_BYTES = 32 << 20
#: Chunks of 1 MiB that ZeroMQ may hold on the way out: few, for a ``cancel`` gets in line behind them.
_SEND_HWM = 4
_RECEIVE_HWM = 16
#: A connection that broke and is not back after so long is lost.
_GRACE_S = 1.0
_LINGER_MS = 300
_PING_MS = 1_000
_SLICE_S = 0.1
#: No heartbeat is longer; what is longer need not be unpacked to know that it is none.
_HEARTBEAT_BYTES = 64

Message = Tuple[Dict[str, Any], Optional[Buffer]]


class Transport(Protocol):
    """The way to a server. ``receive`` and ``close`` are for one thread, the rest for any."""

    @property
    def heard(self) -> float:
        """When the server was last heard of, heartbeats included (``time.monotonic``)."""

    @property
    def lost(self) -> Optional[ProtocolError]:
        """Why nothing will come any more; None while the connection stands."""

    def send(self, header: Dict[str, Any], payload: Optional[Buffer] = None) -> None:
        """Put a message in line, without waiting and without a copy.

        A payload must stay as it is until the job that it belongs to has gone on, or ``close``. Messages without a
        payload go before those with one.
        """

    def forget(self, job: str) -> None:
        """Drop the payloads of a job that are still in line."""

    def receive(self, timeout_s: float) -> Optional[Message]:
        """The next message but heartbeats, or None after so many seconds.

        Raises:
            ProtocolError: ``server-lost``, or another of the client's own codes, when the connection is gone and
                everything that came before has been fetched; ``bad-message`` or ``version`` for what is no message.
        """

    def close(self) -> None:
        """Let go of everything. What is in line without a payload still has a moment to leave."""


class QueuedTransport:
    """What both kinds share: a line of messages out, a line of messages in, and a ``Transport``'s methods on them.

    Args:
        relay: for the bridge, which passes on everything: heartbeats are not taken out.
        inbox_bytes: what may wait to be fetched.
    """

    def __init__(self, relay: bool = False, inbox_bytes: int = INBOX_BYTES) -> None:
        self._outbox, self._inbox, self._relay = Outbox(), Inbox(inbox_bytes), relay

    @property
    def heard(self) -> float:
        """See ``Transport``."""
        return self._inbox.heard

    @property
    def lost(self) -> Optional[ProtocolError]:
        """See ``Transport``."""
        return self._inbox.failure

    def send(self, header: Dict[str, Any], payload: Optional[Buffer] = None) -> None:
        """See ``Transport``."""
        self.send_frames(Frames(encode(header), payload, header.get("job")))

    def send_frames(self, frames: Frames) -> None:
        """As ``send``, for a message that is packed already."""
        self._outbox.put(frames)
        self._wake()

    def wait_until_sent(self, payloads: int) -> None:
        """Wait while so many payloads, or more, are in line and the connection stands."""
        self._outbox.wait_until_below(payloads)

    def forget(self, job: str) -> None:
        """See ``Transport``."""
        self._outbox.forget(job)

    def receive(self, timeout_s: float) -> Optional[Message]:
        """See ``Transport``."""
        frames = self.receive_frames(timeout_s)
        return None if frames is None else (decode(frames.header), frames.payload)

    def receive_frames(self, timeout_s: float) -> Optional[Frames]:
        """As ``receive``, without unpacking the header."""
        was_full = self._inbox.full
        frames = self._inbox.get(timeout_s)
        if was_full and not self._inbox.full:
            self._wake()
        return frames

    def _came(self, header: bytes, payload: Optional[Buffer]) -> None:
        self._inbox.heard = time.monotonic()
        if self._relay or payload is not None or not _is_heartbeat(header):
            self._inbox.put(Frames(header, payload))

    def _wake(self) -> None:
        """Something is in line, or there is room again."""


class Listener:
    """Receives, and notices a server that has fallen silent.

    Silence is counted only while somebody waits: a client that was itself stopped for a while must not take what has
    piled up meanwhile for silence.

    Args:
        transport: to listen to.
        receive: one of its ways to receive.
        endpoint: of the server, for the sentence.
    """

    def __init__(self, transport: Transport, receive: Callable[[float], Any], endpoint: str) -> None:
        self._transport, self._receive, self._endpoint = transport, receive, endpoint
        self._heard, self._quiet = transport.heard, 0.0

    def receive(self, timeout_s: float) -> Any:
        """As ``Transport.receive``, and ``server-lost`` after ``SILENCE_S`` of silence."""
        end = time.monotonic() + timeout_s
        while True:
            piece = min(_SLICE_S, max(end - time.monotonic(), 0.0))
            message = self._receive(piece)
            heard = self._transport.heard
            self._quiet = 0.0 if message is not None or heard != self._heard else self._quiet + piece
            self._heard = heard
            if message is not None:
                return message
            if self._quiet >= SILENCE_S:
                raise lost_error(self._endpoint, "has fallen silent")
            if time.monotonic() >= end:
                return None


class ZmqTransport(QueuedTransport):
    """Straight to the server by ZeroMQ: a DEALER with CURVE, in a context of its own.

    Args:
        connection: where, and with which keys.
        relay: see ``QueuedTransport``.
        inbox_bytes: see ``QueuedTransport``.

    Raises:
        ImportError: there is no pyzmq that this Python can load.
        ProtocolError: ``server-lost``, the endpoint is one that ZeroMQ does not take.
    """

    def __init__(self, connection: Connection, relay: bool = False, inbox_bytes: int = INBOX_BYTES) -> None:
        import zmq
        from zmq.utils.monitor import recv_monitor_message

        super().__init__(relay, inbox_bytes)
        self._zmq: Any = zmq
        self._endpoint, self._read_event = connection.endpoint, recv_monitor_message
        self._stood, self._broken_at = False, 0.0
        self._context = zmq.Context()
        self._socket = socket = self._context.socket(zmq.DEALER)
        socket.linger = _LINGER_MS
        socket.sndhwm, socket.rcvhwm = _SEND_HWM, _RECEIVE_HWM
        # Queue nothing for a connection that does not stand: to the server, the next one is another client.
        socket.immediate = True
        socket.maxmsgsize = MAX_FRAME_BYTES
        socket.ipv6 = "[" in connection.endpoint
        # Pings tell the server that we live. No timeout of ours: while the caller fetches nothing, libzmq reads nothing
        # (no answer to a ping either) and would give up a sound connection. ``Listener`` notices a silent server.
        socket.heartbeat_ivl, socket.heartbeat_timeout = _PING_MS, 0
        socket.curve_serverkey = connection.server_public_key.encode()
        socket.curve_publickey = connection.client_public_key.encode()
        socket.curve_secretkey = connection.client_secret_key.encode()
        self._monitor = socket.get_monitor_socket()
        # A socket is for one thread; who wants to wake that thread has this one, and the lock.
        self._awake, self._waker_lock = False, threading.Lock()
        address = f"inproc://{os.urandom(8).hex()}"
        self._wakened, self._waker = self._context.socket(zmq.PAIR), self._context.socket(zmq.PAIR)
        self._wakened.bind(address)
        self._waker.connect(address)
        try:
            socket.connect(connection.endpoint)
        except zmq.ZMQError as error:
            self._let_go()
            raise lost_error(self._endpoint, f"cannot be reached ({error})") from error
        self._thread = threading.Thread(target=self._run, name="restore-old-photo", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """See ``Transport``. Takes 0.3 s at most while the server takes nothing."""
        self._outbox.close()
        self._wake()
        self._thread.join(5.0)

    def _wake(self) -> None:
        with self._waker_lock:
            if not self._awake and not self._waker.closed:
                self._awake = True
                self._waker.send(b"")

    # All that follows runs in the thread that carries.

    def _run(self) -> None:
        try:
            self._carry()
        except Exception as error:
            _log.exception("the connection to %s failed", self._endpoint)
            self._inbox.fail(lost_error(self._endpoint, f"cannot be talked to any more ({error})"))
        finally:
            self._inbox.fail(ProtocolError("server-lost", "The connection was closed.", "Connect again."))
            self._outbox.close()
            self._let_go()

    def _carry(self) -> None:
        zmq = self._zmq
        poller = zmq.Poller()
        poller.register(self._wakened, zmq.POLLIN)
        poller.register(self._monitor, zmq.POLLIN)
        close_by = 0.0
        while self._inbox.failure is None:
            if self._outbox.closed:
                close_by = close_by or time.monotonic() + _LINGER_MS / 1000
                if not len(self._outbox) or time.monotonic() > close_by:
                    return
            # With no flags, register takes the socket out.
            wanted = (0 if self._inbox.full else zmq.POLLIN) | (zmq.POLLOUT if len(self._outbox) else 0)
            poller.register(self._socket, wanted)
            ready = dict(poller.poll(100 if close_by or self._broken_at else 1_000))
            if self._wakened in ready:
                self._wakened.recv()
                self._awake = False  # before looking at what there is to do, so that nothing is missed
            if self._monitor in ready:
                self._watch()
            if self._broken_at and time.monotonic() - self._broken_at > _GRACE_S:
                self._inbox.fail(lost_error(self._endpoint, "is gone"))
            self._send_some()
            self._receive_some()

    def _send_some(self) -> None:
        # A few in a turn: what comes in, such as an error, must have its turn while a photo goes out.
        for _ in range(_SEND_HWM):
            frames = self._outbox.take()
            if frames is None:
                return
            parts = [frames.header] if frames.payload is None else [frames.header, frames.payload]
            try:
                self._socket.send_multipart(parts, self._zmq.NOBLOCK, copy=False)
            except self._zmq.Again:
                self._outbox.put_back(frames)
                return

    def _receive_some(self) -> None:
        for _ in range(_RECEIVE_HWM):
            if self._inbox.full:
                return
            try:
                frames = self._socket.recv_multipart(self._zmq.NOBLOCK, copy=False)
            except self._zmq.Again:
                return
            if len(frames) > 2:
                self._inbox.fail(ProtocolError("bad-message", f"The server sent {len(frames)} frames in a message."))
                return
            self._came(frames[0].bytes, frames[1].buffer if len(frames) == 2 else None)

    def _watch(self) -> None:
        """Note what became of the connection."""
        zmq = self._zmq
        event = self._read_event(self._monitor)["event"]
        if event == zmq.EVENT_HANDSHAKE_SUCCEEDED:
            self._stood, self._broken_at = True, 0.0
        elif self._stood and event == zmq.EVENT_DISCONNECTED:
            self._broken_at = time.monotonic()
        elif self._broken_at and event == zmq.EVENT_CLOSED:  # and when it tried again, nobody listened there
            self._inbox.fail(lost_error(self._endpoint, "is gone"))
        elif not self._stood and event in (
            zmq.EVENT_CONNECT_RETRIED,
            zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL,
            zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL,
            zmq.EVENT_HANDSHAKE_FAILED_AUTH,
        ):
            self._inbox.fail(lost_error(self._endpoint, "does not answer"))

    def _let_go(self) -> None:
        self._socket.disable_monitor()
        self._monitor.close(linger=0)
        self._socket.close()
        with self._waker_lock:
            self._waker.close(linger=0)
        self._wakened.close(linger=0)
        self._context.term()  # waits for no longer than the socket lingers


def zmq_usable() -> bool:
    """Whether this Python can load a pyzmq, and one with CURVE."""
    try:
        import zmq
    except ImportError:
        return False
    return bool(zmq.has("curve"))


def lost_error(endpoint: str, what: str) -> ProtocolError:
    """``server-lost``, with what became of the server."""
    return ProtocolError("server-lost", f"The server at {endpoint} {what}.", "Connect again; its log may say why.")


def _is_heartbeat(header: bytes) -> bool:
    if len(header) > _HEARTBEAT_BYTES:
        return False
    try:
        return bool(decode(header)["type"] == "alive")
    except ProtocolError:  # whoever fetches it will be told
        return False
