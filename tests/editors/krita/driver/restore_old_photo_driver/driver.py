"""Takes orders from a folder: ``1.order.json`` in, ``1.result.json`` out."""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import sys
import time
import traceback
from pathlib import Path

from krita import Extension, Krita

if "PyQt6.QtCore" in sys.modules:
    from PyQt6.QtCore import QTimer
    from PyQt6.QtWidgets import QApplication
else:
    from PyQt5.QtCore import QTimer
    from PyQt5.QtWidgets import QApplication

FOLDER = os.environ.get("RESTORE_OLD_PHOTO_ORDERS")
_POLL_MS = 20


class Driver(Extension):
    """Waits for a window, then for orders."""

    def setup(self):
        if FOLDER is None:
            return
        self._folder, self._number, self._window = Path(FOLDER), 1, None
        self._running = None
        notifier = Krita.instance().notifier()
        notifier.setActive(True)
        notifier.windowCreated.connect(self._start)

    def createActions(self, window):  # noqa: N802 # Krita's name
        pass

    def _start(self):
        if self._window is None:
            self._window = Krita.instance().activeWindow()
            # There is no window manager: nobody else gives it the screen.
            self._window.qwindow().showNormal()
            self._window.qwindow().setGeometry(self._window.qwindow().screen().geometry())
            Krita.instance().setBatchmode(True)  # no dialogs about profiles when a file is opened
            self._timer = QTimer()
            self._timer.timeout.connect(self._look)
            self._timer.start(_POLL_MS)
            _write(self._folder / "ready.json", {"python": sys.version, "krita": Krita.instance().version()})

    def _look(self):
        order = self._folder / f"{self._number}.order.json"
        if self._running is not None or not order.exists():
            return
        wanted = json.loads(order.read_text(encoding="utf-8"))
        try:
            scenario = _load(Path(wanted["file"]), wanted["function"])(**wanted["arguments"])
        except BaseException:
            self._end(None, traceback.format_exc())
            return
        if not inspect.isgenerator(scenario):
            self._end(scenario, None)
            return
        self._running = _Running(scenario, wanted["seconds"], self._end)
        self._running.step()

    def _end(self, value, failure):
        self._running = None
        modal = QApplication.activeModalWidget()
        if modal is not None and failure is None:
            failure = f"A modal dialog is open: {modal.windowTitle()!r}"
        if modal is not None:
            modal.close()
        _write(self._folder / f"{self._number}.result.json", {"value": value, "failure": failure})
        self._number += 1


class _Running:
    """A scenario between its first step and its end."""

    def __init__(self, scenario, seconds, ended):
        self._scenario, self._ended = scenario, ended
        self._deadline = time.monotonic() + seconds
        self._signal = self._until = None
        self._watch = QTimer()
        self._watch.timeout.connect(self._tick)
        self._over = False

    def step(self, *_):
        """Run to the next ``yield``."""
        if self._over:
            return
        self._forget()
        try:
            if time.monotonic() > self._deadline:
                wanted = self._scenario.throw(TimeoutError("the scenario took too long"))
            else:
                wanted = next(self._scenario)
        except StopIteration as stop:
            self._finish(stop.value, None)
        except BaseException:
            self._finish(None, traceback.format_exc())
        else:
            self._await(wanted)

    def _await(self, wanted):
        if isinstance(wanted, (int, float)):
            QTimer.singleShot(int(wanted), self.step)
            return
        if hasattr(wanted, "connect"):
            self._signal = wanted
            wanted.connect(self.step)
        else:
            self._until = wanted
        self._watch.start(_POLL_MS)

    def _tick(self):
        try:
            if time.monotonic() > self._deadline or (self._until is not None and self._until()):
                self.step()
        except BaseException:
            self._finish(None, traceback.format_exc())

    def _forget(self):
        self._watch.stop()
        if self._signal is not None:
            self._signal.disconnect(self.step)
        self._signal = self._until = None

    def _finish(self, value, failure):
        self._forget()
        self._over = True
        self._ended(value, failure)


def _load(path, function):
    """The function of a file that may have changed since the last order."""
    sys.path.insert(0, str(path.parent))
    try:
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(path.parent))
    return getattr(module, function)


def _write(path, value):
    """Whole or not at all: who waits for the file reads it at once."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value), encoding="utf-8")
    part.rename(path)


if FOLDER is not None:
    Krita.instance().addExtension(Driver(Krita.instance()))
