"""What is planned for machines that are not here, from facts that were written down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from installers.errors import InstallError
from installers.program.decisions import NEEDED, Wishes, decide, without_uv
from installers.program.facts import Facts, facts_of

MACHINES = json.loads(Path(__file__).with_name("machines.json").read_text("utf-8"))
PLANNED = [name for name, machine in MACHINES.items() if "plan" in machine]
REFUSED = [name for name, machine in MACHINES.items() if "refused" in machine]
LINUX = Facts("linux", "x86_64", (3, 11))


def facts(name: str) -> Facts:
    return facts_of(MACHINES[name]["facts"])


@pytest.mark.parametrize("name", PLANNED)
def test_the_plan_for(name):
    plan = decide(facts(name), Wishes())
    wanted = MACHINES[name]["plan"]
    assert {field: getattr(plan, field) for field in wanted} == {**wanted, "service": tuple(wanted["service"])}
    assert plan.needed == NEEDED[wanted["torch"]]
    assert plan.editors
    assert len(plan.because) == 1


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_a_sentence_with_a_remedy(name):
    with pytest.raises(InstallError) as caught:
        decide(facts(name), Wishes())
    assert MACHINES[name]["refused"] in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("name", PLANNED)
def test_torch_for_the_processor_can_be_had_everywhere(name):
    assert decide(facts(name), Wishes(torch="cpu")).torch == "cpu"


@pytest.mark.parametrize("torch", ["cuda", "rocm", "mps"])
def test_a_card_that_is_not_there_is_refused(torch):
    with pytest.raises(InstallError, match=f"No graphics card for '{torch}' was found"):
        decide(LINUX, Wishes(torch=torch))


def test_of_two_cards_the_one_that_uv_would_take_is_taken_and_the_other_refused():
    both = Facts("linux", "x86_64", (3, 11), nvidia=("NVIDIA T4",), amd=("Radeon",))
    assert decide(both, Wishes()).torch == "cuda"
    with pytest.raises(InstallError, match="uv chooses the first"):
        decide(both, Wishes(torch="rocm"))


@pytest.mark.parametrize(("uv", "tool"), [("", "fetched-uv"), ("/usr/bin/uv", "uv")])
def test_a_tool_can_be_chosen(uv, tool):
    machine = Facts("win32", "AMD64", (3, 12), uv=uv)
    assert decide(machine, Wishes(tool="uv")).tool == tool
    assert decide(machine, Wishes(tool="pip")).tool == "pip"


def test_what_is_not_wanted_is_left_out():
    machine = Facts("linux", "x86_64", (3, 11), systemd=True, desktop=True)
    plan = decide(machine, Wishes(service=False, editors=False))
    assert (plan.service, plan.editors) == ((), False)


def test_space_is_not_asked_for_where_that_is_wanted():
    assert decide(Facts("linux", "x86_64", (3, 11), free=1), Wishes(check_space=False)).torch == "cpu"


def test_without_uv_pip_goes_on_and_the_user_is_told_what_it_takes():
    plan = without_uv(LINUX, decide(LINUX, Wishes()), check=True)
    assert (plan.tool, plan.backend) == ("pip", "")
    assert "the build for CUDA, which is larger than you need" in plan.because[-1]
    assert plan.needed == NEEDED["cuda"]
    small = Facts("linux", "x86_64", (3, 11), free=NEEDED["cpu"])
    with pytest.raises(InstallError, match=r"up to 12\.9 GB are needed"):
        without_uv(small, decide(small, Wishes()), check=True)
    windows = Facts("win32", "AMD64", (3, 12), nvidia=("NVIDIA T4",))
    assert "the build for this system" in without_uv(windows, decide(windows, Wishes()), check=True).because[-1]


def test_facts_can_be_written_down():
    machine = Facts("linux", "x86_64", (3, 11), nvidia=("NVIDIA T4",), free=7)
    assert facts_of(json.loads(json.dumps(machine.plain()))) == machine
