"""The plug-in's own log, beside the server's."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from ..connection import log_folder, make_private_folder

#: The top of the package that this copy belongs to, so that what the client says is logged, too.
_TOP = __name__.split(".")[0]
_MOST_BYTES = 1 << 20


def log_to_file(editor: str) -> Path:
    """Write what is logged into the log of this editor's plug-in, once. Returns its path.

    That it cannot be written is no reason not to restore a photo.
    """
    path = log_folder() / f"{editor.lower()}-plugin.log"
    logger = logging.getLogger(_TOP)
    if any(isinstance(handler, RotatingFileHandler) for handler in logger.handlers):
        return path
    try:
        make_private_folder(path.parent.parent)
        make_private_folder(path.parent)
        handler = RotatingFileHandler(path, maxBytes=_MOST_BYTES, backupCount=1, encoding="utf-8", delay=True)
    except OSError:
        logger.warning("no log can be written at %s", path, exc_info=True)
        return path
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    return path
