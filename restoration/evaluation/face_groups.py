"""Who is on a portrait, as far as figures are split by it: age as the data's names tell it, tone as the skin shows."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import numpy as np
from skimage.color import rgb2lab

UNKNOWN = "unknown"
#: Age groups and the first age beyond each.
AGES = {"0-17": 18, "18-59": 60, "60+": 1000}
#: Skin tones and the individual typology angle, in degrees, above which each lies. Chardon, Cretois and Hourseau 1991,
#: "Skin colour typology and suntanning pathways", with the lowest class of Del Bino and Bernerd 2013: very light > 55 >
#: light > 41 > intermediate > 28 > tan > 10 > brown > -30 > dark. Two of these six are one here, as portraits are few.
TONES = {"light": 41.0, "medium": 10.0, "dark": -math.inf}

#: Names of All-Age-Faces (number, A, age) and of UTKFace (age_gender_race_date).
_AGE_IN_NAME = {"aaf": re.compile(r"\d{5}A(\d{2,3})\."), "utk": re.compile(r"(?<!\d)(\d{1,3})_[01]_[0-4]_\d{8}")}
# Both cheeks in the template of 256, (rows, columns): below the eyes, beside the nose, above the mouth.
_CHEEKS = ((slice(138, 172), slice(66, 98)), (slice(138, 172), slice(158, 190)))
# A face with less colour than this, in units of CIELAB, is a grey or toned print: it does not show its skin's tone.
_LEAST_CHROMA = 4.0


def ages_in(manifest: Path) -> dict[str, int]:
    """Age by file name, for the faces whose age the data's list tells; empty if there is no such list.

    Args:
        manifest: CSV with the columns ``set``, ``name``, ``source`` and ``orig``, the name at the source.
    """
    if not manifest.is_file():
        return {}
    ages: dict[str, int] = {}
    with manifest.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            age = age_of(row.get("source") or "", row.get("orig") or "")
            if row.get("set") == "faces" and age is not None:
                ages[row.get("name") or ""] = age
    return ages


def age_of(source: str, original: str) -> int | None:
    """The age in years that a file's original name tells; None where the source ("aaf", "utk") does not tell it."""
    pattern = _AGE_IN_NAME.get(source)
    found = pattern.search(original.rpartition("/")[2]) if pattern else None
    return int(found.group(1)) if found else None


def age_group(age: int | None) -> str:
    """One of ``AGES``, or ``UNKNOWN``."""
    return UNKNOWN if age is None else next(name for name, beyond in AGES.items() if age < beyond)


def typology_angle(lightness: float, b: float) -> float:
    """The individual typology angle in degrees, from L* and b* of CIELAB (Chardon et al. 1991); 0 at L* = 50."""
    return math.degrees(math.atan2(lightness - 50, b))


def skin_angle(face: np.ndarray) -> float | None:
    """The individual typology angle of the cheeks, in degrees; None for a grey or toned face.

    A photograph is not calibrated: the angle is that of the skin as it was lit and printed.

    Args:
        face: 256×256×3 uint8, sRGB, aligned to the template.
    """
    lab = rgb2lab(face)
    cheeks = np.concatenate([lab[rows, columns].reshape(-1, 3) for rows, columns in _CHEEKS])
    lightness, a, b = np.median(cheeks, axis=0)
    return None if math.hypot(a, b) < _LEAST_CHROMA else typology_angle(float(lightness), float(b))


def skin_tone(angle: float | None) -> str:
    """One of ``TONES`` by the individual typology angle in degrees, or ``UNKNOWN``."""
    return UNKNOWN if angle is None else next(name for name, above in TONES.items() if angle > above)
