"""What the tests of the installers of the program share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from screens import Screen


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a space and an umlaut in its name; the variable HOME stays, by which pip finds its settings."""
    folder = tmp_path_factory.mktemp("users") / "Jörg Müller"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def screen() -> Iterator[Screen]:
    """A virtual screen."""
    one = Screen()
    yield one
    one.close()
