"""What a measured process tells the one that started it: a line of JSON for each thing done."""

from __future__ import annotations

import json
import sys

from restoration.bench.own_peak import own_peak_bytes


def say(**figures: float | str | None) -> None:
    """Writes figures, and the peak memory of this process so far, to stdout."""
    sys.stdout.write(json.dumps({**figures, "peak_bytes": own_peak_bytes()}) + "\n")
    sys.stdout.flush()
