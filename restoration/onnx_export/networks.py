"""Which networks there are to export, and what goes in and comes out, in words for the author of an app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from restoration.networks.compact_colour import ColourNetwork
from restoration.networks.compact_face import SIDE, CompactFaceGenerator
from restoration.networks.compact_inpainting import CompactInpainting
from restoration.networks.compact_mapping import CompactMapping
from restoration.networks.compact_vae import CompactVAE
from restoration.networks.scratch_detector import ScratchDetector
from restoration.networks.tone import ToneNetwork
from restoration.onnx_export.graphs import ColouriserGraph, DetectorGraph, FaceGraph, InpaintingGraph, RestorerGraph
from restoration.weights.registry import (
    COMPACT_COLOUR,
    COMPACT_DETECTOR,
    COMPACT_FACES,
    COMPACT_INPAINTING,
    COMPACT_RESTORER,
    BundledFile,
    load_bundled,
)


@dataclass(frozen=True)
class Port:
    """An input or output, float32.

    Attributes:
        name: in the file.
        shape: numbers, and names of sizes that may change.
        meaning: range, layout and what it is, one sentence or two.
    """

    name: str
    shape: tuple[int | str, ...]
    meaning: str


@dataclass(frozen=True)
class Exportable:
    """A network as one file.

    Attributes:
        name: of the file, without suffix.
        purpose: what it does, and what an app does around it.
        inputs, outputs: in their order.
        weights: where they come from.
        graph: makes the module, with heavy parts in a number format.
        example: inputs to trace with.
    """

    name: str
    purpose: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    weights: BundledFile
    graph: Callable[[torch.dtype], nn.Module]
    example: Callable[[], tuple[Tensor, ...]]


def _restorer(dtype: torch.dtype) -> nn.Module:
    states = load_bundled(COMPACT_RESTORER)
    return RestorerGraph(
        ToneNetwork.from_state_dict(states["tone"]),
        CompactVAE.from_state_dict(states["vae_a"]),
        CompactMapping.from_state_dict(states["mapping"]),
        CompactVAE.from_state_dict(states["vae_b"]),
        dtype,
    )


def _detector(dtype: torch.dtype) -> nn.Module:
    return DetectorGraph(ScratchDetector.from_state_dict(load_bundled(COMPACT_DETECTOR)["scratch_detector"]), dtype)


def _faces(dtype: torch.dtype) -> nn.Module:
    return FaceGraph(CompactFaceGenerator.from_state_dict(load_bundled(COMPACT_FACES)["face"]), dtype)


def _inpainting(dtype: torch.dtype) -> nn.Module:
    return InpaintingGraph(CompactInpainting.from_state_dict(load_bundled(COMPACT_INPAINTING)["inpainting"]), dtype)


def _colouriser(dtype: torch.dtype) -> nn.Module:
    return ColouriserGraph(ColourNetwork.from_state_dict(load_bundled(COMPACT_COLOUR)["colour"]), dtype)


def _noise(*shape: int) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


def _picture_and_holes() -> tuple[Tensor, Tensor]:
    return _noise(1, 3, 70, 90), (_noise(1, 1, 70, 90) > 0.98).float()


def _light_and_hint() -> tuple[Tensor, Tensor]:
    hints = torch.zeros(1, 3, 16, 24)
    hints[:, :, 4:8, 4:12] = torch.tensor([20.0, 30.0, 1.0]).view(1, 3, 1, 1)
    return _noise(1, 1, 64, 96) * 100, hints


_PHOTO = Port("photo", (1, 3, "height", "width"), "The photo: sRGB as stored, red, green, blue, 0 to 1; sides from 64.")
_WHOLE = (1, 3, "height", "width")
_PLANE = (1, 1, "height", "width")

EXPORTABLE = (
    Exportable(
        "restorer",
        "Undoes fading, grain, blur and damage of a whole photo. Meant for up to 2 megapixels: reduce a larger one, "
        "and add what changes, enlarged, to it. Damage is where the mask says; make it with scratch_detector or by "
        "hand, and widen it by some pixels. Keep the photo outside the damage where no change is wanted.",
        (
            _PHOTO,
            Port("mask", _PLANE, "Above 0 is damaged; what the photo holds there must be finite, though."),
            Port("tone", (1,), "How much of the fading is undone: 1 all, 0 nothing (for mere repairs)."),
        ),
        (
            Port("restored", _WHOLE, "The restored photo, 0 to 1."),
            Port("spared", _WHOLE, "The same, but what the photo does not seem to need is taken back. Show this one."),
        ),
        COMPACT_RESTORER,
        _restorer,
        lambda: (*_picture_and_holes(), torch.ones(1)),
    ),
    Exportable(
        "scratch_detector",
        "Finds scratches, dust, stains and losses. Damaged is what is above 0.7.",
        (Port("grey", _PLANE, "0.299 red + 0.587 green + 0.114 blue, 0 to 1; sides from 32. Up to 8 megapixels."),),
        (Port("probability", _PLANE, "Of damage, 0 to 1."),),
        COMPACT_DETECTOR,
        _detector,
        lambda: (_noise(1, 1, 70, 90),),
    ),
    Exportable(
        "faces",
        "Draws a face anew. Cut it out upright, eyes level, as the model card says, and lay it back with a soft mask.",
        (Port("face", (1, 3, SIDE, SIDE), "An aligned face: sRGB as stored, 0 to 1."),),
        (Port("drawn", (1, 3, SIDE, SIDE), "The same face, cleaner, 0 to 1."),),
        COMPACT_FACES,
        _faces,
        lambda: (_noise(1, 3, SIDE, SIDE),),
    ),
    Exportable(
        "inpainting",
        "Guesses what was in a hole: shapes and tones, the likeliest ones. It was made for holes of some 10 to 60 "
        "pixels: reduce the photo until the hole is so small, enlarge what it guessed, and take texture from around.",
        (
            Port("photo", _WHOLE, "The photo: sRGB as stored, 0 to 1; any sides. Must be finite in the hole, too."),
            Port("hole", _PLANE, "Above 0 is to be filled; what the photo holds there is not looked at."),
        ),
        (Port("filled", _WHOLE, "The photo, with its hole filled, 0 to 1; the rest is the photo's, bit for bit."),),
        COMPACT_INPAINTING,
        _inpainting,
        _picture_and_holes,
    ),
    Exportable(
        "colouriser",
        "Gives plausible colours to a luminance, near those that the user painted. Reduce the photo to about 65000 "
        "pixels, run this, enlarge a and b to the photo's size (best guided by its luminance), and keep its own L.",
        (
            Port("luminance", _PLANE, "L of CIE Lab (D65), 0 to 100; sides are multiples of 16, from 32."),
            Port(
                "hints",
                (1, 3, "height/4", "width/4"),
                "For each cell of 4×4 pixels: a and b of Lab that the user painted, and the share of the cell that is "
                "painted, 0 to 1; all 0 where nothing is.",
            ),
        ),
        (Port("ab", (1, 2, "height/4", "width/4"), "a and b of Lab for each cell, about -110 to 110."),),
        COMPACT_COLOUR,
        _colouriser,
        _light_and_hint,
    ),
)
