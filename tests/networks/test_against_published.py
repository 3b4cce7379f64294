"""With the same weights, our networks answer what the published ones answered."""

import pytest
import torch
from golden_files import golden, published_shapes, tensors
from reference_networks import KEYS, reference_network
from torch import Tensor

from restoration.bench.golden_weights import SOFT
from restoration.official_io import face_input
from restoration.weights.reference import REFERENCE_NETWORKS

MASKED = [
    *(golden(f"scratch_{case}", "mapping_scratch", SOFT) for case in ("64x80_lines", "64x64_zeros", "64x64_ones")),
    golden("scratch_128x160_lines", "mapping_scratch", SOFT),
    golden("scratch_sharp_64x80_lines", "mapping_scratch", 1.0),
    *(
        golden(f"hr_{case}", "mapping_patch_attention", SOFT)
        for case in ("128x160_lines", "144x208_lines", "64x96_zeros")
    ),
]


@pytest.fixture(autouse=True)
def without_gradients():
    with torch.inference_mode():
        yield


def assert_close(actual: Tensor, expected: Tensor, most: float = 1e-3, on_average: float = 1e-4) -> None:
    assert actual.shape == expected.shape
    deviation = (actual - expected).abs()
    assert deviation.max() <= most
    assert deviation.mean() <= on_average


@pytest.mark.parametrize("name", KEYS)
def test_the_stored_keys_and_shapes_are_the_published_ones(name):
    network = REFERENCE_NETWORKS[name].skeleton({})
    assert {key: list(shape) for key, shape in network.stored_shapes().items()} == published_shapes(KEYS[name])


@pytest.mark.parametrize("file", [golden("detection_64x96"), golden("detection_256x272")])
def test_scratch_detector(file):
    data = tensors(file)
    assert_close(reference_network("scratch_detector")(data["input"]), data["logits"], most=1e-4)


@pytest.mark.parametrize("file", [golden("vae_full_32x48")])
def test_autoencoders(file):
    data = tensors(file)
    latent = reference_network("vae_a").encode(data["input"])
    assert_close(latent, data["feat_a"])
    assert_close(reference_network("vae_a").decode(latent), data["recon_a"])
    assert_close(reference_network("vae_b")(data["input"]), data["recon_b"])


@pytest.mark.parametrize("file", [golden("quality_64x64"), golden("quality_100x140")])
def test_quality_restoration(file):
    data = tensors(file)
    latent = reference_network("mapping_quality")(reference_network("vae_a").encode(data["input"]))
    assert_close(latent, data["feat_mapped"])
    assert_close(reference_network("vae_b").decode(latent), data["output"])


@pytest.mark.parametrize(("file", "mapping", "attn_gain"), MASKED)
def test_scratch_restoration(file, mapping, attn_gain):
    data = tensors(file)
    latent = reference_network("vae_a").encode(data["input"])
    latent = reference_network(mapping, attn_gain)(latent, data["mask"])
    assert_close(latent, data["feat_mapped"])
    assert_close(reference_network("vae_b").decode(latent), data["output"])


@pytest.mark.parametrize("file", [golden("face_64"), golden("face_128"), golden("face_256")])
def test_face_generator(file):
    data = tensors(file)
    assert_close(reference_network("face_generator")(data["input"]), data["output"], most=1e-4)


@pytest.mark.parametrize("file", [golden("face_512")])
def test_face_generator_at_512_pixels(file):
    data = tensors(file)
    face = reference_network("face_generator")(face_input(data["input_u8"].numpy(), 512))
    assert_close(face[..., ::4, ::4], data["output_every4"], most=1e-4)
    assert_close(face[..., 200:264, 200:264], data["output_crop_200_264"], most=1e-4)
    assert_close(face.mean(dim=(0, 2, 3)), data["output_mean"])
