"""``restore-old-photo doctor``."""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from restoration.atomic_file import atomic_file, check_output
from restoration.cli.reporting import EXIT_FAILED, log_file
from restoration.doctor import Finding

_log = logging.getLogger("restoration.cli.doctor")

#: No check may take longer, whatever hangs, in seconds.
_PATIENCE_S = 20.0
_LOOKS = {"ok": "green", "note": "cyan", "warning": "yellow", "broken": "red"}
_WIDTH_WITHOUT_TERMINAL = 300


def doctor(
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help="Also write a text for a bug report, without anything private."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, for programs.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the report.")] = False,
) -> None:
    """Look at this installation, and say what is wrong and what to do. Exit status 1 if something is broken.

    Starts no server and loads no networks.
    """
    if report is not None:
        check_output(report, overwrite=force)
    # In this thread, one after the other: what is imported here is not imported by two threads at once below.
    from installers.assembling import program_version
    from restoration.cli.doctor_editors import editors
    from restoration.cli.doctor_server import AboutServer, server
    from restoration.doctor.compute import compute
    from restoration.doctor.models import models
    from restoration.doctor.program import program
    from restoration.doctor.space import disks, memory
    from server.connection import data_folder

    own = program_version()
    about: list[AboutServer] = []

    def ask_server() -> list[Finding]:
        about.append(server(own))
        return about[0].findings

    checks: dict[str, Callable[[], list[Finding]]] = {
        "Program": program,
        # Together, because both load torch.
        "Device": lambda: [*compute(), *models()],
        "Memory": lambda: [memory(), *disks(data_folder())],
        "Server": ask_server,
        "Editors": lambda: editors(own),
    }
    findings = run_checks(checks, _PATIENCE_S)
    errors = [error for error in _errors() if error is not None]
    newest = max(errors, key=lambda error: error.when, default=None)
    if newest is not None:
        said = f"{newest.when}, {newest.brief()} ({newest.path})"
        findings.append(Finding("Last error", "note", said, public=newest.when))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in findings], indent=2))
    else:
        _print(findings)
    if report is not None:
        from restoration.doctor.report import report as text_of

        with atomic_file(report, overwrite=force) as file:
            file.write(text_of(findings, errors, about[0].secrets if about else ()).encode())
        typer.echo(f"The report is in {report}. Have a look at it before you send it.", err=True)
    if any(one.state == "broken" for one in findings):
        raise typer.Exit(EXIT_FAILED)


def run_checks(checks: dict[str, Callable[[], list[Finding]]], patience_s: float) -> list[Finding]:
    """What all checks find, in their order; they run side by side.

    A check that fails is a finding; one that does not end in time is a warning.

    Args:
        checks: by the topic that is named if one fails.
        patience_s: for all of them.
    """
    found: dict[str, list[Finding]] = {}

    def run(topic: str) -> None:
        try:
            found[topic] = checks[topic]()
        except Exception as error:
            _log.exception("The check of %s failed.", topic)
            said = f"this check failed ({type(error).__name__}); the details are in the log"
            found[topic] = [Finding(topic, "broken", said, "Please report this.")]

    threads = {topic: threading.Thread(target=run, args=(topic,), daemon=True) for topic in checks}
    for thread in threads.values():
        thread.start()
    end = time.monotonic() + patience_s
    findings: list[Finding] = []
    for topic, thread in threads.items():
        thread.join(max(0.0, end - time.monotonic()))
        # Nothing is known to be wrong: torch alone takes as long to load from a slow disk for the first time.
        late = Finding(topic, "warning", f"this check did not end within {patience_s:.0f} s", "Try again.")
        findings += found.get(topic, [late])
    return findings


def _errors() -> list[Any]:
    from restoration.doctor.log_ends import last_error
    from server.connection import log_folder

    return [last_error(path) for path in (log_file(), *sorted(log_folder().glob("*.log")))]


def _print(findings: list[Finding]) -> None:
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL, highlight=False, emoji=False)
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True)
    topic = ""
    for one in findings:
        from rich.text import Text

        shown = "" if one.topic == topic else one.topic
        topic = one.topic
        table.add_row(shown, Text(one.sentence), Text(one.state, style=_LOOKS[one.state]))
        if one.remedy and one.state != "ok":
            table.add_row("", Text(f"→ {one.remedy}", style=_LOOKS[one.state]), "")
    console.print(table)
    broken = sum(one.state == "broken" for one in findings)
    warnings = sum(one.state == "warning" for one in findings)
    if broken or warnings:
        console.print(f"\n{broken} broken, {warnings} warnings. By symptom: docs/troubleshooting.md")
    else:
        console.print("\nAll is well.")
