"""A real GIMP 3 in a folder of its own, that does what tests tell it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
#: Hides pyzmq from the plug-in, as a GIMP that has none.
_NO_ZMQ = 'raise ImportError("this GIMP has no pyzmq")\n'


class ScenarioError(AssertionError):
    """What was raised inside GIMP, with its traceback."""


class Gimp:
    """GIMP with the plug-in installed.

    Args:
        folder: all that this GIMP keeps: its home.
        assembled: the plug-in, put together.
        environ: more of an environment: how to find the server.
        entering: what leads into the system that this GIMP lives in; nothing for this machine's own.
        hides_zmq: whether its Python finds no pyzmq.

    Attributes:
        environ: of the GIMPs that it starts.
        entering: as given.
    """

    def __init__(
        self, folder: Path, assembled: Path, environ: Mapping[str, str], entering: Sequence[str], hides_zmq: bool
    ) -> None:
        self.folder, self.home, self.entering = folder, folder / "home", entering
        plug_ins = self.home / ".config/GIMP/3.0/plug-ins"
        plug_ins.parent.mkdir(parents=True)
        shutil.copytree(assembled, plug_ins)
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "PYTHON", "GIMP"))}
        self.environ = {
            **kept,
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(runtime),
            "LANG": "C.UTF-8",
            "LANGUAGE": "en",
            "NO_AT_BRIDGE": "1",
            "GDK_BACKEND": "x11",
            **environ,
        }
        if hides_zmq:
            hidden = folder / "hidden"
            hidden.mkdir()
            (hidden / "zmq.py").write_text(_NO_ZMQ)
            self.environ["PYTHONPATH"] = str(hidden)
        self._number = 0

    def run(self, scenario: str, seconds: float = 120.0, **arguments: Any) -> Any:
        """Run ``FILE.FUNCTION`` of the folder ``inside`` in a GIMP without windows.

        Raises:
            ScenarioError: it raised.
        """
        running = self.start(scenario, windows=False, **arguments)
        return running.result(seconds)

    def start(self, scenario: str, *, windows: bool, bare: bool = True, **arguments: Any) -> Running:
        """The same, without waiting; with windows, if wanted, on the screen that ``environ`` names.

        One that is ``bare`` has no brushes and no fonts: it starts three times as quickly.
        """
        file, function = scenario.split(".")
        self._number += 1
        order, result = (self.folder / f"{self._number}.{name}.json" for name in ("order", "result"))
        order.write_text(json.dumps({"function": function, "arguments": arguments, "result": str(result)}))
        path = HERE / "inside" / f"{file}.py"
        batch = (
            f"import sys; sys.argv=[{str(order)!r}]; exec(compile(open({str(path)!r}).read(), {str(path)!r}, 'exec'))"
        )
        interpreter = "--batch-interpreter=python-fu-eval"
        if windows:
            command = ["dbus-run-session", "--", "gimp-3.0", "-n", "--no-splash", interpreter, "-b", batch]
            command += ["-d", "-f"] if bare else []
        else:
            command = ["gimp-console-3.0", "-i", "-d", "-f", interpreter, "-b", batch, "--quit"]
        log = (self.folder / f"{self._number}.log").open("wb")
        process = subprocess.Popen(
            [*self.entering, *command],
            env=self.environ,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        return Running(process, result, self.folder / f"{self._number}.log", stays=windows)


class Running:
    """A GIMP that does something. One that ``stays`` does not end by itself when it is done."""

    def __init__(self, process: subprocess.Popen[bytes], result: Path, log: Path, *, stays: bool) -> None:
        self._process, self._result, self._log, self._stays = process, result, log, stays

    def result(self, seconds: float = 120.0) -> Any:
        """What it returned; it has ended then.

        Raises:
            ScenarioError: it raised.
        """
        try:
            return self.answer(seconds)
        finally:
            self.close()

    def answer(self, seconds: float = 120.0) -> Any:
        """What it returned; it may live on.

        Raises:
            ScenarioError: it raised.
        """
        end = time.monotonic() + seconds
        while not self._result.exists():
            assert self._process.poll() is None, f"GIMP ended without an answer:\n{self.log[-3000:]}"
            assert time.monotonic() < end, f"GIMP does not answer:\n{self.log[-3000:]}"
            time.sleep(0.02)
        told = json.loads(self._result.read_text())
        if told["failure"]:
            raise ScenarioError(told["failure"])
        return told["value"]

    @property
    def log(self) -> str:
        """What it has written to its terminal."""
        return self._log.read_text(errors="replace")

    def close(self) -> None:
        """End it, and all that it has started."""
        import contextlib
        import signal

        try:
            self._process.wait(0.0 if self._stays else 5)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
