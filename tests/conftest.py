"""Being here puts this folder on the import path, so that tests in the folders below can share its helpers."""

import os
from pathlib import Path

# Workers side by side (pytest -n) share the cores; without this each would take them all, and they would wait for one
# another at every step. Before torch is imported, and for the programs that tests start.
if workers := os.environ.get("PYTEST_XDIST_WORKER_COUNT"):
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // int(workers))))
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import pytest
from official_folder import write_all


@pytest.fixture(scope="session")
def complete(tmp_path_factory) -> Path:
    """A complete official folder; tests that break something copy it first."""
    return write_all(tmp_path_factory.mktemp("official"))
