"""A job on its way through the server, and the queue in which clients take turns."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from server.protocol import CHUNK_BYTES, ProtocolError, Submit, chunk_length

if TYPE_CHECKING:
    from server.slots import Slot


@dataclass
class Upload:
    """The bytes of one input on their way: how many there must be, and how many have come."""

    total: int
    received: int = 0


@dataclass(eq=False)
class Job:
    """A job that was accepted and has not ended.

    Attributes:
        number: its name between broker and worker; unlike ``submit.job`` it is unique among all clients.
        client: routing id of the connection that it belongs to.
        submit: what was asked for.
        header: the ``submit`` message as it came, for the worker.
        slot: whose worker looks for its inputs, or works on it; None while it only waits.
        ready: whether that worker has all its inputs.
        uploads: inputs that the worker does not have, by name.
        waits_since: when the last of those bytes came (monotonic seconds); None while none are awaited.
        stage, fraction: the last progress.
        running: False while it waits in the queue.
    """

    number: int
    client: bytes
    submit: Submit
    header: bytes
    slot: Slot | None = None
    ready: bool = False
    uploads: dict[str, Upload] = field(default_factory=dict)
    waits_since: float | None = None
    stage: str = ""
    fraction: float = 0.0
    running: bool = False

    _started_over: bool = False

    @property
    def input_bytes(self) -> int:
        """What all its inputs take."""
        return sum(one.picture.bytes for one in self.submit.inputs.values())

    def expect(self, names: list[str]) -> None:
        """Await the bytes of these inputs; of none, if the worker has them all."""
        self.uploads = {name: Upload(self.submit.inputs[name].picture.bytes) for name in names}
        self.ready = not names
        self.waits_since = time.monotonic() if names else None

    def take_chunk(self, name: str, offset: int, length: int) -> bool:
        """Count a chunk that has come.

        Returns:
            Whether it is wanted.

        Raises:
            ProtocolError: ``unknown-job`` if nobody asked for it, ``frame-size`` if it is not the next one, whole.
        """
        upload = self.uploads.get(name)
        wanted = chunk_length(upload.total, upload.received) if upload else 0
        if upload is None or offset != upload.received or length != wanted:
            if self._started_over:
                return False  # what was on its way when the worker died
            if upload is None:
                raise ProtocolError("unknown-job", f"Bytes of {name!r} came, which were not asked for.")
            raise ProtocolError(
                "frame-size",
                f"A chunk of {length} bytes at {offset} came; {wanted} bytes at {upload.received} were to come.",
                f"Send chunks of {CHUNK_BYTES} bytes in their order, the last as long as what is left.",
            )
        upload.received += length
        self.waits_since = time.monotonic()
        if upload.received == upload.total:
            del self.uploads[name]
        if not self.uploads:
            self.ready, self.waits_since = True, None
        return True

    def unstage(self) -> None:
        """The worker that held its inputs has died: the next one will ask for them again."""
        self._started_over |= bool(self.uploads)
        self.slot, self.ready, self.uploads, self.waits_since = None, False, {}, None

    def status(self) -> dict[str, Any]:
        """As ``status`` lists it."""
        return {
            "job": self.submit.job,
            "device": self.submit.device,
            "state": "running" if self.running else "waiting",
            "stage": self.stage,
            "fraction": self.fraction,
        }


class JobQueue:
    """Waiting jobs. Clients take turns; the jobs of one client keep their order."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[bytes, list[Job]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def __iter__(self) -> Iterator[Job]:
        """The jobs in the order in which they would be taken if none came or went and one device took them all."""
        rounds = max(map(len, self._waiting.values()), default=0)
        for turn in range(rounds):
            yield from (jobs[turn] for jobs in self._waiting.values() if turn < len(jobs))

    def add(self, job: Job) -> None:
        """Put a job behind the others of its client."""
        self._waiting.setdefault(job.client, []).append(job)

    def position(self, job: Job) -> int:
        """How many jobs come before this one, as things stand."""
        return list(self).index(job)

    def heads(self, fits: Callable[[Job], bool]) -> list[Job]:
        """The first job of each client that fits."""
        firsts = (next(filter(fits, jobs), None) for jobs in self._waiting.values())
        return [job for job in firsts if job is not None]

    def take(self, fits: Callable[[Job], bool]) -> Job | None:
        """The next job that fits, removed; its client goes to the end of the line. None if there is none."""
        for client, jobs in self._waiting.items():
            job = next(filter(fits, jobs), None)
            if job is not None:
                self.remove(job)
                if client in self._waiting:
                    self._waiting.move_to_end(client)
                return job
        return None

    def remove(self, job: Job) -> None:
        """Take a job out of the line."""
        jobs = self._waiting[job.client]
        jobs.remove(job)
        if not jobs:
            del self._waiting[job.client]
