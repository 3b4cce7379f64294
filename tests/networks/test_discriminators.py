"""The discriminators: what they return, and what they can tell."""

import torch

from restoration.networks.discriminators import LatentDiscriminator, MultiScaleDiscriminator, PatchDiscriminator


def test_each_scale_returns_its_features_and_a_verdict_on_patches():
    judged = MultiScaleDiscriminator(channels=6, width=8)(torch.randn(2, 6, 64, 64))
    assert len(judged) == 2
    for scale, side in zip(judged, (64, 32), strict=True):
        assert [features.shape[1] for features in scale] == [8, 16, 32, 64, 1]
        assert scale[0].shape[-1] == side // 2 + 1
        assert scale[-1].shape[:2] == (2, 1)


def test_a_verdict_sees_seventy_pixels():
    """The receptive field of the published patch discriminator."""
    torch.manual_seed(0)
    network = PatchDiscriminator(3, width=4).eval()
    for layer in network.layers:  # instance norm looks at the whole picture; without it the reach shows
        for i, part in enumerate(layer):
            if isinstance(part, torch.nn.InstanceNorm2d):
                layer[i] = torch.nn.Identity()
    x = torch.randn(1, 3, 160, 160, requires_grad=True)
    verdict = network(x)[-1]
    verdict[0, 0, verdict.shape[2] // 2, verdict.shape[3] // 2].backward()
    seen = x.grad.abs().sum(dim=(0, 1)) > 0
    assert int(seen.any(dim=0).sum()) == 70
    assert int(seen.any(dim=1).sum()) == 70


def test_the_latent_discriminator_learns_to_tell_two_kinds_of_latents():
    torch.manual_seed(0)
    network = LatentDiscriminator(channels=8, width=16)
    optimizer = torch.optim.Adam(network.parameters(), 5e-3)

    def smooth(count):
        return torch.nn.functional.interpolate(torch.randn(count, 8, 4, 4), 16)

    for _ in range(60):
        loss = (network(torch.randn(8, 8, 16, 16))[0][-1] ** 2).mean() + ((network(smooth(8))[0][-1] - 1) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert network(smooth(8))[0][-1].mean() > 0.75
    assert network(torch.randn(8, 8, 16, 16))[0][-1].mean() < 0.25
