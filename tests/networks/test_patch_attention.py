import pytest
import torch

from restoration.networks.patch_attention import PatchAttentionMapping, copy_into_holes, hole_map


def test_a_missing_patch_becomes_a_copy_of_the_most_similar_one():
    # Four patches of 2×2. The missing one points along the first; the second is longer, but similarity knows no length.
    # The copy has the length of its source.
    across, down = torch.tensor([[1.0, 1.0], [0.0, 0.0]]), torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    features = torch.cat([torch.cat([3 * across, 8 * down], 1), torch.cat([-across, 0.5 * across], 1)])[None]
    holes = torch.zeros(1, 4, 4)
    holes[:, 2:, 2:] = 1
    expected = features.clone()
    expected[:, 2:, 2:] = 3 * across
    assert torch.equal(copy_into_holes(features, holes, 2), expected)


@pytest.mark.parametrize(("missing", "is_replaced"), [(9, False), (10, True)])
def test_a_patch_is_replaced_if_more_than_three_fifths_are_missing(missing, is_replaced):
    features = torch.randn(3, 4, 8, generator=torch.Generator().manual_seed(1))
    holes = torch.zeros(1, 4, 8)
    holes[0, :, :4] = (torch.arange(16).view(4, 4) < missing).float()
    copied = copy_into_holes(features, holes, 4)
    assert torch.equal(copied[:, :, :4], features[:, :, 4:] if is_replaced else features[:, :, :4])


@pytest.mark.parametrize("pairs_at_once", [1, 50, 2**26])
def test_the_size_of_the_chunks_changes_nothing(pairs_at_once):
    generator = torch.Generator().manual_seed(2)
    features = torch.randn(6, 32, 40, generator=generator)
    holes = (torch.rand(1, 32, 40, generator=generator) > 0.45).float()
    assert torch.equal(copy_into_holes(features, holes, 2, pairs_at_once), copy_into_holes(features, holes, 2))


def test_the_strip_beyond_the_raster_becomes_zero_only_where_something_is_replaced():
    features = torch.rand(2, 12, 20) + 1
    holes = torch.zeros(1, 12, 20)
    assert torch.equal(copy_into_holes(features, holes, 8), features)
    holes[:, :8, :8] = 1
    copied = copy_into_holes(features, holes, 8)
    assert torch.count_nonzero(copied[:, 8:]) == torch.count_nonzero(copied[:, :, 16:]) == 0
    assert torch.equal(copied[:, :8, :8], features[:, :8, 8:16])


def test_with_nothing_to_copy_from_the_features_stay():
    features = torch.rand(2, 8, 8)
    assert torch.equal(copy_into_holes(features, torch.ones(1, 8, 8), 4), features)


def test_only_the_centre_pixels_of_a_cell_make_it_a_hole():
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., 0, 0] = mask[..., 5, 6] = 1
    assert hole_map(mask, (2, 2))[0, 0].tolist() == [[0, 0], [0, 1]]


def test_pictures_of_a_batch_do_not_see_each_other():
    torch.manual_seed(0)
    network = PatchAttentionMapping((4, 8, 8, 8)).eval()
    latents = torch.randn(2, 4, 16, 20)
    masks = torch.zeros(2, 1, 64, 80)
    masks[0, :, 10:50, 20:40] = 1
    masks[1, :, 30:42] = 1
    with torch.inference_mode():
        together = network(latents, masks)
        alone = torch.cat([network(latents[i : i + 1], masks[i : i + 1]) for i in range(2)])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)


def test_pictures_smaller_than_a_patch_pass():
    network = PatchAttentionMapping((4, 8, 8, 8)).eval()
    assert network(torch.randn(1, 4, 4, 6), torch.ones(1, 1, 16, 24)).isfinite().all()
