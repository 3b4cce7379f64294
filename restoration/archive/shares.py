"""How many workers one machine takes, and what each may use."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from restoration.memory import SHARE_OF_FREE, free_memory
from restoration.settings import Settings

#: Cores that one worker on a CPU can use: the networks use several, and reading, writing and the search for faces one,
#: so that with more of them a second worker gains more than more threads of the first.
CORES_A_WORKER = 4
#: Workers of a GPU: one at a time computes on it, while another reads and a third writes.
WORKERS_A_GPU = 3
#: What a worker may need for a scan of 24 megapixels, in bytes; with less of it, tiles are made smaller.
_NEED = 2_600_000_000


@dataclass(frozen=True)
class Share:
    """What a worker gets.

    Attributes:
        jobs: so many workers there are.
        settings: with the worker's part of the memory.
        threads: that compute in one; None leaves that to the libraries.
    """

    jobs: int
    settings: Settings
    threads: int | None


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def gpu_likely(device: str) -> bool:
    """Whether the networks will run on a GPU, as far as can be told without loading them."""
    if device != "auto":
        return device != "cpu"
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    return shutil.which("nvidia-smi") is not None or any(Path(name).exists() for name in ("/dev/nvidia0", "/dev/kfd"))


def shares(settings: Settings, jobs: int | None = None) -> Share:
    """Divide this machine among workers.

    Args:
        settings: of the run; ``memory_gigabytes`` is that of all workers together.
        jobs: workers that are wanted, or None for as many as do well here.
    """
    budget = settings.memory_gigabytes * 1e9 if settings.memory_gigabytes is not None else SHARE_OF_FREE * free_memory()
    gpu = gpu_likely(settings.device)
    if jobs is None:
        wanted = min(WORKERS_A_GPU, cores()) if gpu else cores() // CORES_A_WORKER
        jobs = max(1, min(wanted, int(budget // _NEED)))
    if jobs == 1:
        return Share(1, settings, None)
    if not gpu or settings.memory_gigabytes is not None:
        # Rounded down: two shares of a half of something are not to be more than the whole.
        settings = replace(settings, memory_gigabytes=int(budget / jobs / 1e6) / 1e3)
    threads = None if "OMP_NUM_THREADS" in os.environ else max(1, cores() // jobs)
    return Share(jobs, settings, threads)
