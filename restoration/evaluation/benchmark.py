"""Synthetically aged photographs, restored, against their originals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from sklearn.metrics import roc_auc_score

from restoration.ageing import Materials, Recipe, age
from restoration.ageing.recipe import BENCHMARK
from restoration.evaluation.baselines import classical_sequence
from restoration.layers import flatten
from restoration.photo import Photo
from restoration.pipeline import restore, stacked
from restoration.presets import Models
from restoration.settings import FaceSettings, ScratchSettings, Settings
from restoration.stages.pixels import to_picture
from restoration.training.pairs import read_rgb

#: Seeds of the benchmark begin here; those of training are CRC-32 numbers of file names.
FIRST_SEED = 10**12
LONGEST_SIDE = 512


@dataclass(frozen=True)
class Score:
    """PSNR in dB and SSIM against the original, of one picture or on average."""

    psnr: float
    ssim: float


@dataclass(frozen=True)
class Judged:
    """One photograph of the benchmark.

    Attributes:
        name: of the file.
        scores: by method.
        probability: the detector's, H×W float32.
        mask: the true one, H×W uint8.
        pictures: by method, H×W×3 uint8; with ``original``.
    """

    name: str
    scores: dict[str, Score]
    probability: np.ndarray
    mask: np.ndarray
    pictures: dict[str, np.ndarray]


def score(original: np.ndarray, picture: np.ndarray) -> Score:
    """Two H×W×3 uint8 pictures."""
    return Score(
        float(peak_signal_noise_ratio(original, picture)),
        float(structural_similarity(original, picture, channel_axis=2)),
    )


def restored(image: np.ndarray, models: Models, settings: Settings, mask: np.ndarray | None = None) -> np.ndarray:
    """The flattened result of the pipeline; H×W×3 uint8."""
    photo = Photo(image)
    return np.asarray(flatten(photo, stacked(list(restore(photo, settings, mask, models=models)))).pixels)


def run_benchmark(
    photos: Sequence[Path], models: Models, materials: Materials | None = None, recipe: Recipe = BENCHMARK
) -> Iterator[Judged]:
    """Ages, restores and scores each photograph."""
    settings = Settings(faces=FaceSettings(enabled=False))
    no_repair = Settings(faces=FaceSettings(enabled=False), scratches=ScratchSettings(enabled=False))
    assert models.detector is not None
    for number, path in enumerate(photos):
        original = read_rgb(path, LONGEST_SIDE)
        aged = age(original, FIRST_SEED + number, recipe, materials)
        picture = to_picture(Photo(aged.image))
        probability = models.detector.probability(picture, models.detector.input_size, lambda _: None)
        pictures = {
            "input": aged.image,
            "classical, true mask": classical_sequence(aged.image, aged.mask),
            "ours": restored(aged.image, models, settings),
            "ours, no repair": restored(aged.image, models, no_repair),
            "ours, true mask": restored(aged.image, models, settings, aged.mask),
        }
        scores = {method: score(original, result) for method, result in pictures.items()}
        yield Judged(path.name, scores, probability, aged.mask, {"original": original, **pictures})


def mean_scores(judged: Sequence[Judged]) -> dict[str, Score]:
    """The mean of each method over all photographs."""
    methods = judged[0].scores
    return {
        method: Score(
            float(np.mean([photo.scores[method].psnr for photo in judged])),
            float(np.mean([photo.scores[method].ssim for photo in judged])),
        )
        for method in methods
    }


def detection_auc(judged: Sequence[Judged]) -> float:
    """Area under the ROC curve of the scratch detector over all pixels of all photographs."""
    truth = np.concatenate([photo.mask.ravel() > 0 for photo in judged])
    return float(roc_auc_score(truth, np.concatenate([photo.probability.ravel() for photo in judged])))
