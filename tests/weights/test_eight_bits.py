"""Weights in 8 bits: half a step of each channel's scale is all that is lost, and small tensors lose less."""

import pytest
import torch

from restoration.errors import WeightsError
from restoration.training.export import export
from restoration.weights.eight_bits import SCALE_SUFFIX, restored, stored
from restoration.weights.files import read_networks


def test_each_channel_is_right_to_half_a_step():
    weight = torch.randn(32, 16, 3, 3, generator=torch.Generator().manual_seed(0))
    weight *= torch.logspace(-4, 2, 32).view(-1, 1, 1, 1)  # channels of very different strength
    kept = stored("a.weight", weight)
    assert kept["a.weight"].dtype == torch.int8
    back = restored(kept["a.weight"], kept["a.weight" + SCALE_SUFFIX])
    step = weight.flatten(1).abs().amax(dim=1) / 127
    assert ((back - weight).flatten(1).abs().amax(dim=1) <= step * 0.5001).all()
    torch.testing.assert_close(back.flatten(1).abs().amax(dim=1), step * 127)  # the largest is exact


def test_a_channel_of_zeros_stays_zero():
    weight = torch.zeros(64, 64)
    kept = stored("a", weight)
    torch.testing.assert_close(restored(kept["a"], kept["a" + SCALE_SUFFIX]), weight)


@pytest.mark.parametrize("shape", [(5000,), (8, 8)])
def test_what_is_small_or_has_one_axis_stays_fp16(shape):
    kept = stored("a", torch.rand(shape))
    assert set(kept) == {"a"}
    assert kept["a"].dtype == torch.float16


def test_a_file_gives_back_the_networks_and_has_half_the_size(tmp_path):
    states = {"one": {"deep.weight": torch.randn(64, 64, 3, 3), "deep.bias": torch.randn(64)}}
    export(states, tmp_path / "w.safetensors")
    read = read_networks(tmp_path / "w.safetensors")
    assert {name: set(state) for name, state in read.items()} == {"one": {"deep.weight", "deep.bias"}}
    assert all(tensor.dtype == torch.float32 for tensor in read["one"].values())
    torch.testing.assert_close(read["one"]["deep.weight"], states["one"]["deep.weight"], atol=0.03, rtol=0)
    torch.testing.assert_close(read["one"]["deep.bias"], states["one"]["deep.bias"], atol=2e-3, rtol=1e-3)
    assert (tmp_path / "w.safetensors").stat().st_size < 1.05 * 64 * 64 * 9


def test_scales_that_do_not_belong_are_a_damaged_file(tmp_path):
    from safetensors.torch import save_file

    save_file({"one.a": torch.zeros(4, 4, dtype=torch.int8), "one.a" + SCALE_SUFFIX: torch.ones(3)}, tmp_path / "w")
    with pytest.raises(WeightsError, match="damaged"):
        read_networks(tmp_path / "w")
