"""How near a picture comes to the truth: full-reference figures of one picture.

PSNR and SSIM are scikit-image's, MS-SSIM is torchmetrics'; the pictures are uint8, so the data range is 255.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np
import torch
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio, structural_similarity
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure

#: MS-SSIM halves a picture four times and slides an 11×11 window over the smallest (Wang et al. 2003): no side may be
#: shorter than this.
MS_SSIM_SHORTEST_SIDE = 176
#: PSNR of a picture without any error is infinite; means need a number. 60 dB is an error of a quarter of a level.
HIGHEST_PSNR = 60.0


@dataclass(frozen=True)
class Figures:
    """One picture against its truth. None where a figure has no meaning for this picture.

    Attributes:
        psnr: peak signal-to-noise ratio over all pixels and channels, in dB, at most ``HIGHEST_PSNR``.
        ssim: structural similarity (Wang et al. 2004), mean over the channels, at most 1.
        ms_ssim: the same at five scales; None below ``MS_SSIM_SHORTEST_SIDE`` pixels.
        psnr_tone_fitted: PSNR after the one cubic tone curve that fits the picture best to the truth: what is left when
            the overall tone is forgiven.
        ssim_tone_fitted: SSIM after the same curve.
        psnr_damaged: PSNR over the pixels of the true mask alone; None where nothing is damaged.
        lpips: learned perceptual distance, 0 = the same; None without its networks (``perceptual.Perception``).
    """

    psnr: float
    ssim: float
    ms_ssim: float | None = None
    psnr_tone_fitted: float | None = None
    ssim_tone_fitted: float | None = None
    psnr_damaged: float | None = None
    lpips: float | None = None


#: The names of all figures, in the order of the dataclass.
FIGURE_NAMES = tuple(field.name for field in fields(Figures))


def figures_of(clean: np.ndarray, picture: np.ndarray, damaged: np.ndarray | None = None) -> Figures:
    """All figures of a picture that need no network.

    Args:
        clean: the truth, H×W×3 uint8, RGB.
        picture: the same size and type.
        damaged: the true mask, H×W bool or uint8, not 0 = damaged; None leaves ``psnr_damaged`` out.

    Raises:
        ValueError: shapes or types differ.
    """
    if clean.shape != picture.shape or clean.dtype != np.uint8 or picture.dtype != np.uint8:
        raise ValueError(f"{picture.shape} {picture.dtype} cannot be compared with {clean.shape} {clean.dtype}")
    fitted = tone_fitted(picture, clean)
    inside = None if damaged is None else damaged > 0
    return Figures(
        psnr=psnr(clean, picture),
        ssim=ssim(clean, picture),
        ms_ssim=ms_ssim(clean, picture),
        psnr_tone_fitted=psnr(clean, fitted),
        ssim_tone_fitted=ssim(clean, fitted),
        psnr_damaged=None if inside is None or not inside.any() else psnr(clean[inside], picture[inside]),
    )


def psnr(clean: np.ndarray, picture: np.ndarray) -> float:
    """PSNR in dB of two uint8 arrays of one shape, at most ``HIGHEST_PSNR``."""
    if mean_squared_error(clean, picture) == 0:
        return HIGHEST_PSNR
    return min(float(peak_signal_noise_ratio(clean, picture, data_range=255)), HIGHEST_PSNR)


def ssim(clean: np.ndarray, picture: np.ndarray) -> float:
    """SSIM of two H×W×3 uint8 pictures, 7×7 windows, mean over the channels."""
    return float(structural_similarity(clean, picture, channel_axis=2, data_range=255))


def ms_ssim(clean: np.ndarray, picture: np.ndarray) -> float | None:
    """MS-SSIM of two H×W×3 uint8 pictures; None where they are too small for it."""
    if min(clean.shape[:2]) < MS_SSIM_SHORTEST_SIDE:
        return None
    inputs, targets = (
        torch.from_numpy(np.ascontiguousarray(each)).permute(2, 0, 1)[None].float() for each in (picture, clean)
    )
    with torch.inference_mode():
        # "relu": contrast terms may be negative, and a negative number has no fractional power.
        return float(
            multiscale_structural_similarity_index_measure(inputs, targets, data_range=255.0, normalize="relu")
        )


def tone_fitted(picture: np.ndarray, clean: np.ndarray) -> np.ndarray:
    """The picture after the cubic polynomial, one for all channels, that brings it nearest to the truth.

    Least squares over all samples. A sample has one of 256 values, so the sums over each value are all that the fit
    needs. Both H×W×3 uint8; so is the result.
    """
    counts = np.bincount(picture.ravel(), minlength=256)
    totals = np.bincount(picture.ravel(), weights=clean.ravel(), minlength=256)
    values = np.flatnonzero(counts)
    # Fewer values than coefficients: the polynomial through them all.
    degree = min(3, len(values) - 1)
    weights = np.sqrt(counts[values])
    curve = np.polynomial.Polynomial.fit(values, totals[values] / counts[values], degree, domain=[0, 255], w=weights)
    table = np.clip(np.rint(curve(np.arange(256.0))), 0, 255).astype(np.uint8)
    return table[picture]


def mean_figures(all_figures: Sequence[Figures]) -> dict[str, float | None]:
    """The mean of every figure over the pictures that have it; None where none has."""
    means: dict[str, float | None] = {}
    for name in FIGURE_NAMES:
        there = [value for value in (asdict(each)[name] for each in all_figures) if value is not None]
        means[name] = float(np.mean(there)) if there else None
    return means


@dataclass(frozen=True)
class Gain:
    """A mean difference over pictures, and half the width of its 95% interval (normal, paired); 0 for one picture."""

    mean: float
    half_width: float


def gain(ours: Sequence[Figures], others: Sequence[Figures], name: str) -> Gain | None:
    """By how much ``ours`` is higher in one figure, over the pictures where both have it; None where none has.

    Args:
        ours, others: figures of the same pictures in the same order.
        name: one of ``FIGURE_NAMES``.
    """
    pairs = [(getattr(a, name), getattr(b, name)) for a, b in zip(ours, others, strict=True)]
    differences = np.array([a - b for a, b in pairs if a is not None and b is not None])
    return mean_gain(differences) if len(differences) else None


def mean_gain(differences: np.ndarray) -> Gain:
    """The mean of at least one difference, one a picture, and its interval."""
    error = float(np.std(differences, ddof=1) / np.sqrt(len(differences))) if len(differences) > 1 else 0.0
    return Gain(float(np.mean(differences)), 1.96 * error)
