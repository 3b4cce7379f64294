"""A network stops between two of its layers when it is asked to."""

import pytest
import torch
from torch import nn

from restoration.errors import Cancelled
from restoration.interrupt import interruptible


def test_stops_before_the_next_layer_and_asks_no_longer_afterwards():
    ran = []

    class Layer(nn.Module):
        def forward(self, x):
            ran.append(1)
            return x + 1

    network = nn.Sequential(*[Layer() for _ in range(10)])
    with pytest.raises(Cancelled), interruptible(lambda: len(ran) == 4):
        network(torch.zeros(1))
    assert len(ran) == 4
    with interruptible(lambda: False):
        assert network(torch.zeros(1)).item() == 10
    # The hook is gone, whatever happened.
    assert network(torch.zeros(1)).item() == 10
