"""Weights in 8 bits."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from restoration.onnx_export.check import session
from restoration.onnx_export.quantise import with_weights_of_eight_bits


def product(weights: np.ndarray) -> onnx.ModelProto:
    """x times these weights."""
    rows, columns = weights.shape
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "weights"], ["y"])],
        "product",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, rows])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, columns])],
        [numpy_helper.from_array(weights.astype(np.float32), "weights")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def answer(model: onnx.ModelProto, x: np.ndarray) -> np.ndarray:
    (y,) = session(model.SerializeToString()).run(None, {"x": x})
    return y


def test_numbers_that_were_8_bits_a_column_are_so_again_and_compute_the_same():
    rng = np.random.default_rng(0)
    whole = rng.integers(-127, 128, (96, 64))
    whole[0] = 127  # the largest of each column, as scales are made
    weights = whole * rng.uniform(0.001, 0.1, 64).astype(np.float32)
    x = rng.standard_normal((1, 96)).astype(np.float32)
    model = product(weights)
    before = answer(model, x)
    size = len(model.SerializeToString())
    assert with_weights_of_eight_bits(model) == 96 * 64
    onnx.checker.check_model(model)
    assert len(model.SerializeToString()) < size / 3
    assert np.abs(answer(model, x) - before).max() < 1e-5


def test_numbers_that_never_were_8_bits_stay_as_they_are():
    weights = np.random.default_rng(0).standard_normal((96, 64)).astype(np.float32)
    model = product(weights)
    before = model.SerializeToString()
    assert with_weights_of_eight_bits(model) == 0
    assert model.SerializeToString() == before


def test_small_ones_stay_as_they_are():
    model = product(np.ones((8, 8)))
    assert with_weights_of_eight_bits(model) == 0
