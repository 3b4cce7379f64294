"""Each check, with a machine that is well and one that is not."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import psutil
import pytest

from restoration.cli.doctor import run_checks
from restoration.doctor import Finding
from restoration.doctor.compute import compute, processor
from restoration.doctor.log_ends import last_error
from restoration.doctor.models import bundled, official
from restoration.doctor.program import environment, packages
from restoration.doctor.space import disk, memory
from restoration.weights.registry import BUNDLED, is_there


def test_packages_that_are_missing_or_old_are_named():
    assert packages(["numpy>=1", "torch", "tensorboard>=2; extra == 'train'"]).state == "ok"
    found = packages(["numpy>=99", "no-such-package-of-ours>=1", "torch"])
    assert found.state == "broken"
    assert "no-such-package-of-ours is missing" in found.sentence
    assert "wanted >=99" in found.sentence
    assert "torch" not in found.sentence


def test_variables_are_named_to_others_without_their_values(monkeypatch):
    monkeypatch.setenv("RESTORE_OLD_PHOTO_MODELS", "/srv/secret")
    (found,) = environment()
    assert "/srv/secret" in found.sentence
    assert found.for_others() == "Set: RESTORE_OLD_PHOTO_MODELS"


def test_the_processor_as_linux_tells_of_it(tmp_path):
    facts = tmp_path / "cpuinfo"
    facts.write_text("model name\t: Some  CPU 9\nflags\t\t: fpu avx2 amx_bf16 amx_tile\n\nmodel name\t: Some  CPU 9\n")
    assert processor(facts) == ("Some CPU 9", ["avx2", "amx_tile", "amx_bf16"])


@pytest.mark.parametrize(
    ("fast", "said"), [(True, "bfloat16 is faster here and is used"), (False, "float32 is used, bfloat16 is not")]
)
def test_what_the_probe_chose_is_said(monkeypatch, tmp_path, fast, said):
    monkeypatch.setattr("restoration.device.cpu_likes_bfloat16", lambda: fast)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)
    found = {one.topic: one for one in compute(tmp_path / "none")}
    assert said in found["Processor"].sentence
    assert found["Device"].sentence.startswith("cpu")


def test_a_graphics_card_that_torch_cannot_use_is_a_warning(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)
    monkeypatch.setattr("torch.version.cuda", None)
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    found = {one.topic: one for one in compute()}["Device"]
    assert found.state == "warning"
    assert found.remedy == "Install the CUDA build of torch."


def limited(root: Path, limit: int, used: int) -> Path:
    """A file system in which this process is in a control group of version 2."""
    group = root / "sys/fs/cgroup/box"
    group.mkdir(parents=True)
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text("0::/box\n")
    (group / "memory.max").write_text(f"{limit}\n")
    (group / "memory.current").write_text(f"{used}\n")
    (group / "memory.stat").write_text("inactive_file 0\n")
    return root


@pytest.mark.parametrize(("limit", "state"), [(300_000_000, "broken"), (1_000_000_000, "warning"), (None, "ok")])
def test_memory_is_that_of_the_container(tmp_path, limit, state, monkeypatch):
    machine = psutil.virtual_memory()._replace(total=16_000_000_000, available=12_000_000_000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: machine)
    found = memory(tmp_path if limit is None else limited(tmp_path, limit, 0))
    assert found.state == state
    assert ("container" in found.sentence) == (limit is not None)
    assert f"{(limit or 12e9) / 1e9:.1f} GB free" in found.sentence


def test_a_disk_without_space_and_a_folder_that_may_not_be_written(tmp_path, monkeypatch):
    assert disk("data", tmp_path / "not" / "there").state == "ok"
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert "may not be written to" in disk("data", tmp_path).sentence
    monkeypatch.undo()
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 9, 1_000_000))
    assert disk("data", tmp_path).state == "broken"
    assert str(tmp_path) not in disk("data", tmp_path).for_others()


@pytest.mark.skipif(not all(map(is_there, BUNDLED)), reason="the bundled weights are not there")
def test_bundled_weights_are_compared_with_their_sums(tmp_path, monkeypatch):
    import restoration.weights

    assert bundled().state == "ok"
    shutil.copytree(Path(restoration.weights.__file__).parent / "bundled", tmp_path / "bundled")
    monkeypatch.setattr(restoration.weights, "__file__", str(tmp_path / "__init__.py"))
    with (tmp_path / "bundled" / f"{BUNDLED[0].name}.safetensors").open("r+b") as file:
        file.write(b"x")
    (tmp_path / "bundled" / f"{BUNDLED[1].name}.safetensors").unlink()
    found = bundled()
    assert found.state == "broken"
    assert f"{BUNDLED[0].name} is not the file that was released; {BUNDLED[1].name} is missing" in found.sentence


def test_official_networks_are_counted(complete, tmp_path):
    assert official(tmp_path).state == "ok"
    assert "9 of 9" in official(complete).sentence
    some = shutil.copytree(complete, tmp_path / "some")
    shutil.rmtree(some / "Face_Enhancement")
    found = official(some)
    assert found.state == "warning"
    assert "7 of 9" in found.for_others()
    assert str(tmp_path) not in found.for_others()


def test_the_last_error_of_a_log(tmp_path):
    log = tmp_path / "server.log"
    log.write_text(
        "2026-01-01 10:00:00,000 ERROR server: first\nTraceback\nValueError: one\n"
        "2026-01-01 11:00:00,000 WARNING server: in between\n"
        "2026-01-01 12:00:00,000 ERROR server: second\nTraceback (most recent call last):\nKeyError: 'two'\n"
        "2026-01-01 13:00:00,000 INFO server: later\n"
    )
    found = last_error(log)
    assert found is not None
    assert (found.when, found.brief()) == ("2026-01-01 12:00:00", "KeyError: 'two'")
    assert len(found.lines) == 3
    assert last_error(tmp_path / "none.log") is None


def test_a_check_that_hangs_and_one_that_fails_keep_no_other_from_its_line():
    def fails() -> list[Finding]:
        raise KeyError("x")

    # The patience is long enough for a slow machine to run the other two, and far less than the one hangs.
    patience_s, hangs_s = 2.0, 120.0
    released = threading.Event()
    started = time.monotonic()
    found = run_checks(
        {"One": fails, "Two": lambda: released.wait(hangs_s) and [], "Three": lambda: [Finding("Three", "ok", "well")]},
        patience_s,
    )
    assert patience_s <= time.monotonic() - started < hangs_s / 2
    released.set()
    # Of what did not end nothing is known: a slow disk is no broken installation.
    assert [(one.topic, one.state) for one in found] == [("One", "broken"), ("Two", "warning"), ("Three", "ok")]
    assert "KeyError" in found[0].sentence
    assert "did not end" in found[1].sentence
