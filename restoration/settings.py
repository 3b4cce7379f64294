"""What the user can choose: one small dataclass a stage, and one ``Settings`` that holds them.

Values are checked on construction, so that a ``Settings`` that exists is a valid one. ``to_dict`` and ``from_dict``
carry it through JSON or msgpack.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

from restoration.errors import SettingsError

MaskMode = Literal["user", "auto", "unite"]
InputSize = Literal["native", "scale-256", "resize-256"]
Preset = Literal["compact", "official"]
Device = Literal["auto", "cpu", "cuda", "mps"]
FaceDetector = Literal["hog", "cnn"]
FacePoints = Literal["5", "68"]

#: The stages in the order in which they run; their names are the fields of ``Settings``.
STAGE_NAMES = ("scratches", "quality", "inpainting", "faces", "colour")

#: As many candidates may be asked for.
MOST_CANDIDATES = 8
#: The largest seed: those of 31 bits are known to every program.
MOST_SEED = 2**31 - 1


def _check_fraction(name: str, value: float) -> None:
    if (
        not isinstance(value, (int, float))
        or isinstance(value, bool)
        or not math.isfinite(value)
        or not 0 <= value <= 1
    ):
        raise SettingsError(f"{name} is {value!r}.", "Give a number from 0 to 1.")


def _check_within(name: str, value: float, unit: str, least: float, most: float) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        raise SettingsError(f"{name} is {value!r}.", f"Give {unit}, from {least:g} to {most:g}.")


def _check_whole(name: str, value: int, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise SettingsError(f"{name} is {value!r}.", f"Give a whole number from {least} to {most}.")


def _check_flag(name: str, value: bool) -> None:
    if not isinstance(value, bool):
        raise SettingsError(f"{name} is {value!r}.", "Say true or false.")


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if not isinstance(value, str) or value not in choices:
        raise SettingsError(f"There is no {name} {value!r}.", f"Choose one of: {', '.join(choices)}.")


@dataclass(frozen=True)
class ScratchSettings:
    """Finding and repairing scratches.

    Attributes:
        enabled: whether the stage runs.
        strength: opacity of the ``Scratch repair`` layer, 0 to 1.
        threshold: probability (0 to 1) from which a pixel counts as damaged; None takes the preset's own.
        mask_mode: which damage counts: the user's mask, the detector's, or both. None means the user's if one is
            given, else the detector's.
        input_size: the size at which the detector looks; None takes the preset's own.
        repair: False finds damage and does not repair it, whatever the strength: ``Scratch mask`` is made,
            ``Scratch repair`` is not. The other stages then work as if this one were off: ``Restored`` covers the
            scratches, too, as nothing would lie over what it left out, and holes are inpainted if they are to be.
    """

    enabled: bool = True
    strength: float = 1.0
    threshold: float | None = None
    mask_mode: MaskMode | None = None
    input_size: InputSize | None = None
    repair: bool = True

    def __post_init__(self) -> None:
        _check_flag("The switch of scratches", self.enabled)
        _check_flag("The setting repair", self.repair)
        _check_fraction("The strength of scratches", self.strength)
        if self.threshold is not None:
            _check_fraction("The threshold", self.threshold)
        if self.mask_mode is not None:
            _check_choice("mask mode", self.mask_mode, get_args(MaskMode))
        if self.input_size is not None:
            _check_choice("input size", self.input_size, get_args(InputSize))


@dataclass(frozen=True)
class QualitySettings:
    """Fading, grain, blur: the unstructured defects.

    Attributes:
        enabled: whether the stage runs.
        strength: opacity of the ``Restored`` layer, 0 to 1.
        always: restore even where the damage estimate says that the photo needs nothing.
    """

    enabled: bool = True
    strength: float = 1.0
    always: bool = False

    def __post_init__(self) -> None:
        _check_flag("The switch of quality", self.enabled)
        _check_flag("The setting always", self.always)
        _check_fraction("The strength of quality", self.strength)


@dataclass(frozen=True)
class InpaintingSettings:
    """Filling holes: damage too wide to be repaired as a scratch.

    Damage is looked for as ``ScratchSettings`` say, also where the repair of scratches is off.

    Attributes:
        enabled: whether the stage runs.
        strength: opacity of the inpainted layers, 0 to 1.
        candidates: so many fillings are made to choose from, 1 to 8; the first is the one that is shown.
        seed: 0 to 2**31 - 1; equal seeds give equal candidates.
        least_width: width in pixels of the widest circle within a damaged place from which that counts as a hole, and
            is inpainted instead of repaired as a scratch, 0 to 100,000; None is found from the picture's size.
        texture: whether fillings take texture from what is around; without it they are soft, and nearer to what was
            there by any measure, as a blur is.
    """

    enabled: bool = True
    strength: float = 1.0
    candidates: int = 1
    seed: int = 0
    least_width: int | None = None
    texture: bool = True

    def __post_init__(self) -> None:
        _check_flag("The switch of inpainting", self.enabled)
        _check_flag("The setting texture", self.texture)
        _check_fraction("The strength of inpainting", self.strength)
        _check_whole("The number of candidates", self.candidates, 1, MOST_CANDIDATES)
        _check_whole("The seed", self.seed, 0, MOST_SEED)
        if self.least_width is not None:
            _check_whole("The least width of a hole", self.least_width, 0, 100_000)


@dataclass(frozen=True)
class FaceSettings:
    """Faces, one layer each.

    Attributes:
        enabled: whether the stage runs.
        strength: opacity of the face layers, 0 to 1.
        detector: hog, dlib's frontal detector; cnn adds dlib's network, which finds more faces and takes much longer.
        points: by which faces are aligned: 5, free for all uses, or 68, the published ones, whose model's licence
            excludes commercial use.
    """

    enabled: bool = True
    strength: float = 1.0
    detector: FaceDetector = "hog"
    points: FacePoints = "5"

    def __post_init__(self) -> None:
        _check_flag("The switch of faces", self.enabled)
        _check_fraction("The strength of faces", self.strength)
        _check_choice("face detector", self.detector, get_args(FaceDetector))
        _check_choice("set of face points", self.points, get_args(FacePoints))


@dataclass(frozen=True)
class ColourSettings:
    """Colours for a photo that has none, or has lost them; from hints of the user's, too.

    Attributes:
        enabled: whether the stage runs; off unless it is asked for, as it paints what nobody can know.
        strength: opacity of the ``Colour`` layer, 0 to 1.
        saturation: by which the colours are multiplied, 0 to 2.
    """

    enabled: bool = False
    strength: float = 1.0
    saturation: float = 1.0

    def __post_init__(self) -> None:
        _check_flag("The switch of colour", self.enabled)
        _check_fraction("The strength of colour", self.strength)
        _check_within("The saturation", self.saturation, "a number", 0, 2)


@dataclass(frozen=True)
class Region:
    """The part of the picture to work in, in pixels of the picture as it is seen (after EXIF orientation)."""

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        for name in ("x", "y", "width", "height"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool):
                raise SettingsError(f"The region's {name} is {value!r}.", "Give whole numbers of pixels.")
        if self.width <= 0 or self.height <= 0:
            raise SettingsError(
                f"The region {self.x},{self.y},{self.width},{self.height} is empty.",
                "Give a width and a height above 0.",
            )


@dataclass(frozen=True)
class StageSettings:
    """A further stage, which has no settings of its own; see ``restoration.stages.further``.

    Attributes:
        enabled: whether the stage runs.
        strength: opacity of its layer, 0 to 1.
    """

    enabled: bool = True
    strength: float = 1.0

    def __post_init__(self) -> None:
        _check_flag("The switch of a stage", self.enabled)
        _check_fraction("The strength of a stage", self.strength)

    @property
    def is_on(self) -> bool:
        """Whether it does anything."""
        return self.enabled and self.strength > 0


_PARTS = {
    "scratches": ScratchSettings,
    "quality": QualitySettings,
    "inpainting": InpaintingSettings,
    "faces": FaceSettings,
    "colour": ColourSettings,
    "region": Region,
}


@dataclass(frozen=True)
class Settings:
    """Everything the user can choose for one run.

    Attributes:
        scratches, quality, inpainting, faces, colour: the stages.
        preset: compact (bundled) or official (the published checkpoints).
        models: folder of the official weights; None looks where ``presets.loading.official_folder`` says.
        device: auto, cpu, cuda or mps.
        region: the part of the picture to work in; None means all of it.
        working_megapixels: the size to which a larger picture is reduced for the networks that restore, 0.05 to 1000;
            None takes the preset's own. Layers have the picture's own size and its fine detail, whatever it is.
        memory_gigabytes: as much memory may be used (10^9 bytes, 0.1 to 100000): tiles and working size are made to
            fit. None is nine tenths of what is free.
        further: further stages by name; those that are not named run if they are on by default and the picture is
            restored at all. Which there are is not checked here.
    """

    scratches: ScratchSettings = field(default_factory=ScratchSettings)
    quality: QualitySettings = field(default_factory=QualitySettings)
    inpainting: InpaintingSettings = field(default_factory=InpaintingSettings)
    faces: FaceSettings = field(default_factory=FaceSettings)
    colour: ColourSettings = field(default_factory=ColourSettings)
    preset: Preset = "compact"
    models: str | None = None
    device: Device = "auto"
    region: Region | None = None
    working_megapixels: float | None = None
    memory_gigabytes: float | None = None
    further: Mapping[str, StageSettings] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for name, kind in _PARTS.items():
            part = getattr(self, name)
            if not isinstance(part, kind) and not (name == "region" and part is None):
                raise SettingsError(f"The settings of {name} are {part!r}.", "Give a map of settings.")
        _check_choice("preset", self.preset, get_args(Preset))
        if self.models is not None and not isinstance(self.models, str):
            raise SettingsError(f"The folder of models is {self.models!r}.", "Give its path as text.")
        _check_choice("device", self.device, get_args(Device))
        if self.working_megapixels is not None:
            _check_within("The working size", self.working_megapixels, "megapixels", 0.05, 1000)
        if self.memory_gigabytes is not None:
            _check_within("The memory", self.memory_gigabytes, "gigabytes", 0.1, 100_000)
        if not isinstance(self.further, Mapping):
            raise SettingsError(f"The further stages are {self.further!r}.", "Give a map of their settings by name.")
        for name, stage in self.further.items():
            if not isinstance(name, str) or name in STAGE_NAMES or not isinstance(stage, StageSettings):
                raise SettingsError(f"The settings of the stage {name!r} are {stage!r}.", "Give a map of settings.")

    @property
    def does_nothing(self) -> bool:
        """True if every stage is off: the result is the input, pixel for pixel, and no mask is asked for."""
        return not any(map(self.is_on, STAGE_NAMES)) and not any(stage.is_on for stage in self.further.values())

    @property
    def restores(self) -> bool:
        """Whether one of the stages that are built in changes the picture: finding scratches does not."""
        return self.repairs_scratches or any(self.is_on(name) for name in STAGE_NAMES if name != "scratches")

    @property
    def needs_restorer(self) -> bool:
        """Whether the networks that restore can be asked for: not where scratches are only to be found."""
        return self.is_on("quality") or self.repairs_scratches

    @property
    def repairs_scratches(self) -> bool:
        """Whether scratches are repaired, and not only found."""
        return self.is_on("scratches") and self.scratches.repair

    def is_on(self, stage: str) -> bool:
        """Whether a stage, one of ``STAGE_NAMES``, does anything: at strength 0 only a search for scratches does."""
        chosen = getattr(self, stage)
        only_finds = stage == "scratches" and not self.scratches.repair
        return bool(chosen.enabled and (chosen.strength > 0 or only_finds))

    def to_dict(self) -> dict[str, Any]:
        """A plain dict of dicts, numbers, strings and None."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Settings:
        """The inverse of ``to_dict``; unknown keys are an error, missing ones take their defaults.

        Raises:
            SettingsError: an unknown key, or a value out of its range.
        """
        parts: dict[str, Any] = dict(data)
        for name, kind in _PARTS.items():
            value = parts.get(name)
            if isinstance(value, Mapping):
                _check_keys(name, value, kind)
                parts[name] = kind(**value)
        if isinstance(parts.get("further"), Mapping):
            parts["further"] = dict(_further(parts["further"]))
        _check_keys("settings", parts, cls)
        return cls(**parts)


def _further(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in data.items():
        if isinstance(value, Mapping):
            _check_keys(name, value, StageSettings)
            value = StageSettings(**value)
        yield name, value


def _check_keys(where: str, data: Mapping[str, Any], kind: type) -> None:
    known = {f.name for f in fields(kind)}
    for key in data:
        if key not in known:
            raise SettingsError(f"There is no setting {key!r} in {where}.", f"Known are: {', '.join(sorted(known))}.")
