"""Further stages, one file each: a picture goes in, one layer comes out. How to add one: docs/adding-a-stage.md.

A module in this folder that ends with ``STAGE = FurtherStage(...)`` is a stage; nothing else names it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt

from restoration.layers import BlendMode
from restoration.settings import STAGE_NAMES

Picture = npt.NDArray[np.float32]

#: Takes the picture as the stages before it left it, H×W×3 float32, sRGB, 0 to 1, read-only, and a function to be told
#: the share that is done. Returns what it makes of it, of the same shape and type; or, where nothing is to be done,
#: a sentence that says so to the user, or None.
Make = Callable[[Picture, Callable[[float], None]], Picture | str | None]

#: Names that mean something else on the command line or in progress.
_TAKEN = (*STAGE_NAMES, "none", "models", "detection")
_LONGEST = 64


@dataclass(frozen=True)
class FurtherStage:
    """A stage beyond those that are built in.

    Attributes:
        name: for the command line, settings and progress: small letters, digits and underscores.
        title: of its layer, as the user reads it.
        sentence: what it does, for lists of stages.
        make: does it.
        blend_mode: of its layer: ``normal`` covers what is below, ``color`` gives it hue and saturation.
        on_by_default: whether it runs where nothing is said about it and the picture is restored at all.

    Raises:
        ValueError: a value is not as said above.
    """

    name: str
    title: str
    sentence: str
    make: Make
    blend_mode: BlendMode = "normal"
    on_by_default: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", self.name):
            raise ValueError(f"the name {self.name!r} is not of small letters, digits and underscores")
        if self.name in _TAKEN or len(self.name) > _LONGEST:
            raise ValueError(f"the name {self.name!r} is taken or too long")
        for what, text in (("title", self.title), ("sentence", self.sentence)):
            if not isinstance(text, str) or not text.strip() or not text.isprintable():
                raise ValueError(f"the {what} of {self.name} is not one line of text")
        if len(self.title) > _LONGEST:
            raise ValueError(f"the title of {self.name} is longer than {_LONGEST} characters")
        if not callable(self.make):
            raise ValueError(f"what {self.name} makes is no function")
        if self.blend_mode not in get_args(BlendMode):
            raise ValueError(f"there is no blend mode {self.blend_mode!r}")
        if not isinstance(self.on_by_default, bool):
            raise ValueError(f"{self.name} is neither on nor off by default")
