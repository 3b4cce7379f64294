"""Jobs between their clients and the workers: who is next, what has come, who has died.

A waiting job's pixels are asked for before its turn, one job of a client at a time (it is *staged*), so that a client
that never sends them holds up nobody. A client that reads slowly holds up its own worker's results and nothing else.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import zmq

from server.clients import Clients
from server.forecast import Question, answer, available_memory, check_memory
from server.jobs import Job, JobQueue
from server.pace import PaceBook
from server.protocol import MAX_JOBS, MAX_JOBS_A_CLIENT, ProtocolError, Submit, message
from server.slots import Slot

_log = logging.getLogger(__name__)

#: Seconds a client may take to begin, or to go on, sending bytes that it was asked for.
UPLOAD_TIMEOUT_S = 30.0
#: Seconds that a client may take nothing of its results, while others wait for its worker.
DOWNLOAD_TIMEOUT_S = 60.0
#: Bytes of waiting jobs' inputs that one worker may hold; one job's may be more.
_STAGED_BYTES = 1 << 30
#: A worker that fails so often before it is ready is not started again until a new job comes.
_MAX_FAILED_STARTS = 3
#: A job hears one of these once, and nothing after it.
_LAST_WORDS = ("done", "error", "cancelled")

_TRY_AGAIN = "Run it again; if it happens again, choose a smaller region or a smaller photo, or close other programs."


class Dispatcher:
    """All jobs that live, and the slots of the devices.

    Args:
        clients: to answer.
        make_slot: makes the place for a device.
        device: of the first slot, which takes all jobs that name none.
        idle_s: seconds without a job after which a worker is put to sleep; 0 for never.
        paces: what stages took before, to be kept up.
    """

    def __init__(
        self,
        clients: Clients,
        make_slot: Callable[[str], Slot],
        device: str,
        idle_s: float,
        paces: PaceBook | None = None,
    ) -> None:
        self._clients, self._make_slot, self._idle_s = clients, make_slot, idle_s
        self._paces = PaceBook() if paces is None else paces
        self.slots = [make_slot(device)]
        self._queue = JobQueue()
        self._jobs: dict[int, Job] = {}
        self._count = 0

    @property
    def models(self) -> dict[str, Any] | None:
        """What the first worker told of its models and stages; None while that is still to come."""
        first = self.slots[0]
        if "models" not in first.facts and first.state == "starting":
            return None
        return {"presets": first.facts.get("models", []), "further": first.facts.get("further", [])}

    def warm_up(self) -> None:
        """Start the first worker, before anybody needs it."""
        self._start(self.slots[0])

    def queue_status(self) -> list[dict[str, Any]]:
        """The jobs that live, as ``status`` lists them: running ones first."""
        running = [job for job in self._jobs.values() if job.running]
        return [{**job.status(), "client": self._clients.name(job.client)} for job in [*running, *self._queue]]

    def close(self) -> None:
        """End all jobs and all workers."""
        error = ProtocolError("shutting-down", "The server was stopped.", "Start it again, and run the job again.")
        for job in list(self._jobs.values()):
            self._end(job, error.header())
        for slot in self.slots:
            slot.leave()
        for slot in self.slots:
            slot.wait()
            slot.bury()

    # What clients ask

    def accept(self, client: bytes, submit: Submit, raw: bytes) -> None:
        """Take a job into the queue, and say so.

        Raises:
            ProtocolError: ``duplicate-job``, ``queue-full``, ``busy`` or ``memory``.
        """
        if self._job_of(client, submit.job) is not None:
            raise ProtocolError("duplicate-job", f"There is a job {submit.job!r} already.", "Give it another name.")
        if len(self._jobs) >= MAX_JOBS or sum(job.client == client for job in self._jobs.values()) >= MAX_JOBS_A_CLIENT:
            raise ProtocolError("queue-full", "Too many jobs are waiting.", "Try again when some of them have ended.")
        slot = self._slot_for(submit.device)
        needed, free = check_memory(submit, _facts_now(slot)) if slot else (None, None)
        self._clients.welcome(client)
        self._count += 1
        job = Job(self._count, client, submit, raw)
        self._jobs[job.number] = job
        self._queue.add(job)
        position = self._queue.position(job)
        self._assure(job, message("accepted", position=position, needed_bytes=needed, free_bytes=free))
        self._dispatch()

    def forecast(self, question: Question) -> dict[str, Any]:
        """The message ``forecast``: from what workers told, without asking or starting one."""
        slot = self._slot_for(question.device)
        # Of a device that was never named, other workers know the memory that the presets take.
        told = slot if slot and slot.facts else next((one for one in self.slots if one.facts), None)
        facts = {"free_bytes": available_memory()} if told is None else _facts_now(told)
        requested = slot.requested if slot else question.device
        device = (slot.device if slot else None) or (self._paces.auto if requested == "auto" else requested)
        return answer(question, facts, device, self._paces.of(device))

    def cancel(self, client: bytes, name: str) -> None:
        """End a job, if it lives."""
        job = self._job_of(client, name)
        if job is not None:
            self._end(job, message("cancelled"))
            self._dispatch()

    def pass_pixels(self, client: bytes, job_name: str, name: str, offset: int, payload: zmq.Frame) -> None:
        """Pass a chunk on to the worker that asked for it. One that is not right ends its job."""
        job = self._job_of(client, job_name)
        if job is None:
            return  # it has ended while these bytes were on their way
        try:
            wanted = job.take_chunk(name, offset, len(payload.buffer))
        except ProtocolError as error:
            self._end(job, error.header())
            self._dispatch()
            return
        if wanted and job.slot is not None:
            job.slot.send(message("pixels", job=job.number, input=name, offset=offset), payload)
        if job.ready:
            self._dispatch()

    # What workers say

    def hear(self, slot: Slot, header: dict[str, Any], payload: zmq.Frame | None) -> None:
        """A message of a worker."""
        kind = header["type"]
        if kind == "ready":
            slot.device, slot.facts, slot.failed_starts = header["device"], header, 0
            if slot.requested == "auto":
                self._paces.chose(header["device"])
            slot.rest()
            self._dispatch()
        elif kind == "failed":
            self._fail_waiting(slot, ProtocolError(header["code"], header["cause"], header["remedy"]))
            slot.leave()
        elif kind == "beat":
            slot.facts = {**slot.facts, "free_bytes": header["free_bytes"]}
        elif kind == "pace":
            if slot.device is not None:
                self._paces.keep(slot.device, header["pace"])
        elif kind == "ended":
            slot.rest()
            self._dispatch()
        elif header["job"] in self._jobs:  # else it has ended for its client already
            self._hear_of_job(slot, self._jobs[header["job"]], header, payload)

    def _hear_of_job(self, slot: Slot, job: Job, header: dict[str, Any], payload: zmq.Frame | None) -> None:
        kind = header["type"]
        if kind == "known":
            job.expect(header["inputs"])
            if job.ready:
                self._dispatch()
            else:
                self._assure(job, message("need", inputs=header["inputs"]))
        elif kind == "error" and not job.running:
            self._end(job, header)
            self._dispatch()
        else:
            if kind == "progress":
                job.stage, job.fraction = header["stage"], header["fraction"]
            self._deliver(slot, job, header, payload)

    def unblock(self, slot: Slot) -> bool:
        """Offer a result again that a client did not take; False if it still does not."""
        return slot.blocked is None or self._deliver(slot, *slot.blocked)

    def _deliver(self, slot: Slot, job: Job, header: dict[str, Any], payload: zmq.Frame | None) -> bool:
        """Send a result on; if its client takes nothing more just now, keep it and read no further from this worker."""
        if not self._clients.send(job.client, {**header, "job": job.submit.job}, payload):
            if slot.blocked is None:
                slot.blocked_since = time.monotonic()
            slot.blocked = (job, header, payload)
            return False
        slot.blocked = None
        if header["type"] in _LAST_WORDS:
            # The worker stops by itself and says ``ended``. ``cancel`` may have come first while this was blocked.
            self._jobs.pop(job.number, None)
        return True

    # Who is next

    def _dispatch(self) -> None:
        """Wake workers that are needed, ask for the pixels of the next jobs, and begin what can begin."""
        for device in {job.submit.device for job in self._queue}:
            slot = self._slot_for(device)
            if slot is None and self.slots[0].state != "starting":  # which may turn out to be that device
                slot = self._make_slot(device)
                self.slots.append(slot)
            if slot is not None and slot.state == "asleep":
                self._start(slot)
        for slot in self.slots:
            if slot.state in ("idle", "busy"):
                self._stage(slot)
            if slot.state == "idle":
                job = self._queue.take(lambda job, slot=slot: job.slot is slot and job.ready)  # type: ignore[misc]
                if job is not None:
                    slot.begin(job)

    def _stage(self, slot: Slot) -> None:
        """Have the worker look for the inputs of each client's next job."""
        for job in self._queue.heads(lambda job: self._slot_for(job.submit.device) is slot):
            held = sum(one.input_bytes for one in self._queue if one.slot is slot)
            if job.slot is not None or (held and held + job.input_bytes > _STAGED_BYTES):
                continue
            try:
                check_memory(job.submit, slot.facts)
            except ProtocolError as error:  # it was accepted before the worker knew
                self._end(job, error.header())
                continue
            job.slot = slot
            slot.send(message("stage", job=job.number), job.header)

    def _slot_for(self, device: str) -> Slot | None:
        if device == "auto":
            return self.slots[0]
        return next((slot for slot in self.slots if slot.serves(device)), None)

    def _job_of(self, client: bytes, name: str) -> Job | None:
        return next((job for job in self._jobs.values() if job.client == client and job.submit.job == name), None)

    # Ends

    def _end(self, job: Job, last_word: dict[str, Any]) -> None:
        """End a job: its client hears the last word, its worker forgets it, nothing about it comes after."""
        del self._jobs[job.number]
        self._assure(job, last_word)
        if not job.running:
            self._queue.remove(job)
        if job.slot is not None:
            job.slot.forget(job)

    def _assure(self, job: Job, header: dict[str, Any]) -> None:
        self._clients.assure(job.client, {**header, "job": job.submit.job})

    def _fail_waiting(self, slot: Slot, error: ProtocolError) -> None:
        for job in [job for job in self._queue if self._slot_for(job.submit.device) is slot]:
            self._end(job, error.header())

    def _start(self, slot: Slot) -> None:
        try:
            slot.start()
        except (OSError, zmq.ZMQError) as error:
            _log.exception("no worker for %s", slot.requested)
            slot.bury()
            sentence = f"The process that restores cannot be started ({error.strerror})."
            self._fail_waiting(slot, ProtocolError("worker-start", sentence, "Install the program again."))

    # Clocks and deaths

    def look_around(self) -> None:
        """Look for processes that died, clients that vanished, bytes that do not come. To be called often."""
        now = time.monotonic()
        for client in self._clients.take_vanished():
            for job in [job for job in self._jobs.values() if job.client == client]:
                self._end(job, message("cancelled"))
        for slot in self.slots:
            self._look_at(slot, now)
        for job in list(self._jobs.values()):
            if job.waits_since is not None and now - job.waits_since > UPLOAD_TIMEOUT_S:
                self._end(job, ProtocolError("timeout", "The photo's pixels did not come.", "Run it again.").header())
        for slot in self.slots:
            if slot.blocked is not None and now - slot.blocked_since > DOWNLOAD_TIMEOUT_S:
                late = ProtocolError("timeout", "The results were not taken.", "Run it again.")
                self._end(slot.blocked[0], late.header())
        self._dispatch()

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
        for waiting in self._queue:
            if waiting.slot is slot:
                waiting.unstage()
        if state != "leaving":
            _log.warning("%s (%s, %s)", how, slot.requested, state)
        if job is not None and job.number in self._jobs:
            job.slot = None
            self._end(job, ProtocolError("worker-died", how, _TRY_AGAIN).header())
        if state == "starting":
            slot.failed_starts += 1
            if slot.failed_starts >= _MAX_FAILED_STARTS:
                slot.failed_starts = 0
                self._fail_waiting(slot, ProtocolError("worker-start", how, "Look at the log, or install it again."))
        elif state == "busy":
            self._start(slot)  # warm again before the next job comes


def _facts_now(slot: Slot) -> dict[str, Any]:
    """What a slot's worker told. One that does not run now tells no more what is free, and would have what is."""
    if slot.state in ("idle", "busy") or not slot.facts:
        return slot.facts
    return {**slot.facts, "free_bytes": available_memory()}
