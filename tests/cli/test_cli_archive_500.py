"""500 photos, three of them corrupt, the program killed in the middle: none is lost, none is done twice."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import psutil
import pytest
from cli_pictures import make_photo
from PIL import Image

import restoration

COUNT = 500
CORRUPT = {"007/photo.jpg": "truncated", "250/photo.png": "not a picture", "499/photo.png": "empty"}
RECORD = "restore-old-photo.csv"
TIMEOUT_S = 300


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder a photo, 64×64 pixels each, all of them different."""
    rng = np.random.default_rng(11)
    broken = {name[:3]: name for name in CORRUPT}
    for number in range(COUNT):
        folder = tmp_path / "in" / f"{number:03}"
        folder.mkdir(parents=True)
        if folder.name not in broken:
            Image.fromarray(rng.integers(0, 256, (64, 64, 3), np.uint8)).save(folder / "photo.jpg", quality=80)
    truncated, text, empty = (tmp_path / "in" / name for name in CORRUPT)
    make_photo(truncated, height=200, width=300)
    truncated.write_bytes(truncated.read_bytes()[:3000])
    text.write_text("Dear grandma,\n" * 50)
    empty.write_bytes(b"")
    return tmp_path / "in"


def rows(out: Path) -> list[dict[str, str]]:
    """The whole rows of the record."""
    path = out / RECORD
    raw = path.read_bytes() if path.is_file() else b""
    return list(csv.DictReader(raw[: raw.rfind(b"\n") + 1].decode("utf-8-sig").splitlines()))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="SIGKILL is of POSIX")
def test_500_photos_killed_in_the_middle(scans: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "restoration.cli", "restore", str(scans), "-o", str(out), "-r", "--stages", "none"]
    environment = {**os.environ, "PYTHONPATH": str(Path(restoration.__file__).parent.parent)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        end = time.monotonic() + TIMEOUT_S
        while len(rows(out)) < COUNT // 2 and process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        workers = psutil.Process(process.pid).children()
        os.kill(process.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert not alive, "a worker outlives the program"
    first = {row["source"]: row for row in rows(out)}
    assert COUNT // 2 <= len(first) < COUNT
    made = {
        row["output"]: (out / row["output"]).stat().st_mtime_ns
        for row in first.values()
        if (out / row["output"]).exists()
    }

    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S)

    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == len(CORRUPT)
    for name, words in CORRUPT.items():
        assert any(name in line and words in line for line in errors)
    record = rows(out)
    assert Counter(row["state"] for row in record) == {"done": COUNT - 3, "failed": 3}
    assert len({row["source"] for row in record}) == COUNT
    assert {row["source"] for row in record if row["state"] == "failed"} == set(CORRUPT)
    # What was done before was not done again: neither its row nor its file has changed.
    now = {row["source"]: row for row in record}
    before = {source: row for source, row in first.items() if row["state"] == "done"}
    assert before == {source: now[source] for source in before}
    assert made == {output: (out / output).stat().st_mtime_ns for output in made}
    already = int(next(line for line in done.stderr.splitlines() if "done already" in line).split()[0])
    assert already == len(before)
    assert len(done.stdout.splitlines()) == COUNT - 3 - already
    for row in record:
        assert (out / row["output"]).is_file() == (row["state"] == "done")
    assert not list(out.rglob(".*"))

    page = (out / "index.html").read_text(encoding="utf-8")
    assert all(name in page for name in CORRUPT)
    assert f"{COUNT - 3} restored" in page
    pages = [out / "index.html", *(out / "restore-old-photo-index").glob("page-*.html")]
    assert len(pages) == 11
    shown = "".join(path.read_text(encoding="utf-8") for path in pages)
    assert all(f'"name": "{row["source"]}"' in shown for row in record if row["state"] == "done")
