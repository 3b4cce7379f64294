"""``doctor`` as a user types it: with and without a server, with editors, and its report with nothing private in it."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

import pytest
from running_server import RunningServer, processes_of

from installers.assembling import program_version
from installers.gimp import GIMP
from installers.krita import KRITA
from installers.place import Place
from installers.placing import put
from restoration.cli.doctor_editors import plugin
from restoration.errors import PictureError
from server.connection import Connection, write_connection

SECRETS = ("gertrud", "oberhuber", "Hochzeit", "Zwetschge", "Familienarchiv", "192.168.1.77", "Xk3w", "4711")


@pytest.fixture(autouse=True)
def connection(home, monkeypatch) -> Path:
    """The place of a connection file of the test's own, and no editor of this machine's."""
    path = home / "data" / "connection.json"
    monkeypatch.setenv("RESTORE_OLD_PHOTO_CONNECTION", str(path))
    monkeypatch.setenv("RESTORE_OLD_PHOTO_PYTHON", sys.executable)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("PATH", str(home / "bin"))
    return path


def a_connection(endpoint: str) -> Connection:
    key = "Xk3w!9vQpLzR7tYb^5mN8cJd2fGh4sAe6uWiOoPp"
    return Connection(endpoint, key, key, key, pid=4_000_000, version=program_version(), protocol=1)


def line_of(output: str, *words: str) -> str:
    return next(line for line in output.splitlines() if all(word in line for word in words))


def test_on_a_machine_that_is_well(run, connection):
    result = run("doctor")
    assert result.exit_code == 0, result.output
    assert result.stdout.rstrip().endswith(("All is well.", "docs/troubleshooting.md"))
    assert line_of(result.stdout, f"Restore Old Photo {program_version()}").rstrip().endswith("ok")
    assert line_of(result.stdout, "none is running").rstrip().endswith("ok")
    assert not connection.exists()
    assert processes_of(connection) == [], "it starts no server"


def test_a_server_that_runs_is_described(run, tmp_path, monkeypatch):
    server = RunningServer(tmp_path)
    try:
        monkeypatch.setenv("RESTORE_OLD_PHOTO_CONNECTION", str(server.path))
        result = run("doctor", "--json")
        assert result.exit_code == 0, result.output
        found = {(one["topic"], one["state"]): one["sentence"] for one in json.loads(result.stdout)}
        assert f"runs at {server.connection.endpoint}: version {program_version()}" in found["Server", "ok"]
        assert "its owner's alone" in found["Connection", "ok"]
    finally:
        server.stop()


def test_a_server_that_died_is_a_warning(run, connection):
    write_connection(a_connection("tcp://127.0.0.1:1"), connection)
    result = run("doctor")
    assert result.exit_code == 0
    assert "does not answer" in line_of(result.stdout, "127.0.0.1:1", "warning")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are those of POSIX")
def test_a_connection_file_that_others_can_read_is_broken(run, connection):
    write_connection(a_connection("tcp://127.0.0.1:1"), connection)
    connection.chmod(0o644)
    result = run("doctor")
    assert result.exit_code == 1
    assert line_of(result.stdout, "others have access to it").rstrip().endswith("broken")
    assert f"chmod 600 {connection}" in result.stdout


def test_a_python_that_is_gone_is_broken(run, monkeypatch):
    monkeypatch.setenv("RESTORE_OLD_PHOTO_PYTHON", "/nowhere/python")
    result = run("doctor")
    assert result.exit_code == 1
    assert "RESTORE_OLD_PHOTO_PYTHON" in line_of(result.stdout, "/nowhere/python", "broken")


@pytest.fixture
def krita(home) -> Place:
    """A Krita that has been used."""
    (home / "krita").mkdir()
    (home / "config").mkdir()
    (home / "config" / "kritarc").write_text("[python]\nenable_other=true\n")
    return Place("Krita", home / "krita", home / "config" / "kritarc")


def installed(krita: Place, tmp_path: Path) -> None:
    KRITA.assemble(tmp_path / "assembled", ())
    put(KRITA, krita, tmp_path / "assembled")


def test_a_plug_in_in_all_its_states(run, krita, tmp_path):
    def state() -> tuple[str, str]:
        found = plugin(KRITA, krita, program_version())
        return found.state, found.sentence

    assert plugin(KRITA, krita, "1").remedy == "Run: restore-old-photo install krita"
    assert state()[0] == "note"
    installed(krita, tmp_path)
    assert state() == ("ok", f"plug-in {program_version()}, enabled in {krita.folder}")
    assert line_of(run("doctor").stdout, f"plug-in {program_version()}, enabled").rstrip().endswith("ok")
    assert plugin(KRITA, krita, "99.0").state == "warning"
    assert krita.settings is not None
    settings = krita.settings.read_text()
    krita.settings.write_text(settings.replace("enable_restore_old_photo=true", "enable_restore_old_photo=false"))
    assert state() == ("broken", f"plug-in {program_version()} is there and not enabled in {krita.folder}")
    assert run("doctor").exit_code == 1
    krita.settings.write_text(settings)
    (krita.folder / KRITA.parts[0]).unlink()
    assert "is missing" in state()[1]
    (krita.folder / KRITA.module / "about.json").write_text("{}")
    assert "not ours, or not whole" in state()[1]
    (krita.folder / KRITA.module).rename(tmp_path / "gone")
    assert state() == ("broken", f"the plug-in was installed and is gone in {krita.folder}")


def test_a_sandboxed_editor_says_what_to_do_first(tmp_path):
    place = Place("GIMP 3.0 (Flatpak)", tmp_path / "plug-ins", sandboxed=True)
    place.folder.mkdir()
    GIMP.assemble(tmp_path / "assembled", ())
    put(GIMP, place, tmp_path / "assembled")
    found = plugin(GIMP, place, program_version())
    assert "restore-old-photo serve" in found.remedy


@pytest.fixture
def full_of_secrets(home, connection, krita, tmp_path, monkeypatch):
    """A user, a machine, folders, keys and photos with names that are nobody's business."""
    folder = home / "gertrud" / "Familienarchiv Oberhuber"
    folder.mkdir(parents=True)
    for variable, value in {
        "HOME": folder,
        "USER": "gertrud",
        "LOGNAME": "gertrud",
        "XDG_STATE_HOME": folder / "state",
        "RESTORE_OLD_PHOTO_MODELS": folder / "Modelle der Zwetschge",
        "RESTORE_OLD_PHOTO_CONNECTION": folder / "data" / "connection.json",
    }.items():
        monkeypatch.setenv(variable, str(value))
    monkeypatch.setattr("socket.gethostname", lambda: "oberhuber-laptop")
    write_connection(a_connection("tcp://192.168.1.77:4711"), folder / "data" / "connection.json")
    logs = folder / "data" / "logs"
    logs.mkdir()
    key = a_connection("tcp://127.0.0.1:1").client_secret_key
    (logs / "server.log").write_text(
        f"2026-01-02 03:04:05,678 ERROR server.broker: job of gertrud at tcp://192.168.1.77:4711 with {key}\n"
        "Traceback (most recent call last):\n"
        f'  File "{folder}/lib/site-packages/restoration/pipeline.py", line 17, in restore\n'
        f"restoration.errors.PictureError: {folder}/Oma Hochzeit 1954.tif is damaged. Scan it again.\n"
    )
    return folder


def test_the_report_holds_nothing_private(run, full_of_secrets, tmp_path):
    from restoration.cli.reporting import log_file, reported

    def fails() -> None:
        logging.getLogger("restoration.cli").error("Zwetschge und Hochzeit.png")
        raise PictureError(f"{full_of_secrets}/Hochzeit mit Gertrud.jpg is empty.", "Scan it again.")

    with pytest.raises(BaseException, match="1"):
        reported(fails)()
    assert "Hochzeit mit Gertrud" in log_file().read_text(), "the secrets are there to be found"
    result = run("doctor", "--report", tmp_path / "report.txt")
    assert "Oberhuber" in result.stdout, "the user's own page says where things are"
    text = (tmp_path / "report.txt").read_text()
    for secret in SECRETS:
        assert secret.lower() not in text.lower(), secret
    assert str(full_of_secrets.parent) not in text
    for helpful in (
        f"Restore Old Photo {program_version()}, Python {sys.version.split()[0]}",
        "restoration.errors.PictureError:",
        "is damaged. Scan it again.",
        'File "restoration/pipeline.py", line 17, in restore',
        "--- server.log, 2026-01-02 03:04:05",
        "Server: the one on another machine: no-server",
        "Set: RESTORE_OLD_PHOTO_CONNECTION, RESTORE_OLD_PHOTO_MODELS",
    ):
        assert helpful in text, text


def test_a_mistyped_option_is_not_the_last_error(run, full_of_secrets, tmp_path):
    from restoration.cli.reporting import log_file

    logs = full_of_secrets / "data" / "logs" / "server.log"
    logs.unlink()
    assert run("restore", tmp_path / "a.png", "-o", tmp_path / "b.png", "--stages", "lustre").exit_code == 2
    assert "lustre" in log_file().read_text()
    assert "lustre" not in run("doctor").stdout


def test_a_report_is_not_written_over_another_file(run, tmp_path):
    path = tmp_path / "report.txt"
    path.write_text("mine")
    result = run("doctor", "--report", path)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: report.txt exists already.")
    assert path.read_text() == "mine"
    assert run("doctor", "--report", path, "--force").exit_code == 0
    assert path.read_text().startswith("Restore Old Photo")


def test_networks_are_not_loaded(run, monkeypatch):
    def loaded(*_: Any, **__: Any) -> None:
        raise AssertionError("a network was loaded")

    monkeypatch.setattr("restoration.weights.registry.read_networks", loaded)
    monkeypatch.setattr("restoration.networks.base.StoredNetwork.from_state_dict", loaded)
    assert run("doctor").exit_code == 0
