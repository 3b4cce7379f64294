"""Real scans as teachers: what is believed, what is painted, what does not count."""

import numpy as np
import torch

from restoration.ageing import Materials
from restoration.networks.scratch_detector import ScratchDetector
from restoration.training import self_training
from restoration.training.detector import detector_loss
from restoration.training.self_training import LabelledScan, labelled_crop, teacher_probability

SIDE = 128


def grey_scan(probability):
    from skimage.data import camera

    image = np.repeat(camera()[:SIDE, :SIDE, None], 3, axis=2)
    return LabelledScan(image, np.full((SIDE, SIDE), probability, np.float32))


def test_a_sure_teacher_is_believed_and_an_unsure_one_does_not_count(monkeypatch):
    monkeypatch.setattr(self_training, "PAINTED_SHARE", 0)
    for probability, label, counts in ((0.1, 0, 1), (0.5, 0, 0), (0.95, 1, 1)):
        scan = grey_scan(probability)
        image, made, counted = labelled_crop(scan, SIDE, Materials(), np.random.default_rng(0))
        assert (image * 255 == scan.image).all()
        assert (made == label).all()
        assert (counted == counts).all()


def test_painted_damage_is_labelled_wherever_it_lies(monkeypatch):
    monkeypatch.setattr(self_training, "PAINTED_SHARE", 1)
    scan = grey_scan(0.5)
    image, label, counts = labelled_crop(scan, SIDE, Materials(), np.random.default_rng(3))
    assert 0 < label.mean() < 0.9
    assert (label == counts).all()  # the teacher is unsure everywhere: painted damage alone counts
    change = np.abs(image - scan.image / 255).max(axis=2)
    assert change[label > 0].mean() > 2 * change[label == 0].mean()  # a crease shades the paper beside it, unmarked


def test_what_does_not_count_has_no_say():
    torch.manual_seed(0)
    logits, mask = torch.randn(2, 1, 8, 8, requires_grad=True), torch.rand(2, 1, 8, 8).round()
    counts = torch.ones_like(mask)
    counts[:, :, :4] = 0
    detector_loss(logits, mask, counts).backward()
    assert (logits.grad[:, :, :4] == 0).all()
    assert (logits.grad[:, :, 4:] != 0).all()
    other = torch.where(counts > 0, logits.detach(), torch.full_like(logits, 9.0))
    assert detector_loss(other, mask, counts) == detector_loss(logits.detach(), mask, counts)


def test_the_teachers_verdict_is_the_same_for_a_mirrored_scan():
    torch.manual_seed(0)
    teacher = ScratchDetector((8, 8, 8)).eval()
    image = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    verdict = teacher_probability(teacher, image)
    assert verdict.shape == (48, 64)
    np.testing.assert_allclose(teacher_probability(teacher, image[:, ::-1]), verdict[:, ::-1], atol=1e-5)
