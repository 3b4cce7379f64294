"""Options that several commands have, and how their text becomes settings.

Choices are plain text here and are checked by ``restoration.settings``: what is wrong is said in the same sentence on
the command line, in the server and in the editors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, cast, get_args

import typer

from restoration.cli.reporting import UsageError
from restoration.errors import SettingsError
from restoration.settings import (
    STAGE_NAMES,
    ColourSettings,
    Device,
    FaceDetector,
    FacePoints,
    FaceSettings,
    InpaintingSettings,
    InputSize,
    MaskMode,
    Preset,
    QualitySettings,
    Region,
    ScratchSettings,
    Settings,
    StageSettings,
)

#: The stages that run unless something else is asked for.
DEFAULT_STAGES = ",".join(name for name in STAGE_NAMES if getattr(Settings(), name).enabled)


def _metavar(choices: object) -> str:
    return f"[{'|'.join(get_args(choices))}]"


PresetOption = Annotated[
    str,
    typer.Option(
        "--preset", metavar=_metavar(Preset), help="Networks: those that come with the program, or the published ones."
    ),
]
ModelsOption = Annotated[
    str | None,
    typer.Option("--models", metavar="DIR", help="Folder of the published networks, for --preset official."),
]
DeviceOption = Annotated[str, typer.Option("--device", metavar=_metavar(Device), help="Where the networks run.")]
ThresholdOption = Annotated[
    float | None,
    typer.Option(
        "--threshold",
        metavar="P",
        help="Probability, 0 to 1, from which a pixel counts as damaged.",
        show_default=False,
    ),
]
InputSizeOption = Annotated[
    str | None,
    typer.Option(
        "--input-size",
        metavar=_metavar(InputSize),
        help="Size at which scratches are looked for: the photo's own, or reduced to a short side (both sides) of 256.",
        show_default=False,
    ),
]
MaskModeOption = Annotated[
    str | None,
    typer.Option(
        "--mask-mode",
        metavar=_metavar(MaskMode),
        help="Whose damage is repaired: the mask's, what is found, or both. By default the mask's if there is one.",
        show_default=False,
    ),
]
WorkingSizeOption = Annotated[
    float | None,
    typer.Option(
        "--working-size",
        metavar="MEGAPIXELS",
        help="Size to which a larger photo is reduced for the networks; its own fine detail is laid over the result. "
        "By default 6, with --preset official 2.",
        show_default=False,
    ),
]
MemoryOption = Annotated[
    float | None,
    typer.Option(
        "--memory",
        metavar="GB",
        help="As much memory may be used: tiles and working size are made to fit. By default 90% of what is free.",
        show_default=False,
    ),
]
FaceDetectorOption = Annotated[
    str,
    typer.Option(
        "--face-detector",
        metavar=_metavar(FaceDetector),
        help="How faces are looked for: hog is quick; cnn adds a network that sees turned and shaded faces, and takes "
        "minutes on a slow CPU.",
    ),
]
FacePointsOption = Annotated[
    str,
    typer.Option(
        "--face-points",
        metavar=_metavar(FacePoints),
        help="By which points faces are aligned. The model of the 68 points is not free for commercial use.",
    ),
]
InpaintOption = Annotated[
    bool | None,
    typer.Option(
        "--inpaint/--no-inpaint",
        help="Fill holes, which are too wide to be repaired as scratches. On by default.",
        show_default=False,
    ),
]
InpaintStrengthOption = Annotated[
    float | None,
    typer.Option(
        "--inpaint-strength",
        metavar="N",
        help="How strongly, 0 to 1; the same as --strength inpainting=N.",
        show_default=False,
    ),
]
InpaintFromOption = Annotated[
    int | None,
    typer.Option(
        "--inpaint-from",
        metavar="PX",
        help="Width in pixels from which damage is a hole. By default found from the photo's size.",
        show_default=False,
    ),
]
TextureOption = Annotated[
    bool,
    typer.Option(
        "--texture/--no-texture", help="Fill holes with texture from what is around, or softly, with tones alone."
    ),
]
CandidatesOption = Annotated[
    int,
    typer.Option(
        "--candidates",
        metavar="N",
        help="So many fillings are made, 1 to 8: files with layers have all of them, pictures the first.",
    ),
]
SeedOption = Annotated[
    int, typer.Option("--seed", metavar="S", help="Another seed gives other fillings; 0 to 2147483647.")
]
ColourOption = Annotated[
    bool | None,
    typer.Option("--colour/--no-colour", help="Colour the photo. Off by default, on with --hints.", show_default=False),
]
ColourStrengthOption = Annotated[
    float | None,
    typer.Option(
        "--colour-strength",
        metavar="N",
        help="How strongly, 0 to 1; the same as --strength colour=N.",
        show_default=False,
    ),
]
SaturationOption = Annotated[
    float, typer.Option("--saturation", metavar="N", help="By which the colours are multiplied, 0 to 2.")
]
HintsOption = Annotated[
    str | None,
    typer.Option(
        "--hints",
        metavar="PNG",
        help="A picture of the photo's size, transparent but for strokes in the colours that are to be there.",
    ),
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Overwrite outputs that exist. Inputs are never overwritten.")
]


def parse_stages(text: str) -> frozenset[str]:
    """Stages from ``scratches,quality`` or ``none``; further ones, too.

    Raises:
        SettingsError: there is no such stage.
    """
    names = [name.strip() for name in text.split(",")]
    if names == ["none"]:
        return frozenset()
    if "" in names:
        # A shell ends the word at a space, so what follows was taken for a photo.
        raise SettingsError("A name is missing in --stages.", "Write them without spaces: scratches,faces.")
    for name in names:
        if name not in STAGE_NAMES and name not in further_names():
            raise SettingsError(f"There is no stage {name!r}.", f"Choose from: {_all_names()}; or none, alone.")
    return frozenset(names)


def parse_strength(text: str | None) -> dict[str, float]:
    """Strengths by stage from ``0.8``, for all, or ``quality=.7,faces=.5``; stages that are not named have 1.

    Returns:
        By the names of the stages that are built in, and of those further ones that the text is about.

    Raises:
        SettingsError: no number, or no stage.
    """
    strengths = dict.fromkeys(STAGE_NAMES, 1.0)
    if text is None:
        return strengths
    if "=" not in text:
        return dict.fromkeys((*STAGE_NAMES, *further_names()), _number(text))
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or (name not in STAGE_NAMES and name not in further_names()):
            raise SettingsError(
                f"There is no stage {name!r}." if equals else f"The strength {part!r} names no stage.",
                f"Write one number, or STAGE=NUMBER with a stage of: {_all_names()}.",
            )
        strengths[name] = _number(value)
    return strengths


def further_names() -> dict[str, bool]:
    """The further stages that are installed, and whether they are on by default."""
    from restoration.stages.discovery import discovered  # which looks for them, and imports what they need

    return {name: stage.on_by_default for name, stage in discovered().stages.items()}


def _all_names() -> str:
    return ", ".join((*STAGE_NAMES, *further_names()))


def _further(stages: str, on: frozenset[str], strengths: Mapping[str, float]) -> dict[str, StageSettings]:
    """What is said about further stages. Those on by default join the default stages, and no others.

    Of what stays as it is by default nothing is said: a server need not know all stages that are installed here.
    """
    said = {}
    for name, on_by_default in further_names().items():
        strength = strengths.get(name, 1.0)
        if name in on:
            said[name] = StageSettings(True, strength)
        elif on_by_default and stages != DEFAULT_STAGES:
            said[name] = StageSettings(False)
        elif on_by_default and strength != 1:
            said[name] = StageSettings(True, strength)
    return said


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SettingsError(f"The strength {text!r} is not a number.", "Give a number from 0 to 1.") from None


def parse_region(text: str | None) -> Region | None:
    """A region from ``X,Y,WIDTH,HEIGHT``.

    Raises:
        SettingsError: these are not four whole numbers, or the region is empty.
    """
    if text is None:
        return None
    try:
        x, y, width, height = (int(part) for part in text.split(","))
    except ValueError:
        raise SettingsError(
            f"The region {text!r} is not four whole numbers.", "Write X,Y,WIDTH,HEIGHT, for example 120,40,640,480."
        ) from None
    return Region(x, y, width, height)


def make_settings(
    *,
    stages: str = DEFAULT_STAGES,
    strength: str | None = None,
    threshold: float | None = None,
    mask_mode: str | None = None,
    input_size: str | None = None,
    always: bool = False,
    face_detector: str = "hog",
    face_points: str = "5",
    inpaint: bool | None = None,
    inpaint_strength: float | None = None,
    inpaint_from: int | None = None,
    texture: bool = True,
    candidates: int = 1,
    seed: int = 0,
    colour: bool | None = None,
    colour_strength: float | None = None,
    saturation: float = 1.0,
    region: str | None = None,
    working_size: float | None = None,
    memory: float | None = None,
    preset: str,
    models: str | None,
    device: str,
) -> Settings:
    """Settings from what the options say. An option of one stage has the last word about it.

    Raises:
        SettingsError: a value is out of its range or names something unknown.
        UsageError: options that do not go together.
    """
    on, strengths = parse_stages(stages), parse_strength(strength)
    settings = Settings(
        scratches=ScratchSettings(
            enabled="scratches" in on,
            strength=strengths["scratches"],
            threshold=threshold,
            mask_mode=cast(MaskMode | None, mask_mode),
            input_size=cast(InputSize | None, input_size),
        ),
        quality=QualitySettings(enabled="quality" in on, strength=strengths["quality"], always=always),
        inpainting=InpaintingSettings(
            enabled="inpainting" in on if inpaint is None else inpaint,
            strength=strengths["inpainting"] if inpaint_strength is None else inpaint_strength,
            candidates=candidates,
            seed=seed,
            least_width=inpaint_from,
            texture=texture,
        ),
        faces=FaceSettings(
            enabled="faces" in on,
            strength=strengths["faces"],
            detector=cast(FaceDetector, face_detector),
            points=cast(FacePoints, face_points),
        ),
        colour=ColourSettings(
            enabled="colour" in on if colour is None else colour,
            strength=strengths["colour"] if colour_strength is None else colour_strength,
            saturation=saturation,
        ),
        preset=cast(Preset, preset),
        models=models,
        device=cast(Device, device),
        region=parse_region(region),
        working_megapixels=working_size,
        memory_gigabytes=memory,
        further=_further(stages, on, strengths),
    )
    if models is not None and preset != "official":
        raise UsageError(f"--models is of no use with the {preset} preset.", "Add --preset official, or leave it out.")
    return settings
