import pytest
import torch

from restoration.networks.scratch_detector import BlurDown, ScratchDetector

SMALL = (4, 6, 6, 10)


def test_widths_are_read_from_the_state_dict():
    trained = ScratchDetector(SMALL).eval()
    picture = torch.rand(2, 1, 16, 24)
    loaded = ScratchDetector.from_state_dict(trained.state_dict())
    assert loaded.widths == SMALL
    assert torch.equal(loaded(picture), trained(picture))


def test_answers_one_logit_a_pixel_and_learns_from_every_weight():
    detector = ScratchDetector(SMALL).train()
    logits = detector(torch.rand(2, 1, 16, 24))
    assert logits.shape == (2, 1, 16, 24)
    logits.square().mean().backward()
    assert all(weight.grad is not None and weight.grad.isfinite().all() for weight in detector.parameters())
    assert detector.first[1].weight.grad.abs().max() > 0


def test_training_gathers_the_statistics_that_evaluation_uses():
    detector = ScratchDetector(SMALL).train()
    before = detector.down_path[0].block[2].running_mean.clone()
    detector(torch.rand(2, 1, 16, 16))
    assert not torch.equal(detector.down_path[0].block[2].running_mean, before)


@pytest.mark.parametrize("size", [(16, 20), (8, 16), (17, 16)])
def test_sizes_that_do_not_halve_evenly_are_refused(size):
    detector = ScratchDetector(SMALL)
    assert detector.size_multiple == 8
    with pytest.raises(ValueError, match="multiples of 8 and at least 16"):
        detector(torch.zeros(1, 1, *size))


def test_downsampling_spreads_a_single_bright_line_over_its_neighbours():
    picture = torch.zeros(1, 1, 4, 8)
    picture[..., 3] = 1  # between two samples: plain striding would lose it
    assert BlurDown(1)(picture)[0, 0].tolist() == [[0, 0.25, 0.25, 0]] * 2
