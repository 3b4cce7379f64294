"""Where things lie that belong to this program, outside of editors.

Nothing is looked for here, and nothing made. The standard library alone: platformdirs, which the program itself asks,
is not installed yet. A test compares the two.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NAME = "restore-old-photo"


@dataclass(frozen=True)
class Places:
    """Folders and files of one user, whether they are there or not.

    Attributes:
        home: the user's own folder.
        data: connection file, keys, logs of the server, the record of the plug-ins, our marker, and the environments.
        others: folders of this program elsewhere: logs of the command line, caches, settings. Only ours is in them.
        connection: the connection file, where a variable names one outside of ``data``; else None.
        launcher: the command ``restore-old-photo``.
        unit: of systemd; None on other systems.
        menu: the entry in the menu (Linux), the start menu's link (Windows); None on macOS.
        agent: of launchd; None on other systems.
    """

    home: Path
    data: Path
    others: tuple[Path, ...]
    connection: Path | None
    launcher: Path
    unit: Path | None = None
    menu: Path | None = None
    agent: Path | None = None

    @property
    def marker(self) -> Path:
        """What says which environment is in use."""
        return self.data / "program.json"

    @property
    def log(self) -> Path:
        """What the tools wrote while installing."""
        return self.data / "install.log"

    @property
    def lock(self) -> Path:
        """Held while an installation runs."""
        return self.data / "program.lock"

    @property
    def record(self) -> Path:
        """The record of the plug-ins, see ``installers.record``."""
        return self.data / "installation.json"


def places(environ: Mapping[str, str] = os.environ, system: str = sys.platform) -> Places:
    """The places of the user who has this environment."""
    if system == "win32":
        return _windows(environ)
    home = Path(environ.get("HOME", ""))
    if not home.is_absolute():
        home = Path.home()
    launcher = home / ".local" / "bin" / NAME
    if system == "darwin":
        library = home / "Library"
        data = library / "Application Support" / NAME
        return Places(
            home=home,
            data=data,
            others=(library / "Logs" / NAME, library / "Caches" / NAME, library / "Preferences" / NAME),
            connection=_connection(environ, data),
            launcher=launcher,
            agent=library / "LaunchAgents" / f"{NAME}.plist",
        )
    data = home / ".local" / "share" / NAME  # not XDG_DATA_HOME, see server.connection.data_folder
    share = _xdg(environ, "XDG_DATA_HOME", home / ".local" / "share")
    config = _xdg(environ, "XDG_CONFIG_HOME", home / ".config")
    others = (
        _xdg(environ, "XDG_STATE_HOME", home / ".local" / "state") / NAME,
        _xdg(environ, "XDG_CACHE_HOME", home / ".cache") / NAME,
        config / NAME,
        share / NAME,
    )
    return Places(
        home=home,
        data=data,
        others=tuple(folder for folder in others if folder != data),
        connection=_connection(environ, data),
        launcher=launcher,
        unit=config / "systemd" / "user" / f"{NAME}.service",
        menu=share / "applications" / f"{NAME}.desktop",
    )


def _windows(environ: Mapping[str, str]) -> Places:
    home = Path(environ.get("USERPROFILE") or Path.home())
    local = Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    roaming = Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
    data = local / NAME
    return Places(
        home=home,
        data=data,
        others=(),  # platformdirs puts all into folders in a folder of the program's name twice, below ``data``
        connection=_connection(environ, data),
        launcher=data / "bin" / f"{NAME}.cmd",
        menu=roaming / "Microsoft" / "Windows" / "Start Menu" / "Programs" / "Restore Old Photo server.lnk",
    )


def _xdg(environ: Mapping[str, str], name: str, default: Path) -> Path:
    """A folder of the XDG specification, as platformdirs reads it."""
    named = environ.get(name, "").strip()
    return Path(named) if named else default


def _connection(environ: Mapping[str, str], data: Path) -> Path | None:
    named = environ.get("RESTORE_OLD_PHOTO_CONNECTION")
    path = Path(named).absolute() if named else data / "connection.json"
    return None if path.parent == data else path
