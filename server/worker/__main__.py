"""``python -I -m server.worker``: started by the broker, with one line on stdin that says everything."""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import json
import logging
import logging.handlers
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil
import zmq

from restoration.device import choose_compute
from restoration.errors import Cancelled, RestorationError
from restoration.freed_memory import give_back_freed
from restoration.memory import free_memory
from restoration.settings import Settings
from server.pace import Pace
from server.protocol import MAX_FRAME_BYTES, ProtocolError, encode, message
from server.worker.about import device_name, further_stages, memory_models, models
from server.worker.inbox import Inbox, Task
from server.worker.outbox import Outbox
from server.worker.reception import ByteStore
from server.worker.work import Workshop, default_cache_bytes

_log = logging.getLogger("server.worker")

_LOG_BYTES, _LOG_FILES = 1_000_000, 3
#: Results that wait here for the broker, in messages of at most 1 MiB.
_RESULTS_HWM = 8


def main() -> None:
    """Work until the broker closes our stdin."""
    birth = json.loads(sys.stdin.readline())
    _be_modest()
    _write_log(Path(birth["log"]))
    threading.Thread(target=_end_with_the_broker, args=(birth["folder"], os.getppid()), daemon=True).start()
    context: zmq.Context[Any] = zmq.Context()
    connect = _connector(context, birth["keys"])
    results = connect(zmq.PUSH, birth["results"])
    try:
        compute = choose_compute(birth["device"])
        free = _could_have()
        cache_bytes = birth["cache_bytes"] or default_cache_bytes(free)
        store = ByteStore(cache_bytes // 2)
        inbox = Inbox(connect, birth, store, _could_have)
        pace = Pace(birth["pace"].get(compute.device.type))
        workshop = Workshop(compute, store, cache_bytes - cache_bytes // 2, pace)
        with contextlib.suppress(RestorationError):  # who asks for what is missing will be told
            workshop.models(Settings())
    except Exception as error:
        _log.exception("the worker cannot start")
        code, cause, remedy = _told(error)
        results.send(encode(message("failed", code=code, cause=cause, remedy=remedy)))
        time.sleep(60)  # the broker ends us; the message must get out before
        return
    # torch and what else was imported stays for ever: the collector need not look at it after every job.
    gc.collect()
    gc.freeze()
    inbox.start()
    about = {
        "device": compute.device.type,
        "name": device_name(compute),
        "models": models(),
        "further": further_stages(),
        "memory": memory_models(),
    }
    results.send(encode(message("ready", **about, free_bytes=free)))
    while True:
        _do(workshop, inbox.tasks.get(), results)


def _do(workshop: Workshop, task: Task, results: zmq.Socket[bytes]) -> None:
    out = Outbox(results, task.number, task.stop)
    try:
        workshop.do(task, out)
    except Cancelled:
        pass  # its client has been told by the broker, at once
    except Exception as error:
        if not isinstance(error, ProtocolError | RestorationError):
            _log.exception("job %s failed", task.number)
        code, cause, remedy = _told(error)
        with contextlib.suppress(Cancelled):
            out.last("error", code=code, cause=cause, remedy=remedy)
    finally:
        out.ended()
        _tidy_up()


def _tidy_up() -> None:
    """Give back what the job has left; its client does not wait for it."""
    # Pictures are large: what cycles hold must not wait for the collector's own time.
    gc.collect()
    give_back_freed()


def _told(error: Exception) -> tuple[str, str, str]:
    """Code, cause and remedy for the user."""
    if isinstance(error, ProtocolError | RestorationError):
        return error.code, error.cause, error.remedy
    return "unexpected", f"The program failed unexpectedly ({type(error).__name__}).", "The server's log has the rest."


def _could_have() -> int:
    """Bytes that this process could have in all: what is free, and what it holds already."""
    return free_memory() + psutil.Process().memory_info().rss


def _connector(context: zmq.Context[Any], keys: Mapping[str, str]) -> Callable[[int, str], zmq.Socket[bytes]]:
    def connect(kind: int, address: str) -> zmq.Socket[bytes]:
        socket = context.socket(kind)
        socket.maxmsgsize = MAX_FRAME_BYTES
        if kind == zmq.PUSH:
            socket.sndhwm = _RESULTS_HWM
        if keys:
            socket.curve_serverkey = keys["server_public"].encode()
            socket.curve_publickey, socket.curve_secretkey = keys["public"].encode(), keys["secret"].encode()
        socket.connect(address)
        return socket

    return connect


def _end_with_the_broker(folder: str, broker: int) -> None:
    """The broker keeps our stdin open as long as it lives and wants us."""
    sys.stdin.read()
    if hasattr(os, "getppid"):
        time.sleep(0.2)  # a broker that is dying keeps its place for a moment
        if os.getppid() != broker:
            # It was killed and could not tidy up.
            shutil.rmtree(folder, ignore_errors=True)
    # Not sys.exit: the main thread may be deep in a network.
    os._exit(0)


def _be_modest() -> None:
    """The editor comes first: it stays quick while we compute, and lives when memory runs out."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(5)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")


def _write_log(path: Path) -> None:
    faulthandler.enable()  # to stderr, which the broker has given a file
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=_LOG_BYTES, backupCount=_LOG_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


if __name__ == "__main__":
    main()
