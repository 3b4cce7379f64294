"""``python -I -m server.bridge``: the server's messages over stdin and stdout, as docs/protocol.md says.

Payloads pass unread and headers unchanged. Each way has a thread, so that one that is held up holds up nothing else.
"""

from __future__ import annotations

import argparse
import io
import logging
import logging.handlers
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .connection import CONNECTION_VARIABLE, Connection, log_folder, make_private_folder
from .finding import open_server
from .mailbox import Frames
from .protocol import ProtocolError, encode, message
from .stdio import read_message, write_message
from .transport import Listener, ZmqTransport

_log = logging.getLogger(__name__)

_LOG_BYTES = 512 << 10
#: Payloads that wait here on their way to the server: few, for a ``cancel`` gets in line behind those in the pipe.
_AHEAD = 4
_LOOK_S = 0.1


class _Bridge:
    """Carries messages until one side ends."""

    def __init__(self, stdin: io.FileIO, stdout: io.FileIO) -> None:
        self._in, self._out = stdin, stdout
        self._transport: ZmqTransport | None = None
        self._ready = threading.Event()
        self._ended = threading.Event()
        self._fault: ProtocolError | None = None
        threading.Thread(target=self._carry_in, name="from the client", daemon=True).start()

    def say(self, header: dict[str, Any]) -> None:
        """Tell the client something of our own."""
        write_message(self._out, encode(header))

    def carry(self, transport: ZmqTransport, connection: Connection) -> int:
        """Carry messages until the client goes (0) or the server is lost (1)."""
        self._transport = transport
        listener = Listener(transport, transport.receive_frames, connection.endpoint)
        self.say(message("bridge", pid=connection.pid, endpoint=connection.endpoint))
        self._ready.set()
        try:
            while not self._ended.is_set():
                frames = listener.receive(_LOOK_S)
                if frames is not None:
                    write_message(self._out, frames.header, frames.payload)
            if self._fault is not None:
                raise self._fault
        except ProtocolError as error:
            _log.warning("%s: %s", error.code, error)
            self.say(error.header())
            return 1
        return 0

    def _carry_in(self) -> None:
        try:
            while True:
                received = read_message(self._in)
                if received is None:
                    break
                self._ready.wait()
                assert self._transport is not None
                self._transport.send_frames(Frames(*received))
                if received[1] is not None:
                    self._transport.wait_until_sent(_AHEAD)
        except ProtocolError as error:
            self._fault = error
        except OSError as error:
            _log.warning("stdin cannot be read: %s", error)
        if not self._ready.is_set() and self._fault is None:
            # The client has gone while we still look for a server, which may take long.
            _log.info("the client left before there was a server")
            os._exit(0)
        self._ended.set()


def main(arguments: Sequence[str] | None = None) -> int:
    """Find a server, or start one, and carry messages. Exit status: 0, the client left; 1, there is no server."""
    parser = argparse.ArgumentParser(prog="python -m server.bridge", description="The server's protocol over pipes.")
    parser.add_argument("--connection", type=Path, metavar="FILE", help="the connection file")
    parser.add_argument("--no-start", action="store_true", help="use a server that runs, start none")
    parser.add_argument("--deadline", type=float, default=30.0, metavar="SECONDS", help="for finding a server")
    options = parser.parse_args(arguments)
    environ = dict(os.environ)
    if options.connection is not None:
        environ[CONNECTION_VARIABLE] = str(options.connection.absolute())
    os.umask(0o077)
    bridge = _Bridge(*_take_streams())
    _log_to_file(environ)
    try:
        try:
            found = open_server("bridge", not options.no_start, options.deadline, relay=True, environ=environ)
        except ProtocolError as error:
            _log.warning("%s: %s", error.code, error)
            bridge.say(error.header())
            return 1
        transport, connection, _ = found
        _log.info("bridge to %s", connection.endpoint)
        try:
            return bridge.carry(transport, connection)
        finally:
            transport.close()
    except BrokenPipeError:
        _log.info("the client has gone")
        return 0
    except Exception:
        _log.exception("the bridge failed")
        raise


def _take_streams() -> tuple[io.FileIO, io.FileIO]:
    """Our stdin and stdout, unbuffered, for us alone: whoever else writes to stdout from now on writes to stderr."""
    stdin, stdout = (io.FileIO(os.dup(number), mode) for number, mode in ((0, "r"), (1, "w")))
    if sys.platform == "win32":
        import msvcrt

        for stream in (stdin, stdout):
            msvcrt.setmode(stream.fileno(), os.O_BINARY)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return stdin, stdout


def _log_to_file(environ: Mapping[str, str]) -> None:
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    try:
        folder = log_folder(environ)
        make_private_folder(folder.parent)
        make_private_folder(folder)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            folder / "bridge.log", maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8"
        )
    except OSError:  # that no log can be written is no reason not to work; our stderr has the rest
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)


if __name__ == "__main__":
    sys.exit(main())
