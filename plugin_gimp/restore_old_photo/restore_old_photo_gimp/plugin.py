"""The procedures, and what happens when one is called."""

from __future__ import annotations

import logging
import sys
from functools import partial
from typing import Any

from gi.repository import Gimp, GLib

from .arguments import (
    add_candidates,
    add_colour,
    add_mask,
    add_place,
    add_sensitivity,
    add_stages,
    choices_of,
)
from .remote.connection import log_folder
from .remote.editors.logs import log_to_file
from .remote.editors.refusal import Refusal
from .remote.editors.translation import _, use_languages
from .remote.editors.words import refusal, unexpected
from .remote.protocol import ProtocolError
from .restorer import EDITOR, Restorer
from .running import Cancelled

_log = logging.getLogger(__name__)

RESTORE = "plug-in-restore-old-photo"
FIND = f"{RESTORE}-find-scratches"
AGAIN = f"{RESTORE}-from-mask"
#: GIMP sorts what is in it by name; the labels are such that ours stand in their order, in any locale.
_MENU = "<Image>/Filters/Enhance"


class RestoreOldPhoto(Gimp.PlugIn):  # type: ignore[misc]
    """See ``Gimp.PlugIn``."""

    def do_set_i18n(self, _procedure: str) -> bool:
        """Texts are translated by ourselves, as in the other editors."""
        return False

    def do_query_procedures(self) -> list[str]:
        """See ``Gimp.PlugIn``."""
        return [RESTORE, FIND, AGAIN]

    def do_create_procedure(self, name: str) -> Any:
        """See ``Gimp.PlugIn``."""
        use_languages(GLib.get_language_names())
        label, blurb, parts = {
            RESTORE: (
                _("Restore Old Photo…"),
                _("Restores a scan of an old photograph: scratches, holes, fading, grain, faces, colours"),
                (add_stages, add_sensitivity, add_mask, add_place, add_candidates, add_colour),
            ),
            FIND: (
                _("Restore Photo: Find Scratches…"),
                _("Finds scratches and shows them as a layer to paint on; changes nothing"),
                (add_sensitivity, add_place),
            ),
            AGAIN: (
                _("Restore Photo: Use Edited Mask…"),
                _("Restores again with the scratch mask as it was painted, in place of the last result"),
                (partial(add_stages, without_switch="scratches"), add_place, add_candidates, add_colour),
            ),
        }[name]
        procedure = Gimp.ImageProcedure.new(self, name, Gimp.PDBProcType.PLUGIN, _run, None)
        # Indexed images, too: a sentence helps more than an entry that is grey.
        procedure.set_image_types("*")
        procedure.set_sensitivity_mask(Gimp.ProcedureSensitivityMask.DRAWABLE)
        procedure.set_menu_label(label)
        procedure.add_menu_path(_MENU)
        # No page of help: a button for it would lead into GIMP's manual, where there is none of ours.
        procedure.set_documentation(blurb, _HELP, None)
        procedure.set_attribution("Restore Old Photo", "MIT licence", "2026")
        for add in parts:
            add(procedure)
        return procedure


_HELP = (
    "The layer is sent to the server of Restore Old Photo on this machine, which is started if none runs. What comes "
    "back is inserted as one group above the layer, which itself is never changed. A status other than SUCCESS comes "
    "with a sentence that says why, and nothing has been changed then."
)


def _run(procedure: Any, run_mode: Any, image: Any, drawables: list[Any], config: Any, _data: Any) -> Any:
    log_to_file(EDITOR)
    status = Gimp.PDBStatusType
    try:
        sentence = _restored(procedure, run_mode, image, drawables, config)
    except Cancelled:
        return procedure.new_return_values(status.CANCEL, GLib.Error())
    except Refusal as why:
        return procedure.new_return_values(status.EXECUTION_ERROR, GLib.Error(str(why)))
    except ProtocolError as error:
        return procedure.new_return_values(status.EXECUTION_ERROR, GLib.Error(refusal(error)))
    except Exception:
        _log.exception("%s", procedure.get_name())
        return procedure.new_return_values(status.EXECUTION_ERROR, GLib.Error(unexpected(str(log_folder()))))
    if sentence:
        Gimp.message(sentence)
    Gimp.displays_flush()
    return procedure.new_return_values(status.SUCCESS, GLib.Error())


def _restored(procedure: Any, run_mode: Any, image: Any, drawables: list[Any], config: Any) -> str:
    name = procedure.get_name()
    restorer = Restorer(image, drawables, finds=name == FIND)
    if run_mode == Gimp.RunMode.INTERACTIVE:
        # Only here: a batch run may have no display at all.
        from .dialog import ask
        from .progress_window import ProgressWindow

        ask(procedure, config, restorer, lambda: _choices(config, name))
        return restorer.restore(
            _choices(config, name), lambda run: ProgressWindow(run, restorer.source.get_name()).wait()
        )
    from .headless import wait

    return restorer.restore(_choices(config, name), wait)


def _choices(config: Any, name: str) -> Any:
    from dataclasses import replace

    choices = choices_of(config)
    if name == AGAIN:
        return replace(choices, mask_source="edited", scratches=replace(choices.scratches, enabled=True))
    return choices


def main(arguments: list[str]) -> None:
    """Answer GIMP, which has started this."""
    Gimp.main(RestoreOldPhoto.__gtype__, arguments)


if __name__ == "__main__":
    main(sys.argv)
