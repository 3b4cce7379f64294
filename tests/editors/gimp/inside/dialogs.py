"""Scenarios with the plug-in's dialog in this very process: what is in it can be reached, and broken, only so."""

import sys
import time
from pathlib import Path

from gi.repository import Gimp

sys.path.insert(0, str(Path(sys._getframe().f_code.co_filename).parent))  # this is no file that was imported

from calls import RESTORE, main, opened


def _dialog(photo, suffix=""):
    """The dialog, its arguments, and the module of GTK."""
    sys.path.insert(0, str(Path(Gimp.directory()) / "plug-ins/restore_old_photo"))
    import gi
    from restore_old_photo_gimp.arguments import choices_of
    from restore_old_photo_gimp.restorer import Restorer

    gi.require_version("Gtk", "3.0")
    gi.require_version("GimpUi", "3.0")
    from gi.repository import GimpUi, Gtk

    GimpUi.init("restore-old-photo-test")
    from restore_old_photo_gimp import dialog

    image, layer = opened(photo)
    other = layer.copy()
    image.insert_layer(other, None, 0)
    procedure = Gimp.get_pdb().lookup_procedure(RESTORE + suffix)
    config = procedure.create_config()
    made = dialog.RestoreDialog(procedure, config, Restorer(image, [layer]), lambda: choices_of(config))
    return made, config, Gtk


def _until(gtk, true, seconds=30.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        while gtk.events_pending():
            gtk.main_iteration()
        time.sleep(0.01)


def reset(photo):
    """What “Reset” does to the painted layer, which it knows nothing of."""
    made, config, _gtk = _dialog(photo)
    first = config.get_property("mask-layer")
    config.set_property("mask-layer", "")
    found = [first, config.get_property("mask-layer"), made._layers.get_active_id()]
    made.close()
    return found


def from_mask(photo):
    """The dialog that has no switch for scratches."""
    made, config, _gtk = _dialog(photo, "-from-mask")
    names = [one.name for one in config.list_properties()]
    made.close()
    return names


def preview(photo):
    """A preview that breaks, one that is cancelled, and one that ends."""
    made, _config, gtk = _dialog(photo)
    shown, label = made._preview, []
    from restore_old_photo_gimp import preview as module

    whole = module.read_pixels
    module.read_pixels = lambda *_arguments: 1 // 0
    shown._button.clicked()
    label.append([shown._button.get_label(), shown._told.get_text()])
    module.read_pixels = whole
    desk = shown._desk
    shown._button.clicked()
    label.append([shown._button.get_label(), shown._told.get_text()])
    began = time.monotonic()
    shown._button.clicked()  # it is still connecting
    took = time.monotonic() - began
    label.append([shown._button.get_label(), shown._told.get_text()])
    fresh = shown._desk is not desk
    shown._button.clicked()
    _until(gtk, lambda: shown._run is None)
    label.append([shown._button.get_label(), shown._told.get_text()])
    made.close()
    return {"label": label, "took": took, "fresh": fresh}


def facts(photo):
    """A look at the server that breaks; the next one does not."""
    made, _config, gtk = _dialog(photo)
    from restore_old_photo_gimp.facts import Desk

    shown, look = made._facts, Desk.look
    Desk.look = lambda _self: 1 // 0
    shown.look_soon()
    _until(gtk, lambda: "Something went wrong" in shown._state.get_text())
    Desk.look = look
    shown.look_soon()
    _until(gtk, lambda: "The server is" in shown._state.get_text())
    made.close()
    return shown._state.get_text()


if __name__ == "__main__":
    main(globals())
