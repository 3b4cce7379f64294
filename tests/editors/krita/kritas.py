"""A real Krita in a folder of its own, on a screen of its own, that does what tests tell it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from screens import Screen

HERE = Path(__file__).parent
_START_S = 90.0
#: What a test's failure says if Krita was ended by a fault of memory.
KRITA_CRASHED = f"Krita ended with status -{int(signal.SIGSEGV)}"


class ScenarioError(AssertionError):
    """What was raised inside Krita, with its traceback."""


class RunningKrita:
    """Krita with the plug-in installed.

    Args:
        folder: all that this Krita keeps, ever: its home. One that was used before is used again.
        screen: on which it shows itself.
        assembled: the plug-in, put together.
        environ: more of an environment: how to find the server.
        settings: more groups for its kritarc.
        entering: what leads into the system that this Krita lives in; nothing for this machine's own.
        warm: the resources of a Krita like it that was started before; a first start takes 10 s longer.
    """

    def __init__(
        self,
        folder: Path,
        screen: Screen,
        assembled: Path,
        environ: Mapping[str, str],
        settings: str = "",
        entering: Sequence[str] = (),
        warm: Path | None = None,
    ) -> None:
        self.folder, self.home = folder, folder / "home"
        self._orders = folder / "orders"
        shutil.rmtree(self._orders, ignore_errors=True)
        self._orders.mkdir(parents=True)
        self._number = 0
        runtime = folder / "run"
        runtime.mkdir(mode=0o700, exist_ok=True)
        self.resources, config = self.home / ".local/share/krita", self.home / ".config"
        if not config.exists():
            config.mkdir(parents=True)
            if warm is None:
                _install(self.resources, assembled)
            else:
                shutil.copytree(warm, self.resources)
            names = ("restore_old_photo", "restore_old_photo_driver")
            enabled = "".join(f"enable_{name}=true\n" for name in names)
            (config / "kritarc").write_text(f"[python]\n{enabled}{settings}")
        # A recovered picture or a file dialog's remembered folder of the machine's user must not come in.
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "PYTHON", "KDE"))}
        self.environ = {
            **kept,
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(config),
            "XDG_DATA_HOME": str(self.home / ".local/share"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "XDG_RUNTIME_DIR": str(runtime),
            "DISPLAY": screen.name,
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "QT_LOGGING_RULES": "*.debug=false",
            "LANG": "C.UTF-8",
            "LANGUAGE": "en",
            "RESTORE_OLD_PHOTO_ORDERS": str(self._orders),
            **environ,
        }
        self._log = (folder / "krita.log").open("wb")
        self._process = subprocess.Popen(
            [*entering, "krita", "--nosplash"],
            env=self.environ,
            cwd=folder,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        self.facts: dict[str, Any] = self._wait(self._orders / "ready.json", _START_S)

    def run(self, scenario: str, seconds: float = 60.0, **arguments: Any) -> Any:
        """Run ``FILE.FUNCTION`` of the folder ``inside`` in Krita.

        Raises:
            ScenarioError: it raised.
        """
        file, function = scenario.split(".")
        self._number += 1
        order = self._orders / f"{self._number}.order.json"
        wanted = {"file": str(HERE / "inside" / f"{file}.py"), "function": function, "arguments": arguments}
        part = order.with_suffix(".part")
        part.write_text(json.dumps({**wanted, "seconds": seconds}))
        part.rename(order)
        result = self._wait(self._orders / f"{self._number}.result.json", seconds + 30)
        if result["failure"]:
            raise ScenarioError(result["failure"])
        return result["value"]

    @property
    def log(self) -> str:
        """What it has written to its terminal."""
        return (self.folder / "krita.log").read_text(errors="replace")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def lives(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def ended(self, seconds: float) -> int:
        """Wait until it has ended by itself; its exit status."""
        return self._process.wait(seconds)

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
        self._log.close()

    def _wait(self, path: Path, seconds: float) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while not path.exists():
            status = self._process.poll()
            assert status is None, f"Krita ended with status {status}:\n{self.log[-3000:]}"
            assert time.monotonic() < end, f"Krita does not answer:\n{self.log[-3000:]}"
            time.sleep(0.01)
        return dict(json.loads(path.read_text()))


def _install(resources: Path, assembled: Path) -> None:
    """The plug-in as its users get it, and the driver beside it."""
    shutil.copytree(assembled, resources)
    plugins = resources / "pykrita"
    shutil.copy(HERE / "driver/restore_old_photo_driver.desktop", plugins)
    shutil.copytree(HERE / "driver/restore_old_photo_driver", plugins / "restore_old_photo_driver")
