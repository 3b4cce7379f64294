"""What the doctor finds out about the server. None is started."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from restoration.cli.server_engine import CLIENT_NAME
from restoration.doctor import Finding
from server.client import RestorationClient
from server.connection import Connection, connection_path, is_local, read_connection
from server.launcher import find_python
from server.protocol import ProtocolError

#: Seconds within which a server must have said everything.
_PATIENCE_S = 3.0


@dataclass(frozen=True)
class AboutServer:
    """What was found.

    Attributes:
        findings: the lines.
        secrets: of the connection file; they must be in no report.
    """

    findings: list[Finding]
    secrets: tuple[str, ...] = ()


def server(own_version: str) -> AboutServer:
    """The connection file, the server if one runs, the Python that would start one, this machine's ports.

    Args:
        own_version: of this program.
    """
    findings = [_ports(), _python()]
    path = connection_path()
    try:
        connection = read_connection(path)
    except ProtocolError as error:
        public = f"the connection file cannot be used: {error.details.get('why', error.code)}"
        return AboutServer([*findings, Finding("Server", "broken", error.cause, error.remedy, public)])
    if connection is None:
        said = "none is running; editors start one when they need it"
        return AboutServer([*findings, Finding("Server", "ok", said)])
    private = Finding(
        "Connection", "ok", f"{path} is its owner's alone", public="the connection file is its owner's alone"
    )
    secrets = (connection.server_public_key, connection.client_public_key, connection.client_secret_key)
    hosts = (connection.endpoint, connection.endpoint.removeprefix("tcp://").rpartition(":")[0])
    return AboutServer([*findings, private, *_running(connection, own_version)], (*secrets, *hosts))


def _running(connection: Connection, own_version: str) -> list[Finding]:
    where = connection.endpoint if is_local(connection) else f"{connection.endpoint}, on another machine"
    public = "on this machine" if is_local(connection) else "on another machine"
    try:
        with RestorationClient.connect(CLIENT_NAME, start=False, deadline_s=_PATIENCE_S) as client:
            status = client.status()
    except ProtocolError as error:
        if is_local(connection) and error.code in ("no-server", "server-lost"):
            said = f"the one at {where} does not answer; the next that is started takes its place"
            remedy = f"If that happens again and again, end the process {connection.pid} by hand."
            return [Finding("Server", "warning", said, remedy, f"the one {public} does not answer")]
        remedy = error.remedy or "Try again; if it goes on, restart the server."
        if not is_local(connection):
            remedy += " A firewall on either machine must let its port through (TCP)."
        return [Finding("Server", "broken", error.cause, remedy, f"the one {public}: {error.code}")]
    return [_about(status, own_version, where, public), *_workers(status)]


def _about(status: dict[str, Any], own_version: str, where: str, public: str) -> Finding:
    uptime = timedelta(seconds=round(status.get("uptime", 0)))
    facts = f"version {status['version']}, for {uptime} h, {status.get('clients', 0)} clients, {_jobs(status)} jobs"
    sentence, public = f"runs at {where}: {facts}", f"runs {public}: {facts}"
    if own_version not in ("0", status["version"]):
        remedy = "Run: restore-old-photo stop. The next one is of this version."
        return Finding("Server", "warning", f"{sentence}; this program is {own_version}", remedy, public)
    return Finding("Server", "ok", sentence, public=public)


def _jobs(status: dict[str, Any]) -> int:
    return len(status.get("queue", []))


def _workers(status: dict[str, Any]) -> list[Finding]:
    states = {"asleep": "asleep, networks released", "idle": "idle, networks loaded", "busy": "busy"}
    return [
        Finding("Worker", "ok", f"{one['device']} ({one.get('name') or 'name unknown'}): {states.get(state, state)}")
        for one in status.get("workers", [])
        for state in [str(one["state"])]
    ]


def _python() -> Finding:
    try:
        python = find_python()
    except ProtocolError as error:
        return Finding("Server", "broken", error.cause, error.remedy, "its Python cannot be found or used")
    return Finding("Server", "ok", f"would be started by {python}", public="its Python is there")


def _ports() -> Finding:
    try:
        import zmq
    except ImportError:
        return Finding("Ports", "broken", "pyzmq cannot be loaded.", "Install the program again.")
    if not zmq.has("curve"):
        return Finding("Ports", "broken", "this pyzmq cannot encrypt.", "Run: pip install --force-reinstall pyzmq")
    try:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen(1)
            with socket.create_connection(listening.getsockname(), timeout=1.0):
                pass
    except OSError as error:
        remedy = "Allow Python to use 127.0.0.1 in your firewall or antivirus program."
        return Finding("Ports", "broken", f"none can be used on this machine ({error.strerror or error})", remedy)
    return Finding("Ports", "ok", "can be used on this machine; messages can be encrypted")
