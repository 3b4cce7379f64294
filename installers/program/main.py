"""The command line of the installers."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from installers.errors import InstallError
from installers.program.decisions import TOOLS, TORCHES, Wishes, decide
from installers.program.install import Job, install
from installers.program.looking import look
from installers.program.marker import read_marker
from installers.program.places import places
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
    target = _target(options.target, mine.marker) or mine.data / "program"
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
    if not _agreed("Remove it?", yes):
        return 0
    uninstall(mine, _say)
    _say("Removed. If Krita or GIMP is running, restart it.")
    return 0


def _target(named: str | None, marker: Path) -> Path | None:
    """The folder that the user has named, now or when it was installed before."""
    if named is not None:
        return Path(named).expanduser().absolute()
    before = read_marker(marker)
    return Path(before.target) if before is not None and before.environment else None


def _agreed(question: str, yes: bool) -> bool:
    """Whether the user agrees; who cannot be asked has agreed by starting this."""
    if yes or sys.stdin is None or not sys.stdin.isatty():
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
    add("--yes", action="store_true", help="do not ask")
    add("--torch", choices=TORCHES, default="auto", help="which build of torch; auto looks at the graphics card")
    add("--with", dest="tool", choices=TOOLS, default="auto", help="which tool fetches packages")
    add("--target", metavar="DIR", help="a folder for the program, such as one on a larger disk")
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
