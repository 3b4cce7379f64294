"""The connection file: where the server is, and the keys that let a client in.

Whoever can read it can use the server. So it is its owner's alone from the moment of its creation, and a client that
finds it open to others refuses it.
"""

from __future__ import annotations

import errno
import ipaddress
import json
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Optional

from .protocol import MAX_NAME, ProtocolError

#: Names the connection file where it lies elsewhere.
CONNECTION_VARIABLE = "RESTORE_OLD_PHOTO_CONNECTION"

_MAX_FILE_BYTES = 16 << 10
_Z85_KEY = re.compile(r"[0-9A-Za-z.\-:+=^!/*?&<>()\[\]{}@%$#]{40}")
_ENDPOINT = re.compile(r"tcp://([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.%a-z]{2,64}\]):([0-9]{1,5})")
_ON_WINDOWS = os.name == "nt"
#: Follow no link, hand nothing on to child processes, and (on Windows) change no line ends: what the system has of it.
_CAREFULLY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
#: Windows refuses to replace or open a file that another process has open just now; it never takes long.
_BUSY_S = 2.0


@dataclass(frozen=True)
class Connection:
    """What a client must know to reach a server.

    Attributes:
        endpoint: ``tcp://host:port``.
        server_public_key, client_public_key, client_secret_key: CURVE keys, 40 characters of Z85 each. ``repr`` leaves
            the secret one out.
        pid: of the broker, on its own machine.
        version: of the program.
        protocol: version of the protocol.

    Raises:
        ProtocolError: ``connection-file``, a value is not as said above.
    """

    endpoint: str
    server_public_key: str
    client_public_key: str
    client_secret_key: str = field(repr=False)
    pid: int
    version: str
    protocol: int

    def __post_init__(self) -> None:
        match = _ENDPOINT.fullmatch(self.endpoint) if isinstance(self.endpoint, str) else None
        if match is None or not 1 <= int(match[2]) <= 65535:
            raise _refused("its endpoint is not like tcp://host:port")
        for name in ("server_public_key", "client_public_key", "client_secret_key"):
            key = getattr(self, name)
            if not isinstance(key, str) or not _Z85_KEY.fullmatch(key):
                raise _refused(f"its {name} is no key of 40 characters")
        for name in ("pid", "protocol"):
            number = getattr(self, name)
            if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 1 << 32:
                raise _refused(f"its {name} is no whole number above 0")
        if not isinstance(self.version, str) or not 0 < len(self.version) <= MAX_NAME or not self.version.isprintable():
            raise _refused("its version is no short text")


def data_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the user's that holds the connection file, the installation's record and the logs.

    XDG_DATA_HOME is not asked: in a sandboxed editor it points into the sandbox.
    """
    if _ON_WINDOWS:
        local = environ.get("LOCALAPPDATA", "")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "restore-old-photo"
    home = Path(environ.get("HOME", ""))
    if not home.is_absolute():
        home = Path.home()
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "restore-old-photo"
    return home / ".local" / "share" / "restore-old-photo"


def connection_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the connection file is, or will be; absolute."""
    named = environ.get(CONNECTION_VARIABLE)
    return Path(named).absolute() if named else data_folder(environ) / "connection.json"


def log_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the logs lie: beside the connection file."""
    return connection_path(environ).parent / "logs"


def make_private_folder(folder: Path) -> None:
    """Make a folder that its owner alone can enter; one that is there stays as it is.

    Raises:
        OSError: it cannot be made.
    """
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:  # another process was faster
        return
    folder.chmod(0o700)  # the umask may have taken from the owner's part


def write_connection(connection: Connection, path: Path) -> None:
    """Write the connection file, as ``write_private_file`` does.

    Raises:
        OSError: the folder cannot be made or written.
    """
    write_private_file(path, json.dumps(asdict(connection), indent=2).encode() + b"\n")


def write_private_file(path: Path, content: bytes, durable: bool = True) -> None:
    """Write a file, its owner's alone from the first moment, whole or not at all.

    Args:
        path: a file that is there is replaced.
        content: of the file.
        durable: whether to wait until it is on the disk.

    Raises:
        OSError: the folder cannot be made or written.
    """
    make_private_folder(path.parent)
    # Beside its place, under a name that nobody can guess, and never through a link that somebody put there.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CAREFULLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if not _ON_WINDOWS:
                os.fchmod(descriptor, 0o600)  # the umask may have taken from it
            file.write(content)
            if durable:
                file.flush()
                os.fsync(descriptor)
        _patiently(lambda: temporary.replace(path))
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_connection(path: Path) -> Optional[Connection]:
    """The connection that a file tells of, or None if there is no such file.

    Raises:
        ProtocolError: ``connection-file``: it belongs to somebody else, others can read or write it, or it is not as
            docs/protocol.md says.
    """
    try:
        text = _patiently(lambda: _read_private(path))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _refused("it is a symbolic link", path, "Name the file itself.") from error
        raise _refused(f"it cannot be read ({error.strerror})", path) from error
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refused("it is not JSON", path) from error
    if not isinstance(fields, dict):
        raise _refused("it holds no map", path)
    names = list(Connection.__dataclass_fields__)
    for name in names:
        if name not in fields:
            raise _refused(f"it has no {name}", path)
    try:
        return Connection(**{name: fields[name] for name in names})
    except ProtocolError as error:
        raise _refused(error.details["why"], path) from error


def remove_connection(path: Path, pid: int) -> bool:
    """Delete the connection file if it still names this process. Only whoever holds the server's lock may call it.

    Returns:
        Whether it was deleted.
    """
    try:
        connection = read_connection(path)
    except ProtocolError:  # not as we wrote it, so not ours
        return False
    if connection is None or connection.pid != pid:
        return False
    _patiently(lambda: path.unlink(missing_ok=True))
    return True


def is_local(connection: Connection) -> bool:
    """Whether the server is on this machine, so that a dead one can be replaced by starting another."""
    host = connection.endpoint[len("tcp://") :].rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def read_private_file(path: Path, forbidden: int, limit: int) -> bytes:
    """The bytes of a file that must be one's own.

    Args:
        path: followed no further than the file itself: a symbolic link in its place is refused.
        forbidden: permission bits that it must not have (not asked on Windows).
        limit: bytes above which it is refused.

    Raises:
        ProtocolError: ``connection-file``, it is not so.
        OSError: it cannot be opened.
    """
    # O_NONBLOCK: a pipe in its place must not make us wait. It changes nothing for a file.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _CAREFULLY)
    with os.fdopen(descriptor, "rb") as file:
        # Asked of the open file: the name may stand for another one by now.
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _refused("it is no ordinary file", path)
        if not _ON_WINDOWS:
            if status.st_uid != os.geteuid():
                raise _refused("it belongs to another user", path)
            if stat.S_IMODE(status.st_mode) & forbidden:
                remedy = f"Take the permissions of others away (chmod 600 {path}), if you know who changed them."
                raise _refused("others have access to it", path, remedy)
        content = file.read(limit + 1)
    if len(content) > limit:
        raise _refused(f"it is longer than {limit} bytes", path)
    return content


def _read_private(path: Path) -> bytes:
    return read_private_file(path, 0o077, _MAX_FILE_BYTES)


def _patiently(action: Any) -> Any:
    """The result of a file operation, tried again on Windows while another process has the file open."""
    end = time.monotonic() + _BUSY_S
    while True:
        try:
            return action()
        except PermissionError:
            if not _ON_WINDOWS or time.monotonic() > end:
                raise
            time.sleep(0.02)


def _refused(why: str, path: Optional[Path] = None, remedy: str = "") -> ProtocolError:
    shown = "A connection" if path is None else f"The file {path}"
    advice = remedy or "Delete it, and start the server again; it writes a new one."
    return ProtocolError("connection-file", f"{shown} cannot be used: {why}.", advice, why=why)
