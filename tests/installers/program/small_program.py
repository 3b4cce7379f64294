"""The program with those of its requirements alone that its command line and its server load: no torch.

All else is real: the installers, pip, the wheels, the plug-ins, the server. An installation takes half a minute so.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from installers.program.source import copy_source, source_in

PROJECT = Path(__file__).parents[3]
_SECONDS = 240.0
_LOADED = """
import json, re, sys
import restoration.cli.app, restoration.cli.server_engine, server.client, server.serve, installers.editors
from importlib.metadata import packages_distributions
found = packages_distributions()
print(json.dumps(sorted({one for name in list(sys.modules) for one in found.get(name.partition(".")[0], [])})))
"""


@dataclass(frozen=True)
class SmallProgram:
    """An unpacked archive, and what pip needs to install it without a network.

    Attributes:
        folder: of the archive.
        wheels: all that is needed.
    """

    folder: Path
    wheels: Path

    @property
    def script(self) -> Path:
        """The installer."""
        return self.folder / "installers" / "install.sh"

    def environment(self, home: Path, **more: str) -> dict[str, str]:
        """That of a user with this home, whose pip finds everything in the folder of wheels."""
        return {
            "HOME": str(home),
            "PATH": f"{home}/.local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "PYTHON": sys.executable,
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            **more,
        }

    def run(self, home: Path, *options: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the installer to its end, out of a folder of somebody else's."""
        return subprocess.run(
            ["sh", str(self.script), "--yes", *options],
            env=self.environment(home, **more),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )

    def interrupted(self, home: Path, line: str, sign: signal.Signals, *options: str) -> str:
        """Run the installer, and send it a signal once it has said a line that begins so; what it said, and its end."""
        process = subprocess.Popen(
            ["sh", str(self.script), "--yes", *options],
            env=self.environment(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        said = []
        for told in process.stdout:
            said.append(told)
            if told.startswith(line):
                # As a terminal sends it, and as a machine does that is switched off: to all of it.
                os.killpg(process.pid, sign)
                break
        said.append(process.stdout.read())
        process.stdout.close()
        status = process.wait(60)
        assert any(told.startswith(line) for told in said), "".join(said)
        return f"{''.join(said)}status {status}"


def small_program(folder: Path) -> SmallProgram:
    """Make it.

    Raises:
        CalledProcessError: its wheels cannot be had.
    """
    unpacked, wheels = folder / "an archive", folder / "wheels"
    source = source_in(PROJECT)
    copy_source(source, unpacked)
    shutil.copy(PROJECT / "installers" / "install.sh", unpacked / "installers")
    shutil.copy(PROJECT / "requirements.lock", unpacked)
    for weights in unpacked.rglob("*.safetensors"):
        weights.unlink()
    loaded = subprocess.run([sys.executable, "-c", _LOADED], cwd=PROJECT, capture_output=True, text=True, check=True)
    wanted = {_plain(name) for name in json.loads(loaded.stdout)}
    project = (unpacked / "pyproject.toml").read_text("utf-8")
    listed = re.search(r"^dependencies = \[\n(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    kept = [line for line in listed[1].splitlines() if _plain(re.split(r"[<>=\"]", line.strip(' ,"'))[0]) in wanted]
    (unpacked / "pyproject.toml").write_text(project.replace(listed[1], "\n".join(kept) + "\n"), "utf-8")
    requirements = [line.strip(' ,"') for line in kept]
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary", ":all:", "--dest", str(wheels)]
    subprocess.run(
        [*download, "-c", str(unpacked / "requirements.lock"), *requirements, "setuptools>=77", "wheel"],
        check=True,
        capture_output=True,
        timeout=_SECONDS,
    )
    return SmallProgram(unpacked, wheels)


def python_of_all() -> Path | None:
    """A Python that other users can run, too; None if there is none."""
    for folder in ("/usr/bin", "/usr/local/bin"):
        python = Path(folder) / "python3"
        if python.is_file() and python.resolve().parts[1] != "root":
            asked = "import sys, ensurepip; sys.exit(sys.version_info < (3, 10))"
            if subprocess.run([python, "-c", asked], capture_output=True, check=False).returncode == 0:
                return python
    return None


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
