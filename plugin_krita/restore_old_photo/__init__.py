"""Restore Old Photo in Krita: reads the active layer, asks the server, inserts what comes back as layers.

``remote/`` and ``vendor/`` are not in the source tree: they are put here when the plug-in is packed or installed.
"""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent

if not (_FOLDER / "remote" / "client.py").is_file():
    raise ImportError(
        "This is the plug-in's source, not the plug-in. Install it with: restore-old-photo install krita - or import "
        "the file restore-old-photo-krita-….zip with Tools > Scripts > Import Python Plugin from File…"
    )

from .remote.editors.vendored import use_vendored  # noqa: E402 # the guard comes first

#: Why pyzmq is not used, in words; None if it is. Before anything else, for the protocol needs msgpack.
WITHOUT_ZMQ = use_vendored(_FOLDER / "vendor")

from .register import register  # noqa: E402

register()
