"""Being here puts this folder on the import path, so that tests in the folders below can share its helpers."""

from pathlib import Path

import pytest
from official_folder import write_all


@pytest.fixture(scope="session")
def complete(tmp_path_factory) -> Path:
    """A complete official folder; tests that break something copy it first."""
    return write_all(tmp_path_factory.mktemp("official"))
