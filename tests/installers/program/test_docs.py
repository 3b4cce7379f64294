"""What docs/install.md tells users to type, and which sentences it promises."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from installers.program import decisions, install, looking, main, trouble, uninstall
from installers.program.places import places

PROJECT = Path(__file__).parents[3]
PAGE = (PROJECT / "docs" / "install.md").read_text("utf-8")
COMMANDS = re.findall(r"^sh (installers/install\.sh.*)$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_understood(command, monkeypatch, home, capsys):
    script, *options = shlex.split(command)
    assert (PROJECT / script).is_file()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("SUDO_USER", raising=False)
    # With the home of a user who has nothing yet, and nothing changed.
    assert main.main([*options, "--yes", "--plan", "--no-space-check"]) == 0
    assert capsys.readouterr().out.startswith(
        "There is nothing to remove." if "--uninstall" in options else "Restore Old Photo "
    )
    assert not list(home.iterdir())


def test_every_option_is_in_the_page_and_no_other():
    known = {name for action in main._parser()._actions for name in action.option_strings if name.startswith("--")}
    named = set(re.findall(r"`(--[a-z-]+)", PAGE))
    assert known - named == {"--help", "--plan"}  # --plan has a block of its own
    assert named <= known
    assert "--plan" in PAGE


def test_what_the_page_says_of_failures_is_what_is_said():
    rows = re.findall(r"^\| ([^|`-][^|]*?) \| [^|]+ \|$", PAGE.partition("## If it fails")[2], re.MULTILINE)
    sources = [module.__file__ for module in (decisions, install, looking, trouble, uninstall, main)]
    folder = Path(main.__file__).parent
    sources += [folder / f"{name}.py" for name in ("folders", "lock", "launcher", "service")]
    said = "".join(Path(one).read_text("utf-8") for one in sources) + (PROJECT / "installers/install.sh").read_text(
        "utf-8"
    )
    said = re.sub(r"\s+", " ", re.sub(r"\{[^{}]*\}", "…", said))
    assert len(rows) > 10
    for row in rows[1:]:
        for part in row.replace("pip (or uv) ", "").split("…"):
            assert part.strip() in said, row


def test_the_places_are_those_of_the_page():
    for system, home in (("linux", "~"), ("darwin", "~")):
        mine = places({"HOME": "/home"}, system)
        for path in (mine.data, mine.launcher, mine.others[0], mine.unit or mine.agent):
            assert f"`{str(path).replace('/home', home)}" in PAGE, path
