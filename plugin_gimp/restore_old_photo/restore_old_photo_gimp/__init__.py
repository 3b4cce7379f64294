"""Restore Old Photo in GIMP: reads a drawable, asks the server, inserts what comes back as layers.

``remote/`` and ``vendor/`` are not in the source tree: they are put here when the plug-in is packed or installed.
"""

from __future__ import annotations

from pathlib import Path

import gi

for _name, _version in (("Gimp", "3.0"), ("Gegl", "0.4"), ("Babl", "0.1")):
    gi.require_version(_name, _version)

_FOLDER = Path(__file__).parent

if not (_FOLDER / "remote" / "client.py").is_file():
    raise ImportError("This is the plug-in's source, not the plug-in. Install it with: restore-old-photo install gimp")

from .remote.editors.vendored import use_vendored  # noqa: E402 # the guard comes first

#: Why pyzmq is not used, in words; None if it is. Before anything else, for the protocol needs msgpack.
WITHOUT_ZMQ = use_vendored(_FOLDER / "vendor")
