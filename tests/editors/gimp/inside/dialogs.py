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
    found = [first, config.get_property("mask-layer"), made._layers.widget.get_active_id()]
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
    shown.button.clicked()
    label.append([shown.button.get_label().replace("_", ""), shown._told.get_text()])
    module.read_pixels = whole
    shown.button.clicked()
    label.append([shown.button.get_label().replace("_", ""), shown._told.get_text()])
    began = time.monotonic()
    shown.button.clicked()  # it is still connecting
    took = time.monotonic() - began
    label.append([shown.button.get_label().replace("_", ""), shown._told.get_text()])
    shown.button.clicked()
    _until(gtk, lambda: shown._run is None)
    label.append([shown.button.get_label().replace("_", ""), shown._told.get_text()])
    made.close()
    return {"label": label, "took": took}


def _own_procedure():
    """As the plug-in makes it. What GIMP gives to others has the name for an id of help, if there is help or not."""
    from restore_old_photo_gimp.plugin import RestoreOldPhoto

    return RestoreOldPhoto.do_create_procedure(Gimp.get_plug_in(), RESTORE)


def looks(photo):
    """The dialog at its largest: its height, whether it has Help, letters, and what is seen when."""
    made, config, gtk = _dialog(photo)
    dialog = made._dialog
    dialog.show()
    layers = [config.set_property("mask-source", one) or made._layers.widget.get_visible() for one in ("auto", "layer")]
    made._preview.button.clicked()
    _until(gtk, lambda: made._preview._run is None)
    _until(gtk, lambda: dialog.get_allocated_height() > 100)
    found = {
        "size": dialog.get_size(),
        "layers": layers,
        "help": _own_procedure().get_help_id() is not None,
        "picture": made._preview._image.get_allocated_height(),
    }
    made.close()
    return found


def letters():
    """The labels in each language, with mnemonics."""
    sys.path.insert(0, str(Path(Gimp.directory()) / "plug-ins/restore_old_photo"))
    from restore_old_photo_gimp.labels import labels
    from restore_old_photo_gimp.remote.editors.translation import use_languages

    found = {}
    for language in ("en", "de"):
        use_languages([language])
        found[language] = labels()
    return found


def facts(photo):
    """A look at the server that breaks; the next one does not."""
    made, _config, gtk = _dialog(photo)
    from restore_old_photo_gimp.remote.editors.desk import Desk
    from restore_old_photo_gimp.remote.editors.state import ServerState
    from restore_old_photo_gimp.remote.protocol import ProtocolError

    shown, look = made._facts, Desk.look
    Desk.look = lambda _self: 1 // 0
    shown.look_soon()
    _until(gtk, lambda: "Something went wrong" in shown._state.get_text())
    offered = [shown._start.get_visible()]
    start = Desk.start

    def cannot(_self):
        raise ProtocolError("no-server", "There is no Python.", "Install it.")

    Desk.look, Desk.start = (lambda _self: ServerState("absent")), cannot
    shown._start.clicked()
    _until(gtk, lambda: "There is no Python. Install it." in shown._state.get_text())
    shown.look_soon()
    offered.append(shown._start.get_visible())
    Desk.look, Desk.start = look, start
    shown.look_soon()
    _until(gtk, lambda: "The server is" in shown._state.get_text())
    made.close()
    return {"state": shown._state.get_text(), "offered": offered, "given up": shown._desk._given_up.is_set()}


if __name__ == "__main__":
    main(globals())
