"""What all networks with published weights share: sizes read from the state dict, and a strict but named loading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from restoration.errors import WeightsError

if TYPE_CHECKING:
    from typing_extensions import Self

#: How many wrong keys an error names before it counts the rest; a wrong file has hundreds.
NAMED_AT_MOST = 8

#: A counter that batch norm keeps for training and that old files lack; nothing at inference reads it.
OPTIONAL_SUFFIX = "num_batches_tracked"


def dimension(state_dict: Mapping[str, Any], key: str, axis: int, default: int) -> int:
    """The length of one axis of a weight, or ``default`` where the state dict has no such weight.

    The default is the published size: a file that lacks the key is refused later, with all its missing keys named.
    """
    weight = state_dict.get(key)
    if not isinstance(weight, Tensor) or weight.dim() <= axis:
        return default
    return int(weight.shape[axis])


class StoredNetwork(nn.Module):
    """A network that can be made from its state dict alone."""

    @classmethod
    def sizes(cls, state_dict: Mapping[str, Any]) -> dict[str, Any]:
        """The constructor's arguments, read from the shapes in the state dict."""
        return {}

    def stored_shapes(self) -> dict[str, tuple[int, ...]]:
        """Key and shape of every tensor that a file of this network must hold."""
        return {key: tuple(tensor.shape) for key, tensor in self.state_dict().items()}

    @classmethod
    def skeleton(cls, state_dict: Mapping[str, Any]) -> Self:
        """A network of the sizes of ``state_dict``, without memory for its weights (``meta`` tensors)."""
        with torch.device("meta"):
            return cls(**cls.sizes(state_dict))

    @classmethod
    def misfits(cls, state_dict: Mapping[str, Any]) -> list[str]:
        """What keeps ``state_dict`` from being this network's, one phrase a key; empty if it fits.

        Surplus keys are no misfit: published files may hold more than a network needs.
        """
        found: list[str] = []
        for key, shape in cls.skeleton(state_dict).stored_shapes().items():
            weight = state_dict.get(key)
            if weight is None:
                if not key.endswith(OPTIONAL_SUFFIX):
                    found.append(f"{key} is missing")
            elif not _is_plain(weight):
                found.append(f"{key} is no plain tensor")
            elif tuple(weight.shape) != shape:
                found.append(f"{key} is {_times(weight.shape)} instead of {_times(shape)}")
        return found

    @classmethod
    def own_form(cls, state_dict: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """The stored tensors as this module's own state dict has them; the same, unless training left scaffolding."""
        return state_dict

    @classmethod
    def from_state_dict(cls, state_dict: Mapping[str, Any]) -> Self:
        """The network with these weights, float32, on the CPU, in eval mode. The weights are copied.

        Raises:
            WeightsError: keys are missing or have shapes that do not go together; the error names them.
        """
        wrong = cls.misfits(state_dict)
        if wrong:
            raise WeightsError(
                f"These are not the weights of a {cls.__name__}: {enumerate_briefly(wrong)}.",
                "Take the file that was published for it.",
            )
        network = cls.skeleton(state_dict).to_empty(device="cpu")
        for name, buffer in network.named_buffers():
            if name.endswith(OPTIONAL_SUFFIX):
                buffer.zero_()  # fresh memory holds anything, and the file may not say
        stored = {key: state_dict[key] for key in network.stored_shapes() if key in state_dict}
        network.load_state_dict(cls.own_form(stored), strict=False)
        return network.eval()


def enumerate_briefly(phrases: Sequence[str]) -> str:
    """The phrases joined by commas, the ones beyond ``NAMED_AT_MOST`` counted only."""
    text = ", ".join(phrases[:NAMED_AT_MOST])
    rest = len(phrases) - NAMED_AT_MOST
    return f"{text} and {rest} more" if rest > 0 else text


def _is_plain(weight: object) -> bool:
    """Whether it is a dense tensor of real numbers: sparse, quantised and complex ones fit no weight."""
    return (
        isinstance(weight, Tensor)
        and weight.layout is torch.strided
        and not (weight.is_quantized or weight.is_complex())
    )


def _times(shape: Sequence[int]) -> str:
    return "×".join(str(length) for length in shape) or "a single number"
