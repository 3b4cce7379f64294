"""The choices of the last time, in Krita's own settings."""

from __future__ import annotations

import json
import logging

from krita import Krita

from .remote.editors.choices import Choices

_GROUP, _KEY = "restore_old_photo", "choices"
_log = logging.getLogger(__name__)


def remembered() -> Choices:
    """The choices of the last time; the defaults where there are none, or none that can be read."""
    text = Krita.instance().readSetting(_GROUP, _KEY, "")
    try:
        return Choices.from_dict(json.loads(text)) if text else Choices()
    except ValueError:
        _log.warning("the remembered choices cannot be read: %r", text[:200])
        return Choices()


def remember(choices: Choices) -> None:
    """Keep choices for the next time."""
    Krita.instance().writeSetting(_GROUP, _KEY, json.dumps(choices.to_dict()))


def first_time(what: str) -> bool:
    """True when this is asked for the first time ever."""
    if Krita.instance().readSetting(_GROUP, what, ""):
        return False
    Krita.instance().writeSetting(_GROUP, what, "yes")
    return True
