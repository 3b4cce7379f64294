"""The command line of the installers."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from installers.errors import InstallError, told
from installers.program.decisions import TOOLS, TORCHES, Wishes, decide
from installers.program.folders import DENIED
from installers.program.install import Job, install
from installers.program.looking import look
from installers.program.marker import read_marker
from installers.program.places import NAME, Places, places
from installers.program.source import source_in
from installers.program.uninstall import remains, uninstall

#: The folder with the scripts, the packages and ``pyproject.toml``.
ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Install or uninstall; the exit status: 0, 1 for what has failed, 130 for what was cancelled."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace", line_buffering=True)
    options = _parser().parse_args(arguments)
    signs = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {sign: signal.signal(sign, _cancel) for sign in signs}
    try:
        return _uninstall(options.yes) if options.uninstall else _install(options)
    except InstallError as error:
        sys.stderr.write(f"Error: {' '.join(str(error).split())}\n")
        return 1
    except KeyboardInterrupt:
        again = "--uninstall again to go on" if options.uninstall else "the same again to go on"
        sys.stderr.write(f"\nCancelled. Nothing that worked before is lost; run {again}.\n")
        return 130
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def _install(options: argparse.Namespace) -> int:
    mine = places()
    wishes = Wishes(
        torch=options.torch,
        tool=options.tool,
        service=not options.no_service,
        editors=not options.no_editors,
        check_space=not options.no_space_check,
    )
    target = target_of(options.target, mine)
    facts = look(mine, target)
    plan = decide(facts, wishes)
    source = source_in(ROOT)
    _say(f"Restore Old Photo {source.version} for this user, into {target}")
    for sentence in plan.because:
        _say(sentence)
    _say(f"Up to {plan.needed / 1e9:.0f} GB are needed while installing, {facts.free / 1e9:.0f} GB are free.")
    if options.plan or not _agreed("Install?", options.yes):
        return 0
    install(Job(mine, target, source, facts, wishes, plan, _say))
    return 0


def _uninstall(yes: bool) -> int:
    mine = places()
    there = remains(mine)
    if not there:
        _say("There is nothing to remove.")
        return 0
    _say("This goes, with plug-ins, keys, downloaded models and logs; your pictures stay:")
    for path in there:
        _say(f"  {path}")
    if not yes and not _can_be_asked():
        raise InstallError("Nobody can be asked whether all this may be removed.", "If it may, add --yes.")
    if not _agreed("Remove it?", yes):
        return 0
    uninstall(mine, _say)
    _say("Removed. If Krita or GIMP is running, restart it.")
    return 0


def target_of(named: str | None, mine: Places) -> Path:
    """The folder for environments: one of our own in the folder that the user has named, now or at the last time.

    What earlier runs have left in there is deleted before anything is built, so nothing of anybody else's may be in it.

    Args:
        named: what ``--target`` says; None if it is not there.
        mine: the places of this user.

    Raises:
        InstallError: there is something in it that is not from this program, or it cannot be read.
    """
    usual, before = mine.data / "program", read_marker(mine.marker)
    if named is None:
        return Path(before.target) if before is not None and before.environment else usual
    folder = Path(named).expanduser().absolute()
    if folder in (mine.data, mine.data.parent, usual):
        return usual
    target = folder if folder.name == NAME else folder / NAME
    if before is not None and str(target) in before.targets:
        return target
    with told(f"The folder {target} cannot be read", DENIED):
        if target.is_dir() and any(target.iterdir()):
            raise InstallError(
                f"The folder {target} holds files that are not from this program.",
                "Move them away, or name another folder with --target.",
            )
    return target


def _can_be_asked() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _agreed(question: str, yes: bool) -> bool:
    """Whether the user agrees. Who cannot be asked has agreed by starting this; to remove something ask for more."""
    if yes or not _can_be_asked():
        return True
    try:
        return input(f"{question} [Y/n] ").strip().lower() in ("", "y", "yes")
    except EOFError:
        return False


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="install",
        description="Installs Restore Old Photo for this user: the program, plug-ins in Krita and GIMP, a server.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--uninstall", action="store_true", help="remove everything but your pictures")
    add("--plan", action="store_true", help="say what would be installed, and why, and change nothing")
    add("--yes", action="store_true", help="do not ask; needed for --uninstall where nobody can be asked")
    add("--torch", choices=TORCHES, default="auto", help="which build of torch; auto looks at the graphics card")
    add("--with", dest="tool", choices=TOOLS, default="auto", help="which tool fetches packages")
    add("--target", metavar="DIR", help=f"the program goes into {NAME} in this folder, as on a larger disk")
    add(
        "--no-service", action="store_true", help="do not have the system start the server; editors start it themselves"
    )
    add("--no-editors", action="store_true", help="put no plug-ins into editors")
    add("--no-space-check", action="store_true", help="try it even if the disk looks too small")
    return parser


def _cancel(*_: object) -> None:
    raise KeyboardInterrupt


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
