"""The compact face generator: an honest start, no face that depends on another, sizes from the weights."""

import pytest
import torch

from restoration.errors import WeightsError
from restoration.networks.compact_face import SIDE, CompactFaceGenerator


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def stirred(widths=(8, 8, 16, 16)) -> CompactFaceGenerator:
    """A network with no weight left at zero, as after training."""
    network = CompactFaceGenerator(widths)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return network.eval()


def test_untrained_it_gives_back_the_face():
    faces = torch.rand(2, 3, SIDE, SIDE) * 2 - 1
    assert torch.equal(CompactFaceGenerator()(faces), faces)


def test_as_fp16_it_takes_less_than_6_mebibytes():
    assert sum(2 * p.numel() for p in CompactFaceGenerator().parameters()) < 6 * 2**20


def test_a_face_does_not_depend_on_the_others_of_its_batch():
    network, faces = stirred(), torch.rand(3, 3, 64, 64) * 2 - 1
    with torch.inference_mode():
        torch.testing.assert_close(network(faces)[1:2], network(faces[1:2]), rtol=0, atol=1e-5)


def test_what_it_draws_depends_on_the_place():
    """Crops are aligned: an eye is drawn where eyes are. A flat crop therefore comes back with structure."""
    flat = torch.zeros(1, 3, SIDE, SIDE)
    with torch.inference_mode():
        drawn = stirred()(flat)[0, 0, 64:192, 64:192]
    assert (drawn - drawn.mean()).abs().max() > 1e-3


def test_crops_of_512_are_taken_too_and_odd_ones_refused():
    network = stirred()
    with torch.inference_mode():
        assert network(torch.zeros(1, 3, 512, 512)).shape == (1, 3, 512, 512)
    with pytest.raises(ValueError, match="multiples of 16"):
        network(torch.zeros(1, 3, 250, 256))


def test_sizes_are_read_from_the_weights():
    network = stirred()
    copy = CompactFaceGenerator.from_state_dict(network.state_dict())
    faces = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        assert torch.equal(copy(faces), network(faces))


def test_a_file_that_lacks_a_key_is_refused_by_its_name():
    state = CompactFaceGenerator((8, 8, 8, 8)).state_dict()
    del state["mean_face"]
    with pytest.raises(WeightsError, match="mean_face is missing"):
        CompactFaceGenerator.from_state_dict(state)
    with pytest.raises(WeightsError, match="missing"):
        CompactFaceGenerator.from_state_dict({})
