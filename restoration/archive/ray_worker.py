"""Workers on a Ray cluster: photos travel there as bytes, results back; no disk need be shared.

This program must be installed on every machine of the cluster. Whoever reaches a Ray cluster may run programs on it:
see to it that only those do who may.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from restoration.archive.identity import program_version
from restoration.archive.shares import CORES_A_WORKER, cores, shares
from restoration.archive.tasks import Failure, Made, Task
from restoration.archive.workers import WorkerLost
from restoration.atomic_file import atomic_file
from restoration.errors import PictureError, RestorationError
from restoration.memory import free_memory
from restoration.settings import Settings

#: The most that a local cluster takes of the memory for what is on its way; more goes to the disk.
_STORE_BYTES = 1_000_000_000
_STORE_SHARE = 0.1
_ANSWER_S = 10.0
_LOOPBACK = ("127.", "::1", "localhost")
_log = logging.getLogger(__name__)


class ClusterError(RestorationError):
    """The cluster cannot be used."""

    code = "cluster"


class Cluster:
    """A Ray cluster in use: an existing one, or one on this machine for as long as this lasts.

    Args:
        address: of an existing one; None asks the variable RAY_ADDRESS, and without it starts one here.
        settings: of the run; ``memory_gigabytes`` is that of one worker.
        jobs: workers, or None for as many as the machines take.

    Attributes:
        jobs: how many workers do well.

    Raises:
        ClusterError: Ray is not installed, or no cluster answers.
    """

    def __init__(self, settings: Settings, *, address: str | None = None, jobs: int | None = None) -> None:
        # Ray tells its makers about every cluster, unless it is told not to.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        # Ray's newer way, of which it would warn otherwise: a worker that asks for no GPU is not kept from seeing one.
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        address = address or os.environ.get("RAY_ADDRESS") or None
        if not address:
            # Else Ray listens at all addresses of this machine, and whoever reaches it may run programs here. The
            # variable, which is read at the import, tells it on every system that there will be no other machine.
            os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
        try:
            import ray
        except ImportError as error:
            raise ClusterError(
                "Ray is not installed.",
                "Install this program with its extra: pip install 'restore-old-photo[cluster]'.",
            ) from error
        self._ray: Any = ray
        self._settings = settings
        if address:
            _check_answers(address)
        try:
            if address:
                ray.init(address=address, log_to_driver=False, configure_logging=False)
            else:
                ray.init(
                    address="local",
                    num_cpus=max(cores(), jobs or 1),
                    include_dashboard=False,
                    object_store_memory=int(min(_STORE_BYTES, max(1e8, _STORE_SHARE * free_memory()))),
                    log_to_driver=False,
                    configure_logging=False,
                )
            self._divide(jobs)
            if not address:
                _warn_of_others(ray)
        except Exception as error:  # Ray raises many kinds, and none of its own for this
            self.close()
            where = f"at {address} " if address else ""
            raise ClusterError(
                f"No Ray cluster {where}can be used ({type(error).__name__}).",
                "See that it runs and can be reached: ray status.",
            ) from error
        except BaseException:  # Ctrl-C
            self.close()
            raise

    def _divide(self, jobs: int | None) -> None:
        """Say what each worker has of the machines."""
        nodes = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        gpus = 0 if self._settings.device == "cpu" else int(sum(node.get("GPU", 0) for node in nodes))
        smallest = min((int(node.get("CPU", 0)) for node in nodes if node.get("CPU")), default=1)
        self._cpus = max(1, min(CORES_A_WORKER, smallest))
        places = gpus or sum(int(node.get("CPU", 0)) // self._cpus for node in nodes)
        self.jobs = jobs or max(1, places)
        if self.jobs > places:  # they share what there is
            self._cpus = max(1, self._cpus * places // self.jobs)
        self._gpus = min(1.0, gpus / self.jobs)
        self._on_a_machine = math.ceil(self.jobs / max(1, len(nodes)))

    def make_worker(self) -> RayWorker:
        """One more worker; Ray says on which machine."""
        options = {"num_cpus": self._cpus, "num_gpus": self._gpus, "max_restarts": 0}
        return RayWorker(self._ray, self._settings, self._on_a_machine, options)

    def close(self) -> None:
        """Leave the cluster; one that was started here ends."""
        with contextlib.suppress(Exception):
            self._ray.shutdown()


@contextlib.contextmanager
def cluster(settings: Settings, *, address: str | None = None, jobs: int | None = None) -> Iterator[Cluster]:
    """A ``Cluster`` that is left at the end; see there."""
    used = Cluster(settings, address=address, jobs=jobs)
    try:
        yield used
    finally:
        used.close()


def _warn_of_others(ray: Any) -> None:
    """Say in the log that others can reach the cluster of this machine; a variable of the user's may want that."""
    for node in ray.nodes():
        if not node["NodeManagerAddress"].startswith(_LOOPBACK):
            _log.warning("Ray listens at %s: whoever reaches it may run programs here.", node["NodeManagerAddress"])


def _check_answers(address: str) -> None:
    """See whether anybody listens at ``[ray://]HOST:PORT``: Ray itself would go on trying for minutes.

    Raises:
        ClusterError: nobody does.
    """
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    if not colon or not port.isdigit():
        return  # "auto" and the like, which Ray finds out
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWER_S).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(
            f"No Ray cluster answers at {address}.", "See that it runs and can be reached: ray status."
        ) from error


class RayWorker:
    """See ``workers.Worker``: an actor of Ray's, in which the networks stay loaded."""

    def __init__(self, ray: Any, settings: Settings, neighbours: int, options: dict[str, Any]) -> None:
        self._ray, self._options = ray, options
        self._about = settings.to_dict(), neighbours
        self._actor: Any = None
        self._stopped = False
        self._lock = threading.Lock()

    def start(self) -> None:
        """See ``Worker``."""
        with self._lock:
            if self._stopped:
                raise WorkerLost("stopped")
            self._actor = self._ray.remote(Restorer).options(**self._options).remote(*self._about)
        failure, version = self._ask(self._actor.prepare.remote())
        if failure is not None:
            raise failure.error()
        if version != program_version():
            raise ClusterError(
                f"A machine of the cluster has version {version} of this program, and this one {program_version()}.",
                "Install the same version on all of them.",
            )

    def do(self, task: Task) -> Made:
        """See ``Worker``."""
        assert self._actor is not None, "start comes first"
        source = Path(task.source)
        try:
            data, modified = source.read_bytes(), source.stat().st_mtime_ns
        except OSError as error:
            remedy = "See that the file is there and may be read."
            return Made(failure=Failure.of(PictureError(f"{source.name} cannot be read: {error.strerror}.", remedy)))
        made, files = self._ask(
            self._actor.restore.remote(source.name, data, task.title, Path(task.part).suffix, task.previews is not None)
        )
        try:
            for path, content in zip((task.part, *(task.previews or ())), files, strict=False):
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                with atomic_file(Path(path), overwrite=True) as file:
                    file.write(content)
        except (OSError, RestorationError) as error:
            return replace(made, failure=Failure.of(error))
        return replace(made, part=task.part, source_modified=modified)

    def close(self) -> None:
        """See ``Worker``."""
        self.stop()

    def stop(self) -> None:
        """See ``Worker``."""
        with self._lock:
            self._stopped = True
            if self._actor is not None:
                with contextlib.suppress(Exception):
                    self._ray.kill(self._actor)

    def _ask(self, answer: Any) -> Any:
        from ray.exceptions import RayError

        try:
            return self._ray.get(answer)
        except RayError as error:
            raise WorkerLost(f"{type(error).__name__}: {error}") from error


class Restorer:
    """What runs on a machine of the cluster.

    Args:
        settings: as ``Settings.to_dict()``; unless it says how much memory may be used, that of the machine is divided.
        neighbours: so many of these share the machine.
    """

    def __init__(self, settings: dict[str, Any], neighbours: int) -> None:
        from restoration.archive.engines import LocalEngine

        own = Settings.from_dict(settings)
        self._engine = LocalEngine(own if own.memory_gigabytes is not None else shares(own, neighbours).settings)

    def prepare(self) -> tuple[Failure | None, str]:
        """Load the networks; says why that failed, or None, and the version of the program here."""
        from restoration.progress import silent

        try:
            self._engine.prepare(silent)
        except Exception as error:
            return Failure.of(error), program_version()
        return None, program_version()

    def restore(self, name: str, data: bytes, title: str, suffix: str, previews: bool) -> tuple[Made, list[bytes]]:
        """Restore one photo.

        Args:
            name, data: of its file.
            title: see ``tasks.Task``.
            suffix: of the result.
            previews: whether small pictures are wanted, too.

        Returns:
            What became of it, and the files: the result, and the pictures before and after.
        """
        from restoration.archive.one_photo import restore_one

        with tempfile.TemporaryDirectory(prefix="restore-old-photo-") as folder:
            here = Path(folder)
            (here / "in").mkdir()
            source, part = here / "in" / name, here / f"part{suffix}"
            source.write_bytes(data)
            small = (str(here / "before.jpg"), str(here / "after.jpg")) if previews else None
            made = restore_one(self._engine, Task(str(source), str(part), title, small))
            if made.failure is not None:
                return made, []
            return made, [Path(path).read_bytes() for path in (str(part), *(small or ()))]
