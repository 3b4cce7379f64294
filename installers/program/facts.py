"""What is known of a machine, as plain data.

Collected by ``looking``; kept apart, so that decisions can be tried with the facts of machines that are not here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Facts:
    """A machine, its user, and the Python that this runs in.

    Attributes:
        system: as ``sys.platform`` says it: linux, darwin, win32.
        machine: as ``platform.machine`` says it: x86_64, aarch64, arm64, AMD64 …
        python: version of the Python that the environment will have.
        bits: of that Python.
        ensurepip: whether it can put pip into an environment. Debian's cannot without the package python3-venv.
        pip: whether it has a pip that can install for another Python; that of Ubuntu 22.04 is too old for it.
        uv: full path of a uv; empty if there is none.
        nvidia: names of the graphics cards that NVIDIA's driver sees.
        amd: names of those that ROCm sees.
        free: bytes on the disk of the environment.
        sudo: name of the user who runs this as another by sudo; empty if nobody does.
        systemd: whether this user's services can be managed.
        desktop: whether this user has a menu.
        command_found: whether the folder of the command is in PATH.
    """

    system: str
    machine: str
    python: tuple[int, int]
    bits: int = 64
    ensurepip: bool = True
    pip: bool = True
    uv: str = ""
    nvidia: tuple[str, ...] = ()
    amd: tuple[str, ...] = ()
    free: int = 1 << 40
    sudo: str = ""
    systemd: bool = False
    desktop: bool = False
    command_found: bool = True

    @property
    def apple_silicon(self) -> bool:
        """Whether torch can use the graphics of this machine's own chip."""
        return self.system == "darwin" and self.machine == "arm64"

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def facts_of(plain: dict[str, Any]) -> Facts:
    """Facts that were written down.

    Raises:
        TypeError: one has a name that there is none of.
    """
    tuples = {field.name for field in fields(Facts) if "tuple" in str(field.type)}
    fitting: dict[str, Any] = {name: tuple(value) if name in tuples else value for name, value in plain.items()}
    return Facts(**fitting)
