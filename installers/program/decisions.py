"""From the facts of a machine to a plan. Pure: nothing is looked at, and nothing changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from installers.errors import InstallError
from installers.program.facts import Facts

#: What may be asked of ``--torch``, ``--with``.
TORCHES = ("auto", "cuda", "rocm", "mps", "cpu")
TOOLS = ("auto", "uv", "pip")
MIN_PYTHON = (3, 10)
#: Bytes that each build of torch needs on the disk while it is installed, with all the rest: the download, and what is
#: unpacked of it. The last from a measured 1.5 GB that stay, the others from the sizes of their archives, rounded up.
NEEDED = {"cuda": 12 << 30, "rocm": 24 << 30, "mps": 3 << 30, "cpu": 3 << 30}
_SYSTEMS = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}


@dataclass(frozen=True)
class Wishes:
    """What the user has asked for.

    Attributes:
        torch: one of ``TORCHES``.
        tool: one of ``TOOLS``.
        service: whether the server may be started at login, or from a menu.
        editors: whether plug-ins are put into editors.
        check_space: whether to refuse what will not fit.
    """

    torch: str = "auto"
    tool: str = "auto"
    service: bool = True
    editors: bool = True
    check_space: bool = True


@dataclass(frozen=True)
class Plan:
    """What is going to be done.

    Attributes:
        torch: ``cuda``, ``rocm``, ``mps`` or ``cpu``.
        tool: ``uv``, one that is there; ``fetched-uv``, one that pip fetches for the while; ``pip``.
        backend: for uv's ``--torch-backend``; empty: torch comes from where all else comes from.
        seed: how pip comes into the environment: ``ensurepip``, ``pip`` (that of this Python), ``uv``.
        service: how the server can be started: ``systemd``, ``launchd``, ``menu``; none, one or two.
        editors: whether plug-ins are put into editors.
        needed: bytes.
        because: sentences for the user: what was found, and what follows from it.
    """

    torch: str
    tool: str
    backend: str
    seed: str
    service: tuple[str, ...]
    editors: bool
    needed: int
    because: tuple[str, ...]


def decide(facts: Facts, wishes: Wishes) -> Plan:
    """The plan for a machine.

    Raises:
        InstallError: the program cannot be installed there, or not as it was asked for.
    """
    _check(facts)
    torch, because = _torch(facts, wishes.torch)
    tool = _tool(facts, torch, wishes.tool)
    plan = Plan(
        torch=torch,
        tool=tool,
        backend=_backend(facts, torch, tool),
        seed=_seed(facts, tool),
        service=_service(facts) if wishes.service else (),
        editors=wishes.editors,
        needed=_needed(facts, torch, tool),
        because=(because,),
    )
    if wishes.check_space:
        check_space(facts, plan)
    return plan


def without_uv(facts: Facts, plan: Plan, check: bool) -> Plan:
    """The plan where uv has failed: pip, with whichever build of torch it is offered.

    Raises:
        InstallError: that one does not fit.
    """
    large = _is_large(facts) and plan.torch != "cuda"
    offered = "the build for CUDA, which is larger than you need" if large else "the build for this system"
    told = f"uv could not install torch, so pip does: it takes what its index offers, usually {offered}."
    needed = _needed(facts, plan.torch, "pip")
    plan = replace(plan, tool="pip", backend="", needed=needed, because=(*plan.because, told))
    if check:
        check_space(facts, plan)
    return plan


def check_space(facts: Facts, plan: Plan) -> None:
    """Refuse what will not fit.

    Raises:
        InstallError: there is less space than that.
    """
    if facts.free < plan.needed:
        raise InstallError(
            f"The disk has {_gb(facts.free)} free, and up to {_gb(plan.needed)} are needed while installing.",
            "Make room, or name a folder on another disk with --target; --no-space-check tries all the same.",
        )


def _check(facts: Facts) -> None:
    """Refuse machines that there is no torch for, and users who are somebody else."""
    if facts.sudo:
        raise InstallError(
            f"This was started with sudo, so the files would be root's and not {facts.sudo}'s.",
            "Run it without sudo; it needs no rights but yours.",
        )
    system = _SYSTEMS.get(facts.system)
    if system is None:
        raise InstallError(
            f"There is no installer for {facts.system}.",
            "Install with pip there: docs/install.md says how.",
        )
    if facts.python < MIN_PYTHON:
        raise InstallError(
            f"This is Python {facts.python[0]}.{facts.python[1]}, and 3.10 or later is needed.",
            "Install a newer Python, or uv, which brings one.",
        )
    if facts.bits != 64:
        raise InstallError("This Python is one of 32 bits, for which there is no torch.", "Install one of 64 bits.")
    if facts.system == "darwin" and facts.machine == "x86_64":
        raise InstallError(
            "There is no current torch for Macs with an Intel processor (or this Python runs under Rosetta).",
            "On Apple silicon use a Python for arm64; otherwise use another machine as a server (docs/install.md).",
        )


def _torch(facts: Facts, wanted: str) -> tuple[str, str]:
    """Which build of torch, and why."""
    cards = {
        "cuda": ", ".join(facts.nvidia) if facts.system != "darwin" else "",
        "rocm": ", ".join(facts.amd) if facts.system == "linux" else "",
        "mps": "the graphics of an Apple chip" if facts.apple_silicon else "",
    }
    if wanted == "cpu":
        return "cpu", "As asked for, torch for the processor alone."
    if wanted == "auto":
        for torch, card in cards.items():
            if card:
                return torch, f"Found {card}: torch for {torch.upper() if torch != 'rocm' else 'ROCm'}."
        return "cpu", "No graphics card was found that torch can use: torch for the processor alone."
    if not cards[wanted]:
        remedy = {
            "cuda": "Install NVIDIA's driver, or leave out --torch.",
            "rocm": "Install ROCm on Linux, or leave out --torch.",
            "mps": "It is for Macs with Apple silicon: leave out --torch.",
        }[wanted]
        raise InstallError(f"No graphics card for {wanted!r} was found.", remedy)
    return wanted, f"Found {cards[wanted]}: torch for it, as asked for."


def _tool(facts: Facts, torch: str, wanted: str) -> str:
    """uv where the ordinary index has not the right build of torch, and where it is there anyway; else pip."""
    if wanted == "uv" or (wanted == "auto" and facts.uv):
        if not facts.uv and not (facts.ensurepip or facts.pip):
            raise _no_pip(facts)
        return "uv" if facts.uv else "fetched-uv"
    if wanted == "pip":
        return "pip"
    # On Linux that one is for CUDA, gigabytes that are of no use without it; on Windows it is for the processor.
    elsewhere = _is_large(facts) or (facts.system == "win32" and torch == "cuda")
    return "fetched-uv" if elsewhere else "pip"


def _is_large(facts: Facts) -> bool:
    """Whether the build of torch in the ordinary index is that for CUDA."""
    return facts.system == "linux" and facts.machine == "x86_64"


def _needed(facts: Facts, torch: str, tool: str) -> int:
    return NEEDED["cuda" if tool == "pip" and torch != "rocm" and _is_large(facts) else torch]


def _backend(facts: Facts, torch: str, tool: str) -> str:
    """For uv. ``auto`` lets it choose the version of CUDA or ROCm that the driver can do."""
    if tool == "pip" or torch == "mps":
        return ""
    if torch == "cpu":
        return "cpu"
    both = facts.nvidia and facts.amd and torch == "rocm"
    if both:
        raise InstallError(
            "This machine has cards of NVIDIA and of AMD, and uv chooses the first.",
            "Leave out --torch, or install torch for ROCm by hand as its own page says.",
        )
    return "auto"


def _seed(facts: Facts, tool: str) -> str:
    if facts.ensurepip:
        return "ensurepip"
    if facts.pip:
        return "pip"
    if tool == "uv":
        return "uv"
    raise _no_pip(facts)


def _no_pip(facts: Facts) -> InstallError:
    version = f"{facts.python[0]}.{facts.python[1]}"
    if facts.system == "linux":
        remedy = "Install it (on Debian and Ubuntu: sudo apt install python3-venv), or uv, then run this again."
        return InstallError(f"This Python {version} cannot make environments: its part venv is missing.", remedy)
    return InstallError(f"This Python {version} has no pip.", "Install Python anew, or uv, then run this again.")


def _service(facts: Facts) -> tuple[str, ...]:
    if facts.system == "darwin":
        return ("launchd",)
    if facts.system == "win32":
        return ("menu",)
    return (*(("systemd",) if facts.systemd else ()), *(("menu",) if facts.desktop else ()))


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
