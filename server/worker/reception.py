"""Bytes that come from a client, put together and checked; and those that came before, kept by their hash."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Executor, Future

import numpy as np
import numpy.typing as npt

from server.protocol import Buffer, Input, ProtocolError, chunk_digest, hash_of_digests

Bytes = npt.NDArray[np.uint8]


class ByteStore:
    """The bytes of pictures by hash, the last used kept longest, within a limit. For several threads."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._held: OrderedDict[str, Bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, digits: str) -> Bytes | None:
        """The bytes with this hash, if they are here."""
        with self._lock:
            if digits in self._held:
                self._held.move_to_end(digits)
            return self._held.get(digits)

    def put(self, digits: str, raw: Bytes) -> None:
        """Keep bytes; what was not used for longest goes when they are too many."""
        with self._lock:
            self._held[digits] = raw
            self._held.move_to_end(digits)
            while self._held and sum(one.nbytes for one in self._held.values()) > self._limit:
                self._held.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._held.clear()


class Reception:
    """The inputs of one job: those that are here already, and those that are coming.

    ``take`` is for the thread that hears the broker, ``finish`` is for the one that computes, once the broker says that
    all have come.

    Args:
        inputs: of the job, by name; their sizes have been checked.
        store: bytes that came before; what comes is kept there.
        pool: hashes a chunk while the next one comes in.
    """

    def __init__(self, inputs: Mapping[str, Input], store: ByteStore, pool: Executor) -> None:
        self._inputs, self._store = inputs, store
        self._here = {name: raw for name, one in inputs.items() if (raw := store.get(one.hash)) is not None}
        # Not zeroed: pages are touched first when bytes come.
        self._coming = {
            name: np.empty(one.picture.bytes, np.uint8) for name, one in inputs.items() if name not in self._here
        }
        self._digests: dict[str, list[Future[bytes]]] = {name: [] for name in self._coming}
        self._pool = pool

    @property
    def missing(self) -> list[str]:
        """Names of the inputs whose bytes must come."""
        return list(self._coming)

    def take(self, name: str, offset: int, chunk: Buffer) -> None:
        """A chunk that the broker has found to be the next one, whole."""
        part = self._coming[name][offset : offset + len(chunk)]
        part[:] = np.frombuffer(chunk, np.uint8)
        self._digests[name].append(self._pool.submit(chunk_digest, part.data))

    def finish(self) -> dict[str, Bytes]:
        """The bytes by input.

        Raises:
            ProtocolError: ``hash``, they are not what was announced.
        """
        for name, digests in self._digests.items():
            if hash_of_digests([future.result() for future in digests]) != self._inputs[name].hash:
                raise ProtocolError(
                    "hash", f"The bytes of the {name} are not those that were announced.", "Run it again."
                )
        whole = {**self._here, **self._coming}
        for name, raw in whole.items():
            self._store.put(self._inputs[name].hash, raw)
        return whole
