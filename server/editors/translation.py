"""The user's language. All that a plug-in says goes through ``_``; translations lie in the folder ``locale``."""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from pathlib import Path
from typing import List

DOMAIN = "restore-old-photo"
#: With ``de/LC_MESSAGES/restore-old-photo.mo`` and so on: of all plug-ins together.
LOCALE = Path(__file__).parent / "locale"

_translations: gettext.NullTranslations = gettext.NullTranslations()


def use_languages(languages: Iterable[str], folder: Path = LOCALE) -> None:
    """Take the first of these languages that there is a translation for; none means English.

    Args:
        languages: such as ``de-DE`` or ``de_DE``, the most wanted first.
        folder: where translations lie.
    """
    global _translations
    wanted: List[str] = []
    for language in languages:
        name = language.replace("-", "_")
        wanted += [one for one in (name, name.split("_")[0]) if one and one not in wanted]
        if name.split("_")[0] == "en":  # the words of the source; what comes after it is wanted less
            break
    _translations = gettext.translation(DOMAIN, str(folder), wanted, fallback=True)


def _(text: str) -> str:
    """``text`` in the user's language."""
    return _translations.gettext(text)
