import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from restoration.networks.partial_nonlocal import ScratchMapping, attend_to_kept, keep_map

CHANNELS, HEIGHT, WIDTH = 8, 6, 7
POSITIONS = HEIGHT * WIDTH


def direct(query: Tensor, key: Tensor, value: Tensor, keep: Tensor) -> tuple[Tensor, Tensor]:
    """The definition, positions by positions; also the mass that each row keeps outside the holes."""
    weights = (query.flatten(2).mT @ key.flatten(2)).softmax(dim=2) * keep.flatten(2)
    mass = weights.sum(dim=2, keepdim=True)
    filled = (weights / mass.clamp(min=1e-12)) @ value.flatten(2).mT
    return filled.mT.unflatten(2, (HEIGHT, WIDTH)), mass


def features(gain: float) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(7)
    query, key, value = torch.randn(3, 2, CHANNELS, HEIGHT, WIDTH, generator=generator)
    return gain * query, gain * key, value


def half_kept() -> Tensor:
    return (torch.arange(2 * POSITIONS).view(2, 1, HEIGHT, WIDTH) * 7 % 5 < 3).float()


@pytest.mark.parametrize("pairs_at_once", [2**28, 5 * POSITIONS, 1])
@pytest.mark.parametrize("gain", [0.5, 6.0], ids=["soft", "peaky"])
def test_equals_the_definition(gain, pairs_at_once):
    query, key, value = features(gain)
    expected, mass = direct(query, key, value, half_kept())
    # The peaky case must hold rows that see almost nothing but holes: there the order of the steps matters.
    assert bool((mass < 1e-13).any()) == (gain > 1)
    actual = attend_to_kept(query, key, value, half_kept(), pairs_at_once)
    torch.testing.assert_close(actual, expected, atol=1e-5, rtol=1e-4)


def test_nothing_masked_is_plain_attention():
    query, key, value = features(0.5)
    expected = F.softmax(query.flatten(2).mT @ key.flatten(2), dim=2) @ value.flatten(2).mT
    actual = attend_to_kept(query, key, value, torch.ones(2, 1, HEIGHT, WIDTH))
    torch.testing.assert_close(actual.flatten(2).mT, expected, atol=1e-5, rtol=1e-4)


def test_all_masked_gives_zeros_and_no_nan():
    filled = attend_to_kept(*features(6.0), torch.zeros(2, 1, HEIGHT, WIDTH))
    assert torch.count_nonzero(filled) == 0


def test_half_precision_does_not_lose_small_masses():
    query, key, value = (tensor.half() for tensor in features(4.0))
    keep = half_kept().half()
    expected, mass = direct(query.float(), key.float(), value.float(), keep.float())
    assert bool(((mass > 1e-11) & (mass < 1e-8)).any())  # nothing at all in half precision, and yet to be divided by
    actual = attend_to_kept(query, key, value, keep)
    assert actual.dtype == torch.float16
    torch.testing.assert_close(actual.float(), expected, atol=1e-2, rtol=1e-2)


@pytest.mark.parametrize(
    ("row", "column", "is_hole"),
    [(5, 5, True), (6, 6, True), (4, 4, True), (5, 4, False), (4, 5, False), (7, 7, False)],
)
def test_a_cell_is_a_hole_by_its_four_centre_pixels_and_its_top_left_one(row, column, is_hole):
    mask = torch.zeros(1, 1, 12, 12)
    mask[..., row, column] = 1
    expected = torch.ones(3, 3)
    expected[1, 1] = 0 if is_hole else 1
    assert torch.equal(keep_map(mask, (3, 3))[0, 0], expected)


def test_what_lies_under_the_mask_is_not_read_by_the_attention():
    torch.manual_seed(0)
    query, key, value = features(0.5)
    keep = half_kept()
    changed = value + 100 * torch.randn_like(value) * (1 - keep)
    torch.testing.assert_close(attend_to_kept(query, key, value, keep), attend_to_kept(query, key, changed, keep))


def test_bfloat16_network_stays_near_single_precision():
    torch.manual_seed(0)
    network = ScratchMapping((4, 8, 8, 16)).eval()
    latent = torch.randn(1, 4, 8, 10)
    mask = torch.zeros(1, 1, 32, 40)
    mask[..., 14:18] = 1
    with torch.inference_mode():
        expected = network(latent, mask)
        actual = network.bfloat16()(latent.bfloat16(), mask.bfloat16())
    assert actual.dtype == torch.bfloat16
    assert (actual.float() - expected).abs().mean() < 0.1 * expected.std()
