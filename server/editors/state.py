"""How the server is, as far as an editor needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ServerState:
    """How the server is.

    Attributes:
        kind: ``unknown`` before the first look, ``absent``, ``starting``, ``ready``, ``busy``, ``asleep``, or
            ``failed``: it cannot be had, or not be trusted.
        device: on which it computes: a name of the settings, such as ``cpu``; empty while that is not known.
        device_name: what that is in this machine, as its maker calls it.
        sentence: of ``failed``, cause and remedy.
        can_start: of ``failed``, whether starting a server may help.
        version: of the program that serves; empty if none does.
    """

    kind: str = "unknown"
    device: str = ""
    device_name: str = ""
    sentence: str = ""
    can_start: bool = False
    version: str = ""


def state_of(status: Mapping[str, Any]) -> ServerState:
    """What a ``status`` of docs/protocol.md means."""
    workers = [one for one in status.get("workers", []) if isinstance(one, Mapping)]
    states = {one.get("state") for one in workers}
    # A worker that sleeps is no worker for the user; one that starts is the server's starting.
    kinds = {"busy": "busy", "idle": "ready", "leaving": "asleep", "starting": "starting"}
    kind = next((kind for state, kind in kinds.items() if state in states), "asleep")
    awake = next((one for one in workers if one.get("state") in ("busy", "idle")), {})
    return ServerState(
        kind,
        device=_text(awake.get("device")),
        device_name=_text(awake.get("name")) or _text(awake.get("device")),
        version=_text(status.get("version")),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
