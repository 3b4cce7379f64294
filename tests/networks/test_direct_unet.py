"""The direct U-Net: an honest start, the size of ours, sizes read from the weights, wrong files named."""

import pytest
import torch

from restoration.errors import WeightsError
from restoration.networks.direct_unet import DirectUNet


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def stirred(network: DirectUNet) -> DirectUNet:
    """The network with no weight left at zero, as after training."""
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.03 * torch.randn_like(parameter))
    return network.eval()


def test_untrained_it_gives_back_the_picture():
    image = torch.rand(2, 3, 32, 48) * 2 - 1
    assert torch.equal(DirectUNet()(image, torch.ones(2, 1, 32, 48)), image)


def test_it_has_as_many_parameters_as_ours():
    ours = 4.1e6  # the bundled restorer: 8.2 MB in fp16
    assert sum(p.numel() for p in DirectUNet().parameters()) == pytest.approx(ours, rel=0.03)


def test_the_mask_and_far_pixels_have_a_say():
    network = stirred(DirectUNet(widths=(8, 8, 8, 8)))
    image, mask = torch.rand(1, 3, 64, 64) * 2 - 1, torch.zeros(1, 1, 64, 64)
    changed = image.clone()
    changed[..., 40] += 0.5
    with torch.inference_mode():
        before = network(image, mask)
        assert (network(changed, mask) - before)[..., 20].abs().max() > 0
        assert (network(image, mask + 1) - before).abs().max() > 0


def test_sizes_are_read_from_the_weights():
    network = stirred(DirectUNet(widths=(8, 16, 24)))
    copy = DirectUNet.from_state_dict(network.state_dict())
    assert copy.size_multiple == 8
    image, mask = torch.rand(1, 3, 24, 40), torch.zeros(1, 1, 24, 40)
    with torch.inference_mode():
        assert torch.equal(copy(image, mask), network(image, mask))


def test_a_file_that_lacks_a_key_is_refused_by_its_name():
    state = DirectUNet(widths=(8, 8, 8)).state_dict()
    del state["up.0.mix.weight"]
    with pytest.raises(WeightsError, match=r"up\.0\.mix\.weight is missing"):
        DirectUNet.from_state_dict(state)
    with pytest.raises(WeightsError, match="missing"):
        DirectUNet.from_state_dict({})


def test_sides_that_do_not_halve_evenly_are_refused():
    with pytest.raises(ValueError, match="multiples of 16"):
        DirectUNet()(torch.zeros(1, 3, 40, 32), torch.zeros(1, 1, 40, 32))
