"""The command line as a user types it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_pictures import everything_in
from typer.testing import CliRunner

from restoration.weights.registry import BUNDLED, is_there


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own: the log and the official weights are looked for there."""
    folder = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.delenv("RESTORE_OLD_PHOTO_MODELS", raising=False)
    return folder


@pytest.fixture
def run(home: Path) -> Callable[..., Any]:
    """Runs the command line; the result has ``exit_code``, ``stdout`` and ``stderr``."""
    from restoration.cli.app import app

    def run_with(*arguments: object) -> Any:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return result

    return run_with


@pytest.fixture
def refused(run: Callable[..., Any], tmp_path: Path) -> Callable[..., str]:
    """Runs the command line, which must refuse: one sentence, nothing on stdout, no file made or changed."""

    def refused_with(*arguments: object, status: int) -> str:
        before = everything_in(tmp_path)
        result = run(*arguments)
        assert result.exit_code == status, result.output
        assert result.stdout == ""
        lines = result.stderr.splitlines()
        assert len(lines) == 1, lines
        assert lines[0].startswith("Error: ")
        assert lines[0].endswith(".")
        assert everything_in(tmp_path) == before
        return lines[0]

    return refused_with


@pytest.fixture
def networks() -> None:
    """For tests that run networks: skipped where the weights are not in this checkout."""
    if not all(is_there(file) for file in BUNDLED):
        pytest.skip("the bundled weights are not here")
