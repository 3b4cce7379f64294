"""What ``--uninstall`` lists is what it removes, and it asks before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from trees import tree

from installers.program.main import main
from installers.program.places import Places, places
from installers.program.uninstall import remains

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX")


@pytest.fixture
def mine(home: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """The places of a user whom nothing of this machine's knows: no systemctl, no launchctl."""
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (("HOME", str(home)), ("PATH", "/nowhere")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("RESTORE_OLD_PHOTO_CONNECTION", str(home / "connection.json"))
    return places()


def test_where_nobody_can_be_asked_nothing_goes_without_a_yes(mine, capsys):
    model = mine.data / "models" / "official" / "vae_a.safetensors"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"hours of downloading")
    assert main(["--uninstall"]) == 1
    said = capsys.readouterr()
    assert str(mine.data) in said.out
    assert said.err == "Error: Nobody can be asked whether all this may be removed. If it may, add --yes.\n"
    assert model.is_file()
    assert main(["--uninstall", "--yes"]) == 0
    assert not mine.data.exists()


OURS = [
    *("bridge-output.log", "bridge.log", "bridge.log.1", "gimp-plugin.log", "krita-plugin.log", "server-start.log"),
    *("server.log", "server.log.2", "worker-output.log", "worker.log", "worker.log.12"),
]
THEIRS = [
    *("server-access.log", "server.log.gz", "server.log.bak", "workers.log", "worker-3.log", "bridge.logs", "my.log"),
]


def test_beside_a_connection_file_elsewhere_only_what_is_ours_goes_and_all_of_it_is_listed(mine, home):
    (home / "logs").mkdir()
    for name in (*OURS, *THEIRS):
        (home / "logs" / name).touch()
    beside = ["connection.json", "connection.json.lock", "pace.json", "remote-client.json", "remote-keys.json"]
    for name in (*beside, "keys.json"):
        (home / name).touch()
    assert sorted(remains(mine)) == sorted([home / name for name in beside] + [home / "logs" / name for name in OURS])
    assert main(["--uninstall", "--yes"]) == 0
    assert sorted(tree(home)) == sorted(["keys.json", "logs", *(f"logs/{name}" for name in THEIRS)])


def test_a_connection_file_that_was_copied_here_stays_with_all_beside_it(mine, home):
    (home / "logs").mkdir()
    for name in ("connection.json", "logs/server.log"):
        (home / name).touch()
    assert remains(mine) == []
    assert main(["--uninstall", "--yes"]) == 0
    assert sorted(tree(home)) == ["connection.json", "logs", "logs/server.log"]
