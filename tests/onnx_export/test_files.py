"""The files, as an app would use them: in onnxruntime, without torch."""

from __future__ import annotations

import json

import numpy as np
import onnx
import pytest

from restoration.onnx_export.check import LARGEST_DIFFERENCE, agreement, session
from restoration.onnx_export.making import OPSET, made
from restoration.onnx_export.networks import EXPORTABLE

NAMES = [network.name for network in EXPORTABLE]


@pytest.fixture(scope="module")
def files(references) -> dict[str, bytes]:
    return {network.name: made(network, "fp32").SerializeToString() for network in EXPORTABLE}


@pytest.fixture(scope="module")
def cases(references, pictures):
    return {name: list(references.cases(name, pictures)) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_gives_what_the_program_gives_on_pictures_that_it_was_not_traced_with(name, files, cases):
    found = agreement(files[name], cases[name])
    assert found.cases >= 3
    assert found.largest <= LARGEST_DIFFERENCE


@pytest.mark.parametrize("network", EXPORTABLE, ids=NAMES)
def test_weights_in_8_bits_lose_nothing_and_take_a_third_of_the_size_or_less(network, files, cases):
    small = made(network, "int8").SerializeToString()
    assert len(small) < len(files[network.name]) / 3
    found = agreement(small, cases[network.name])
    assert found.largest <= 1e-5
    assert found.decibel > 110


#: The others take a while to trace in half precision, which CPUs do slowly; the command itself compares them.
QUICK_IN_HALF = [network for network in EXPORTABLE if network.name in ("scratch_detector", "colouriser")]


@pytest.mark.parametrize("network", QUICK_IN_HALF, ids=lambda network: network.name)
def test_half_precision_takes_little_more_than_half_the_size_and_rounds_a_little(network, files, cases):
    small = made(network, "half").SerializeToString()
    assert len(small) < 0.57 * len(files[network.name])
    found = agreement(small, cases[network.name])
    assert found.suffices("half")
    assert found.largest > 1e-6  # it does compute in half precision


@pytest.mark.parametrize("network", EXPORTABLE, ids=NAMES)
def test_a_file_says_itself_what_goes_in_and_comes_out(network, files):
    model = onnx.load_model_from_string(files[network.name])
    assert model.opset_import[0].version == OPSET
    assert {node.domain for node in model.graph.node} == {""}  # nothing that one runtime alone has
    facts = {entry.key: entry.value for entry in model.metadata_props}
    assert facts["licence"].startswith("MIT")
    assert "NCHW" in facts["layout"]
    run = session(files[network.name])
    assert run.get_modelmeta().custom_metadata_map == facts
    for key, values in (("inputs", run.get_inputs()), ("outputs", run.get_outputs())):
        told = json.loads(facts[key])
        assert [(one["name"], one["shape"]) for one in told] == [(value.name, value.shape) for value in values]
        assert all(value.type == "tensor(float)" for value in values)
        assert all(len(one["meaning"]) > 10 for one in told)


def test_what_lies_in_a_hole_has_no_effect(files, pictures):
    picture, damage = pictures[0]
    photo = np.ascontiguousarray(picture.transpose(2, 0, 1)[None])
    hole = damage[None, None].astype(np.float32)
    other = np.where(hole > 0, np.float32(0.25), photo)
    run = session(files["inpainting"])
    one, two = (run.run(["filled"], {"photo": each, "hole": hole})[0] for each in (photo, other))
    assert damage.any()
    assert np.array_equal(one, two)
    assert np.array_equal(one[np.broadcast_to(hole == 0, one.shape)], photo[np.broadcast_to(hole == 0, photo.shape)])


def test_a_hint_colours_what_is_near_it(files, cases):
    without, painted = cases["colouriser"][:2]
    run = session(files["colouriser"])
    plain, hinted = (run.run(["ab"], case.inputs)[0][0] for case in (without, painted))
    assert np.abs(hinted[:, 5:8, 7:10].mean(axis=(1, 2)) - (40, 25)).max() < 15
    assert np.abs(hinted - plain)[:, 5:8, 7:10].mean() > 3
