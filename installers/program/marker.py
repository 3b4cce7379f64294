"""The marker: which environment is in use, and what else was made outside of it.

It is replaced at once, so it is always that of before or that of after.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from installers.errors import InstallError, told

#: What environments are called.
NAMES = r"env-[0-9a-f]+"


@dataclass(frozen=True)
class Marker:
    """What is installed.

    Attributes:
        target: the folder that holds the environments.
        environment: name of the one in use; empty before the first is whole.
        version: of the program in there.
        fingerprint: of the source and the plan from which it was made.
        torch: which build was asked for.
        others: further folders in which environments may lie, out of use or not whole.
        made: folders that were not there before, the outermost first; removed with the program if they are empty.
    """

    target: str
    environment: str = ""
    version: str = ""
    fingerprint: str = ""
    torch: str = ""
    others: tuple[str, ...] = ()
    made: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        """All folders in which environments may lie."""
        return (self.target, *self.others)

    @property
    def folder(self) -> Path | None:
        """Of the environment in use."""
        return Path(self.target) / self.environment if self.environment else None


def read_marker(path: Path) -> Marker | None:
    """The marker; None if there is none.

    Raises:
        InstallError: it cannot be read, or is none of ours.
    """
    try:
        fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        tuples = {name: tuple(map(str, fields.get(name, ()))) for name in ("others", "made")}
        marker = Marker(**{**fields, **tuples})
        if not all(Path(target).is_absolute() for target in marker.targets) or not re.fullmatch(
            NAMES, marker.environment or "env-0"
        ):
            raise ValueError("no path")
        return marker
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InstallError(f"{path} cannot be read ({type(error).__name__}).", "Delete it, then try again.") from error


def write_marker(path: Path, marker: Marker) -> None:
    """Write the marker, whole or not at all; its folder is there.

    Raises:
        InstallError: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with told(f"{path} cannot be written"):
        try:
            with temporary.open("w", encoding="utf-8") as file:
                json.dump(asdict(marker), file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
