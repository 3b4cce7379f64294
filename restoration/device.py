"""What this machine can do, and what to pick: the device and the number format that is fastest on it."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import nn
from torch.nn import functional as F

from restoration.errors import DeviceError
from restoration.memory import free_memory


@dataclass(frozen=True)
class Compute:
    """Where and in which format networks run.

    Attributes:
        device: "cpu", "cuda" or "mps".
        dtype: format of convolutions under autocast; float32 means no autocast.
    """

    device: torch.device
    dtype: torch.dtype

    def autocast(self) -> torch.autocast:
        """A context in which convolutions run in ``dtype``."""
        return torch.autocast(self.device.type, dtype=self.dtype, enabled=self.dtype != torch.float32)


def choose_compute(name: str = "auto") -> Compute:
    """The device by name, or the best there is, with its fastest format.

    Args:
        name: auto, cpu, cuda or mps.

    Raises:
        DeviceError: this machine, or this build of torch, has no such device.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    if name == "cuda":
        if not torch.cuda.is_available():
            raise DeviceError("No CUDA device can be used.", "Choose cpu, or install the CUDA build of torch.")
        return Compute(torch.device("cuda"), torch.float16)
    if name == "mps":
        if not torch.backends.mps.is_available():
            raise DeviceError("No Apple GPU (MPS) can be used.", "Choose cpu.")
        return Compute(torch.device("mps"), torch.float32)
    if name == "cpu":
        return Compute(torch.device("cpu"), torch.bfloat16 if cpu_likes_bfloat16() else torch.float32)
    raise DeviceError(f"There is no device {name!r}.", "Choose auto, cpu, cuda or mps.")


Network = TypeVar("Network", bound=nn.Module)


def place(network: Network, compute: Compute) -> Network:
    """Moves a network to its device, in the memory layout in which convolutions run fastest."""
    network.to(compute.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload] # not in torch's stubs
    return network


def release_memory(compute: Compute) -> None:
    """Gives back to the device what torch keeps there for later."""
    if compute.device.type == "cuda":
        torch.cuda.empty_cache()
    elif compute.device.type == "mps":
        torch.mps.empty_cache()


def free_device_memory(compute: Compute) -> int:
    """Bytes that networks could have where they run; on the CPU those of the machine.

    On a GPU, what torch has reserved there and does not use counts as free.
    """
    device = compute.device
    if device.type == "cuda":
        unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0] + unused)
    if device.type == "mps":
        return max(0, int(torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory()))
    return free_memory()


@functools.cache
def cpu_likes_bfloat16() -> bool:
    """Whether bfloat16 convolutions are faster here than float32 ones.

    CPUs with AMX run them several times faster, those without emulate them several times slower, and no flag that
    torch shows tells the two apart on every system: so one small convolution is timed in both formats, once.
    """

    def seconds(dtype: torch.dtype) -> float:
        x = torch.randn(1, 64, 48, 48).to(dtype).to(memory_format=torch.channels_last)
        weight = torch.randn(64, 64, 3, 3).to(dtype).to(memory_format=torch.channels_last)
        best = float("inf")
        with torch.inference_mode():
            for _ in range(4):  # the first call prepares the kernel
                start = time.perf_counter()
                F.conv2d(x, weight, padding=1)
                best = min(best, time.perf_counter() - start)
        return best

    return seconds(torch.bfloat16) < 0.7 * seconds(torch.float32)
