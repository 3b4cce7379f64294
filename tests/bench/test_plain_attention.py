"""The whole matrix gives what the library gives without it."""

import pytest
import torch
from reference_networks import SMALL, state_dict

from restoration.bench.plain_attention import (
    PlainCompactNonLocal,
    PlainNonLocal,
    attend,
    plain_compact_mapping,
    plain_scratch_mapping,
)
from restoration.networks.compact_mapping import CompactMapping
from restoration.networks.partial_nonlocal import ScratchMapping, attend_to_kept
from restoration.presets.loading import load_bundled
from restoration.weights.registry import COMPACT_RESTORER


def test_two_positions_by_hand():
    # One query product of log 3 with the second key and of 0 with the first: weights 1/4 and 3/4.
    query, key = torch.ones(1, 1, 1, 2), torch.tensor([0.0, 3.0]).log1p().view(1, 1, 1, 2)
    key[..., 1] = torch.tensor(3.0).log()
    value = torch.tensor([8.0, 16.0]).view(1, 1, 1, 2)
    assert attend(query, key, value, torch.ones(1, 1, 1, 2)).flatten().tolist() == pytest.approx([14, 14])
    assert attend(query, key, value, torch.tensor([1.0, 0.0]).view(1, 1, 1, 2)).flatten().tolist() == [8, 8]


def test_it_is_the_library_attention():
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 1, 8, 6, 7).unbind()
    keep = (torch.rand(1, 1, 6, 7) > 0.3).float()
    torch.testing.assert_close(attend(query, key, value, keep), attend_to_kept(query, key, value, keep))


def test_a_published_mapping_answers_the_same():
    shapes = ScratchMapping(**SMALL["mapping_scratch"]).stored_shapes()
    network, plain = (ScratchMapping.from_state_dict(state_dict(shapes)) for _ in range(2))
    plain = plain_scratch_mapping(plain)
    assert isinstance(plain.NL, PlainNonLocal)
    torch.manual_seed(1)
    z, mask = torch.randn(1, 4, 16, 20), torch.zeros(1, 1, 64, 80)
    mask[..., 20:40, 30:50] = 1
    with torch.inference_mode():
        torch.testing.assert_close(plain(z, mask), network(z, mask), atol=1e-4, rtol=1e-4)


def test_the_compact_mapping_answers_the_same():
    weights = load_bundled(COMPACT_RESTORER)["mapping"]
    network, plain = (CompactMapping.from_state_dict(weights) for _ in range(2))
    plain = plain_compact_mapping(plain)
    assert isinstance(plain.non_local, PlainCompactNonLocal)
    torch.manual_seed(2)
    z, mask = torch.randn(1, 64, 32, 32), torch.zeros(1, 1, 128, 128)
    mask[..., 20:40, 30:70] = 1
    with torch.inference_mode():
        torch.testing.assert_close(plain(z, mask), network(z, mask), atol=1e-4, rtol=1e-4)
