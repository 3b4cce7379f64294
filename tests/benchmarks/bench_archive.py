"""What restoring a folder costs, as ratios measured in one run: ``make bench-archive``.

Photos a minute with one and with two jobs, with a server and one or three jobs at it, and on a Ray cluster of this
machine; how long it takes to see that all is done. Every figure is beside that of one job on this machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
COUNT, SIDE = int(os.environ.get("COUNT", "12")), int(os.environ.get("SIDE", "700"))


def photos(folder: Path, turned: float) -> Path:
    """So many photos, each turned a little more, so that none is another."""
    folder.mkdir()
    with Image.open(ROOT / "examples" / "astronaut_aged.jpg") as example:
        for number in range(COUNT):
            example.rotate(number + turned).resize((SIDE, SIDE)).save(folder / f"{number:04}.png")
    return folder


def run(scans: Path, out: Path, environment: dict[str, str], *options: str) -> float:
    """Seconds of a command, with all it starts."""
    command = [sys.executable, "-m", "restoration.cli", "restore", str(scans), "-o", str(out), *options]
    start = time.perf_counter()
    subprocess.run(command, check=True, env=environment, cwd=ROOT, capture_output=True)
    return time.perf_counter() - start


def line(what: str, seconds: float, base: float) -> None:
    print(
        f"{what:<44} {seconds:7.1f} s  {60 * COUNT / seconds:8.1f} photos a minute  {base / seconds:5.2f} times",
        flush=True,
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        environment = {**os.environ, "RESTORE_OLD_PHOTO_CONNECTION": str(here / "connection.json")}
        scans = photos(here / "scans", 0.0)
        # The server remembers what it has computed: it gets photos that it has not seen.
        others, unseen = photos(here / "others", 0.3), photos(here / "unseen", 0.6)
        print(f"{COUNT} photos of {SIDE}×{SIDE}, {os.cpu_count()} cores", flush=True)
        base = run(scans, here / "one", environment, "--jobs", "1")
        line("one job", base, base)
        line("the same again: all done already", run(scans, here / "one", environment, "--jobs", "1"), base)
        line("two jobs", run(scans, here / "two", environment, "--jobs", "2"), base)
        line("one job, without pages", run(scans, here / "bare", environment, "--jobs", "1", "--no-index"), base)
        try:
            run(scans, here / "warm", environment, "--server", "--jobs", "1", "--stages", "quality")  # starts it
            line("server, one job at it", run(others, here / "s1", environment, "--server", "--jobs", "1"), base)
            line("server, three jobs at it", run(unseen, here / "s3", environment, "--server", "--jobs", "3"), base)
        finally:
            subprocess.run([sys.executable, "-m", "restoration.cli", "stop"], env=environment, cwd=ROOT, check=False)
        try:
            import ray  # noqa: F401
        except ImportError:
            print("Ray is not installed: pip install 'restore-old-photo[cluster]'")
            return
        line(
            "Ray on this machine, one job", run(scans, here / "r1", environment, "--engine", "ray", "--jobs", "1"), base
        )


if __name__ == "__main__":
    main()
