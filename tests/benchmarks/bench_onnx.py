"""How large, how quick and how near to torch the exported networks are: the tables of docs/mobile.md.

    python tests/benchmarks/bench_onnx.py [FOLDER]

Makes the files in FOLDER, or a temporary one. Each network and format gets a process of its own, so that peaks of
memory are its own, and one thread, whose time is that of the processor: what else the machine does counts for little.
Compare figures of one run with each other, not with another run's.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

SIDES = (256, 512, 1024)
#: Those that are made for one size alone.
ONE_SIZE = ("faces", "colouriser")
ENGINES = ("torch", "fp32", "half", "int8")
RUNS = {256: 3, 512: 2, 1024: 1}


def inputs(name: str, side: int) -> dict[str, np.ndarray]:
    """An aged photograph in the shape that a network takes; a fiftieth of it is damaged."""
    from restoration.bench.pictures import aged_portrait

    photo = np.ascontiguousarray(aged_portrait(side, side, scratches=True).transpose(2, 0, 1)[None] / np.float32(255))
    grey = np.tensordot(np.float32([0.299, 0.587, 0.114]), photo[0], 1)[None, None]
    damage = np.zeros_like(grey)
    damage[..., side // 5 : side // 5 + side // 50, :] = 1
    none = np.zeros((1, 3, side // 4, side // 4), np.float32)
    return {
        "restorer": {"photo": photo, "mask": damage, "tone": np.float32([1])},
        "scratch_detector": {"grey": grey},
        "faces": {"face": photo},
        "inpainting": {"photo": photo, "hole": damage},
        "colouriser": {"luminance": grey * 100, "hints": none},
    }[name]


def measure(folder: Path, name: str, engine: str) -> list[dict[str, float]]:
    """Seconds (the best of the runs) and peaks of memory of a network, size by size, in this process."""
    import torch

    from restoration.onnx_export.check import session
    from restoration.onnx_export.networks import EXPORTABLE
    from restoration.onnx_export.writing import file_of

    network = next(one for one in EXPORTABLE if one.name == name)
    torch.set_num_threads(1)
    if engine == "torch":
        module = network.graph(torch.float32).eval().to(memory_format=torch.channels_last)
    else:
        run = session(file_of(folder, network, engine).read_bytes(), threads=1)
    found = []
    before = psutil.Process().memory_info().rss
    for side in SIDES[:1] if name in ONE_SIZE else SIDES:
        given = inputs(name, side)
        times = []
        for _ in range(RUNS[side]):
            began = time.process_time()
            if engine == "torch":
                with torch.inference_mode():
                    module(*map(torch.from_numpy, given.values()))
            else:
                run.run(None, given)
            times.append(time.process_time() - began)
        found.append({"side": side, "seconds": min(times), "bytes": max(0, peak_bytes() - before)})
    return found


def peak_bytes() -> int:
    """The most memory that this process has held. Not what ``resource`` says, which begins with the parent's; Linux."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s+(\d+)", status)[1])


def main() -> None:
    """Make the files, measure, print two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--one", nargs=2, metavar=("NETWORK", "ENGINE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.folder, *given.one)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        print_sizes(folder)
        print_times(folder)


def print_sizes(folder: Path) -> None:
    from restoration.onnx_export.networks import EXPORTABLE
    from restoration.onnx_export.references import References
    from restoration.onnx_export.writing import write

    references = References()
    print("| network | fp32 | half | int8 | noise of half | noise of int8 |\n|---|---|---|---|---|---|")
    for network in EXPORTABLE:
        full, half, int8 = (write(folder, network, one, references, overwrite=True) for one in ("fp32", "half", "int8"))
        sizes = " | ".join(f"{one.size / 1e6:.1f} MB" for one in (full, half, int8))
        print(
            f"| {network.name} | {sizes} | {half.agreement.decibel:.0f} dB | {int8.agreement.decibel:.0f} dB |",
            flush=True,
        )


def print_times(folder: Path) -> None:
    print(
        "\n| network | size | torch | fp32 | half | int8 | int8 : torch | memory: torch | int8 |\n" + "|---" * 9 + "|"
    )
    names = ("restorer", "scratch_detector", "inpainting", "faces", "colouriser")
    environ = {**os.environ, "OMP_NUM_THREADS": "1"}
    for name in names:
        found = {}
        for engine in ENGINES:
            command = [sys.executable, __file__, str(folder), "--one", name, engine]
            done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
            found[engine] = json.loads(done.stdout)
        for number, torch in enumerate(found["torch"]):
            times = {engine: found[engine][number]["seconds"] for engine in ENGINES}
            told = " | ".join(f"{seconds:.2f} s" for seconds in times.values())
            memory = " | ".join(f"{found[one][number]['bytes'] / 2**20:.0f} MB" for one in ("torch", "int8"))
            ratio = times["int8"] / times["torch"]
            print(f"| {name} | {torch['side']}² | {told} | {ratio:.2f} | {memory} |", flush=True)


if __name__ == "__main__":
    main()
