"""The broker: between clients and workers. It routes, counts and watches; it never computes and never waits.

One thread, one poll loop. Pixels pass as ZeroMQ frames that nobody copies. A client that reads slowly holds up its own
worker's results and nothing else.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import zmq

from server.clients import Clients
from server.forecast import check_memory
from server.jobs import Job, JobQueue
from server.protocol import (
    HEARTBEAT_S,
    MAX_JOBS,
    MAX_JOBS_A_CLIENT,
    PROTOCOL,
    ProtocolError,
    Submit,
    decode,
    limits,
    message,
    read_count,
    read_submit,
    read_text,
    request_of,
)
from server.slots import Slot

_log = logging.getLogger(__name__)

#: Seconds a client may take to begin, or to go on, sending bytes that it was asked for.
UPLOAD_TIMEOUT_S = 30.0
#: How often processes and clocks are looked at, in milliseconds.
_TICK_MS = 100
#: How soon a result that its client did not take is offered again, in milliseconds.
_RETRY_MS = 3
#: A worker that fails so often before it is ready is not started again until a new job comes.
_MAX_FAILED_STARTS = 3

#: A job hears one of these once, and nothing after it.
_LAST_WORDS = ("done", "error", "cancelled")
_TRY_AGAIN = "Run it again; if it happens again, choose a smaller region or a smaller photo, or close other programs."


class Broker:
    """Serves until it is told to stop.

    Args:
        router: bound, for clients.
        make_slot: makes the place for a device.
        device: of the first slot, which takes all jobs that name none.
        facts: what ``welcome`` and ``status`` say of the server: ``version``, ``pid``, ``endpoint``.
        idle_s: seconds without a job after which a worker is put to sleep; 0 for never.
    """

    def __init__(
        self,
        router: zmq.Socket[bytes],
        make_slot: Callable[[str], Slot],
        device: str,
        facts: dict[str, Any],
        idle_s: float,
    ) -> None:
        self._clients = Clients(router)
        self._router = router
        self._make_slot = make_slot
        self._slots = [make_slot(device)]
        self._facts, self._idle_s = facts, idle_s
        self._queue = JobQueue()
        self._jobs: dict[int, Job] = {}
        self._count = 0
        self._asked_models: list[tuple[bytes, int | str | None]] = []
        self._started_at = time.monotonic()
        self._next_tick = self._next_beat = 0.0
        self._stopping = False

    def stop(self) -> None:
        """End ``run`` at its next turn. May be called by a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """Serve until ``stop`` or a ``shutdown``."""
        self._start(self._slots[0])
        while not self._stopping:
            self._poll()
            self._look_around()
        self._say_goodbye()

    # What comes in

    def _poll(self) -> None:
        poller = zmq.Poller()
        poller.register(self._router, zmq.POLLIN)
        waiting = False
        for slot in self._slots:
            slot.flush()
            waiting |= slot.has_unsent
            if slot.blocked is not None and not self._deliver(slot, *slot.blocked):
                waiting = True
            elif slot.results is not None:
                poller.register(slot.results, zmq.POLLIN)
        ready = dict(poller.poll(_RETRY_MS if waiting else _TICK_MS))
        if self._router in ready:
            # Several at a time, but not without end: results and clocks must have their turn.
            for _ in range(32):
                try:
                    frames = self._router.recv_multipart(zmq.NOBLOCK, copy=False)
                except zmq.Again:
                    break
                self._hear_client(frames)
        for slot in [one for one in self._slots if one.results in ready]:
            for _ in range(32):
                if slot.blocked is not None or slot.results is None:
                    break
                try:
                    frames = slot.results.recv_multipart(zmq.NOBLOCK, copy=False)
                except zmq.Again:
                    break
                try:
                    self._hear_worker(slot, frames)
                except Exception:
                    _log.exception("worker %s is not understood, and is killed", slot.pid)
                    slot.kill()

    def _hear_client(self, frames: list[zmq.Frame]) -> None:
        client, request = frames[0].bytes, None
        header: dict[str, Any] = {}
        try:
            if not 2 <= len(frames) <= 3:
                raise ProtocolError("bad-message", f"A message of {len(frames) - 1} frames came.", "Send one or two.")
            header = decode(frames[1].buffer)
            request = request_of(header)
            payload = frames[2] if len(frames) == 3 else None
            if (payload is not None) != (header["type"] == "pixels"):
                raise ProtocolError("bad-message", "Only pixels have a payload, and must have one.")
            answer = self._answer(client, header, frames[1], payload)
        except ProtocolError as error:
            answer = error.header(_job_name(header))
        except Exception:
            # A fault of ours in one message must not take the other clients' server away.
            _log.exception("a message could not be handled")
            fault = ProtocolError("unexpected", "The server failed with this message.", "Its log has the rest.")
            answer = fault.header(_job_name(header))
        if answer is not None:
            self._clients.assure(client, answer if request is None else {**answer, "request": request})

    def _answer(
        self, client: bytes, header: dict[str, Any], raw: zmq.Frame, payload: zmq.Frame | None
    ) -> dict[str, Any] | None:
        kind = header["type"]
        if kind == "hello":
            self._clients.welcome(client, read_text(header, "client", "unknown"))
            return message("welcome", **self._facts, protocol=PROTOCOL, heartbeat=HEARTBEAT_S, limits=limits())
        if kind == "submit":
            return self._accept(client, read_submit(header), raw.bytes)
        if kind == "pixels":
            assert payload is not None
            return self._pass_pixels(client, header, payload)
        if kind == "cancel":
            self._cancel(client, read_text(header, "job"))
            return None
        if kind == "status":
            return self._status()
        if kind == "models":
            self._asked_models.append((client, request_of(header)))
            self._answer_models()
            return None
        if kind == "shutdown":
            self._stopping = True
            return message("bye")
        raise ProtocolError("unknown-type", f"There is no request {kind!r}.", "Update the server, or the client.")

    # Jobs

    def _accept(self, client: bytes, submit: Submit, raw: bytes) -> dict[str, Any] | None:
        if self._job_of(client, submit.job) is not None:
            raise ProtocolError("duplicate-job", f"There is a job {submit.job!r} already.", "Give it another name.")
        if len(self._jobs) >= MAX_JOBS or sum(job.client == client for job in self._jobs.values()) >= MAX_JOBS_A_CLIENT:
            raise ProtocolError("queue-full", "Too many jobs are waiting.", "Try again when some of them have ended.")
        slot = self._slot_for(submit.device)
        needed, free = check_memory(submit, slot.facts) if slot else (None, None)
        self._clients.welcome(client)
        self._count += 1
        job = Job(self._count, client, submit, raw)
        self._jobs[job.number] = job
        self._queue.add(job)
        position = self._queue.position(job)
        self._assure(job, message("accepted", position=position, needed_bytes=needed, free_bytes=free))
        self._dispatch()
        return None

    def _dispatch(self) -> None:
        """Give waiting jobs to idle workers, and wake those that sleep while jobs wait for them."""
        for device in {job.submit.device for job in self._queue}:
            slot = self._slot_for(device)
            if slot is None and self._slots[0].state != "starting":  # which may turn out to be that device
                slot = self._make_slot(device)
                self._slots.append(slot)
            if slot is not None and slot.state == "asleep":
                self._start(slot)
        for slot in self._slots:
            while slot.state == "idle":
                job = self._queue.take(lambda job, slot=slot: self._slot_for(job.submit.device) is slot)  # type: ignore[misc]
                if job is None:
                    break
                try:
                    check_memory(job.submit, slot.facts)
                except ProtocolError as error:  # it was accepted before the worker knew
                    self._end(job, error.header())
                    continue
                slot.begin(job)

    def _slot_for(self, device: str) -> Slot | None:
        if device == "auto":
            return self._slots[0]
        return next((slot for slot in self._slots if slot.serves(device)), None)

    def _answer_models(self) -> None:
        """Only a worker knows the models; whoever asks while the first one starts has the answer when it is ready."""
        facts = self._slots[0].facts
        if "models" in facts or self._slots[0].state not in ("starting", "asleep"):
            for client, request in self._asked_models:
                answer = message("models", presets=facts.get("models", []))
                self._clients.assure(client, answer if request is None else {**answer, "request": request})
            self._asked_models.clear()

    def _start(self, slot: Slot) -> None:
        try:
            slot.start()
        except OSError as error:
            _log.exception("no worker for %s", slot.requested)
            slot.bury()
            sentence = f"The process that restores cannot be started ({error.strerror})."
            self._fail_waiting(slot, ProtocolError("worker-start", sentence, "Install the program again."))

    def _cancel(self, client: bytes, name: str) -> None:
        job = self._job_of(client, name)
        if job is not None:
            self._end(job, message("cancelled"))
            self._dispatch()

    def _end(self, job: Job, last_word: dict[str, Any]) -> None:
        """The one place where a job ends: its client hears the last word, its worker stops, nothing comes after."""
        del self._jobs[job.number]
        self._assure(job, last_word)
        if not job.running:
            self._queue.remove(job)
            return
        for slot in self._slots:
            if slot.job is job and slot.state == "busy":
                slot.cancel()

    def _assure(self, job: Job, header: dict[str, Any]) -> None:
        self._clients.assure(job.client, {**header, "job": job.submit.job})

    def _job_of(self, client: bytes, name: str) -> Job | None:
        return next((job for job in self._jobs.values() if job.client == client and job.submit.job == name), None)

    def _pass_pixels(self, client: bytes, header: dict[str, Any], payload: zmq.Frame) -> dict[str, Any] | None:
        job = self._job_of(client, read_text(header, "job"))
        if job is None:
            # Not an error: the job may have ended while these bytes were on their way.
            return None
        name, offset = read_text(header, "input"), read_count(header, "offset")
        try:
            job.take_chunk(name, offset, len(payload.buffer))
        except ProtocolError as error:
            self._end(job, error.header())
            return None
        for slot in self._slots:
            if slot.job is job:
                slot.send(message("pixels", job=job.number, input=name, offset=offset), payload)
        return None

    # What workers say

    def _hear_worker(self, slot: Slot, frames: list[zmq.Frame]) -> None:
        header = decode(frames[0].buffer)
        kind = header["type"]
        if kind == "ready":
            slot.device, slot.facts, slot.failed_starts = header["device"], header, 0
            slot.rest()
            self._answer_models()
            self._dispatch()
        elif kind == "failed":
            self._fail_waiting(slot, ProtocolError(header["code"], header["cause"], header["remedy"]))
            slot.leave()
            self._answer_models()
        elif kind == "beat":
            slot.facts = {**slot.facts, "free_bytes": header["free_bytes"]}
        elif kind == "ended":
            slot.rest()
            self._dispatch()
        else:
            self._pass_result(slot, header, frames[1] if len(frames) == 2 else None)

    def _pass_result(self, slot: Slot, header: dict[str, Any], payload: zmq.Frame | None) -> None:
        job = self._jobs.get(header["job"])
        if job is None:  # it has ended for its client already
            return
        kind = header["type"]
        if kind == "need":
            job.expect(header["inputs"])
        elif kind == "progress":
            job.stage, job.fraction = header["stage"], header["fraction"]
        self._deliver(slot, job, header, payload)

    def _deliver(self, slot: Slot, job: Job, header: dict[str, Any], payload: zmq.Frame | None) -> bool:
        """Send a result on; if its client takes nothing more just now, keep it and read no further from this worker."""
        if not self._clients.send(job.client, {**header, "job": job.submit.job}, payload):
            slot.blocked = [job, header, payload]
            return False
        slot.blocked = None
        if header["type"] in _LAST_WORDS:
            # The worker stops by itself and says ``ended``. ``cancel`` may have come first while this was blocked.
            self._jobs.pop(job.number, None)
        return True

    # Clocks and deaths

    def _look_around(self) -> None:
        now = time.monotonic()
        if now >= self._next_beat:
            self._next_beat = now + HEARTBEAT_S
            for client in self._clients.beat():
                self._forget(client)
        if now < self._next_tick:
            return
        self._next_tick = now + _TICK_MS / 1000
        for client in self._clients.take_vanished():
            self._forget(client)
        for slot in list(self._slots):
            self._look_at(slot, now)
        for job in list(self._jobs.values()):
            if job.waits_since is not None and now - job.waits_since > UPLOAD_TIMEOUT_S:
                error = ProtocolError("timeout", "The photo's pixels did not come in time.", "Run it again.")
                self._end(job, error.header())

    def _look_at(self, slot: Slot, now: float) -> None:
        how = slot.died()
        if how is not None:
            self._bury(slot, how)
        elif slot.must_be_killed:
            _log.warning("worker %s does not stop and is killed", slot.pid)
            slot.kill()
        elif slot.state == "idle" and self._idle_s and now - slot.idle_since > self._idle_s:
            _log.info("worker %s sleeps", slot.pid)
            slot.leave()

    def _bury(self, slot: Slot, how: str) -> None:
        job, state = slot.job, slot.state
        slot.bury()
        if state != "leaving":
            _log.warning("%s (%s, %s)", how, slot.requested, state)
        if job is not None and job.number in self._jobs:
            del self._jobs[job.number]
            self._assure(job, ProtocolError("worker-died", how, _TRY_AGAIN).header())
        if state == "starting":
            slot.failed_starts += 1
            if slot.failed_starts >= _MAX_FAILED_STARTS:
                slot.failed_starts = 0
                self._fail_waiting(slot, ProtocolError("worker-start", how, "Look at the log, or install it again."))
        elif state == "busy":
            self._start(slot)  # warm again before the next job comes
        self._dispatch()

    def _fail_waiting(self, slot: Slot, error: ProtocolError) -> None:
        for job in [job for job in self._queue if self._slot_for(job.submit.device) is slot]:
            self._end(job, error.header())

    def _forget(self, client: bytes) -> None:
        """A client has vanished: its jobs are nobody's."""
        for job in [job for job in self._jobs.values() if job.client == client]:
            self._end(job, message("cancelled"))
        self._dispatch()

    def _status(self) -> dict[str, Any]:
        busy = [slot.job for slot in self._slots if slot.job is not None and slot.job.number in self._jobs]
        queue = [
            {
                "job": job.submit.job,
                "client": self._clients.name(job.client),
                "device": job.submit.device,
                "state": "running" if job.running else "waiting",
                "stage": job.stage,
                "fraction": job.fraction,
            }
            for job in [*busy, *self._queue]
        ]
        workers = [
            {"pid": slot.pid, "device": slot.device or slot.requested, "state": slot.state} for slot in self._slots
        ]
        return message(
            "status",
            **self._facts,
            protocol=PROTOCOL,
            uptime=round(time.monotonic() - self._started_at, 3),
            clients=len(self._clients),
            workers=workers,
            queue=queue,
        )

    def _say_goodbye(self) -> None:
        error = ProtocolError("shutting-down", "The server was stopped.", "Start it again, and run the job again.")
        for job in list(self._jobs.values()):
            self._end(job, error.header())
        for slot in self._slots:
            slot.leave()
        for slot in self._slots:
            slot.wait()
            slot.bury()


def _job_name(header: dict[str, Any]) -> str | None:
    name = header.get("job")
    return name if isinstance(name, str) and len(name) <= 64 else None
