"""Keys that outlive one run, for a server on a network: the file that a client copied stays good."""

from __future__ import annotations

import json
import os
from pathlib import Path

import zmq

from server.connection import read_private_file

_MAX_BYTES = 4096

Keys = tuple[tuple[bytes, bytes], tuple[bytes, bytes]]


def kept_keys(path: Path) -> Keys:
    """The (public, secret) keys of server and client from a file, made with the file if there is none.

    The file is created 0600: whoever reads it can be the server, and use it.

    Raises:
        OSError: it cannot be read or made.
        ValueError: it holds something else; deleting it makes new keys.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        server, client = json.loads(read_private_file(path, 0o077, _MAX_BYTES))
        return _pair(server), _pair(client)
    made = zmq.curve_keypair(), zmq.curve_keypair()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump([[key.decode() for key in pair] for pair in made], file)
    return made


def _pair(keys: list[str]) -> tuple[bytes, bytes]:
    public, secret = (key.encode("ascii") for key in keys)
    if zmq.curve_public(secret) != public:
        raise ValueError("the keys do not belong together")
    return public, secret
