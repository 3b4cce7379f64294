"""Weights in 8 bits, again: what this program's files hold so (``weights.eight_bits``) is so in ONNX files, too.

Nothing is lost by it: a weight becomes 8 bits only where the numbers that come back are those that were there. A
runtime multiplies them out once, while it loads the file, and computes as it does with floats. ``DequantizeLinear``,
which says the same, is not used: onnxruntime fuses it with a matrix product and then rounds the picture, too (58 dB).
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from restoration.weights.eight_bits import LEAST_NUMBERS

_MOST = 127
#: What coming back may change, as a share of the largest weight: rounding of float32.
_ROUNDING = 1e-6


def with_weights_of_eight_bits(model: onnx.ModelProto) -> int:
    """Replaces the weights of a model, in place.

    Returns:
        How many numbers are in 8 bits now.
    """
    graph = model.graph
    nodes, kept, count = [], [], 0
    for tensor in graph.initializer:
        found = _whole_numbers(tensor)
        if found is None:
            kept.append(tensor)
            continue
        whole, scale = found
        count += whole.size
        stored, named, floats = f"{tensor.name}:int8", f"{tensor.name}:scale", f"{tensor.name}:whole"
        kept += [numpy_helper.from_array(whole, stored), numpy_helper.from_array(scale, named)]
        nodes.append(helper.make_node("Cast", [stored], [floats], f"{tensor.name}:cast", to=TensorProto.FLOAT))
        nodes.append(helper.make_node("Mul", [floats, named], [tensor.name], f"{tensor.name}:multiply"))
    before = list(graph.node)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend([*nodes, *before])
    return count


def _whole_numbers(tensor: onnx.TensorProto) -> tuple[np.ndarray, np.ndarray] | None:
    """int8, and the scales that go with it by broadcasting; None where the numbers have never been 8 bits."""
    if tensor.data_type != TensorProto.FLOAT or len(tensor.dims) < 2 or np.prod(tensor.dims) < LEAST_NUMBERS:
        return None
    values = numpy_helper.to_array(tensor)
    # Convolutions have their outputs first; matrices, which the exporter turns, last.
    for axis in (0, values.ndim - 1):
        others = tuple(n for n in range(values.ndim) if n != axis)
        scale = np.maximum(np.abs(values).max(axis=others, keepdims=True) / np.float32(_MOST), np.float32(1e-12))
        whole = np.round(values / scale).clip(-_MOST, _MOST)
        if np.abs(whole * scale - values).max() <= _ROUNDING * np.abs(values).max():
            return whole.astype(np.int8), scale
    return None
