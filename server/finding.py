"""Finding the server that runs, or starting one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .connection import Connection, connection_path, is_local, read_connection
from .events import error_of
from .launcher import find_python, start_log, start_server
from .protocol import PROTOCOL, ProtocolError, message
from .transport import Transport, ZmqTransport, lost_error

#: Seconds within which a server on this machine, or on another, answers the first message.
HELLO_S, REMOTE_HELLO_S = 2.0, 5.0
_LOOK_AGAIN_S = 0.05
#: A server that ends at once found another one's lock. If that one does not serve either, it is about to end. Each
#: further start waits twice as long.
_START_AGAIN_S = 0.5


def open_server(
    name: str,
    start: bool = True,
    deadline_s: float = 30.0,
    relay: bool = False,
    environ: Mapping[str, str] = os.environ,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[ZmqTransport, Connection, dict[str, Any]]:
    """A transport to the server, its connection, and its ``welcome``.

    A connection file whose server is dead, does not answer or has other keys is no obstacle: another one is started.
    On another machine none can be.

    Args:
        name: who asks, at most 64 characters.
        start: whether a server may be started.
        deadline_s: seconds in all.
        relay: see ``QueuedTransport``.
        environ: names the connection file and the interpreter; what it holds else goes to the server, cleaned.
        stop: asked while a server starts; true gives up.

    Raises:
        ProtocolError: ``no-server``, there is none and none could be started; ``connection-file``; or what the server
            answers: ``version``, ``busy``.
    """
    end = time.monotonic() + deadline_s
    path = connection_path(environ)
    connection = read_connection(path)
    if connection is not None:
        local = is_local(connection)
        try:
            welcomed = _call(connection, name, min(deadline_s, HELLO_S if local else REMOTE_HELLO_S), relay)
        except ProtocolError as error:
            if error.code not in _GONE:
                raise
            if not local:
                remedy = "Run restore-old-photo serve --listen there. Or delete that file to work on this machine."
                raise _none(f"The server at {connection.endpoint} (from {path}) does not answer.", remedy) from error
        else:
            return welcomed[0], connection, welcomed[1]
    if not start:
        raise _none("No server is running.", "Start it: restore-old-photo serve")
    return _start(name, path, connection, end, relay, environ, stop)


def greet(transport: Transport, name: str, endpoint: str, deadline_s: float) -> dict[str, Any]:
    """Say ``hello`` and give back the ``welcome``.

    Raises:
        ProtocolError: ``server-lost``, no answer; ``version``; or the server's refusal.
    """
    transport.send(message("hello", client=name))
    end = time.monotonic() + deadline_s
    while True:
        answer = transport.receive(end - time.monotonic())
        if answer is None:
            raise lost_error(endpoint, f"has not answered within {deadline_s:.0f} s")
        header = answer[0]
        if header["type"] == "error" and header.get("job") is None:
            raise error_of(header)
        if header["type"] == "welcome":
            if header.get("protocol") != PROTOCOL:
                raise ProtocolError(
                    "version",
                    f"The server speaks protocol {header.get('protocol')!r:.20}, this program {PROTOCOL}.",
                    "Update the older one, and start the server again.",
                )
            return header


#: Answers that mean: this server is none any more.
_GONE = ("server-lost", "shutting-down")


def _start(
    name: str,
    path: Path,
    old: Connection | None,
    end: float,
    relay: bool,
    environ: Mapping[str, str],
    stop: Callable[[], bool],
) -> tuple[ZmqTransport, Connection, dict[str, Any]]:
    python, silent = find_python(environ), old
    process, again_at, patience, held = start_server(python, environ), 0.0, _START_AGAIN_S, False
    while time.monotonic() < end:
        if stop():
            raise _none("Nobody waits for the server any more.", "Try again.")
        status = process.poll()
        if status:
            last = _last_line(start_log(environ))
            raise _none(
                f"The server ended while it started (status {status}{': ' + last if last else ''}).",
                f"Look at {start_log(environ)}, or install Restore Old Photo again.",
            )
        connection = read_connection(path)
        # The old file is worth another look once our server has found that somebody holds the lock: whom we thought
        # dead was only slow.
        if connection is not None and (connection != old or status == 0):
            try:
                transport, welcome = _call(connection, name, min(HELLO_S, max(end - time.monotonic(), 0.1)), relay)
            except ProtocolError as error:
                if error.code not in _GONE:
                    raise
                silent = connection
            else:
                return transport, connection, welcome
        if status == 0:
            held, again_at = True, again_at or time.monotonic() + patience
            if time.monotonic() > again_at:
                process, again_at, patience = start_server(python, environ), 0.0, patience * 2
        time.sleep(_LOOK_AGAIN_S)
    if silent is not None and held:
        raise _none("A server runs and does not answer.", f"Try again, or end the process {silent.pid} by hand.")
    raise _none("The server has not started in time.", f"Try again; {start_log(environ)} may say why.")


def _call(connection: Connection, name: str, deadline_s: float, relay: bool) -> tuple[ZmqTransport, dict[str, Any]]:
    transport = ZmqTransport(connection, relay)
    try:
        return transport, greet(transport, name, connection.endpoint, deadline_s)
    except BaseException:
        transport.close()
        raise


def _last_line(log: Path) -> str:
    try:
        lines = log.read_bytes()[-4096:].decode("utf-8", "replace").split("\n")
    except OSError:
        return ""
    return next((line.strip()[:200] for line in reversed(lines) if line.strip()), "")


def _none(cause: str, remedy: str) -> ProtocolError:
    return ProtocolError("no-server", cause, remedy)
