"""Where networks run on this machine, and in which number format. No network is loaded."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

from restoration.doctor.finding import Finding

#: What makes convolutions fast, as Linux writes it.
_FLAGS = ("avx2", "avx512f", "avx512_bf16", "amx_tile", "amx_bf16", "asimd", "bf16")


def compute(cpu_facts: Path = Path("/proc/cpuinfo")) -> list[Finding]:
    """torch, the device that would be chosen, the processor.

    Args:
        cpu_facts: Linux's list of processors.
    """
    try:
        import torch

        from restoration.device import choose_compute, cpu_likes_bfloat16, free_device_memory
    except Exception as error:  # a damaged installation raises anything
        return [Finding("torch", "broken", f"torch cannot be loaded ({type(error).__name__}).", "Install torch again.")]
    chosen = choose_compute()
    build = f"CUDA {torch.version.cuda}" if torch.version.cuda else "ROCm" if torch.version.hip else "no CUDA"
    findings = [Finding("torch", "ok", f"{torch.__version__} ({build})")]
    if chosen.device.type == "cpu":
        findings.append(_cpu_chosen(bool(torch.version.cuda)))
    else:
        name = torch.cuda.get_device_name() if chosen.device.type == "cuda" else platform.processor() or "Apple GPU"
        free = free_device_memory(chosen) / 1e9
        findings.append(Finding("Device", "ok", f"{chosen.device.type}: {name}, {free:.1f} GB free"))
    name, flags = processor(cpu_facts)
    fast = cpu_likes_bfloat16()
    chooses = "bfloat16 is faster here and is used" if fast else "float32 is used, bfloat16 is not faster here"
    sentence = f"{name}, {torch.get_num_threads()} threads; has {', '.join(flags) or 'nothing special'}; {chooses}"
    findings.append(Finding("Processor", "ok", sentence))
    return findings


def _cpu_chosen(with_cuda: bool) -> Finding:
    if not (shutil.which("nvidia-smi") or Path("/proc/driver/nvidia/version").exists()):
        return Finding("Device", "ok", "cpu; there is no GPU that could be used")
    if with_cuda:
        return Finding("Device", "warning", "cpu; the NVIDIA GPU cannot be used", "Update the driver of the GPU.")
    return Finding(
        "Device",
        "warning",
        "cpu; there is an NVIDIA GPU, and this build of torch cannot use it",
        "Install the CUDA build of torch.",
    )


def processor(cpu_facts: Path) -> tuple[str, list[str]]:
    """The processor's name, and what it has of that which matters."""
    name, flags = platform.processor() or platform.machine(), set()
    if cpu_facts.is_file():
        for line in cpu_facts.read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                name = " ".join(value.split())
            elif key.strip() in ("flags", "Features"):
                flags |= set(value.split())
    return name, [flag for flag in _FLAGS if flag in flags]
