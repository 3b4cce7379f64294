"""pyzmq and msgpack for an editor whose own Python has neither: the plug-in brings them along in ``vendor/``.

``vendor/common/`` holds msgpack in pure Python, for every Python. ``vendor/<tag>/`` holds pyzmq for one kind of Python
on one kind of system; ``vendor_tag`` names it, here and where the folders are made.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Tuple

#: Set to ``bridge``, it makes the plug-in leave pyzmq alone.
TRANSPORT_VARIABLE = "RESTORE_OLD_PHOTO_TRANSPORT"
#: What is in ``vendor/`` for every Python.
COMMON = "common"
#: From this Python on, one build of pyzmq (of the stable ABI) serves all.
STABLE_ABI = (3, 12)
#: The oldest pyzmq that is known to work, where another plug-in or the system has brought its own.
_OLDEST_ZMQ = 25


def vendor_tag(version: Tuple[int, int], system: str) -> str:
    """The name of the folder with pyzmq for a Python, such as ``cp311-linux-x86_64`` or ``cp312abi3-win-amd64``.

    Args:
        version: of Python.
        system: as ``sysconfig.get_platform()`` says it.
    """
    if system.startswith("macosx-"):
        system = "macosx-universal2"  # one build for both processors and every version that still matters
    abi = f"cp{version[0]}{version[1]}" if version < STABLE_ABI else f"cp{STABLE_ABI[0]}{STABLE_ABI[1]}abi3"
    return f"{abi}-{system}"


def use_vendored(folder: Path) -> str | None:
    """Import msgpack and pyzmq, from ``folder`` where it has them for this Python, and leave ``sys.path`` as it was.

    What another plug-in has imported already is used as it is: one Python cannot hold two.

    Args:
        folder: the plug-in's ``vendor/``.

    Returns:
        None if pyzmq can be used; otherwise a sentence that says why it cannot: the bridge has to be used then.

    Raises:
        ImportError: there is no msgpack; the plug-in is not complete.
    """
    with _first_on_path(folder / COMMON):
        importlib.import_module("msgpack")
    if os.environ.get(TRANSPORT_VARIABLE) == "bridge":
        return f"The environment variable {TRANSPORT_VARIABLE} asks for the bridge."
    if "zmq" in sys.modules:
        return _objection(sys.modules["zmq"])
    ours = folder / vendor_tag(sys.version_info[:2], sysconfig.get_platform())
    reasons = []
    # Where ours is missing or does not load, the system may have one.
    for place in [ours, None] if ours.is_dir() else [None]:
        try:
            with _first_on_path(place):
                zmq = importlib.import_module("zmq")
        except Exception as error:  # a compiled module may fail in any way, and then there is the bridge
            _forget_zmq()
            reasons.append(" ".join(f"{type(error).__name__}: {error}".split()))
        else:
            return _objection(zmq)
    return f"pyzmq cannot be loaded ({'; '.join(reasons)})."


def _objection(zmq: Any) -> str | None:
    """Why a pyzmq that is loaded cannot be used; None if it can."""
    try:
        version = zmq.pyzmq_version_info()
        if version[0] < _OLDEST_ZMQ:
            return f"The pyzmq that is loaded already, {zmq.pyzmq_version()}, is older than {_OLDEST_ZMQ}."
        if not zmq.has("curve"):
            return f"The pyzmq that is loaded, {zmq.pyzmq_version()}, cannot encrypt (it has no CURVE)."
    except AttributeError as error:
        return f"What is loaded as zmq is no pyzmq ({error})."
    return None


@contextlib.contextmanager
def _first_on_path(folder: Path | None) -> Iterator[None]:
    """Look in ``folder`` first for what is imported. Only for a moment: other plug-ins have the same ``sys.path``."""
    if folder is None:
        yield
        return
    entry = str(folder)
    sys.path.insert(0, entry)
    try:
        yield
    finally:
        sys.path.remove(entry)


def _forget_zmq() -> None:
    """Take what an import that failed has left half-made, so that the next one begins anew."""
    for name in list(sys.modules):
        if name == "zmq" or name.startswith("zmq."):
            del sys.modules[name]
