"""The editors that there is a plug-in for."""

from __future__ import annotations

from installers.gimp import GIMP
from installers.krita import KRITA

EDITORS = {editor.name: editor for editor in (KRITA, GIMP)}
