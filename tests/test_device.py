"""Which device is picked, and what is said where it is not there."""

import pytest
import torch

from restoration.device import choose_compute
from restoration.errors import DeviceError


def test_the_cpu_is_always_there():
    compute = choose_compute("cpu")
    assert compute.device.type == "cpu"
    assert compute.dtype in (torch.float32, torch.bfloat16)


def test_auto_finds_something_that_computes():
    compute = choose_compute("auto")
    with compute.autocast():
        assert torch.ones(2, 2, device=compute.device).sum() == 4


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has CUDA")
def test_a_missing_device_is_named_with_the_remedy():
    with pytest.raises(DeviceError, match="Choose cpu"):
        choose_compute("cuda")


def test_an_unknown_device_is_named():
    with pytest.raises(DeviceError, match="'tpu'"):
        choose_compute("tpu")
