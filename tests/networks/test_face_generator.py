import pytest
import torch
from reference_networks import state_dict
from torch import nn

from restoration.networks.face_generator import FaceGenerator, fold_spectral_norm


def small_generator() -> FaceGenerator:
    return FaceGenerator.from_state_dict(state_dict(FaceGenerator(width=2, hidden=4).stored_shapes()))


def test_the_folded_weight_is_the_one_that_torch_computes_at_every_call():
    torch.manual_seed(0)
    layer = nn.utils.spectral_norm(nn.Conv2d(5, 7, 3)).train()
    layer(torch.randn(1, 5, 8, 8))  # one step of its power iteration
    layer.eval()
    layer(torch.randn(1, 5, 8, 8))
    folded = fold_spectral_norm(layer.weight_orig, layer.weight_u, layer.weight_v)
    torch.testing.assert_close(folded, layer.weight)


def test_sizes_are_read_from_the_state_dict():
    generator = small_generator()
    assert generator.conv_img.in_channels == 2
    assert generator.head_0.norm_0.mlp_gamma.in_channels == 4


def test_every_face_of_a_batch_is_drawn_alone():
    generator = small_generator()
    faces = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.inference_mode():
        together = generator(faces)
        torch.testing.assert_close(together[1:], generator(faces[1:]), atol=1e-5, rtol=1e-4)
    assert together.shape == faces.shape
    assert together.abs().max() <= 1


def test_a_side_that_is_no_multiple_of_32_is_refused():
    with pytest.raises(ValueError, match="multiples of 32"):
        small_generator()(torch.zeros(1, 3, 64, 80))


def test_half_precision_stays_near_single_precision():
    generator = small_generator()
    face = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.inference_mode():
        expected = generator(face)
        actual = generator.bfloat16()(face.bfloat16())
    assert (actual.float() - expected).abs().mean() < 0.1
