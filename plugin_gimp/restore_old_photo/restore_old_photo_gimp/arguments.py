"""The arguments of the procedures, and the choices they come to.

GIMP puts the default in the place of a number out of its range, and says nothing. Words are taken as text, so that a
wrong one arrives here and is refused.
"""

from __future__ import annotations

from typing import Any

from gi.repository import GObject

from .labels import labels
from .remote.editors.choices import (
    DEVICES,
    MASK_SOURCES,
    MOST_CANDIDATES,
    MOST_SATURATION,
    MOST_SEED,
    PRESETS,
    STAGES,
    Choices,
    StageChoice,
)
from .remote.editors.hints import NO_HINTS
from .remote.editors.refusal import Refusal
from .remote.editors.translation import _
from .remote.editors.words import candidates_help, hint_layer_help, saturation_help, seed_help, stage_help

#: One more than other editors have: a layer of GIMP's has a mask of its own.
LAYER_MASK = "layer-mask"
SOURCES = (*MASK_SOURCES[:3], LAYER_MASK, MASK_SOURCES[3])

_BOTH_WAYS = GObject.ParamFlags.READWRITE


def add_stages(procedure: Any, without_switch: str = "") -> None:
    """A switch and a strength for each stage; for one that is always on, a strength alone."""
    default, label = Choices(), labels()
    for stage in STAGES:
        choice = default.stage(stage)
        if stage != without_switch:
            procedure.add_boolean_argument(stage, label[stage], stage_help(stage), choice.enabled, _BOTH_WAYS)
        procedure.add_double_argument(
            f"{stage}-strength",
            label[f"{stage}-strength"],
            _("In percent: the opacity of the layers of this step. It can be changed afterwards, too."),
            0.0,
            100.0,
            100.0 * choice.strength,
            _BOTH_WAYS,
        )
    procedure.add_boolean_argument(
        "always",
        label["always"],
        _("Restores tones, grain and sharpness of a photo that looks sound, too."),
        default.always,
        _BOTH_WAYS,
    )


def add_candidates(procedure: Any) -> None:
    """How many fillings of holes, and which."""
    default, label = Choices(), labels()
    procedure.add_int_argument(
        "candidates", label["candidates"], candidates_help(), 1, MOST_CANDIDATES, default.candidates, _BOTH_WAYS
    )
    procedure.add_int_argument("seed", label["seed"], seed_help(), 0, MOST_SEED, default.seed, _BOTH_WAYS)


def add_colour(procedure: Any) -> None:
    """How strong colours are, and where the user has painted them."""
    default, label = Choices(), labels()
    procedure.add_double_argument(
        "saturation",
        label["saturation"],
        saturation_help(),
        0.0,
        100.0 * MOST_SATURATION,
        100.0 * default.saturation,
        _BOTH_WAYS,
    )
    about = _("Its name; “{}” for none; empty for one that is called “Colour hints”, if there is one.").format(NO_HINTS)
    procedure.add_string_argument(
        "hint-layer", label["hint-layer"], f"{hint_layer_help()} {about}", default.hint_layer, _BOTH_WAYS
    )


def add_sensitivity(procedure: Any) -> None:
    """How faint a scratch may be."""
    procedure.add_double_argument(
        "sensitivity",
        labels()["sensitivity"],
        _("How faint a scratch may be to be found. 50% is what the model was made for; more marks more."),
        0.0,
        100.0,
        100.0 * Choices().sensitivity,
        _BOTH_WAYS,
    )


def add_mask(procedure: Any) -> None:
    """Where the damage is."""
    label = labels()
    procedure.add_string_argument(
        "mask-source",
        label["mask-source"],
        _("Where the damage is: {}.").format(", ".join(SOURCES)),
        Choices().mask_source,
        _BOTH_WAYS,
    )
    procedure.add_string_argument(
        "mask-layer", label["mask-layer"], _("The name of the layer, where that is the source."), "", _BOTH_WAYS
    )
    procedure.add_boolean_argument(
        "unite",
        label["unite"],
        _("Adds what is found automatically to the damage."),
        Choices().unite,
        _BOTH_WAYS,
    )


def add_place(procedure: Any) -> None:
    """Where to work, and with what."""
    default, label = Choices(), labels()
    procedure.add_boolean_argument(
        "within-selection",
        label["within-selection"],
        _("If something is selected, everything outside it is left as it is."),
        default.within_selection,
        _BOTH_WAYS,
    )
    procedure.add_string_argument(
        "preset", label["preset"], _("Which networks: {}.").format(", ".join(PRESETS)), default.preset, _BOTH_WAYS
    )
    procedure.add_string_argument(
        "device", label["device"], _("On what: {}.").format(", ".join(DEVICES)), default.device, _BOTH_WAYS
    )


def choices_of(config: Any) -> Choices:
    """What the arguments say; those that a procedure does not have take their default.

    Raises:
        Refusal: a word that there is not.
    """
    default, given = Choices(), _Given(config)
    return Choices(
        **{
            stage: StageChoice(
                given.get(stage, default.stage(stage).enabled), given.get(f"{stage}-strength", 100.0) / 100
            )
            for stage in STAGES
        },
        sensitivity=given.get("sensitivity", 50.0) / 100,
        mask_source=given.word("mask-source", SOURCES, default.mask_source),
        mask_layer=given.get("mask-layer", "") or "",
        unite=given.get("unite", default.unite),
        within_selection=given.get("within-selection", default.within_selection),
        always=given.get("always", default.always),
        preset=given.word("preset", PRESETS, default.preset),
        device=given.word("device", DEVICES, default.device),
        candidates=given.get("candidates", default.candidates),
        seed=given.get("seed", default.seed),
        saturation=given.get("saturation", 100.0) / 100,
        hint_layer=given.get("hint-layer", "") or "",
    )


class _Given:
    """The arguments that a procedure has."""

    def __init__(self, config: Any) -> None:
        self._config = config
        self._names = {one.name for one in config.list_properties()}

    def get(self, name: str, default: Any) -> Any:
        return self._config.get_property(name) if name in self._names else default

    def word(self, name: str, known: tuple[str, ...], default: str) -> str:
        word = self.get(name, default)
        if word not in known:
            raise Refusal(_("“{}” is no {}. Choose one of: {}.").format(word, name, ", ".join(known)))
        return str(word)
