"""Scenarios that end in pictures of the screen, for the documentation."""

import sys

from kit import Watch, app, child, choose, docker, open_photo, photograph, plugin, run, trigger

if "PyQt6.QtCore" in sys.modules:
    from PyQt6 import QtWidgets
else:
    from PyQt5 import QtWidgets


def _fit():
    """The whole photo on the screen; a generator."""
    app.action("zoom_to_100pct").trigger()
    yield 200
    app.action("toggle_zoom_to_fit").trigger()
    yield 1500  # until Krita's own message about the zoom has gone


def menu(photo, path):
    """The submenu."""
    yield from open_photo(photo)
    yield from _fit()
    window = app.activeWindow().qwindow()
    bar = window.menuBar()
    filters = next(one.menu() for one in bar.actions() if one.objectName() == "Filter")
    ours = filters.findChild(QtWidgets.QMenu, "restore_old_photo_menu")
    filters.popup(window.mapToGlobal(bar.actionGeometry(filters.menuAction()).bottomLeft()))
    yield 300
    filters.setActiveAction(ours.menuAction())
    yield 500
    photograph(path)
    ours.hide()
    filters.hide()


def before(photo, path):
    """The docker as it comes up."""
    yield from open_photo(photo)
    yield from _fit()
    choose()
    trigger("restore")
    yield lambda: "GB" in docker().panel._forecast.text()
    yield 300
    photograph(path)


def running(photo, path):
    """A run under way."""
    yield from open_photo(photo)
    yield from _fit()
    choose()
    watch = Watch()
    trigger("again")
    yield from watch.computing()
    yield lambda: docker().panel.run._doing.text().startswith("Restoring")
    yield 700
    photograph(path)
    plugin().restorer.cancel()
    yield from watch.end()


def after(photo, path, mask_path):
    """The result; then its mask, shown."""
    doc = yield from open_photo(photo)
    yield from _fit()
    choose()
    yield from run("again")
    doc.waitForDone()
    yield 1000
    photograph(path)
    group = doc.rootNode().childNodes()[-1]
    for layer in group.childNodes():
        layer.setVisible(layer.name() == "Scratch mask")
    doc.setActiveNode(child(group, "Scratch mask"))
    doc.refreshProjection()
    doc.waitForDone()
    yield 1000
    photograph(mask_path)


def options(photo, path):
    """The docker with a painted layer as the mask, and something wrong."""
    yield from open_photo(photo)
    yield from _fit()
    choose(mask_source="layer", unite=True)
    trigger("restore")
    yield from run("again")
    yield 500
    photograph(path)


def server(photo, path):
    """The server's window."""
    yield from open_photo(photo)
    yield from _fit()
    docker().setVisible(False)
    trigger("server")
    yield 1500
    photograph(path)
    plugin()._dialog.close()
