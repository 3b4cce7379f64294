"""What installing has to know about an editor."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from installers.errors import WheelError
from installers.place import Place
from installers.wheels import Target


def unchanged(settings: bytes) -> bytes:
    """For an editor that finds plug-ins by itself."""
    return settings


@dataclass(frozen=True)
class Editor:
    """An editor that there is a plug-in for.

    Attributes:
        name: as the command line and the record have it.
        title: for the user.
        parts: what the plug-in consists of, relative to a place's folder. The first makes the editor load the plug-in:
            it is the last to come and the first to go.
        module: that of the parts which is a folder of the plug-in's own and says whose it is.
        installed: the places of this user. None is no error of theirs: they raise ``InstallError`` with the remedy.
        known: the same, however many there are, and without a change of anything.
        named: the place that the user names by a folder and, for some editors, a settings file.
        assemble: puts the plug-in together in a folder; gives back for which targets there is no pyzmq, and why.
        targets: the Pythons that this editor may have on this machine and that can load pyzmq.
        bridged: whether it is the editor, and not this machine, that cannot load pyzmq here.
        enabled: its settings with the plug-in.
        forgotten: its settings without it, and without what it remembered.
        leavings: files beside the plug-in in which the editor keeps what it remembered.
    """

    name: str
    title: str
    parts: tuple[Path, ...]
    module: Path
    installed: Callable[[], list[Place]]
    known: Callable[[], list[Place]]
    named: Callable[[Path, Path | None], Place]
    assemble: Callable[[Path, Iterable[Target]], dict[Target, WheelError]]
    targets: Callable[[], tuple[Target, ...]]
    bridged: Callable[[], bool] = lambda: False
    enabled: Callable[[bytes], bytes] = unchanged
    forgotten: Callable[[bytes], bytes] = unchanged
    leavings: Callable[[Place], list[Path]] = lambda place: []
