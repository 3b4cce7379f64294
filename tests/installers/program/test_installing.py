"""The installer itself, with a small program: whatever goes wrong is one sentence, and the next run succeeds.

The cases come one after the other in one home, as they would to an unlucky user; the last run finds what all have left.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from reaching import open_folder
from small_program import SmallProgram, python_of_all, small_program
from trees import tree

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")]


@pytest.fixture(scope="module")
def program() -> Iterator[SmallProgram]:
    with open_folder() as folder:
        try:
            made = small_program(folder)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            said = (error.stderr or b"").decode(errors="replace")
            pytest.skip(f"no wheels can be had here: {type(error).__name__} {said[-300:]}")
        yield made


@pytest.fixture(scope="module")
def user() -> Iterator[Path]:
    """The home of a user who has used a Krita, and keeps a photo."""
    with open_folder() as users:
        folder = users / "Jörg Müller"
        (folder / ".local/share/krita/brushes").mkdir(parents=True)
        (folder / ".config").mkdir()
        (folder / ".config/kritarc").write_text("[python]\nenable_other=true\n")
        (folder / "scan.jpg").write_bytes(b"a photo")
        yield folder
        if works_at_all(folder):  # a test has failed
            subprocess.run([folder / ".local/bin/restore-old-photo", "stop"], env=_path(folder), check=False)


def _path(user: Path) -> dict[str, str]:
    return {"HOME": str(user), "PATH": f"{user}/.local/bin:/usr/bin:/bin"}


def data(user: Path) -> Path:
    return user / ".local/share/restore-old-photo"


def marker(user: Path) -> dict:
    return json.loads((data(user) / "program.json").read_text())


def environments(user: Path) -> list[str]:
    return sorted(path.name for path in (data(user) / "program").glob("*"))


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of an error."""
    assert done.returncode == 1, done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    return line


def works(user: Path) -> str:
    """What the command says when it is asked for its version, as a user types it."""
    done = subprocess.run(
        ["restore-old-photo", "--version"], env=_path(user), capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip()


BEFORE: dict[str, object] = {}


def test_a_plan_changes_nothing(program, user):
    BEFORE.update(tree(user))
    source = tree(program.folder)
    done = program.run(user, "--plan")
    assert done.returncode == 0, done.stderr
    assert str(data(user)) in done.stdout
    assert tree(user) == BEFORE
    assert tree(program.folder) == source


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can be somebody else")
def test_without_permission_it_is_a_sentence(program, user):
    python = python_of_all()
    if python is None:
        pytest.skip("no Python here that others can run")
    done = subprocess.run(
        ["sh", str(program.script), "--yes"],
        env=program.environment(user, PYTHON=str(python)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        user=65534,
        group=65534,
        extra_groups=[],
    )
    assert "Permission denied. See that the folder is yours to write" in sentence(done)
    assert str(data(user)) in done.stderr
    assert tree(user) == BEFORE


def test_what_lies_in_the_folder_that_is_named_stays(program, home):
    """Whatever it is called: an installation that fails there, and then --uninstall."""
    disk = home / "large disk"
    for name in ("scratch/mine", "env-310/lib", "env-1"):
        (disk / name).mkdir(parents=True)
    (disk / "scratch/mine/photo.tif").write_bytes(b"the only one")
    before = tree(home)
    # The network is as good as none: of what is needed there is nothing.
    done = program.run(home, "--target", str(disk), "--with", "pip", PIP_FIND_LINKS=str(program.folder))
    assert "The package index has no" in sentence(done)
    seen = tree(disk)
    assert sorted({Path(name).parts[0] for name in seen}) == ["env-1", "env-310", "restore-old-photo", "scratch"]
    assert seen["scratch/mine/photo.tif"] == b"the only one"
    assert program.run(home, "--uninstall").returncode == 0
    assert tree(home) == before


def test_a_disk_that_is_too_small_is_said_before_anything_is_fetched(program, user):
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    said = _on_small_disk(program, user, [])
    assert "free, and up to 3.2 GB are needed" in said
    assert tree(user) == BEFORE


def test_a_disk_that_becomes_full_is_a_sentence(program, user):
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    said = _on_small_disk(program, user, ["--no-space-check"], '; echo left: $(ls -A "$0/restore-old-photo")')
    assert "The disk became full while installing." in said
    assert said.splitlines()[-1] == "left:"  # all room was given back
    assert marker(user)["environment"] == ""


def _on_small_disk(program: SmallProgram, user: Path, options: list[str], then: str = "") -> str:
    """Install on a disk of 30 MB, which is there for this process alone; what was said, errors first."""
    disk = program.folder.parent / "disk"
    disk.mkdir(exist_ok=True)
    script = f'cd "$0"; mount -t tmpfs -o size=30m tmpfs "$0"; sh "$@"{then}'
    command = ["unshare", "--mount", "sh", "-c", script, disk, program.script, "--yes", "--target", disk, *options]
    done = subprocess.run(
        command,
        env=program.environment(user),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr + done.stdout


@pytest.mark.parametrize("proxy", ["", "http://127.0.0.1:9"])
def test_without_a_network_it_is_a_sentence(program, user, proxy):
    index = {"PIP_NO_INDEX": "0", "PIP_FIND_LINKS": "", "PIP_RETRIES": "1", "HTTPS_PROXY": proxy}
    done = program.run(user, "--with", "pip", PIP_INDEX_URL="https://127.0.0.1:9/simple", **index)
    assert "pip cannot reach the package index" in sentence(done)
    assert not works_at_all(user)


def works_at_all(user: Path) -> bool:
    return (user / ".local/bin/restore-old-photo").exists()


@pytest.mark.parametrize(
    ("line", "sign"),
    [("[1/6]", signal.SIGKILL), ("[2/6]", signal.SIGINT), ("    Installing collected", signal.SIGTERM)],
)
def test_stopped_before_the_switch_nothing_is_installed(program, user, line, sign):
    said = program.interrupted(user, line, sign, "--with", "pip")
    if sign != signal.SIGKILL:
        assert "Cancelled. Nothing that worked before is lost" in said
        assert said.endswith("status 130")
        assert environments(user) == ["scratch"]
    assert not works_at_all(user)
    assert marker(user)["environment"] == ""


def test_then_it_succeeds(program, user):
    # There is no uv to be had: pip goes on alone.
    done = program.run(user, "--no-service", UV_OFFLINE="1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "uv could not install torch, so pip does" in done.stdout
    assert "MB on the disk" in done.stdout
    assert works(user).startswith("restore-old-photo ")
    assert environments(user) == [marker(user)["environment"]]
    assert "enable_restore_old_photo=true" in (user / ".config/kritarc").read_text()
    assert str(data(user)) in json.loads((data(user) / "installation.json").read_text())["python"]
    assert data(user).stat().st_mode & 0o777 == 0o700


def test_a_second_time_nothing_is_built(program, user):
    before = marker(user)
    (user / ".local/bin/restore-old-photo").unlink()  # what is missing comes back
    done = program.run(user, "--with", "pip", "--no-service")
    assert "is installed already" in done.stdout
    assert "[1/6]" not in done.stdout
    assert marker(user) == before
    assert works(user)


def test_an_update_that_fails_leaves_what_there_was(program, user):
    before = marker(user)
    with (program.folder / "README.md").open("a") as file:
        file.write("\nA newer one.\n")
    done = program.run(user, "--with", "pip", PIP_FIND_LINKS=str(program.folder))
    assert "The package index has no" in sentence(done)
    assert marker(user) == before
    assert environments(user) == [before["environment"], "scratch"]
    assert works(user)


def test_an_update_ends_the_old_server_and_may_be_stopped_in_each_step(program, user):
    before = marker(user)["environment"]
    started = subprocess.run(
        [
            data(user) / "program" / before / "bin/python",
            "-I",
            "-c",
            "from server.finding import open_server as o; o('t')",
        ],
        env=_path(user),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert started.returncode == 0, started.stderr
    assert (data(user) / "connection.json").is_file()
    for line, sign in (("[4/6]", signal.SIGKILL), ("[5/6]", signal.SIGINT), ("[6/6]", signal.SIGKILL)):
        program.interrupted(user, line, sign, "--with", "pip", "--no-service")
        assert works(user)
        assert marker(user)["environment"] != before  # it is the new one from the switch on
    done = program.run(user, "--with", "pip", "--no-service")
    assert "is installed already" in done.stdout
    now = marker(user)["environment"]
    assert environments(user) == [now]
    assert (user / ".local/bin/restore-old-photo").readlink().is_relative_to(data(user) / "program" / now)
    assert now in (data(user) / "installation.json").read_text()
    assert before not in subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True).stdout


def test_what_is_not_from_this_program_stays(program, user):
    launcher = user / ".local/bin/restore-old-photo"
    launcher.unlink()
    launcher.write_text("#!/bin/sh\necho mine\n")
    done = program.run(user, "--with", "pip", "--no-service", "--no-editors")
    assert "is not from this program, and stays as it is" in done.stdout
    assert launcher.read_text() == "#!/bin/sh\necho mine\n"
    launcher.unlink()


def test_removed_it_has_left_nothing(program, user):
    (user / ".local/state/restore-old-photo/log").mkdir(parents=True, exist_ok=True)
    (user / ".cache/restore-old-photo").mkdir(parents=True, exist_ok=True)
    done = program.run(user, "--no-editors", "--with", "pip", "--no-service")
    assert done.returncode == 0, done.stderr
    command = [user / ".local/bin/restore-old-photo", "uninstall", "program"]
    piped = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True}
    refused = subprocess.run(command, env=_path(user), timeout=120, check=False, **piped)
    assert "Nobody can be asked whether all this may be removed. If it may, add --yes." in sentence(refused)
    assert works(user)
    done = subprocess.run([*command, "--yes"], env=_path(user), timeout=120, check=False, **piped)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Krita: removed from" in done.stdout
    assert tree(user) == BEFORE
    assert program.run(user, "--uninstall").stdout == "There is nothing to remove.\n"
