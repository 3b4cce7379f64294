"""Bytes that come from a client, put together and checked; and those that came before, kept by their hash."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from server.protocol import Buffer, Input, ProtocolError, chunk_digest, hash_of_digests

Bytes = npt.NDArray[np.uint8]


class ByteStore:
    """The bytes of pictures by hash, the last used kept longest, within a limit. For one thread."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._held: OrderedDict[str, Bytes] = OrderedDict()

    def get(self, digits: str) -> Bytes | None:
        """The bytes with this hash, if they are here."""
        if digits in self._held:
            self._held.move_to_end(digits)
        return self._held.get(digits)

    def put(self, digits: str, raw: Bytes) -> None:
        """Keep bytes; what was not used for longest goes when they are too many."""
        self._held[digits] = raw
        self._held.move_to_end(digits)
        while self._held and sum(one.nbytes for one in self._held.values()) > self._limit:
            self._held.popitem(last=False)


class Reception:
    """The inputs of one job that are awaited.

    ``take`` is called by the thread that hears the broker, the rest by the one that computes.

    Args:
        job: the job's number.
        inputs: what is awaited, by name; their sizes have been checked.
    """

    def __init__(self, job: int, inputs: dict[str, Input]) -> None:
        self.job = job
        self.complete = threading.Event()
        self._inputs = inputs
        # Not zeroed: pages are touched first when bytes come.
        self._buffers = {name: np.empty(one.picture.bytes, np.uint8) for name, one in inputs.items()}
        self._digests: dict[str, list[Future[bytes]]] = {name: [] for name in inputs}
        self._missing = sum(one.picture.bytes for one in inputs.values())
        # The next chunk comes in while the last one is hashed.
        self._pool = ThreadPoolExecutor(max_workers=2)

    def take(self, name: str, offset: int, chunk: Buffer) -> None:
        """A chunk that the broker has found to be the next one, whole."""
        part = self._buffers[name][offset : offset + len(chunk)]
        part[:] = np.frombuffer(chunk, np.uint8)
        self._digests[name].append(self._pool.submit(chunk_digest, part.data))
        self._missing -= len(chunk)
        if self._missing == 0:
            self.complete.set()

    def finish(self) -> dict[str, Bytes]:
        """The bytes by input, once complete.

        Raises:
            ProtocolError: ``hash``, they are not what was announced.
        """
        self._pool.shutdown()
        for name, one in self._inputs.items():
            if hash_of_digests([future.result() for future in self._digests[name]]) != one.hash:
                raise ProtocolError(
                    "hash", f"The bytes of the {name} are not those that were announced.", "Run it again."
                )
        return self._buffers

    def drop(self) -> None:
        """Nobody waits any longer."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def missing(inputs: dict[str, Input], store: ByteStore) -> dict[str, Input]:
    """Those inputs whose bytes are not in the store."""
    return {name: one for name, one in inputs.items() if store.get(one.hash) is None}
