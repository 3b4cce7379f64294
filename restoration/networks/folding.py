"""Batch norms folded into the convolutions before them: one pass over the features less, the same numbers."""

from __future__ import annotations

from typing import TypeVar

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

_Network = TypeVar("_Network", bound=nn.Module)


def fold_norms(network: _Network) -> _Network:
    """Folds every batch norm that follows a convolution in a ``Sequential``, in place, for inference only.

    The network then gives the same up to float32's rounding (some 1e-6 of the largest logit), and cannot learn or be
    stored any more.
    """
    network.eval()
    for name, child in network.named_children():
        if isinstance(child, nn.Sequential):
            child = _folded(child)
            setattr(network, name, child)
        fold_norms(child)
    return network


def _folded(layers: nn.Sequential) -> nn.Sequential:
    out: list[nn.Module] = []
    for layer in layers:
        if isinstance(layer, nn.BatchNorm2d) and out and isinstance(out[-1], nn.Conv2d):
            out[-1] = fuse_conv_bn_eval(out[-1], layer)
        else:
            out.append(layer)
    return nn.Sequential(*out)
