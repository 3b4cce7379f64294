"""``restore-old-photo serve | status | stop | logs``."""

from __future__ import annotations

import json
import time
from collections import deque
from typing import Annotated, Any

import typer

from restoration.cli.options import DeviceOption
from restoration.cli.reporting import UsageError
from restoration.errors import RestorationError, SettingsError
from restoration.settings import Settings

#: How long ``stop`` waits for the server to be gone, in seconds.
_STOP_S = 10.0


def serve(
    device: DeviceOption = "auto",
    idle: Annotated[
        float,
        typer.Option("--idle", metavar="MINUTES", help="Release the networks after so long without a job; 0: never."),
    ] = 10.0,
    cache: Annotated[
        float | None,
        typer.Option(
            "--cache",
            metavar="GB",
            help="What may be kept of earlier results, so that a changed setting costs little.",
            show_default="an eighth of what is free, at most 2",
        ),
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(
            "--listen",
            metavar="ADDRESS[:PORT]",
            help="Serve other machines, too: those that have a copy of the client file, whose place is printed.",
        ),
    ] = None,
    announce: Annotated[
        str | None,
        typer.Option(
            "--announce",
            metavar="HOST[:PORT]",
            envvar="RESTORE_OLD_PHOTO_ANNOUNCE",
            help="With --listen: how other machines reach this one, where that is not the address at which it listens.",
        ),
    ] = None,
) -> None:
    """Run the server, which keeps the networks loaded for the editors. Ends with Ctrl-C or "stop".

    Editors, and "restore --server", start it by themselves.
    """
    Settings(device=device)  # type: ignore[arg-type] # it checks, in the words that are used everywhere
    if idle < 0 or (cache is not None and cache <= 0):
        raise SettingsError("Minutes and gigabytes cannot be below 0.", "Give a positive number.")
    from server.connection import connection_path
    from server.protocol import ProtocolError
    from server.serve import ServeOptions, client_file
    from server.serve import serve as run

    path = connection_path()
    typer.echo(f"Serving; the connection file is {path}", err=True)
    if listen is not None:
        typer.echo(f"Copy {client_file(path)} to the other machine, and name it there in", err=True)
        typer.echo("RESTORE_OLD_PHOTO_CONNECTION. Whoever has it can use this server.", err=True)
    cache_bytes = None if cache is None else int(cache * 1e9)
    try:
        options = ServeOptions(
            device=device, idle_s=idle * 60, listen=listen, announce=announce, cache_bytes=cache_bytes
        )
        served = run(options)
    except ProtocolError as error:
        raise UsageError(error.cause, error.remedy) from error
    if not served:
        raise RestorationError("A server runs already.", 'See "restore-old-photo status", or end it with "stop".')


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Everything, for programs.")] = False,
) -> None:
    """Say whether the server runs, and what it does. Exit status 1 if it does not."""
    with _client() as client:
        facts = {key: value for key, value in client.status().items() if key not in ("v", "type", "request")}
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
        return
    typer.echo(f"Version {facts['version']}, protocol {facts['protocol']}, pid {facts['pid']}, at {facts['endpoint']}")
    for worker in facts["workers"]:
        typer.echo(f"{worker['device']}: {worker['state']}" + (f", pid {worker['pid']}" if worker["pid"] else ""))
    for job in facts["queue"]:
        where = f"{job['stage']} {job['fraction']:.0%}" if job["stage"] else job["state"]
        typer.echo(f"job of {job['client']}: {where}")


def stop() -> None:
    """End the server. Jobs that run end with an error in their editor."""
    from server.connection import connection_path, is_local, read_connection

    path = connection_path()
    with _client() as client:
        connection, pid = read_connection(path), client.status()["pid"]
        client.shutdown()
    end = time.monotonic() + _STOP_S
    # The server removes its file when it ends; a copy on another machine stays.
    while time.monotonic() < end and (connection is None or is_local(connection)):
        if not path.exists():
            return
        time.sleep(0.05)
    if not _answers():
        return
    raise RestorationError(f"The server (pid {pid}) does not end.", "End the process by hand.")


def logs(
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many of the last lines.")] = 50,
    worker: Annotated[bool, typer.Option("--worker", help="The log of the process that restores.")] = False,
) -> None:
    """Show the end of the server's log. Its place goes to stderr."""
    from server.connection import log_folder

    path = log_folder() / ("worker.log" if worker else "server.log")
    if not path.is_file():
        raise RestorationError(f"There is no log {path}.", "The server has not run yet.")
    typer.echo(str(path), err=True)
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in deque(file, maxlen=lines):
            typer.echo(line, nl=False)


def _answers() -> bool:
    from restoration.cli.server_engine import ServerLostError

    try:
        _client().close()
    except ServerLostError:
        return False
    return True


def _client() -> Any:
    from restoration.cli.server_engine import CLIENT_NAME, as_restoration_error
    from server.client import RestorationClient
    from server.protocol import ProtocolError

    try:
        return RestorationClient.connect(CLIENT_NAME, start=False)
    except ProtocolError as error:
        raise as_restoration_error(error) from error
