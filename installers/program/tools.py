"""Runs pip, uv and the new Python: quietly, with a log, in an environment of its own."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from installers.errors import InstallError
from installers.program.trouble import trouble

#: What would make a tool install elsewhere, or another Python load what is not its own.
_FOREIGN = (
    *("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONUSERBASE", "__PYVENV_LAUNCHER__"),
    *("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT", "UV_SYSTEM_PYTHON", "UV_CONSTRAINT", "UV_TARGET"),
    *("PIP_TARGET", "PIP_USER", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV", "PIP_REQUIREMENT", "PIP_PYTHON"),
)
#: Lines that tell the user that something goes on.
_TELLING = re.compile(
    r"^\s*(Downloading (?!.*\.metadata)\S.*|Installing collected packages|Building wheel.*|Prepared .*)"
)
_ENDING_S = 5.0


@dataclass(frozen=True)
class Tools:
    """How tools are run.

    Attributes:
        scratch: folder for caches and temporary files; on the same disk as what is installed, and removed with it.
        log: file that all they say is appended to.
        lock: descriptor that they inherit, see ``installers.program.lock``.
        tell: says a line to the user.
    """

    scratch: Path
    log: Path
    lock: int
    tell: Callable[[str], None]

    def run(self, name: str, command: Sequence[str | Path], **more: str) -> str:
        """What the tool has written.

        Args:
            name: for the user.
            command: program and arguments.
            more: of an environment.

        Raises:
            InstallError: it has failed, or cannot be run.
        """
        status, said = self.ask(command, **more)
        if status:
            raise trouble(name, said, str(self.log))
        return said

    def ask(self, command: Sequence[str | Path], **more: str) -> tuple[int, str]:
        """The exit status of a program, and what it has written.

        Raises:
            InstallError: it cannot be run.
        """
        said: list[str] = []
        with self.log.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"\n$ {' '.join(map(str, command))}\n")
            log.flush()
            try:
                status = self._run(command, {**tool_environment(os.environ, self.scratch), **more}, log.write, said)
            except OSError as error:
                raise InstallError(
                    f"{command[0]} cannot be run: {error.strerror}.", "Mend that, then run this again."
                ) from error
            log.write(f"status {status}\n")
        return status, "".join(said)

    def _run(
        self, command: Sequence[str | Path], environ: dict[str, str], log: Callable[[str], object], said: list[str]
    ) -> int:
        inherited = (self.lock,) if os.name == "posix" else ()
        process = subprocess.Popen(
            list(map(str, command)),
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            pass_fds=inherited,
        )
        assert process.stdout is not None
        try:
            for line in process.stdout:
                said.append(line)
                log(line)
                if _TELLING.match(line):
                    self.tell(f"    {line.strip()[:100]}")
            return process.wait()
        except BaseException:
            _end(process)
            raise
        finally:
            process.stdout.close()


def tool_environment(environ: Mapping[str, str], scratch: Path) -> dict[str, str]:
    """The environment for tools: their caches and temporary files in ``scratch``, and nothing of another Python's."""
    temporary = str(scratch / "tmp")
    return {
        **{name: value for name, value in environ.items() if name.upper() not in _FOREIGN},
        **dict.fromkeys(("TMPDIR", "TMP", "TEMP"), temporary),
        "PIP_CACHE_DIR": str(scratch / "pip"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "UV_CACHE_DIR": str(scratch / "uv"),
        "UV_NO_PROGRESS": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        "NO_COLOR": "1",
    }


def _end(process: subprocess.Popen[str]) -> None:
    """End a tool that is not waited for any more."""
    with contextlib.suppress(OSError):
        process.terminate()
        try:
            process.wait(_ENDING_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
