"""A device's place in the server: its worker process, started, watched, put to sleep and buried."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

import zmq

from server.jobs import Job
from server.launcher import cleaned_environment
from server.protocol import Buffer, encode, message

_log = logging.getLogger(__name__)

#: Messages that may wait on the way from a worker: with 1 MiB each, what the broker holds of a layer.
_RESULTS_HWM = 16
#: A worker that has not stopped so long after it was told to cancel is killed: its tile may take a while, not more.
CANCEL_GRACE_S = 20.0
#: A worker that has not left so long after it was told to is killed.
_LEAVE_S = 3.0


class Slot:
    """One device and the process that computes on it.

    Attributes:
        requested: the device as it was asked for; ``auto`` lets the worker choose.
        device: what the worker chose; None until it first said so.
        state: ``starting``, ``idle``, ``busy``, ``leaving`` or ``asleep``.
        job: what it works on, or worked on and was told to stop.
        facts: the last facts that the worker told of itself: ``name``, ``models``, ``memory``, ``free_bytes``.
        blocked: a result whose client takes nothing more just now, ``blocked_since`` (monotonic seconds).
        failed_starts: how often its worker died before it was ready.
    """

    def __init__(self, requested: str, context: zmq.Context[Any], folder: Path, options: dict[str, Any]) -> None:
        self.requested = requested
        self.device: str | None = None
        self.state = "asleep"
        self.job: Job | None = None
        self.facts: dict[str, Any] = {}
        self.blocked: tuple[Job, dict[str, Any], zmq.Frame | None] | None = None
        self.blocked_since = self.idle_since = time.monotonic()
        self.cancelled_at: float | None = None
        self.starts = self.failed_starts = 0
        self._context, self._folder, self._options = context, folder, options
        self._process: subprocess.Popen[bytes] | None = None
        self._commands: zmq.Socket[bytes] | None = None
        self.results: zmq.Socket[bytes] | None = None
        self._outbox: deque[list[Any]] = deque()
        self._left_at: float | None = None

    @property
    def pid(self) -> int | None:
        """Of the worker; None while it sleeps."""
        return self._process.pid if self._process else None

    def status(self) -> dict[str, Any]:
        """As ``status`` lists it."""
        name = self.facts.get("name")
        return {"pid": self.pid, "device": self.device or self.requested, "name": name, "state": self.state}

    def serves(self, device: str) -> bool:
        """Whether it is the place for jobs that name this device."""
        return device in (self.requested, self.device)

    def start(self) -> None:
        """Start the worker process. It will say ``ready``.

        Raises:
            OSError: it cannot be started.
        """
        self.starts += 1
        security = self._options["security"]
        self._commands = security.inner_socket(self._context, zmq.PUSH)
        self.results = security.inner_socket(self._context, zmq.PULL)
        self._commands.sndhwm = 0
        self.results.rcvhwm = _RESULTS_HWM
        name = f"{self.requested}-{self.starts}"
        birth = {
            **self._options["worker"],
            "device": self.requested,
            "commands": security.bind_inner(self._commands, self._folder / f"{name}.in"),
            "results": security.bind_inner(self.results, self._folder / f"{name}.out"),
            "keys": security.worker_keys,
            "pace": self._options["pace"](),
        }
        with self._options["output"]() as output:
            self._process = subprocess.Popen(
                # -I: neither the folder that we stand in nor PYTHONPATH may put modules before the installed ones.
                [sys.executable, "-I", "-m", "server.worker"],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                env=cleaned_environment(os.environ),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        assert self._process.stdin is not None
        # What it must know, and then silence: when this pipe closes, the broker is dead, and the worker leaves.
        with contextlib.suppress(BrokenPipeError):  # it died at once: ``died`` will tell
            self._process.stdin.write(json.dumps(birth).encode() + b"\n")
            self._process.stdin.flush()
        self.state = "starting"
        _log.info("worker %s started for %s", self._process.pid, self.requested)

    def send(self, header: dict[str, Any], payload: Buffer | zmq.Frame | None = None) -> None:
        """Send to the worker; what cannot go yet goes with the next ``flush``."""
        self._outbox.append([encode(header)] if payload is None else [encode(header), payload])
        self.flush()

    def flush(self) -> None:
        """Send what waits, as far as it goes without waiting."""
        while self._outbox and self._commands is not None:
            try:
                self._commands.send_multipart(self._outbox[0], zmq.NOBLOCK, copy=False)
            except zmq.Again:  # it has not connected yet
                return
            self._outbox.popleft()

    @property
    def has_unsent(self) -> bool:
        """Whether something waits for ``flush``."""
        return bool(self._outbox)

    def begin(self, job: Job) -> None:
        """Let the worker work on a job whose inputs it has."""
        self.job, self.state, self.cancelled_at = job, "busy", None
        job.running = True
        self.send(message("job", job=job.number))

    def forget(self, job: Job) -> None:
        """A job has ended for its client: the worker stops with it, or drops its inputs."""
        if self.job is job and self.state == "busy":
            self.cancelled_at = time.monotonic()
            self.blocked = None
        self.send(message("cancel", job=job.number))

    def rest(self) -> None:
        """The worker has ended its job."""
        self.job, self.state, self.cancelled_at = None, "idle", None
        self.idle_since = time.monotonic()

    @property
    def must_be_killed(self) -> bool:
        """Whether the worker was told to stop, or to leave, and does not."""
        now = time.monotonic()
        stuck = self.cancelled_at is not None and now - self.cancelled_at > CANCEL_GRACE_S
        return stuck or (self._left_at is not None and now - self._left_at > _LEAVE_S)

    def died(self) -> str | None:
        """How the worker ended, as a sentence; None while it lives, or sleeps."""
        if self._process is None or self._process.poll() is None:
            return None
        return _how(self._process.returncode)

    def kill(self) -> None:
        """End the process at once; ``died`` will tell."""
        if self._process is not None:
            self._process.kill()

    def leave(self) -> None:
        """Ask the worker to end; ``died`` will tell when it has."""
        if self._process is not None and self._left_at is None:
            assert self._process.stdin is not None
            self._left_at = time.monotonic()
            self.state = "leaving"
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()

    def wait(self) -> None:
        """Wait until a worker that was told to leave has ended, and kill it if it takes too long."""
        if self._process is not None:
            try:
                self._process.wait(_LEAVE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def bury(self) -> None:
        """Free what belonged to a worker that has ended. The slot sleeps."""
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        for socket in (self._commands, self.results):
            if socket is not None:
                socket.close(linger=0)
        self._process = self._commands = self.results = None
        self._outbox.clear()
        self.job = self.blocked = self.cancelled_at = self._left_at = None
        self.state = "asleep"


def _how(status: int) -> str:
    if status < 0:
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = f"signal {-status}"
        if name == "SIGKILL":
            return "The process that restores was killed, perhaps because memory ran out."
        return f"The process that restores crashed ({name})."
    return f"The process that restores ended unexpectedly (status {status})."
