"""What programs say of graphics cards, as it was recorded; and this machine."""

from __future__ import annotations

import platform
import sys

import pytest

from installers.program.looking import amd_cards, look, nearest, nvidia_cards
from installers.program.places import places

ROCMINFO = """
=====================
HSA Agents
=====================
*******
Agent 1
*******
  Name:                    AMD Ryzen 9 5950X 16-Core Processor
  Marketing Name:          AMD Ryzen 9 5950X 16-Core Processor
  Device Type:             CPU
*******
Agent 2
*******
  Name:                    gfx1100
  Marketing Name:          Radeon RX 7900 XT
  Device Type:             GPU
"""


@pytest.mark.parametrize(
    ("said", "cards"),
    [
        ("NVIDIA GeForce RTX 3060\nNVIDIA T4\n", ("NVIDIA GeForce RTX 3060", "NVIDIA T4")),
        ("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", ()),
        ("No devices were found\n", ()),
        ("", ()),
    ],
)
def test_cards_of_nvidia(said, cards):
    assert nvidia_cards(said) == cards


def test_cards_of_amd_are_those_agents_that_are_no_processor():
    assert amd_cards(ROCMINFO) == ("Radeon RX 7900 XT",)
    assert amd_cards("ROCk module is NOT loaded, possibly no GPU devices") == ()


def test_this_machine(monkeypatch, home):
    target = home / "not" / "there" / "yet"
    seen = look(places({"HOME": str(home)}, "linux"), target, {"PATH": f"/usr/bin:{home}/.local/bin"})
    assert seen.machine == platform.machine()
    assert seen.python == sys.version_info[:2]
    assert seen.bits == 64
    assert 0 < seen.free < 1 << 60
    assert seen.command_found
    assert not look(places({"HOME": str(home)}, "linux"), target, {"PATH": "/usr/bin"}).command_found
    assert nearest(target) == home


@pytest.mark.parametrize(
    ("version", "counts"), [("22.0.2", False), ("22.2.2", False), ("22.3", True), ("22.10", True), ("23.0.1", True)]
)
def test_a_pip_that_cannot_install_for_another_python_is_none(monkeypatch, tmp_path, home, version, counts):
    (tmp_path / "pip").mkdir()
    (tmp_path / "pip" / "__init__.py").touch()
    (tmp_path / f"pip-{version}.dist-info").mkdir()
    (tmp_path / f"pip-{version}.dist-info" / "METADATA").write_text(f"Name: pip\nVersion: {version}\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert look(places({"HOME": str(home)}, "linux"), home, {"PATH": ""}).pip == counts


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
def test_sudo_is_seen(monkeypatch, home):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    mine = places({"HOME": str(home)}, "linux")
    assert look(mine, home, {"PATH": "", "SUDO_USER": "maria"}).sudo == "maria"
    assert look(mine, home, {"PATH": ""}).sudo == ""
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert look(mine, home, {"PATH": "", "SUDO_USER": "maria"}).sudo == ""
