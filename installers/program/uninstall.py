"""Takes everything away that an installation and the use of the program have left, but for the user's pictures."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from installers.errors import InstallError, told
from installers.program.editors import take_plugins
from installers.program.environment import python_in
from installers.program.folders import remove_empty, sweep
from installers.program.launcher import is_ours, remove_launcher
from installers.program.lock import locked
from installers.program.marker import Marker, read_marker
from installers.program.places import Places
from installers.program.running import stop_server
from installers.program.service import remove_service
from installers.program.tools import Tools

#: The logs that the server, its bridge and its plug-ins write into one folder, and those that were begun before them.
_LOGS = r"(server|server-start|worker|worker-output|bridge|bridge-output|krita-plugin|gimp-plugin)\.log(\.\d+)?"
_DENIED = "Close what uses it, see that it is yours, then run --uninstall again."


def remains(places: Places) -> list[Path]:
    """What there is of the program outside of editors."""
    marker = _marker(places)
    found = [path for path in (*map(Path, marker.targets), places.data, *places.others) if path.exists()]
    found += [path for path in (places.unit, places.menu, places.agent) if path is not None and path.exists()]
    if is_ours(places.launcher, Path(marker.target)):
        found.append(places.launcher)
    found += _beside_connection(places.connection)
    # The usual target lies in the data folder.
    return [path for path in found if not set(path.parents) & set(found)]


def uninstall(places: Places, tell: Callable[[str], None]) -> None:
    """Remove the program. What is stopped here can be run again: the marker goes last.

    Raises:
        InstallError: something cannot be removed.
    """
    marker = _marker(places)
    # Not in any folder that goes. A home that has lost even its temporary folder has this one.
    with tempfile.TemporaryDirectory(prefix="restore-old-photo-") as scratch:
        (Path(scratch) / "tmp").mkdir()
        held = locked(places.lock) if places.data.is_dir() else contextlib.nullcontext(-1)
        with held as lock:
            log = Path(scratch) / "uninstall.log"
            tools = Tools(Path(scratch), log, lock, tell)
            _use_it_for_the_last_time(places, marker, tools)
            remove_launcher(places.launcher, Path(marker.target))
            for target in marker.targets:
                sweep(Path(target))
            beside = _beside_connection(places.connection)
            for path in beside:
                _remove(path)
            remove_empty({str(path.parent) for path in beside if path.parent.name == "logs"})
        # Without the lock: what is open cannot be deleted on Windows.
        for folder in places.others:
            _remove(folder)
        remove_empty(folder for folder in marker.made if not places.data.is_relative_to(folder))
        if places.data.is_dir():
            for path in places.data.iterdir():
                # On Windows a Python that runs cannot be deleted; install.ps1 does it afterwards.
                if path != places.marker and not (os.name == "nt" and Path(sys.base_prefix).is_relative_to(path)):
                    _remove(path)
            _remove(places.marker)
            remove_empty([str(places.data)])
        remove_empty(marker.made)


def _use_it_for_the_last_time(places: Places, marker: Marker, tools: Tools) -> None:
    """What only the program itself can do: end its server, take its plug-ins out."""
    python = _working_python(marker, tools)
    for path in remove_service(places):
        tools.tell(f"  removed {path}")
    if stop_server(places, [*map(Path, marker.targets)], python, tools):
        tools.tell("  The server was ended.")
    if python is not None:
        with _kept_log(tools, places):
            take_plugins(python, tools)
    elif places.record.is_file():
        raise InstallError(
            "The plug-ins cannot be taken out of the editors, because what is installed does not work any more.",
            "Run the installer once more, without --uninstall, and then with it.",
        )


@contextlib.contextmanager
def _kept_log(tools: Tools, places: Places) -> Iterator[None]:
    """Keep what was written if it is needed: where the error says it is."""
    try:
        yield
    except InstallError as error:
        with contextlib.suppress(OSError):
            shutil.copyfile(tools.log, places.log)
        raise InstallError(error.cause, error.remedy.replace(str(tools.log), str(places.log))) from error


def _marker(places: Places) -> Marker:
    """The marker; without one, what it would say of an installation in the usual place."""
    return read_marker(places.marker) or Marker(target=str(places.data / "program"))


def _working_python(marker: Marker, tools: Tools) -> Path | None:
    """The Python of the program, if it can still do something."""
    if marker.folder is None or not python_in(marker.folder).exists():
        return None
    python = python_in(marker.folder)
    with contextlib.suppress(InstallError):
        return python if tools.ask([python, "-I", "-m", "restoration.cli", "--version"])[0] == 0 else None
    return None


def _beside_connection(file: Path | None) -> list[Path]:
    """A connection file elsewhere, and what a server of this machine has put beside it: the user's own folder, perhaps.

    Its lock comes last: by that it is known that it was one of this machine.
    """
    if file is None:
        return []
    lock = file.with_name(f"{file.name}.lock")
    if not lock.is_file():  # a copy from another machine, which the user has put there
        return []
    logs = (path for path in sorted(file.parent.glob("logs/*.log*")) if re.fullmatch(_LOGS, path.name))
    names = (file.name, "remote-client.json", "remote-keys.json", "pace.json")
    return [path for path in (*logs, *map(file.with_name, names), lock) if path.is_file()]


def _remove(path: Path) -> None:
    with told(f"{path} cannot be removed", _DENIED):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.exists() or path.is_symlink():
            os.unlink(path)  # noqa: PTH108
