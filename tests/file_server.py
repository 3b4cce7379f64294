"""A real HTTP server on this machine that sends files, and does what servers of large files do to people."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FileServer:
    """What the server has and how it behaves.

    Attributes:
        files: bytes by path, without the first slash.
        ranges: whether it can send a file from the middle.
        cut_after: bytes after which it breaks a connection off, once for each entry; the first answer takes the first.
        busy: so many first answers are 503.
        pause_s: between two pieces of 64 KiB.
        tagged: whether it says by an ETag which file it is.
        requests: what was asked, in order: path, the Range header or "".
        sent: bytes of files that were sent.
    """

    files: dict[str, bytes]
    ranges: bool = True
    cut_after: list[int] = field(default_factory=list)
    busy: int = 0
    pause_s: float = 0.0
    tagged: bool = True
    requests: list[tuple[str, str]] = field(default_factory=list)
    sent: int = 0
    url: str = ""


@contextmanager
def serving(server: FileServer) -> Iterator[FileServer]:
    """Runs the server for as long as the block lasts; ``url`` is its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            _answer(self, server)

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{listening.server_port}/"
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def _answer(handler: BaseHTTPRequestHandler, server: FileServer) -> None:
    path, wanted = handler.path.lstrip("/"), handler.headers.get("Range", "")
    server.requests.append((path, wanted))
    content = server.files.get(path)
    if server.busy:
        server.busy -= 1
        return _head(handler, 503, 0)
    if content is None:
        return _head(handler, 404, 0)
    tag = f'"{hash(content):x}"' if server.tagged else ""
    asked = re.fullmatch(r"bytes=(\d+)-", wanted) if server.ranges else None
    if asked and handler.headers.get("If-Range", tag) != tag:
        asked = None
    start = int(asked[1]) if asked else 0
    if asked and start >= len(content):
        return _head(handler, 416, 0, **{"Content-Range": f"bytes */{len(content)}"})
    headers = {"ETag": tag} if tag else {}
    if asked:
        headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
    _head(handler, 206 if asked else 200, len(content) - start, **headers)
    end = len(content) if not server.cut_after else min(len(content), start + server.cut_after.pop(0))
    for at in range(start, end, 1 << 16):
        piece = content[at : min(end, at + (1 << 16))]
        handler.wfile.write(piece)
        server.sent += len(piece)
        time.sleep(server.pause_s)
    if end < len(content):
        handler.wfile.flush()
        handler.close_connection = True
        handler.connection.close()
    return None


def _head(handler: BaseHTTPRequestHandler, status: int, length: int, **headers: str) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(length))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
