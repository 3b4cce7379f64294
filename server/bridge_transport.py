"""The bridge's other end: for a Python that has no pyzmq, such as that of some editors."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from typing import IO, Any, Dict, Tuple

from .connection import log_folder
from .events import error_of
from .finding import greet
from .launcher import find_python, open_log, spawn
from .protocol import ProtocolError, read_text
from .stdio import read_message, write_message
from .transport import INBOX_BYTES, QueuedTransport

_log = logging.getLogger(__name__)

#: How often somebody who waits is asked whether he still does, in seconds.
_LOOK_S = 0.1
#: Seconds that a bridge has to end by itself.
_END_S = 2.0


class BridgeTransport(QueuedTransport):
    """To the server through a child process, ``python -m server.bridge``, over pipes.

    Args:
        python: the interpreter in which the server is installed.
        start: whether the bridge may start a server.
        deadline_s: seconds that the bridge has to find one.
        environ: for the bridge, cleaned.

    Raises:
        ProtocolError: ``no-server``, it cannot be started.
    """

    def __init__(
        self,
        python: str,
        start: bool = True,
        deadline_s: float = 30.0,
        environ: Mapping[str, str] = os.environ,
        inbox_bytes: int = INBOX_BYTES,
    ) -> None:
        super().__init__(inbox_bytes=inbox_bytes)
        command = [python, "-I", "-m", "server.bridge", "--deadline", str(deadline_s)]
        command += [] if start else ["--no-start"]
        # Straight into a file: a pipe that nobody empties would stop the bridge one day.
        with open_log(log_folder(environ) / "bridge-output.log") as log:
            self._process = spawn(command, environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._threads = [
            threading.Thread(target=work, args=(stream,), name="restore-old-photo", daemon=True)
            for work, stream in ((self._write, self._process.stdin), (self._read, self._process.stdout))
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """See ``Transport``. The child has ended when this returns; it takes 2 s at most."""
        self._outbox.close()
        self._inbox.fail(_gone("was closed"))
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            thread.join(_END_S)

    def _write(self, stream: IO[bytes]) -> None:
        if hasattr(signal, "pthread_sigmask"):
            # Where Python is part of a larger program it need not have had the signal ignored: the end of the bridge
            # would end the editor.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})
        try:
            with stream:  # the end of its stdin ends the bridge
                while True:
                    frames = self._outbox.take(wait=True)
                    if frames is None:
                        return
                    write_message(stream, frames.header, frames.payload)
        except (OSError, ProtocolError) as error:
            # It has ended, and the thread that reads will say how; or it is given what it cannot carry.
            _log.warning("nothing more can be sent to the bridge: %s", error)
            if isinstance(error, ProtocolError):
                self._inbox.fail(error)
            self._outbox.close()

    def _read(self, stream: IO[bytes]) -> None:
        try:
            with stream:
                while self._inbox.wait_for_room():
                    received = read_message(stream)  # type: ignore[arg-type] # unbuffered: spawn says so
                    if received is None:
                        break
                    self._came(*received)
        except (OSError, ProtocolError) as error:
            _log.warning("the bridge cannot be read: %s", error)
        finally:
            self._inbox.fail(_gone("has ended"))
            self._outbox.close()
            self._process.wait()  # no zombie, even if nobody calls close


def open_bridge(
    name: str,
    start: bool = True,
    deadline_s: float = 30.0,
    environ: Mapping[str, str] = os.environ,
    stop: Callable[[], bool] = lambda: False,
) -> Tuple[BridgeTransport, Dict[str, Any]]:
    """A transport through a bridge that has found a server, or started one, and the server's ``welcome``.

    Raises:
        ProtocolError: as ``finding.open_server``.
    """
    end = time.monotonic() + deadline_s
    transport = BridgeTransport(find_python(environ), start, deadline_s, environ)
    try:
        first = _first(transport, deadline_s, stop)
        if first["type"] == "error":
            raise error_of(first)
        return transport, greet(transport, name, read_text(first, "endpoint"), max(end - time.monotonic(), 1.0))
    except BaseException:
        transport.close()
        raise


def _first(transport: BridgeTransport, deadline_s: float, stop: Callable[[], bool]) -> Dict[str, Any]:
    end, received = time.monotonic() + deadline_s + _END_S, None
    try:
        while received is None and time.monotonic() < end:
            received = transport.receive(_LOOK_S)
            if stop():
                break
    except ProtocolError as error:
        raise ProtocolError(
            "no-server", "The bridge to the server ended while it started.", "Install Restore Old Photo again."
        ) from error
    if received is None:
        raise ProtocolError("no-server", "The bridge to the server has not started in time.", "Try again.")
    return received[0]


def _gone(what: str) -> ProtocolError:
    return ProtocolError("server-lost", f"The bridge to the server {what}.", "Connect again; its log may say why.")
