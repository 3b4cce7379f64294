"""What torch makes of a picture, as the program itself runs it (``restoration.presets``): files must agree with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from restoration.device import Compute
from restoration.luma import LUMA
from restoration.networks.compact_colour import STRIDE
from restoration.networks.compact_face import SIDE
from restoration.networks.compact_inpainting import CompactInpainting
from restoration.onnx_export.pictures import SIZES, aged, photograph
from restoration.presets.compact_colouriser import CompactColouriser, seen_size
from restoration.presets.interface import Models
from restoration.presets.loading import load_models
from restoration.weights.registry import COMPACT_INPAINTING, load_bundled

_CPU = Compute(torch.device("cpu"), torch.float32)


@dataclass(frozen=True)
class Case:
    """What goes in, and what torch makes of it.

    Attributes:
        inputs, outputs: arrays as the file has them, by name.
    """

    inputs: dict[str, np.ndarray]
    outputs: dict[str, np.ndarray]


Picture = tuple[np.ndarray, np.ndarray]


class References:
    """The program's own networks, in float32 on the CPU; loaded when they are asked for."""

    def __init__(self) -> None:
        self._models: Models | None = None

    def cases(self, name: str, pictures: list[Picture] | None = None) -> Iterator[Case]:
        """The cases of a network.

        Args:
            name: of an ``Exportable``.
            pictures: h×w×3 float32, 0 to 1, and their damage, h×w bool; None are the program's own.
        """
        if pictures is None:
            photo = photograph()
            pictures = [aged(photo, *size, seed) for seed, size in enumerate(SIZES)]
        makers: dict[str, Callable[[np.ndarray, np.ndarray], list[Case]]] = {
            "restorer": self._restorer,
            "scratch_detector": self._detector,
            "faces": self._faces,
            "inpainting": self._inpainting,
            "colouriser": self._colouriser,
        }
        for picture, damage in pictures:
            yield from makers[name](picture, damage)

    @property
    def models(self) -> Models:
        """Of the compact preset."""
        if self._models is None:
            self._models = load_models("compact", _CPU)
        return self._models

    def _restorer(self, picture: np.ndarray, damage: np.ndarray) -> list[Case]:
        restorer = self.models.restorer
        assert restorer is not None
        cases = []
        for mask, tone in ((damage, 1), (damage, 0), (np.zeros_like(damage), 1)):
            inputs = {"photo": planes(picture), "mask": planes(mask), "tone": np.array([tone], np.float32)}
            restored = restorer.restore(picture, mask, bool(tone), _quiet)
            # Without tone only what is around the damage is worked on there; here it is all one graph.
            if tone:
                spared = restorer.spared(picture, restored, mask)
                outputs = {"restored": planes(restored), "spared": planes(spared)}
            else:
                outputs = {"restored": np.where(planes(mask) > 0, planes(restored), np.float32(np.nan))}
            cases.append(Case(inputs, outputs))
        return cases

    def _detector(self, picture: np.ndarray, damage: np.ndarray) -> list[Case]:
        assert self.models.detector is not None
        found = self.models.detector.probability(picture, "native", _quiet)
        return [Case({"grey": planes(picture @ LUMA)}, {"probability": planes(found)})]

    def _faces(self, picture: np.ndarray, damage: np.ndarray) -> list[Case]:
        assert self.models.face_enhancer is not None
        face = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        drawn = self.models.face_enhancer.enhance(face[None])[0]
        return [Case({"face": planes(face)}, {"drawn": planes(drawn)})]

    @torch.inference_mode()
    def _inpainting(self, picture: np.ndarray, damage: np.ndarray) -> list[Case]:
        network = CompactInpainting.from_state_dict(load_bundled(COMPACT_INPAINTING)["inpainting"])
        hole = damage.copy()
        height, width = hole.shape
        hole[height // 3 : height // 2, width // 3 : width // 2] = True
        filled = network(torch.from_numpy(planes(picture)) * 2 - 1, torch.from_numpy(planes(~hole)))
        return [Case({"photo": planes(picture), "hole": planes(hole)}, {"filled": (filled.numpy() + 1) / 2})]

    def _colouriser(self, picture: np.ndarray, damage: np.ndarray) -> list[Case]:
        colouriser = self.models.colouriser
        assert isinstance(colouriser, CompactColouriser)
        height, width = seen_size(*picture.shape[:2])
        small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
        light = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)[..., 0]
        seen = colouriser.look(picture)
        hints = np.zeros((height // STRIDE, width // STRIDE, 3), np.float32)
        cases = [(hints, seen.chroma)]
        painted = hints.copy()
        painted[4:9, 5:12] = (40, 25, 1)
        painted[12:14, 3:7] = (-30, 20, 0.5)
        cases.append((painted, colouriser.chroma(seen, painted)))
        return [Case({"luminance": planes(light), "hints": planes(told)}, {"ab": planes(ab)}) for told, ab in cases]


def planes(image: np.ndarray) -> np.ndarray:
    """H×W×C or H×W of any kind to 1×C×H×W float32."""
    last = image if image.ndim == 3 else image[..., None]
    return np.ascontiguousarray(last.transpose(2, 0, 1)[None], dtype=np.float32)


def _quiet(share: float) -> None:
    """Nobody waits for it."""
