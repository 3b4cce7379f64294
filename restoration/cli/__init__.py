"""The command line: ``restore-old-photo``, or ``python -m restoration.cli``. One file a command.

A further command is a further file here, with a function whose parameters are its arguments and options, as typer has
it, and one line in ``SECTIONS`` of ``restoration.cli.app``. Errors, Ctrl-C and the exit status are seen to there, for
all commands alike: a command raises a ``RestorationError`` and is done.

What takes long to import (torch, and all that imports it: presets, pipeline, networks) is imported in the functions
that need it, so that ``--help`` and a mistyped option answer at once.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and exit."""
    # Names of files may hold bytes that are no text: scripts get them back as they were.
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="surrogateescape" if os.name == "posix" else "backslashreplace")
    try:
        from restoration.cli.app import app

        app(prog_name="restore-old-photo")
    except KeyboardInterrupt:  # outside any command: while it is being imported
        sys.stderr.write("Cancelled.\n")
        sys.exit(130)
    finally:
        # An interrupt that came out of an exec() of text, which imports make use of, lets CPython end with that signal
        # and not with the status that is asked for; another exec() makes it forget.
        exec("pass")
