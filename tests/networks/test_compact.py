"""The compact VAEs and mapping: shapes, an honest start, holes that cannot leak, tiles that equal the whole."""

import pytest
import torch

from restoration.errors import WeightsError
from restoration.networks.compact_mapping import CompactMapping, CompactNonLocal
from restoration.networks.compact_vae import CompactVAE
from restoration.networks.partial_nonlocal import attend_to_kept


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def stirred(network: torch.nn.Module) -> torch.nn.Module:
    """The network with no weight left at zero, as after training."""
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.03 * torch.randn_like(parameter))
    return network.eval()


def test_latent_and_picture_have_the_published_shapes():
    vae = CompactVAE()
    z = vae.encode(torch.randn(2, 3, 32, 48))
    assert z.shape == (2, 64, 8, 12)
    assert vae.decode(z).shape == (2, 3, 32, 48)


def test_an_untrained_mapping_leaves_the_latent_alone():
    z = torch.randn(1, 64, 16, 16)
    torch.testing.assert_close(CompactMapping()(z), z)


def test_sizes_are_read_from_the_weights():
    vae = CompactVAE(stem=24, latent=64, blocks=3)
    assert CompactVAE.from_state_dict(vae.state_dict()).encode(torch.zeros(1, 3, 8, 8)).shape == (1, 64, 2, 2)
    encoder = {key: value for key, value in vae.state_dict().items() if key.startswith("encoder.")}
    decoder = {key: value for key, value in vae.state_dict().items() if key not in encoder}
    assert not hasattr(CompactVAE.from_state_dict(encoder), "decoder")
    z = torch.randn(1, 64, 2, 2)
    assert torch.equal(CompactVAE.from_state_dict(decoder).decode(z), vae.eval().decode(z))
    with pytest.raises(WeightsError, match="missing"):
        CompactVAE.from_state_dict({})
    mapping = CompactMapping(widths=(64, 48, 80))
    assert CompactMapping.from_state_dict(mapping.state_dict()).down_coarse[0].weight.shape[:2] == (80, 48)


def test_the_mask_reaches_far_beyond_the_convolutions():
    # A hole on the left takes from the far right: non-local. Without a mask nothing does.
    mapping = stirred(CompactMapping())
    z = torch.randn(1, 64, 16, 256)
    far = z.clone()
    far[..., -8:] += 3
    mask = torch.zeros(1, 1, 64, 1024)
    mask[..., 24:40, 8:24] = 1
    with torch.inference_mode():
        hole = (slice(None), slice(None), slice(6, 10), slice(2, 6))
        assert (mapping(z, mask) - mapping(far, mask))[hole].abs().max() > 1e-6
        assert (mapping(z) - mapping(far))[hole].abs().max() == 0


def test_asking_only_for_the_holes_gives_what_asking_for_everything_gives():
    block = stirred(CompactNonLocal(32, 16))
    x, keep = torch.randn(2, 32, 20, 24), torch.ones(2, 1, 20, 24)
    keep[0, :, 3:6, 2:20] = 0.3
    keep[1, :, 10, 5] = 0
    y = attend_to_kept(block.theta(x) * block.scale, block.phi(x), block.g(x), keep)
    torch.testing.assert_close(block(x, keep), keep * x + (1 - keep) * block.out(y))


def test_without_holes_a_tile_with_context_equals_the_whole():
    from restoration.presets.compact_restorer import RESTORE_CONTEXT

    vae, mapping = stirred(CompactVAE()), stirred(CompactMapping())
    picture = torch.rand(1, 3, 64, 1024) * 2 - 1

    def run(x: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            return vae.decode_onto(mapping(vae.encode(x)), x)

    whole = run(picture)
    tile = run(picture[..., 512 - RESTORE_CONTEXT : 512 + 64 + RESTORE_CONTEXT].contiguous())
    torch.testing.assert_close(
        tile[..., RESTORE_CONTEXT : RESTORE_CONTEXT + 64], whole[..., 512:576], atol=1e-4, rtol=1e-4
    )
