"""The most memory that this process ever held."""

import sys
from pathlib import Path


def own_peak_bytes() -> int:
    """Peak resident memory of this process, in bytes.

    On Linux not ``ru_maxrss``: a new program inherits that of the process that started it, and a long test run holds
    gigabytes.
    """
    if sys.platform == "linux":
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
