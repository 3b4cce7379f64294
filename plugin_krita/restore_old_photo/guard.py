"""What leaves a slot as an exception opens a modal dialog of Krita's with a traceback in it. Nothing leaves ours."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from .remote.connection import log_folder
from .remote.editors.words import unexpected

_log = logging.getLogger(__name__)


class Fault:
    """Whom to tell a sentence when something went wrong that should not have."""

    tell: Callable[[str], None] = staticmethod(lambda sentence: None)


def guarded(slot: Callable[..., Any]) -> Callable[..., Any]:
    """A slot that raises nothing: a fault goes to the log, and a sentence to the user."""

    @functools.wraps(slot)
    def safe(*args: Any, **kwargs: Any) -> Any:
        try:
            return slot(*args, **kwargs)
        except Exception:
            _log.exception("%s", slot.__qualname__)
            Fault.tell(unexpected(str(log_folder())))
            return None

    return safe
