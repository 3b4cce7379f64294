"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import psutil


def machine_facts() -> dict[str, object]:
    """Processor, cores, memory, system, versions, and what the user told torch about threads."""
    return {
        "processor": _processor(),
        "logical_cores": os.cpu_count(),
        "usable_cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "amx": "amx_tile" in _cpu_lines("flags").split(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": version("torch"),
        "omp_num_threads": os.environ.get("OMP_NUM_THREADS"),
    }


def _processor() -> str:
    return _cpu_lines("model name") or platform.processor() or platform.machine()


def _cpu_lines(key: str) -> str:
    """What Linux says of the first processor; nothing elsewhere."""
    if sys.platform != "linux":
        return ""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")
