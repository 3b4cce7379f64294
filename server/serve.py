"""The server from its start to its end: lock, keys, sockets, connection file, log, signals."""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, Any

import psutil
import zmq
from filelock import FileLock, Timeout

from server.broker import Broker
from server.clients import Clients
from server.connection import (
    CONNECTION_VARIABLE,
    Connection,
    connection_path,
    is_local,
    log_folder,
    make_private_folder,
    read_connection,
    remove_connection,
    write_connection,
)
from server.dispatcher import Dispatcher
from server.keys import kept_keys
from server.pace import PaceBook
from server.protocol import PROTOCOL, ProtocolError
from server.security import Security
from server.slots import Slot

_log = logging.getLogger(__name__)

#: Port of a server that listens on a network; one on this machine takes any.
REMOTE_PORT = 53117
_LOG_BYTES, _LOG_FILES = 1_000_000, 3
#: Beside the connection file: the keys of a server that listens on a network, so that copies of that file stay good.
_KEYS = "remote-keys.json"
#: What the names of the folders of workers' sockets begin with; the server's pid comes next.
_FOLDER = "restore-old-photo-"
#: Room for the name of a worker's socket in its folder; the path of such a socket must not be longer than a hundred
#: characters or so, depending on the system.
_SOCKET_NAME = 16
#: Results that may wait for one client, in messages of at most 1 MiB each.
_CLIENT_HWM = 32


@dataclass(frozen=True)
class ServeOptions:
    """How to serve.

    Attributes:
        device: auto, cpu, cuda or mps: where jobs run that name no device.
        idle_s: seconds without a job after which models are released; 0 keeps them for ever.
        listen: None for this machine only; else the address, or address:port, of a network interface.
        announce: the name or address, or name:port, by which others reach it, for the file that they get; None: where
            it listens. From inside a container, or behind a router, it cannot be known.
        cache_bytes: what a worker may keep of photos and earlier results; None for an eighth of what is free.
    """

    device: str = "auto"
    idle_s: float = 600.0
    listen: str | None = None
    announce: str | None = None
    cache_bytes: int | None = None


def serve(options: ServeOptions) -> bool:
    """Serve until stopped by a signal or a client.

    Returns:
        False, at once, if a server runs already (the connection file's lock is held).

    Raises:
        ProtocolError: ``no-server``, the address cannot be had or announced, the folder of the connection file not be
            written, or that file is the way to another machine's server.
    """
    path = connection_path()
    lock = FileLock(path.with_name(path.name + ".lock"))
    try:
        make_private_folder(path.parent)
        lock.acquire(timeout=0)
    except Timeout:
        return False
    except OSError as error:
        sentence = f"The server cannot write its connection file to {path.parent} ({error.strerror})."
        raise ProtocolError("no-server", sentence, f"Name another file in {CONNECTION_VARIABLE}.") from error
    try:
        _spare_copied(path)
        _remove_leftovers(Path(tempfile.gettempdir()))
        with (
            _logging(log_folder()),
            tempfile.TemporaryDirectory(prefix=f"{_FOLDER}{os.getpid()}-", ignore_cleanup_errors=True) as folder,
        ):
            _serve(options, path, Path(folder))
    finally:
        lock.release()
    return True


def program_version() -> str:
    """Version of the installed program."""
    try:
        return version("restore-old-photo")
    except PackageNotFoundError:
        return "0"


def client_file(connection: Path) -> Path:
    """The file to copy to other machines, for a server that listens on a network."""
    return connection.with_name("remote-client.json")


def _serve(options: ServeOptions, path: Path, folder: Path) -> None:
    # One thread for clients, who must be deciphered, one for workers.
    context: zmq.Context[Any] = zmq.Context(io_threads=2)
    context.max_sockets = 4096
    kept = kept_keys(path.with_name(_KEYS)) if options.listen else (None, None)
    too_long = len(str(folder)) + _SOCKET_NAME > zmq.IPC_PATH_MAX_LEN
    security = Security(context, *kept, inner_tcp=too_long or not zmq.has("ipc"))
    router = security.client_socket(context)
    router.sndhwm = router.rcvhwm = _CLIENT_HWM
    try:
        _bind(router, options.listen)
        endpoint = router.getsockopt_string(zmq.LAST_ENDPOINT)
        facts: dict[str, Any] = {"version": program_version(), "pid": os.getpid(), "endpoint": endpoint}
        paces = PaceBook(path.with_name("pace.json"))
        settings = {
            "security": security,
            "pace": paces.plain,
            "worker": {
                "cache_bytes": options.cache_bytes,
                "log": str(log_folder() / "worker.log"),
                "folder": str(folder),
            },
            "output": lambda: _output(log_folder() / "worker-output.log"),
        }
        clients = Clients(router)
        dispatcher = Dispatcher(
            clients, lambda device: Slot(device, context, folder, settings), options.device, options.idle_s, paces
        )
        broker = Broker(router, clients, dispatcher, facts)
        with _signals(broker):
            mine = Connection(
                endpoint=endpoint,
                server_public_key=security.server_public.decode(),
                client_public_key=security.client_public.decode(),
                client_secret_key=security.client_secret.decode(),
                pid=os.getpid(),
                version=facts["version"],
                protocol=PROTOCOL,
            )
            for_others = _announced(mine, options.announce)
            write_connection(mine, path)
            if options.listen:
                write_connection(for_others, client_file(path))
            _log.info("serving at %s, pid %s", endpoint, os.getpid())
            try:
                broker.run()
            finally:
                remove_connection(path, os.getpid())
                _log.info("stopped")
    finally:
        router.close()
        security.close()
        context.destroy(linger=500)


def _spare_copied(path: Path) -> None:
    """See that the connection file is not one that was copied here from another machine: its keys may be the only copy.

    One that a killed server of ours left has an address of the network as well, but the keys that we keep.
    """
    try:
        found = read_connection(path)
    except ProtocolError:
        return  # no client can use it
    if found is None or is_local(found):
        return
    keys = path.with_name(_KEYS)
    with contextlib.suppress(OSError, ValueError):
        if keys.exists() and kept_keys(keys)[0][0].decode() == found.server_public_key:
            return
    raise ProtocolError(
        "no-server",
        f"The file {path} is the way to the server at {found.endpoint}, and is not overwritten.",
        f"Move it away to serve on this machine, or name another file in {CONNECTION_VARIABLE}.",
    )


def _remove_leftovers(folder: Path) -> None:
    """Delete the folders of sockets whose servers were killed, their workers with them."""
    for left in folder.glob(f"{_FOLDER}*-*"):
        pid = left.name.removeprefix(_FOLDER).partition("-")[0]
        # Those of other users cannot be deleted, and stay.
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _divided(place: str) -> tuple[str, str]:
    """Host and port of ``host``, ``host:port``, ``[IPv6]:port``; the port may be empty, IPv6 gets its brackets."""
    if place.count(":") == 1 or (place.startswith("[") and "]:" in place):
        host, _, port = place.rpartition(":")
    else:
        host, port = place, ""
    return (f"[{host.strip('[]')}]" if ":" in host else host), port


def _announced(mine: Connection, announce: str | None) -> Connection:
    """The connection for others: where the server listens, or where it is said to be."""
    if announce is None:
        return mine
    host, port = _divided(announce)
    try:
        return replace(mine, endpoint=f"tcp://{host}:{port or mine.endpoint.rpartition(':')[2]}")
    except ProtocolError as error:
        raise ProtocolError(
            "no-server",
            f"No machine has the address {announce!r}.",
            "Announce a name or an address, and a port or none.",
        ) from error


def _bind(router: zmq.Socket[bytes], listen: str | None) -> None:
    address, port = "127.0.0.1", "*"
    if listen is not None:
        address, given = _divided(listen)
        port = given or str(REMOTE_PORT)
        if ":" in address:
            router.ipv6 = True
    try:
        router.bind(f"tcp://{address}:{port}")
    except zmq.ZMQError as error:
        raise ProtocolError(
            "no-server", f"The server cannot listen at {address}:{port} ({error.strerror}).", "Name another address."
        ) from error


def _output(path: Path) -> IO[bytes]:
    """Where a worker's native libraries write what no log record holds; begun anew when it has grown."""
    with contextlib.suppress(OSError):
        if path.stat().st_size > _LOG_BYTES:
            path.unlink()
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")


@contextlib.contextmanager
def _logging(folder: Path) -> Iterator[None]:
    make_private_folder(folder)
    handler = logging.handlers.RotatingFileHandler(
        folder / "server.log", maxBytes=_LOG_BYTES, backupCount=_LOG_FILES, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    # It reports every key that it lets in or not, with the key.
    logging.getLogger("zmq.auth").setLevel(logging.CRITICAL)
    try:
        yield
    except BaseException:
        _log.exception("the server failed")
        raise
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()


@contextlib.contextmanager
def _signals(broker: Broker) -> Iterator[None]:
    wanted = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
    before = {one: signal.signal(one, lambda *_: broker.stop()) for one in wanted}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
