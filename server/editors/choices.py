"""What the user of an editor can choose, as plain data that is remembered from one run to the next."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Dict, Optional

#: The stages in the order in which they are shown; their names are those of ``restoration.settings.Settings``.
STAGES = ("scratches", "quality", "inpainting", "faces", "colour")
#: Where the mask of the damage comes from: found by the server, the selection, a layer that the user painted, or the
#: ``Scratch mask`` of an earlier result.
MASK_SOURCES = ("auto", "selection", "layer", "edited")
PRESETS = ("compact", "official")
DEVICES = ("auto", "cpu", "cuda", "mps")

#: The ends of what can be chosen, as ``restoration.settings`` has them.
MOST_CANDIDATES, MOST_SEED, MOST_SATURATION = 8, 2**31 - 1, 2.0

#: The probability from which each preset takes a pixel for damaged, left to itself.
OWN_THRESHOLD = {"compact": 0.7, "official": 0.4}
#: The thresholds at the ends of the slider.
_LEAST_SENSITIVE, _MOST_SENSITIVE = 0.98, 0.03


@dataclass(frozen=True)
class StageChoice:
    """A stage's switch and strength (0 to 1, the opacity of its layers)."""

    enabled: bool = True
    strength: float = 1.0


@dataclass(frozen=True)
class Choices:
    """Everything that is chosen before a run.

    Attributes:
        scratches, quality, inpainting, faces, colour: the stages.
        sensitivity: of the search for scratches, 0 to 1; 0.5 is the preset's own.
        mask_source: one of ``MASK_SOURCES``.
        mask_layer: the editor's name of the painted layer, where that is the source.
        unite: whether what is found automatically is added to the mask.
        within_selection: whether a selection, where it is not the mask, limits the work.
        always: restore tone, grain and sharpness of a photo that seems to need nothing, too.
        preset, device: as of the settings.
        candidates, seed: so many fillings of a hole, and by which chance.
        saturation: by which colours are multiplied, 0 to 2.
        hint_layer: the editor's name of the layer with the colour hints; ``hints.NO_HINTS`` for none; empty for one
            that is called so, if there is one.
    """

    scratches: StageChoice = field(default_factory=StageChoice)
    quality: StageChoice = field(default_factory=StageChoice)
    inpainting: StageChoice = field(default_factory=StageChoice)
    faces: StageChoice = field(default_factory=StageChoice)
    colour: StageChoice = field(default_factory=lambda: StageChoice(enabled=False))
    sensitivity: float = 0.5
    mask_source: str = "auto"
    mask_layer: str = ""
    unite: bool = False
    within_selection: bool = True
    always: bool = False
    preset: str = "compact"
    device: str = "auto"
    candidates: int = 1
    seed: int = 0
    saturation: float = 1.0
    hint_layer: str = ""

    @property
    def does_nothing(self) -> bool:
        """True if every stage is off or has strength 0."""
        return not any(self.stage(name).enabled and self.stage(name).strength > 0 for name in STAGES)

    @property
    def minds_damage(self) -> bool:
        """Whether it matters where the damage is: scratches are repaired, or holes filled."""
        return self.scratches.enabled or self.inpainting.enabled

    def stage(self, name: str) -> StageChoice:
        """The choice of the stage of this name."""
        choice: StageChoice = getattr(self, name)
        return choice

    def settings(self, *, masked: bool) -> Dict[str, Any]:
        """The settings to be submitted.

        Args:
            masked: whether a mask is sent along.
        """
        settings: Dict[str, Any] = {name: asdict(self.stage(name)) for name in STAGES}
        mode = "auto" if not masked else "unite" if self.unite else "user"
        settings["scratches"].update(threshold=self.threshold, mask_mode=mode)
        settings["quality"]["always"] = self.always
        settings["inpainting"].update(candidates=self.candidates, seed=self.seed)
        settings["colour"]["saturation"] = self.saturation
        settings.update(preset=self.preset, device=self.device)
        return settings

    def settings_to_find(self) -> Dict[str, Any]:
        """The settings of a run that finds scratches and changes nothing."""
        quiet = StageChoice(enabled=False)
        others: Dict[str, Any] = {name: quiet for name in STAGES if name != "scratches"}
        settings = replace(self, scratches=StageChoice(), **others).settings(masked=False)
        settings["scratches"]["repair"] = False
        return settings

    @property
    def threshold(self) -> Optional[float]:
        """The probability from which a pixel counts as damaged; None for the preset's own."""
        way = 2 * self.sensitivity - 1
        if abs(way) < 1e-9:
            return None
        own = OWN_THRESHOLD.get(self.preset, 0.5)
        end = _MOST_SENSITIVE if way > 0 else _LEAST_SENSITIVE
        return round(own + (end - own) * abs(way), 4)

    def to_dict(self) -> Dict[str, Any]:
        """A plain dict, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: object) -> Choices:
        """What was remembered, as far as it can still be used; the rest takes its default. Never raises."""
        if not isinstance(data, Mapping):
            return cls()
        default = cls()
        kept: Dict[str, Any] = {}
        for one in fields(cls):
            value = data.get(one.name)
            if one.name in STAGES:
                kept[one.name] = _stage(value, default.stage(one.name))
            elif _is_like(value, getattr(default, one.name)):
                kept[one.name] = value
        allowed = {"mask_source": MASK_SOURCES, "preset": PRESETS, "device": DEVICES}
        kept = {name: value for name, value in kept.items() if name not in allowed or value in allowed[name]}
        ranges = {
            "sensitivity": (0, 1),
            "candidates": (1, MOST_CANDIDATES),
            "seed": (0, MOST_SEED),
            "saturation": (0, MOST_SATURATION),
        }
        for name, (least, most) in ranges.items():
            if name in kept and not least <= kept[name] <= most:  # NaN is in no range
                del kept[name]
        return cls(**kept)


def _stage(value: object, default: StageChoice) -> StageChoice:
    if not isinstance(value, Mapping):
        return default
    enabled, strength = value.get("enabled"), value.get("strength", default.strength)
    return StageChoice(
        enabled if isinstance(enabled, bool) else default.enabled,
        strength if _is_fraction(strength) else default.strength,
    )


def _is_like(value: object, default: object) -> bool:
    """Whether a value is of the kind of a default: a whole number will do for another one, true and false will not."""
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    return isinstance(value, (int, float) if isinstance(default, float) else type(default))


def _is_fraction(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value <= 1
