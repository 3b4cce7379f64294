import os
import subprocess
import sys
from pathlib import Path

import pytest

import restoration

GIB = 2**30


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell a process its peak memory this way")
def test_restoring_scratches_at_1024_pixels_stays_under_3_gib():
    # One matrix of positions by positions would take 16 GiB, and the published block holds four.
    program = Path(__file__).with_name("peak_memory.py")
    folders = Path(restoration.__file__).parents[1], Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))}
    done = subprocess.run(
        [sys.executable, str(program), "1024"], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 3 * GIB
