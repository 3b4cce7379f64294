"""What the server costs, as ratios measured in one run: ``make bench-server``.

It starts a server of its own, with a connection file of its own, and stops it. Each line says what was measured, what
was aimed at, and whether it was reached; the exit status is 1 if something was not.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import psutil

ROOT = Path(__file__).parents[2]
NOTHING = {stage: {"enabled": False} for stage in ("scratches", "quality", "faces")}
WIDTH, HEIGHT = 6000, 4000

_missed = 0


def line(what: str, measured: str, target: str = "", reached: bool | None = None) -> None:
    global _missed
    _missed += reached is False
    verdict = {None: "", True: "reached", False: "MISSED"}[reached]
    print(f"{what:<58} {measured:<26} {target:<18} {verdict}", flush=True)


def best(times: int, run) -> float:
    """Seconds of the quickest of several runs."""
    return min(_timed(run) for _ in range(times))


def _timed(run) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def memcpy_seconds(raw: bytearray) -> float:
    """One copy of these bytes into memory that has been touched before."""
    target = bytearray(len(raw))

    def copy() -> None:
        target[:] = raw

    return statistics.median(_timed(copy) for _ in range(7))


def round_trips(name: str, transport: str, rng: np.random.Generator) -> None:
    """24 megapixels RGBA, no stage on: there and back."""
    from server.client import Pixels, RestorationClient
    from server.protocol import Picture, hash_of

    picture = Picture("RGBA", 8, WIDTH, HEIGHT)
    raw = bytearray(rng.integers(0, 256, picture.bytes, np.uint8).tobytes())
    copy = memcpy_seconds(raw)
    with RestorationClient.connect("benchmark", transport=transport) as client:
        line(f"{name}: one memcpy of {len(raw) / 1e6:.0f} MB", f"{copy * 1e3:.0f} ms")
        line(f"{name}: its hash", f"{best(3, lambda: hash_of(raw)) * 1e3:.0f} ms")

        def go(flattened: bool) -> None:
            # Another first pixel, another hash: the server has never seen these bytes.
            raw[:8] = os.urandom(8)
            job = client.submit(Pixels(picture, raw), NOTHING, flattened=flattened)
            for event in client.events(job):
                if flattened and getattr(event, "role", "") == "flattened":
                    assert event.pixels[:8] == raw[:8]

        go(False)
        one_way = best(5, lambda: go(False))
        target = 40 if transport == "zmq" else None
        ratio = one_way / copy
        line(
            f"{name}: no stage on, bytes there, done back",
            f"{one_way * 1e3:.0f} ms = {ratio:.0f} memcpy",
            f"at most {target}" if target else "",
            ratio <= target if target else None,
        )
        both = best(5, lambda: go(True))
        line(f"{name}: the same, the picture comes back too", f"{both * 1e3:.0f} ms = {both / copy:.0f} memcpy")


def example(width: int, height: int) -> np.ndarray:
    """The example photo at this size, RGB."""
    picture = cv2.imread(str(ROOT / "examples" / "astronaut_aged.jpg"))[..., ::-1]
    return np.ascontiguousarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC))


def stages(client, pixels: np.ndarray, settings: dict, mask: np.ndarray | None = None) -> tuple[float, float, set[str]]:
    """One job: seconds in all, seconds until it computes, and the stages that computed."""
    from server.client import Pixels
    from server.events import Progress
    from server.protocol import Picture

    height, width = pixels.shape[:2]
    painted = None if mask is None else Pixels(Picture("GRAY", 8, width, height), mask.tobytes())
    raw = pixels.tobytes()
    start, first, ran = time.perf_counter(), None, set()
    job = client.submit(Pixels(Picture("RGB", 8, width, height), raw), settings, mask=painted)
    for event in client.events(job):
        if isinstance(event, Progress) and event.fraction == 1:
            first = first or time.perf_counter() - start  # the models are there: the pipeline runs
        if isinstance(event, Progress) and event.stage != "models" and event.fraction < 1:
            ran.add(event.stage)  # a stage that is recalled says 1 at once
    return time.perf_counter() - start, first or 0.0, ran


def cache_and_warmth() -> None:
    from server.client import RestorationClient

    cold_start = time.perf_counter()
    with RestorationClient.connect("benchmark") as client:
        photo = example(1500, 1000)
        connected = time.perf_counter() - cold_start
        full, first, ran = stages(client, photo, {})
        line("cold: server not running, connected after", f"{connected:.2f} s")
        line("cold: computing after submit", f"{first:.2f} s")
        line("full run, 1500x1000", f"{full:.2f} s", "", None)
        other = photo.copy()
        other[0, 0] ^= 1
        again, first, _ = stages(client, other, {})
        line("warm: another photo of that size computes after", f"{first * 1e3:.1f} ms")
        line("warm: full run", f"{again:.2f} s")
        _, first, _ = stages(client, other, {"scratches": {"threshold": 0.7}})
        line("warm: the same photo, another setting, after", f"{first * 1e3:.1f} ms", "at most 20 ms", first <= 0.02)
        little = example(640, 480)
        for number in range(4):
            little[0, 0] = number
            _, first, _ = stages(client, little, {})
        line("warm: another photo of 640x480 computes after", f"{first * 1e3:.1f} ms", "at most 20 ms", first <= 0.02)
        weaker = {"quality": {"strength": 0.4}, "scratches": {"strength": 0.7}}
        seconds = min(stages(client, other, weaker)[0] for _ in range(3))
        ran = stages(client, other, weaker)[2]
        share = seconds / again
        line(
            "changed strength", f"{seconds * 1e3:.0f} ms = {share:.1%} of the run", "under 3%", share < 0.03 and not ran
        )
        mask = np.zeros(other.shape[:2], np.uint8)
        mask[100:110, 200:600] = 255
        mine = {"scratches": {"mask_mode": "unite"}}
        seconds, _, ran = stages(client, other, mine, mask)
        line(
            "edited mask: stages that computed",
            f"{', '.join(sorted(ran))} ({seconds:.1f} s)",
            "no detection",
            "detection" not in ran and bool(ran),
        )
        for off in ("quality", "scratches"):
            stages(client, other, {off: {"enabled": False}})
            _, _, ran = stages(client, other, {})
            line(f"{off} off and on again: stages that computed", ", ".join(sorted(ran)) or "none", "none", not ran)


def memory_over(jobs: int) -> None:
    """Resident memory of broker and worker over many jobs, each with a photo of its own, and a small cache."""
    from server.client import RestorationClient

    with RestorationClient.connect("benchmark") as client:
        status = client.status()
        processes = {"broker": status["pid"], "worker": status["workers"][0]["pid"]}
        photo = example(256, 192)
        held: dict[str, list[int]] = {name: [] for name in processes}
        for number in range(jobs):
            photo[0, 0] = (number % 256, number // 256, 1)
            stages(client, photo, {})
            time.sleep(0.05)  # it tidies up when its client has the last word
            for name, pid in processes.items():
                held[name].append(psutil.Process(pid).memory_info().rss)
    for name, series in held.items():
        after = series[jobs // 3 :]  # the cache is full by then
        change = max(abs(max(after) / after[0] - 1), abs(min(after) / after[0] - 1))
        line(
            f"resident memory of the {name} over {jobs} jobs",
            f"{after[0] / 1e6:.0f} to {after[-1] / 1e6:.0f} MB, {change:.1%}",
            "within 3%",
            change <= 0.03,
        )


def stop_server() -> None:
    from server.client import RestorationClient

    with RestorationClient.connect("benchmark", start=False) as client:
        pid = client.status()["pid"]
        client.shutdown()
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(10)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        connection = Path(folder) / "connection.json"
        os.environ["RESTORE_OLD_PHOTO_CONNECTION"] = str(connection)
        try:
            cache_and_warmth()
            rng = np.random.default_rng(0)
            round_trips("ZeroMQ", "zmq", rng)
            round_trips("bridge", "bridge", rng)
        finally:
            stop_server()
        subprocess.Popen(
            [sys.executable, "-m", "restoration.cli", "serve", "--cache", "0.02"], stderr=subprocess.DEVNULL
        )
        try:
            while not connection.exists():
                time.sleep(0.05)
            memory_over(300)
        finally:
            stop_server()
    return 1 if _missed else 0


if __name__ == "__main__":
    sys.exit(main())
