"""Where in an editor a plug-in is put."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """A folder in which an editor looks for plug-ins.

    Attributes:
        name: of the editor, for the user.
        folder: Krita's folder of resources, which holds ``pykrita/``; GIMP's ``plug-ins``. Need not exist yet.
        settings: the settings file in which the editor is told of the plug-in, if it has to be; need not exist yet.
        sandboxed: whether this editor cannot start programs outside its sandbox.
    """

    name: str
    folder: Path
    settings: Path | None = None
    sandboxed: bool = False
