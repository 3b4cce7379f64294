"""The docker's content under Qt 6, which Krita 6 brings: the same files, with PyQt6, without Krita."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from installers.krita_plugin import assemble

pytest.importorskip("PyQt6.QtCore")

SCRIPT = """
import sys
from PyQt6 import QtCore, QtGui, QtWidgets
app = QtWidgets.QApplication([])
from restore_old_photo import qt
assert qt.QtCore is QtCore and qt.QAction is QtGui.QAction
assert "PyQt5" not in sys.modules
from restore_old_photo.panel import Panel
from restore_old_photo.server_dialog import ServerDialog
from restore_old_photo.remote.editors.choices import MASK_SOURCES, Choices, StageChoice
from restore_old_photo.remote.editors.state import ServerState
from restore_old_photo.remote.editors.thumbnails import Thumbnail

panel = Panel()
panel.show()
wanted = []
for name in ("restore_wanted", "find_wanted", "edited_wanted", "cancel_wanted"):
    getattr(panel, name).connect(lambda name=name: wanted.append(name))
panel.show_subject("“Scan”: 10 × 10 pixels, 8 bits", True)
for button in (panel._restore, panel._find, panel._edited, panel.run._cancel):
    button.click()
assert wanted == ["restore_wanted", "find_wanted", "edited_wanted", "cancel_wanted"], wanted

# What is shown is what was chosen, whatever it was.
panel.form.offer_layers([("{1}", "One"), ("{2}", "Two")])
for source in MASK_SOURCES:
    chosen = Choices(
        scratches=StageChoice(True, 0.25), quality=StageChoice(False, 0.5), sensitivity=0.75, mask_source=source,
        mask_layer="{2}", unite=True, within_selection=False, always=True, preset="official", device="cuda",
        inpainting=StageChoice(False, 0.4), colour=StageChoice(True, 0.6), candidates=5, seed=2**31 - 1, saturation=1.5,
        hint_layer="{1}",
    )
    panel.form.show_choices(chosen)
    assert panel.form.choices == chosen, (panel.form.choices, chosen)
# Unasked, the layer that is called so holds the colour hints; what is chosen stays chosen.
panel.form.offer_layers([("{1}", "One"), ("{2}", "Colour hints")])
panel.form.show_choices(Choices())
hints = panel.form._hints
assert (hints.currentText(), hints.isEnabled(), panel.form.choices.hint_layer) == ("Colour hints", False, "")
panel.form.show_choices(Choices(colour=StageChoice(True, 1.0)))
assert hints.isEnabled()
for row, kept in ((0, "none"), (1, "{1}"), (2, "")):
    hints.setCurrentIndex(row)
    hints.activated.emit(row)
    assert panel.form.choices.hint_layer == kept, (row, panel.form.choices.hint_layer)
hints.setCurrentIndex(0)
hints.activated.emit(0)
panel.form.offer_layers([("{1}", "One")])
assert hints.currentText() == "(none)" and panel.form.choices.hint_layer == "none"
changes = []
panel.form.changed.connect(lambda: changes.append(panel.form.choices.sensitivity))
panel.form.show_choices(Choices())
assert changes == []
panel.form._sensitivity.set_fraction(0.3)
assert changes == [0.3]

panel.begin("Scan")
assert panel.run.isVisible() and not panel._buttons.isVisible()
panel.run.progress("quality", 12.0)
assert panel.run._doing.text() == "Restoring – 12 seconds left", panel.run._doing.text()
panel.add("Restored", Thumbnail(2, 1, bytes([0, 0, 255, 255, 255, 0, 0, 128])))
assert panel.gallery.count() == 1 and panel.gallery.isVisible()
panel.end("Done.")
assert panel._buttons.isVisible() and panel.told == "Done."
for kind in ("unknown", "absent", "starting", "ready", "busy", "asleep", "failed"):
    panel.server.show_state(ServerState(kind, sentence="It is broken. Mend it."))
    assert panel.server._sentence.text()
dialog = ServerDialog(None, "directly")
dialog.show_state(ServerState("ready", "cpu", "Some processor", version="1"))
dialog.show()
image = panel.grab().toImage()
assert image.width() >= panel.minimumWidth() > 100
print("well")
"""


def test_the_panel_works(tmp_path):
    assemble(tmp_path / "krita")
    package = tmp_path / "krita/pykrita/restore_old_photo"
    # Without the part that asks for Krita itself, but with the plug-in's msgpack on the path.
    (package / "__init__.py").write_text("")
    environ = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(package.parent),
        "XDG_RUNTIME_DIR": str(tmp_path),
        "HOME": str(tmp_path),
    }
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.stdout == "well\n", done.stdout + done.stderr
    assert Path(package).exists()
