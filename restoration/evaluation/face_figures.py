"""How near a face comes to the true one: figures of aligned crops, within the face alone.

Gradients are scikit-image's (Sobel), correlation is scikit-image's (Pearson), the descriptor is dlib's network for
recognizing faces.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

import numpy as np
from skimage.filters import sobel_h, sobel_v
from skimage.measure import pearson_corr_coeff

from restoration.evaluation.face_cases import CROP
from restoration.evaluation.metrics import psnr, tone_fitted
from restoration.faces.descriptor import descriptor
from restoration.faces.face_mask import face_mask
from restoration.faces.sampling import Bounds
from restoration.luma import LUMA


@dataclass(frozen=True)
class FaceFigures:
    """One face against the true one, within ``face_mask`` > 0.5.

    Attributes:
        psnr: in dB, at most ``metrics.HIGHEST_PSNR``.
        psnr_tone_fitted: after the one cubic tone curve that fits the face best to the true one, see ``metrics``.
        gradient_correlation: Pearson correlation of the luma's horizontal and vertical gradients, together, with the
            true ones: 1 = the same edges, 0 = none of them.
        distance: between the descriptors, 0 = the same; from 0.6 on dlib takes two faces for two persons.
    """

    psnr: float
    psnr_tone_fitted: float
    gradient_correlation: float
    distance: float


#: The names of all figures, in the order of the dataclass.
FACE_FIGURE_NAMES = tuple(field.name for field in fields(FaceFigures))


class TrueFace:
    """A true face, against which others are judged.

    Args:
        clean: CROP×CROP×3 uint8, RGB, aligned to the template.
        points: dlib's five points in it, 5×2 (x, y): all pictures are described at this one place.
        shown: CROP×CROP bool, which pixels are compared of those that belong to the face; None is all of them.

    Raises:
        WeightsError: the network of the descriptor is missing or damaged.
    """

    def __init__(self, clean: np.ndarray, points: np.ndarray, shown: np.ndarray | None = None) -> None:
        self.clean, self.points = clean, points
        self.inside = face_mask(np.eye(3), CROP, Bounds(0, 0, CROP, CROP)) > 0.5
        if shown is not None:
            self.inside &= shown
        self.descriptor = descriptor(clean, points)

    def figures(self, face: np.ndarray) -> FaceFigures:
        """All figures of a face, CROP×CROP×3 uint8, RGB, cut out at the same place."""
        clean, seen = self.clean[self.inside], face[self.inside]
        return FaceFigures(
            psnr=psnr(clean, seen),
            psnr_tone_fitted=psnr(clean, tone_fitted(seen, clean)),
            gradient_correlation=gradient_correlation(self.clean, face, self.inside),
            distance=float(np.linalg.norm(descriptor(face, self.points) - self.descriptor)),
        )


def gradient_correlation(clean: np.ndarray, picture: np.ndarray, inside: np.ndarray) -> float:
    """Pearson correlation of the gradients of luma, -1 to 1; 0 where one of the two has none.

    Args:
        clean, picture: H×W×3 uint8, RGB.
        inside: H×W bool, where they are compared.
    """
    ours, theirs = (_gradients(each, inside) for each in (picture, clean))
    if np.ptp(ours) == 0 or np.ptp(theirs) == 0:
        return 0.0
    return float(pearson_corr_coeff(ours, theirs)[0])


def _gradients(picture: np.ndarray, inside: np.ndarray) -> np.ndarray:
    luma = picture.astype(np.float64) @ LUMA
    return np.concatenate([sobel(luma)[inside] for sobel in (sobel_h, sobel_v)])


def mean_face_figures(all_figures: list[FaceFigures]) -> FaceFigures:
    """The mean of every figure over at least one face."""
    return FaceFigures(
        **{name: float(np.mean([asdict(each)[name] for each in all_figures])) for name in FACE_FIGURE_NAMES}
    )
