"""What stands beside everything that can be chosen in the dialogs."""

from __future__ import annotations

from .mnemonics import with_mnemonics
from .remote.editors.choices import STAGES
from .remote.editors.translation import _
from .remote.editors.words import stage_label

#: Two buttons of the dialogs, beside the arguments.
SHOW_FOUND, START_SERVER = "show-found", "start-server"
#: The letters of GIMP's own buttons: OK, Cancel, Reset, Load Saved Settings, Save Settings.
_TAKEN = "ocrls"


def labels() -> dict[str, str]:
    """The label of every argument and of both buttons, with mnemonics.

    There are more of them than letters. Those come first for which GIMP makes the widgets: it minds that each of them
    has one of its own.
    """
    plain = {
        **{stage: stage_label(stage) for stage in STAGES},
        **{f"{stage}-strength": _("Strength (%)") for stage in STAGES},
        "always": _("Even if the photo seems to need nothing"),
        "sensitivity": _("Sensitivity (%)"),
        "candidates": _("Number of candidates"),
        "seed": _("Seed"),
        "saturation": _("Saturation (%)"),
        "unite": _("Together with what is found automatically"),
        "within-selection": _("Work only within the selection"),
        "mask-source": _("Damage"),
        "mask-layer": _("Painted layer"),
        "hint-layer": _("Colour hints"),
        "preset": _("Models"),
        "device": _("Compute on"),
        SHOW_FOUND: _("Show What Is Found"),
        START_SERVER: _("Start"),
    }
    return dict(zip(plain, with_mnemonics(list(plain.values()), _TAKEN), strict=True))
