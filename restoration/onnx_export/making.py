"""From a network to an ONNX file that says itself what it wants."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path
from typing import Literal

import onnx
import torch

from restoration.onnx_export.networks import Exportable, Port
from restoration.onnx_export.quantise import with_weights_of_eight_bits

Variant = Literal["fp32", "half", "int8"]

#: The lowest that has all it takes, pictures sampled in three dimensions last; runtimes of 2024 and later have it.
OPSET = 20


def made(network: Exportable, variant: Variant) -> onnx.ModelProto:
    """The network as a model.

    Args:
        network: which.
        variant: "fp32"; "half", whose heavy parts compute in half precision; "int8", which holds its weights in
            8 bits, as this program's own files do, and computes as "fp32".
    """
    model = _traced(network, torch.float16 if variant == "half" else torch.float32)
    if variant == "int8":
        with_weights_of_eight_bits(model)
    _describe(model, network, variant)
    onnx.checker.check_model(model, full_check=True)
    return model


def _traced(network: Exportable, dtype: torch.dtype) -> onnx.ModelProto:
    graph = network.graph(dtype).eval()
    ports = (*network.inputs, *network.outputs)
    axes = {port.name: {n: size for n, size in enumerate(port.shape) if isinstance(size, str)} for port in ports}
    with torch.no_grad(), warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        # That sizes are taken as fixed where a network only checks them, and that this exporter is the older one: the
        # newer takes minutes for chains of halvings, and what either makes is compared with the network afterwards.
        warnings.simplefilter("ignore")
        path = Path(folder) / "network.onnx"
        torch.onnx.export(
            graph,
            network.example(),
            path,
            dynamo=False,
            opset_version=OPSET,
            input_names=[port.name for port in network.inputs],
            output_names=[port.name for port in network.outputs],
            dynamic_axes={name: sizes for name, sizes in axes.items() if sizes},
        )
        return onnx.load(path)


def _describe(model: onnx.ModelProto, network: Exportable, variant: Variant) -> None:
    model.producer_name = "restore-old-photo"
    model.doc_string = network.purpose
    model.graph.name = network.name
    for values, ports in ((model.graph.input, network.inputs), (model.graph.output, network.outputs)):
        for value, port in zip(values, ports, strict=True):
            value.doc_string = port.meaning
            for dimension, size in zip(value.type.tensor_type.shape.dim, port.shape, strict=True):
                dimension.Clear()
                if isinstance(size, str):
                    dimension.dim_param = size
                else:
                    dimension.dim_value = size
    facts = {
        "variant": variant,
        "layout": "float32, batch of 1, channels before rows before columns (NCHW)",
        "inputs": json.dumps([_told(port) for port in network.inputs], ensure_ascii=False),
        "outputs": json.dumps([_told(port) for port in network.outputs], ensure_ascii=False),
        "licence": network.weights.licence,
        "source": network.weights.source,
        "weights_sha256": network.weights.sha256,
    }
    onnx.helper.set_model_props(model, facts)


def _told(port: Port) -> dict[str, object]:
    return {"name": port.name, "shape": list(port.shape), "meaning": port.meaning}
