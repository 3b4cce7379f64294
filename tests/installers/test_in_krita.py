"""A real Krita's Python imports the plug-in from where it was installed, and says how it will reach the server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from installers.krita import KRITA
from installers.placing import put, take_out
from server.editors.vendored import TRANSPORT_VARIABLE

pytestmark = pytest.mark.skipif(shutil.which("kritarunner") is None, reason="kritarunner is not installed")

#: It ends with a status of its own: kritarunner's is 0 whatever happens.
SCRIPT = """
import json, os, sys
answer = {"failed": True}
try:
    import restore_old_photo
    from restore_old_photo.remote import client, transport
    zmq = sys.modules.get("zmq")
    answer = {
        "client": client.__file__,
        "transport": "zmq" if restore_old_photo.WITHOUT_ZMQ is None and transport.zmq_usable() else "bridge",
        "why": restore_old_photo.WITHOUT_ZMQ,
        "zmq": zmq and zmq.__file__,
        "msgpack": sys.modules["msgpack"].__file__,
        "path": sys.path,
        "python": sys.version_info[:2],
    }
finally:
    with open(os.environ["ANSWER"], "w") as file:
        json.dump(answer, file)
    os._exit(7)
"""


@pytest.fixture(scope="module")
def krita(tmp_path_factory: pytest.TempPathFactory):
    """Runs ``SCRIPT`` in Krita's Python, with a folder of resources. Its home is shared: the first start takes long."""
    folder = tmp_path_factory.mktemp("krita")
    (folder / "ask_plugin.py").write_text(SCRIPT)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PYTHON", "KDE", "QT_"))}
    homes = {"HOME": "", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "XDG_CACHE_HOME": "cache"}
    own = {name: str(folder / path) for name, path in {**homes, "XDG_RUNTIME_DIR": "run"}.items()}
    (folder / "run").mkdir(mode=0o700)

    def asked(resources: Path, **environ: str):
        answer = folder / "answer.json"
        answer.unlink(missing_ok=True)
        more = {"PYTHONPATH": f"{folder}{os.pathsep}{resources / 'pykrita'}", "ANSWER": str(answer), **environ}
        command = ["kritarunner", "-s", "ask_plugin", "-f", "main"]
        done = subprocess.run(
            command, env={**kept, **own, "QT_QPA_PLATFORM": "offscreen", **more}, capture_output=True, timeout=120
        )
        assert done.returncode == 7, done.stderr.decode(errors="replace")[-2000:]
        said = json.loads(answer.read_text())
        assert "failed" not in said, done.stderr.decode(errors="replace")[-2000:]
        assert said["client"].startswith(str(resources))
        assert said["msgpack"].startswith(str(resources))
        assert not any("vendor" in entry for entry in said["path"])
        return said

    return asked


def test_without_wheels_it_takes_the_bridge(krita, place, assembled):
    put(KRITA, place, assembled)
    said = krita(place.folder)
    assert said["transport"] == "bridge"
    assert "No module named 'zmq'" in said["why"]
    assert take_out(KRITA, place)


def test_with_wheels_it_takes_zmq(krita, place, assembled, pyzmq, tmp_path):
    whole = tmp_path / "whole"
    shutil.copytree(assembled, whole)
    shutil.copytree(pyzmq, whole / "pykrita" / "restore_old_photo" / "vendor", dirs_exist_ok=True)
    put(KRITA, place, whole)
    said = krita(place.folder)
    if tuple(said["python"]) == (3, 11):
        assert said["transport"] == "zmq"
        assert said["zmq"].startswith(str(place.folder))
    assert krita(place.folder, **{TRANSPORT_VARIABLE: "bridge"})["transport"] == "bridge"
    # Its caches are in there by now.
    assert (place.folder / "pykrita" / "restore_old_photo" / "__pycache__").is_dir()
    assert take_out(KRITA, place)
    assert sorted(path.name for path in place.folder.iterdir()) == ["brushes"]
