"""A job on its way through the server, and the queue in which clients take turns."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from server.protocol import CHUNK_BYTES, ProtocolError, Submit, chunk_length


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
        uploads: inputs that the worker has asked for, by name.
        waits_since: when the last of those bytes came (monotonic seconds); None while none are awaited.
        stage, fraction: the last progress.
        running: False while it waits in the queue.
    """

    number: int
    client: bytes
    submit: Submit
    header: bytes
    uploads: dict[str, Upload] = field(default_factory=dict)
    waits_since: float | None = None
    stage: str = ""
    fraction: float = 0.0
    running: bool = False

    def expect(self, names: list[str]) -> None:
        """Await the bytes of these inputs."""
        self.uploads = {name: Upload(self.submit.inputs[name].picture.bytes) for name in names}
        self.waits_since = time.monotonic()

    def take_chunk(self, name: str, offset: int, length: int) -> None:
        """Count a chunk that has come.

        Raises:
            ProtocolError: ``unknown-job`` if nobody asked for it, ``frame-size`` if it is not the next one, whole.
        """
        upload = self.uploads.get(name)
        if upload is None:
            raise ProtocolError("unknown-job", f"Bytes of {name!r} came, which were not asked for.")
        wanted = chunk_length(upload.total, upload.received)
        if offset != upload.received or length != wanted:
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
            self.waits_since = None


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
